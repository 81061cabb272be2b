internal import ArgumentParser
internal import Console
internal import Domain
internal import System
internal import Workflows

struct MaskImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Import masks that a person drew as the new annotations of organs.",
        usage: """
            lacuna mask import <volume> <organ> <file> --reason <reason>
            lacuna mask import <volume> <file> --map <table> --reason <reason>
            """,
        discussion: """
            The file must be on the grid of the volume's first source, or of the one named with --source, in any axis order; \
            it is not resampled. The organ is every voxel other than 0, or those of --value. Earlier annotations are kept; \
            lacuna label restore undoes the import. A file that covers a part of that grid, as viewers save it, replaces the \
            current label there and keeps it elsewhere; without a current label the organ is known only there. With \
            --complete, it has no voxel elsewhere.

            With --map, the file is a label map, and the table names the organ of each value, as mask export --all writes it \
            and as ITK-SNAP and 3D Slicer save it, or in lines such as 1,liver. An organ also has the voxels of its parts. \
            Organs whose voxels did not change keep their labels.

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
              $ lacuna mask import internal/img0001 organs.nii.gz \\
                  --map organs.label.txt --reason "spleen completed"
              organ   status     mask  voxels  partial  changed  current
              spleen  annotated    70    1930  no       yes      yes
              …
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var why: ReasonOption

    @Argument(help: "Volume: its id, DATASET/CASE or its file.")
    var volume: String

    @Argument(help: "Organ: its key or another spelling. Omitted with --map.")
    var organ: String

    @Argument(help: "File to read, .nii or .nii.gz.")
    var file: String?

    @Option(help: .value("file", "Table of the label map's values: the organ of each."))
    var map: String?

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

    @Flag(help: "Record the absence although the organ is annotated.")
    var override = false

    @Flag(help: "The whole volume was examined, also where the current label is unknown.")
    var complete = false

    func validate() throws {
        if MaskCorrection.reservedRaters.contains(rater) {
            throw ValidationError("--rater \(rater) is reserved for computed masks; choose another name.")
        }
        guard map == nil ? file != nil : file == nil else {
            throw ValidationError("name the volume, the organ and the file; with --map, the volume and the file.")
        }
        if map != nil && (absent || !value.isEmpty || !ignore.isEmpty) {
            throw ValidationError("--map excludes --value, --ignore and --absent.")
        }
        if override && !absent { throw ValidationError("--override requires --absent.") }
        if complete && !ignore.isEmpty { throw ValidationError("--complete excludes --ignore.") }
        if ignore.contains(0) || !Set(ignore).isDisjoint(with: value) {
            throw ValidationError("--ignore must differ from 0 and from the values of --value.")
        }
        if origin == .model { throw ValidationError("--origin must be expert, assisted or reviewed.") }
    }

    func run() async throws {
        if let map { return try await importMap(map) }
        var request = MaskCorrection.Request(volume: volume, organ: organ, file: file ?? "", reason: why.reason)
        request.source = source
        (request.values, request.ignored) = (Set(value), Set(ignore))
        (request.origin, request.rater) = (origin, rater)
        (request.isAbsent, request.mayOverride, request.isComplete) = (absent, override, complete)
        try await Session.with(options) { [request] session in
            let recorded = try await MaskCorrection(session.workspace).record(request)
            session.output.report(recorded.fields)
            for warning in recorded.warnings { session.output.warn(warning.text) }
            for note in recorded.notes { session.output.note(note) }
        }
    }

    private func importMap(_ map: String) async throws {
        let text = try await BlockingWork().run { try TextFile.read(map) }
        var request = MaskMapCorrection.Request(
            volume: volume, file: organ, map: try LabelValueTable(text, file: map), reason: why.reason)
        (request.source, request.rater, request.isComplete) = (source, rater, complete)
        request.origin = origin
        try await Session.with(options) { [request] session in
            let result = try await MaskMapCorrection(session.workspace).record(request)
            session.output.report(result.recorded, MaskCorrection.Result.columns)
            for item in result.recorded {
                for warning in item.warnings { session.output.warn("\(item.organ): \(warning.text)") }
                for note in item.notes { session.output.note("\(item.organ): \(note)") }
            }
            for (text, organs) in [("Unchanged", result.unchanged), ("Without voxels in the file", result.empty)]
            where !organs.isEmpty {
                session.output.note("\(text): " + organs.map(\.rawValue).joined(separator: ", "))
            }
        }
    }
}

extension MaskCorrection.Result {
    /// Columns of the organs of a label map.
    fileprivate static var columns: [Column<MaskCorrection.Result>] {
        [
            Column("organ") { $0.organ.rawValue }, Column("status") { $0.status.rawValue },
            Column("mask") { $0.mask?.rawValue }, Column("voxels") { $0.voxels },
            Column("partial") { $0.extent.isPartial }, Column("changed") { $0.isNew },
            Column("current") { $0.isCurrent }, Column("knownVoxels", in: .wideOnly) { $0.extent.voxels },
            Column("warnings", in: .wideOnly) { $0.warnings.map(\.text) },
            Column("revision", in: .wideOnly) { $0.revision.number },
        ]
    }

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
        case .conflict(let conflict): conflict.description
        case .differs(let dice, let mask):
            "the mask overlaps little with mask \(mask), which was current before, Dice \(Decimal.fixed(dice, places: 3)): "
                + "check both in a viewer; lacuna label restore undoes the import"
        case .removedOutside(let voxels):
            "\(voxels) voxels of the mask that was current before are outside the part that the file covers, and are removed: "
                + "omit --complete to keep them"
        case .unchecked(let problem): "contradictions with other organs were not searched: \(problem)"
        }
    }
}
