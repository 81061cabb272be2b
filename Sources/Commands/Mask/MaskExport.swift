internal import ArgumentParser
internal import Console
internal import Domain
internal import Workflows

struct MaskExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write masks as NIfTI on the grid of their image.",
        usage: """
            lacuna mask export <volume> <organ> --output <file>
            lacuna mask export --mask <id> --output <file>
            lacuna mask export <volume> --all --output <file>
            """,
        discussion: """
            The file has the shape, axis order and transform of the volume's first source, or of the one named with \
            --source, so that it overlays that image exactly in any viewer. Voxels are uint8: 1 in the organ, 0 elsewhere. \
            Voxels in which the organ is unknown are 0, or the value of --unknown, which mask import --ignore reads back. \
            The mask is the organ's current one, or any version by its id.

            With --all, the current masks of all organs become one label map. A table of its values, organs and colours is \
            written beside it in the forms of ITK-SNAP (.label.txt) and of 3D Slicer (.ctbl). Edit the map in either \
            program, and import it with mask import --map and one of these tables. Voxels of a part have the value of the \
            part. Masks of models are included, and unknown voxels are 0.

            EXAMPLE:
              $ lacuna mask export internal/img0001 liver --output liver.nii.gz
              file          liver.nii.gz
              mask          1
              volume        1
              organ         liver
              voxels        1610
              partial       no
              …
              grid          internal/img0001
              $ lacuna mask export internal/img0001 --all --output organs.nii.gz
              organ   value  mask  voxels  status     partial
              liver       1     1    1610  annotated  no
              spleen      2     2     329  annotated  no
              …
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Volume: its id, DATASET/CASE or its file.")
    var volume: String?

    @Argument(help: "Organ: its key or another spelling.")
    var organ: String?

    @Option(help: .value("id", "Mask to write instead."))
    var mask: Int64?

    @Flag(help: "Write all organs of the volume as one label map.")
    var all = false

    @Option(
        name: .customLong("organ"),
        help: ArgumentHelp("Organ of the label map, instead of all. Repeatable.", valueName: "organ"))
    var organs: [String] = []

    @Option(help: .value("file", "File to write, .nii or .nii.gz."))
    var output: String

    @Option(
        help: .value("number", "Value of voxels in which the organ is unknown, 2 to 255. (default: 0, like background)")
    )
    var unknown: UInt8?

    @Option(help: .value("dataset", "Dataset of the source whose grid is used. (default: the volume's first source)"))
    var source: String?

    @Flag(help: "Overwrite an existing file. Files of datasets are never overwritten.")
    var force = false

    func validate() throws {
        guard output.hasSuffix(".nii") || output.hasSuffix(".nii.gz") else {
            throw ValidationError("--output must end in .nii or .nii.gz.")
        }
        if let unknown, unknown < 2 { throw ValidationError("--unknown must be 2 to 255; 1 is the organ.") }
        if unknown != nil && isMap { throw ValidationError("--unknown applies to one mask, not to a label map.") }
        if mask != nil && (volume != nil || isMap) {
            throw ValidationError("--mask names the volume and the organ; omit both.")
        }
        if isMap && (volume == nil || organ != nil) {
            throw ValidationError("name the volume alone; --organ selects the organs of a label map.")
        }
        if mask == nil && !isMap && (volume == nil || organ == nil) {
            throw ValidationError("name the volume and the organ, a mask with --mask ID, or a volume with --all.")
        }
    }

    private var isMap: Bool { all || !organs.isEmpty }

    func run() async throws {
        try await Session.with(options) { session in
            if let volume, isMap { return try await writeMap(of: volume, session) }
            let choice = mask.map { MaskFileExport.Choice.version(MaskID($0)) }
            let written = try await MaskFileExport(session.workspace).write(
                MaskFileExport.Request(
                    choice ?? .current(organ: organ ?? "", volume: volume ?? ""), file: output, source: source,
                    unknown: unknown, mayOverwrite: force))
            session.output.report([
                Cell.Field("file", output), Cell.Field("mask", written.mask.rawValue),
                Cell.Field("volume", written.volume.rawValue), Cell.Field("organ", written.organ.rawValue),
                Cell.Field("voxels", written.voxels), Cell.Field("partial", !written.region.isEverywhere),
                Cell.Field("knownVoxels", written.region.count), Cell.Field("unknown", unknown.map(Int.init)),
                Cell.Field("grid", written.grid),
            ])
            if !written.region.isEverywhere { session.output.note(note(written.region)) }
            if written.isSheared { session.output.note(Self.shearNote(written.grid)) }
        }
    }

    private func writeMap(of volume: String, _ session: Session) async throws {
        var request = LabelMapFileExport.Request(volume: volume, file: output)
        (request.organs, request.source, request.mayOverwrite) = (organs, source, force)
        let written = try await LabelMapFileExport(session.workspace).write(request)
        session.output.report(written.organs, LabelMapFileExport.Written.columns)
        session.output.note("\nTables of the values: " + written.tables.joined(separator: ", "))
        if written.isSheared { session.output.note(Self.shearNote(written.grid)) }
    }

    private static func shearNote(_ grid: String) -> String {
        "The grid of \(grid) is sheared: its axes are not at right angles. Tools of ITK and SimpleITK refuse such files; "
            + "3D Slicer and nibabel read them."
    }

    private func note(_ region: KnownRegion) -> String {
        let count =
            "The organ is unknown in \(region.shape.count - region.count) of \(region.shape.count) voxels, which are "
        guard let unknown else { return count + "0 in the file. Use --unknown 255 to write them as 255." }
        return count + "\(unknown) in the file. Import it with lacuna mask import --ignore \(unknown)."
    }
}

extension LabelMapFileExport.Written {
    fileprivate static var columns: [Column<LabelMapFileExport.Written>] {
        [
            Column("organ") { $0.organ.rawValue }, Column("value") { $0.value }, Column("mask") { $0.mask.rawValue },
            Column("voxels") { $0.voxels }, Column("status") { $0.isModelMade ? "pseudo" : "annotated" },
            Column("partial") { $0.isPartial },
        ]
    }
}
