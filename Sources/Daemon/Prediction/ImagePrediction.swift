internal import Batches
internal import Catalog
internal import Console
internal import Domain
internal import Imaging
internal import Learning
internal import Numerics
internal import Objects
internal import Plans
internal import Rounds
internal import System
internal import Tensors
internal import Workflows

/// Predicts images outside the catalogue with the network of a round, and writes one mask per organ on the grid of the image.
struct ImagePrediction: Sendable {
    private let session: DaemonSession
    private let round: RoundRecord
    private let parts: RunParts
    private let snapshot: RunSnapshot
    private let weights: RoundWeights
    private let work = BlockingWork()

    /// - Parameter number: nil: the newest round that is trained.
    /// - Throws: `WorkflowError` of kind `badInput` for a round that the run does not have, of kind `conflict` for one that is not
    ///   trained.
    init(_ session: DaemonSession, run: StoredRun, round number: Int?) async throws {
        let records = try await session.catalog.rounds(of: run.id).map(RoundRecord.init)
        guard
            let round = records.last(where: { record in
                if let number { record.number == number } else { record.weights != nil }
            })
        else {
            throw WorkflowError(
                .badInput,
                number.map { "run \(run.name) has no round \($0)" } ?? "run \(run.name) has no trained round",
                remedy: "lacuna round list \(run.name) lists its rounds")
        }
        guard let weights = RoundWeights(round) else {
            throw WorkflowError(
                .conflict, "round \(round.number) of run \(run.name) is \(round.state.rawValue), not trained",
                remedy: "predict with a round that is trained")
        }
        (self.session, self.round, self.weights) = (session, round, weights)
        snapshot = try await RunOpening(catalog: session.catalog).snapshot(of: run.id, session.configuration.plan)
        parts = try await session.makeParts(snapshot)
    }

    struct Request: Sendable {
        let images: [String]
        /// The folder in which each image gets one of its own.
        let output: String
        /// As the user states it, for images that do not.
        let modality: String?
        let mayOverwrite: Bool

        /// Of the masks of an image.
        func folder(of file: GivenImage) -> String { "\(output)/\(file.name)" }
    }

    /// Predicts one image after another; one that cannot be predicted does not keep the others from it.
    ///
    /// - Parameters:
    ///   - warn: called with what is unusual about an image.
    ///   - progress: called with the number of images that are done.
    /// - Throws: `WorkflowError`, `DICOMError` before any image is predicted, for names and folders that cannot be used.
    func run(_ request: Request, warn: (String) -> Void, progress: (Int) -> Void) async throws -> [PredictionResult] {
        let files = try await open(request)
        var results: [PredictionResult] = []
        for (index, file) in files.enumerated() {
            progress(index)
            let outcome: Result<PredictedImage, any Error>
            do {
                outcome = .success(try await predict(file, request, warn))
            } catch {
                outcome = .failure(error)
            }
            results.append(PredictionResult(image: file.path, outcome: outcome))
        }
        progress(files.count)
        return results
    }

    /// Opens all images before the first is predicted, so that a wrong name costs no time.
    private func open(_ request: Request) async throws -> [GivenImage] {
        let converted = session.session.converted
        let files = try await work.run { try request.images.map { try GivenImage($0, converted) } }
        let twice = Dictionary(grouping: files, by: \.name).filter { $0.value.count > 1 }
        if let name = twice.keys.min() {
            throw WorkflowError(
                .usage, "two images are named \(name), and their masks would have one folder",
                remedy: "predict them into different folders")
        }
        for folder in files.map(request.folder) where FilePath.exists(folder) && !request.mayOverwrite {
            throw WorkflowError(
                .conflict, "it exists already", file: folder,
                remedy: "give another --output, or --force to replace its masks")
        }
        return files
    }

    /// Memory, in bytes for each voxel: of the image as it is stored while it is read; then 2 of the run's grid for its codes, an eighth
    /// for each organ's mask and two for each predicted positive, and 6 per organ for the slices in progress (`Predictor`); and what
    /// `SurroundingScores` takes.
    private func predict(_ file: GivenImage, _ request: Request, _ warn: (String) -> Void) async throws
        -> PredictedImage
    {
        let folder = request.folder(of: file)
        let read = try await work.run { try open(file, modality: file.modality ?? request.modality) }
        for warning in read.warnings { warn("\(file.path): \(warning)") }
        let (item, organs) = (read.item, parts.library.organs.count)
        let relabeller = Relabeller(
            rule: parts.rule,
            recipe: .everything(organs: organs, onePart: session.configuration.plan.organsKeptInOnePart))
        let collector = try await parts.predictor.predict(
            item, into: { relabeller.collector(for: item) }, with: weights, isStopping: { false })
        let candidates = await work.run { collector.candidates() }
        let masks = try await work.run { try write(candidates, read, file, folder) }
        return PredictedImage(image: file.path, folder: folder, masks: masks)
    }

    /// An image on the run's grid, without the one that was read.
    private struct ReadImage: Sendable {
        let item: TrainingCase
        let grid: TrainingGrid
        let native: ImageGrid
        let warnings: [String]
    }

    /// Blocks.
    private func open(_ file: GivenImage, modality: String?) throws -> ReadImage {
        let image = try file.read()
        let grid = TrainingGrid(
            native: image.shape, nativeSpacing: image.spacing,
            wanted: session.configuration.grid.spacing.map { Vector3($0[0], $0[1], $0[2]) })
        var warnings = try check.warnings(image, file.path, modality: modality, training: grid.shape)
        let (settings, statistics) = (session.configuration.settings, IntensityStatistics(image))
        let likeness = try check.normalised(as: modality, settings, file.path)
        if statistics.outliers > 0, settings.intensity.resolved(for: likeness) != .window {
            warnings.append(statistics.outlierText)
        }
        let coded = grid.coded(image, statistics)
        let item = TrainingCase(
            volume: VolumeID(0), shape: grid.shape, spacing: grid.spacing, image: IntensityVoxels(coded),
            normalisation: IntensityMap(settings, modality: likeness, statistics: statistics),
            labels: parts.library.organs.map { _ in .unknown })
        guard !item.isFlattened(by: settings, modality: likeness) else {
            throw WorkflowError(
                .badInput, "the window of the run, in Hounsfield units, makes almost all of it one value",
                file: file.path, remedy: "give an image in Hounsfield units, or predict with a run on such images")
        }
        return ReadImage(item: item, grid: grid, native: image.grid, warnings: warnings)
    }

    private var check: ImageCheck {
        ImageCheck(
            modalities: session.configuration.plan.modalities, spacings: snapshot.volumes.values.map(\.affine.spacing),
            organs: parts.library.organs.count, hasHead: weights.head != nil,
            slices: session.configuration.settings.slicesInProgress)
    }

    private func create(_ folder: String) throws {
        do {
            try Folder.create(folder, .owner)
        } catch {
            throw WorkflowError(
                .badInput, "it cannot be created: \(error.reason)", file: folder,
                remedy: "give a folder that can be written")
        }
    }

    /// Why a round withholds an organ, or, for the last round, which publishes nothing, why one would; nil where it does not.
    private func withheld(_ organ: String) -> String? {
        if let relabelling = round.relabelling { return relabelling.withheld[organ]?.explanation }
        let minimum = session.configuration.plan.minimumDice
        guard minimum > 0, let evaluation = round.evaluation else { return nil }
        guard let dice = evaluation.organs[organ]?.dice else { return "its held-out Dice is unknown" }
        return dice < minimum ? "its held-out Dice of \((dice * 1000).rounded() / 1000) is below run.minimumDice" : nil
    }

    private func write(
        _ candidates: [LabelCandidate], _ image: ReadImage, _ file: GivenImage, _ folder: String
    ) throws -> [PredictedMask] {
        try create(folder)
        let spacing = image.native.spacing
        let millilitres = spacing.x * spacing.y * spacing.z / 1000
        return try candidates.map { candidate in
            let organ = parts.library.organs[candidate.organ].rawValue
            let (mask, path) = (image.grid.up(candidate.foreground), "\(folder)/\(organ).nii.gz")
            try NIfTIWriter.write(mask: mask, on: image.native, to: path)
            let estimate = candidate.measures.softDice.flatMap {
                round.evaluation?.calibration?.estimate(organ: organ, softDice: $0)
            }
            return PredictedMask(
                image: file.path, organ: organ, file: path, voxels: mask.population,
                millilitres: Double(mask.population) * millilitres, confidence: candidate.measures.confidence,
                softDice: candidate.measures.softDice, dice: estimate?.dice, diceLower: estimate?.lower,
                diceUpper: estimate?.upper, withheld: withheld(organ))
        }
    }
}
