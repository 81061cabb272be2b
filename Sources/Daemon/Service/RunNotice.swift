internal import Console
internal import Domain
internal import Imaging
internal import Logging
internal import Monitoring

/// What a person should know of a run or of the cache of images, although the work goes on.
enum RunNotice: Sendable {
    /// The run learns an organ that is annotated in no training volume.
    case organUnannotated(OrganKey)
    /// The windows of prediction have another size than those of training.
    case predictionPatchDiffers
    /// The processor has no instructions for the bfloat16 that the configuration asks for.
    case bfloat16Emulated
    /// The kernel cannot restrict which files an outside program changes.
    case trainerUnrestricted
    /// Images of these modalities, which are not in Hounsfield units, are normalised by a window.
    case windowBesideCT([String])
    /// The pseudo labels of these rounds are withheld, because data behind them were removed.
    case roundsRecalled([Int])
    /// A round goes on with another number of processes.
    case processesChanged(before: Int, now: Int)
    /// A cached image is removed and made again.
    case cachedFileDamaged(ImagingError)
    /// An image has outliers, which its normalisation clips.
    case outliersClipped(file: String, modality: String, IntensityStatistics)
    /// Copies of purged images were removed from the cache.
    case purgedImagesRemoved(count: Int, folder: String)
    /// A copy of a purged image could not be removed.
    case purgedImageKept(file: String)

    /// Prints the notice for the person who started the run.
    func print(on output: Output) {
        switch self {
        case .organUnannotated(let organ):
            output.warn(
                "\(organ) is annotated in no training volume: the run cannot learn it, and its predictions mean nothing; "
                    + "remove it from run.organs or annotate it")
        case .predictionPatchDiffers:
            output.warn(
                "learning.predictionPatch is not learning.patch: instance normalisation makes a prediction depend on the size of its "
                    + "window, so that masks and Dice may be worse; remove learning.predictionPatch")
        case .bfloat16Emulated:
            output.warn(
                "learning.precision is bfloat16, for which this processor has no instructions: steps are slower and less exact than in "
                    + "float32; set it to auto or float32")
        case .trainerUnrestricted:
            output.warn(
                "this kernel has no Landlock of version 3, so that the program of trainer.command can change or truncate files that this user "
                    + "can change; use Linux 6.2 or newer with Landlock switched on")
        case .windowBesideCT(let modalities):
            output.warn(
                "learning.intensity is window, and \(modalities.joined(separator: ", ")) is not in Hounsfield units; remove "
                    + "learning.intensity, or set it to zscore or percentiles")
        case .roundsRecalled(let rounds):
            output.warn(
                "the pseudo labels of round \(Self.list(rounds)) are withheld, because data behind them were removed; start a run "
                    + "of another name without these data")
        case .processesChanged(let before, let now):
            output.warn(
                "the round was trained by \(Self.processes(before)) so far and goes on with \(now): each step learns from another number "
                    + "of patches, and the round cannot be repeated bit for bit")
        case .cachedFileDamaged(let error):
            output.warn("\(error.file) \(error.problem); it is removed and made again")
        case .outliersClipped(let file, _, let statistics):
            output.warn("\(file): \(statistics.outlierText)")
        case .purgedImagesRemoved(let count, let folder):
            output.note("removed from the cache: \(count) of purged images, in \(folder)")
        case .purgedImageKept(let file):
            output.warn("\(file) is of a purged image and cannot be removed; remove it")
        }
    }

    func log(to logger: Logger) {
        switch self {
        case .organUnannotated(let organ): logger.warning("organ annotated in no training volume", [.organ: organ])
        case .predictionPatchDiffers: logger.warning("prediction windows of another size than training's")
        case .bfloat16Emulated: logger.warning("processor without instructions for bfloat16")
        case .trainerUnrestricted: logger.warning("files not protected from the outside program, no Landlock")
        case .windowBesideCT: logger.warning("images without Hounsfield units normalised by a window")
        case .roundsRecalled(let rounds):
            logger.warning("pseudo labels withheld, their data were removed", [.round: Self.list(rounds)])
        case .processesChanged(_, let now):
            logger.warning("round continued by another number of processes", [.count: now])
        case .cachedFileDamaged(let error):
            logger.warning("damaged file of the cache made again", [.file: error.file, .reason: error.problem])
        case .outliersClipped(let file, _, let statistics):
            logger.warning("outliers of an image clipped", [.file: file, .count: statistics.outliers])
        case .purgedImagesRemoved(let count, _):
            logger.notice("purged images removed from the cache", [.count: count])
        case .purgedImageKept(let file): logger.error("purged image not removed from the cache", [.file: file])
        }
    }

    private static func processes(_ count: Int) -> String { count == 1 ? "one process" : "\(count) processes" }

    private static func list(_ rounds: [Int]) -> String { rounds.map(String.init).joined(separator: ", ") }
}

extension IntensityStatistics {
    /// What happens to the outliers, as a sentence.
    var outlierText: String {
        "\(outliers == 1 ? "one voxel is" : "\(outliers) voxels are") far outside all other values, and clipped to "
            + "\(Float(minimum)) to \(Float(maximum))"
    }
}
