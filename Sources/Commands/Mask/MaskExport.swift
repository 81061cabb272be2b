internal import ArgumentParser
internal import Console
internal import Domain
internal import Workflows

struct MaskExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write an organ's current mask as NIfTI on the grid of its image.",
        discussion: """
            The file has the shape, axis order and transform of the volume's first source, or of the one named with \
            --source, so that it overlays that image exactly in any viewer. Voxels are uint8: 1 in the organ, 0 elsewhere. \
            Voxels in which the organ is unknown are 0, or the value of --unknown, which mask import --ignore reads back.

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
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Volume: its id, DATASET/CASE or its file.")
    var volume: String

    @Argument(help: "Organ: its key or another spelling.")
    var organ: String

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
    }

    func run() async throws {
        try await Session.with(options) { session in
            let written = try await MaskFileExport(session.workspace).write(
                MaskFileExport.Request(
                    volume: volume, organ: organ, file: output, source: source, unknown: unknown, mayOverwrite: force))
            session.output.report([
                Cell.Field("file", output), Cell.Field("mask", written.mask.rawValue),
                Cell.Field("volume", written.volume.rawValue), Cell.Field("organ", written.organ.rawValue),
                Cell.Field("voxels", written.voxels), Cell.Field("partial", !written.region.isEverywhere),
                Cell.Field("knownVoxels", written.region.count), Cell.Field("unknown", unknown.map(Int.init)),
                Cell.Field("grid", written.grid),
            ])
            if !written.region.isEverywhere { session.output.note(note(written.region)) }
        }
    }

    private func note(_ region: KnownRegion) -> String {
        let count =
            "The organ is unknown in \(region.shape.count - region.count) of \(region.shape.count) voxels, which are "
        guard let unknown else { return count + "0 in the file. Use --unknown 255 to write them as 255." }
        return count + "\(unknown) in the file. Import it with lacuna mask import --ignore \(unknown)."
    }
}
