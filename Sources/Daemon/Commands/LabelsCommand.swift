internal import ArgumentParser
internal import Batches
internal import Console
internal import Domain
internal import System

struct LabelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "labels", abstract: "Measure how fast labels of a volume are coded for training.",
        discussion: """
            All labels at once, as before a first round, and the pseudo labels of some organs added to those of the annotations, as after a \
            round that relabelled these. Masks are ellipsoids in memory; nothing is read or written. Beside it a copy of a byte for each voxel.

            EXAMPLE:
              $ lacunad benchmark labels --shape 128x128x64
              bench           labels_128x128x64_k13
              relabelled      3
              whole seconds   0.009
              adding seconds  0.006
              copy seconds    0.000
              share           0.68
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: .value("sizes", "Shape of the volume in voxels."))
    var shape = BenchmarkShape(GridShape(512, 512, 300))

    @Option(help: .value("number", "Number of organs."))
    var organs = 13

    @Option(help: .value("number", "Number of organs that were relabelled."))
    var relabelled = 3

    func validate() throws {
        guard (1...1024).contains(organs), (1...organs).contains(relabelled) else {
            throw ValidationError("--organs must be 1 to 1024, --relabelled 1 to as many.")
        }
    }

    func run() async throws {
        let benchmark = LabelBenchmark(shape: shape.grid, organs: organs)
        let result = try await BlockingWork().run { [relabelled] in try benchmark.run(relabelled: relabelled) }
        options.output.report([
            Cell.Field("bench", "labels_\(shape.grid)_k\(organs)"), Cell.Field("relabelled", relabelled),
            Cell.Field("wholeSeconds", result.wholeSeconds), Cell.Field("addingSeconds", result.addingSeconds),
            Cell.Field("copySeconds", result.copySeconds),
            Cell.Field("share", Cell.number(result.addingSeconds / result.wholeSeconds, places: 2)),
        ])
    }
}
