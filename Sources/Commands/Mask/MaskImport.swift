internal import ArgumentParser
internal import Console
internal import Domain
internal import Workflows

struct MaskImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Import a mask that a person drew as the new annotation of an organ.",
        discussion: """
            The file must be on the grid of the volume's first source, or of the one named with --source, in any axis order; \
            it is not resampled. The organ is every voxel other than 0, or those of --value. Earlier annotations are kept; \
            lacuna label restore undoes the import.

            Where the current label is partial, the new one is partial too: it is known where that label was known, and in \
            each voxel that the file adds to the organ or removes from it. --ignore names the value of unknown voxels; all \
            others are then known. --complete records that the whole volume was examined.

            EXAMPLE:
              $ lacuna mask import internal/img0001 liver edited.nii.gz --rater ab \\
                  --reason "leak into the stomach"
              volume        1
              organ         liver
              status        annotated
              mask          119
              voxels        1552
              partial       no
              …
              current       yes
              …
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var why: ReasonOption

    @Argument(help: "Volume: its id, DATASET/CASE or its file.")
    var volume: String

    @Argument(help: "Organ: its key or another spelling.")
    var organ: String

    @Argument(help: "File to read, .nii or .nii.gz.")
    var file: String

    @Option(help: "Label origin; not model.")
    var origin = LabelOrigin.expert

    @Option(
        help: .value(
            "name",
            "Rater who drew the mask; of each rater the newest annotation is used. No patient data. (default: none)"))
    var rater = ""

    @Option(help: .value("number", "Value of the organ's voxels. Repeatable. (default: the only value other than 0)"))
    var value: [Int] = []

    @Option(
        help: .value("dataset", "Dataset of the source on whose grid the file is. (default: the volume's first source)")
    )
    var source: String?

    @Option(help: .value("number", "Value of unknown voxels, as mask export --unknown writes them. Repeatable."))
    var ignore: [Int] = []

    @Flag(help: "The file has no voxel of the organ because the organ is absent.")
    var absent = false

    @Flag(help: "The whole volume was examined, also where the current label is unknown.")
    var complete = false

    func validate() throws {
        if MaskCorrection.reservedRaters.contains(rater) {
            throw ValidationError("--rater \(rater) is reserved for computed masks; choose another name.")
        }
        if complete && !ignore.isEmpty { throw ValidationError("--complete excludes --ignore.") }
        if ignore.contains(0) || !Set(ignore).isDisjoint(with: value) {
            throw ValidationError("--ignore must differ from 0 and from the values of --value.")
        }
        if origin == .model { throw ValidationError("--origin must be expert, assisted or reviewed.") }
    }

    func run() async throws {
        var request = MaskCorrection.Request(volume: volume, organ: organ, file: file, reason: why.reason)
        request.source = source
        (request.values, request.ignored) = (Set(value), Set(ignore))
        (request.origin, request.rater) = (origin, rater)
        (request.isAbsent, request.isComplete) = (absent, complete)
        try await Session.with(options) { [request] session in
            let recorded = try await MaskCorrection(session.workspace).record(request)
            session.output.report(recorded.fields)
            for warning in recorded.warnings { session.output.warn(warning.text) }
            for note in recorded.notes { session.output.note(note) }
        }
    }
}

extension MaskCorrection.Result {
    fileprivate var fields: [Cell.Field] {
        [
            Cell.Field("volume", volume.rawValue), Cell.Field("organ", organ.rawValue),
            Cell.Field("status", status.rawValue), Cell.Field("mask", mask?.rawValue),
            Cell.Field("voxels", voxels), Cell.Field("partial", extent.isPartial),
            Cell.Field("knownVoxels", extent.voxels), Cell.Field("changed", isNew), Cell.Field("current", isCurrent),
            Cell.Field("warnings", warnings.map(\.text)), Cell.Field("revision", revision.number),
        ]
    }

    fileprivate var notes: [String] {
        var notes: [String] = []
        if extent.isPartial {
            notes.append(
                "The label is partial: \(extent.voxels) of \(volumeVoxels) voxels are known. "
                    + "Add --complete if the whole volume was examined.")
        }
        if !isCurrent {
            notes.append(
                "Another annotation ranks higher: compare them with lacuna mask compare \(volume) \(organ), "
                    + "and see lacuna mask policy show.")
        }
        return notes
    }
}

extension MaskCorrection.Warning {
    fileprivate var text: String {
        switch self {
        case .displaced(let voxels, let source):
            "the file is displaced by \(Decimal.fixed(voxels, places: 2)) voxels from \(source)"
        case .conflict(let conflict): conflict.description
        case .unchecked(let problem): "contradictions with other organs were not searched: \(problem)"
        }
    }
}
