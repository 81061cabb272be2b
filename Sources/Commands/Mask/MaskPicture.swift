internal import ArgumentParser
internal import Console
internal import Domain
internal import Workflows

struct MaskPicture: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "picture",
        abstract: "Draw slices of a volume with its masks, round by round.",
        discussion: """
            The picture has one column for the image, one for the current labels of datasets and people, and one for the \
            pseudo labels of each published round, in which voxels that were not accepted are pale. The patient's right, R, is on \
            the left. An organ has the same colour in every picture. Proportions are true to millimetres. --view planes draws \
            an axial, a coronal and a sagittal slice; --view mosaic draws axial slices over the extent of the masks.

            EXAMPLE:
              $ lacuna mask picture internal/img0001 --output case.png
              file     case.png
              volume   1
              view     axial
              slices   15
              columns  2
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Volume: its id, DATASET/CASE or its file.")
    var volume: String

    @Option(help: .value("file", "Picture to write, .png or .svg."))
    var output: String

    @Option(
        name: .customLong("organ"),
        help: "Organ to draw. Repeatable. (default: the organs of the runs; without runs, all with a mask)")
    var organs: [String] = []

    @Option(help: "Run whose rounds are drawn. (default: all)")
    var run: String?

    @Option(help: .value("arrangement", "Slices to draw."))
    var view = View.axial

    @Option(
        help: .value("number", "Axial slice, counted from 0 at the feet. (default: the one that shows the most organs)")
    )
    var slice: Int?

    @Option(
        help: .value(
            "x,y,z", "Voxel of --view planes, from 0,0,0 at the left, back and feet. (default: the centre of the masks)"
        ),
        transform: VoxelPlace.init(parsing:))
    var position: VoxelPlace?

    @Option(help: .value("number", "Number of slices of --view mosaic, at most."))
    var slices = 12

    @Option(
        help: .value(
            "number", "Width of the grey range, in HU for CT. (default: 400 for CT, else from the percentiles 1 and 99)"
        ))
    var window: Double?

    @Option(
        parsing: .unconditional,
        help: .value(
            "number", "Middle of the grey range, in HU for CT. (default: 40 for CT, else from the percentiles 1 and 99)"
        ))
    var level: Double?

    @Flag(help: "Overwrite an existing file. Files of datasets are never overwritten.")
    var force = false

    enum View: String, CaseIterable, ExpressibleByArgument { case axial, planes, mosaic }

    private var shown: PictureView {
        switch view {
        case .axial: .axial(slice: slice)
        case .planes: .planes(through: position?.voxel)
        case .mosaic: .mosaic(slices: slices)
        }
    }

    private func file() throws -> PictureFile {
        guard let file = PictureFile(output) else { throw ValidationError("--output must end in .png or .svg.") }
        return file
    }

    func validate() throws {
        _ = try file()
        if slice != nil && view != .axial { throw ValidationError("--slice requires --view axial.") }
        if position != nil && view != .planes { throw ValidationError("--position requires --view planes.") }
        guard (1...100).contains(slices) else { throw ValidationError("--slices must be from 1 to 100.") }
        if (window == nil) != (level == nil) { throw ValidationError("--window and --level belong together.") }
        if let window, !(window > 0) || !window.isFinite { throw ValidationError("--window must be above 0.") }
        if let level, !level.isFinite { throw ValidationError("--level must be a number.") }
    }

    func run() async throws {
        let file = try file()
        try await Session.with(options) { session in
            var request = MaskPictures.Request(
                volume: volume, file: file, organs: organs, run: run, view: shown, mayOverwrite: force)
            if let window, let level { request.window = (window, level) }
            let drawn = try await MaskPictures(session.workspace).write(request)
            session.output.report([
                Cell.Field("file", file.path), Cell.Field("volume", drawn.volume.rawValue),
                Cell.Field("view", view.rawValue), Cell.Field("slices", drawn.slices),
                Cell.Field("columns", drawn.columns),
            ])
        }
    }
}

/// A voxel, written as `x,y,z`.
struct VoxelPlace: Sendable {
    let voxel: Vector3<Int>

    @Sendable init(parsing argument: String) throws {
        let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).compactMap { Int($0) }
        guard numbers.count == 3 else { throw ValidationError("a position is three numbers, such as 120,80,45") }
        voxel = Vector3(numbers[0], numbers[1], numbers[2])
    }
}
