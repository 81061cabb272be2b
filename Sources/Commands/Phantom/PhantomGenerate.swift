internal import ArgumentParser
internal import Console
internal import Domain
internal import Phantoms
internal import Workflows

struct PhantomGenerate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Write synthetic datasets in public layouts.",
        discussion: """
            The plan demo consists of an internal, fully labelled dataset (BTCV layout), a liver dataset (MSD), a partially \
            labelled dataset (TotalSegmentator) and held-out subjects, each in a folder to import. Every volume has a \
            field of view of 384 x 384 x 240 mm. Equal options give equal files.

            EXAMPLE:
              $ lacuna phantom generate data
              dataset                   images  label files  path
              internal                       4            4  data/internal
              Task03_Liver                  12           12  data/Task03_Liver
              …
            """)

    enum Plan: String, CaseIterable, ExpressibleByArgument { case demo }

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Folder for the datasets.")
    var path: String

    @Option(help: "Plan to generate.")
    var plan: Plan = .demo

    @Option(help: "Seed of the random numbers.")
    var seed: UInt64 = 2021

    @Option(help: "Shape of each volume in voxels.")
    var shape = "96x96x48"

    @Option(help: "Number of fully labelled subjects (default: 4).")
    var complete: Int?

    @Option(help: "Number of subjects with liver labels only (default: 12).")
    var liver: Int?

    @Option(help: "Number of subjects with one file for each class (default: 14).")
    var partial: Int?

    @Option(help: "Number of held-out subjects (default: 8).")
    var heldOut: Int?

    @Option(help: "Number of scans that both public datasets contain (default: 1).")
    var shared: Int?

    @Option(help: "Share of the files of each class that the partial dataset omits, 0 to 1.")
    var missing = 0.7

    func validate() throws {
        let counts = [("complete", complete), ("liver", liver), ("partial", partial), ("held-out", heldOut)]
        for (name, count) in counts where count.map({ $0 < 1 }) ?? false {
            throw ValidationError("--\(name) must be at least 1.")
        }
        if let shared, shared < 0 { throw ValidationError("--shared must be at least 0.") }
        guard (0...1).contains(missing) else { throw ValidationError("--missing must be from 0 to 1.") }
    }

    func run() async throws {
        let request = PhantomGeneration.Request(
            folder: path, seed: seed, shape: try gridShape(), counts: counts, missingShare: missing)
        let datasets = try await PhantomGeneration(progress: options.output).run(request)
        options.output.report(
            datasets,
            [
                Column("dataset") { $0.name }, Column("images") { $0.images },
                Column("labelFiles", title: "label files") { $0.labelFiles }, Column("path") { $0.path },
            ])
    }

    private func gridShape() throws -> GridShape {
        let sizes = shape.split(separator: "x").compactMap { Int($0) }
        guard sizes.count == 3, sizes.allSatisfy({ (8...2048).contains($0) }) else {
            throw CommandFailure(
                .usage, "--shape \(shape) is no shape", remedy: "give three sizes from 8 to 2048, such as 96x96x48")
        }
        return GridShape(sizes[0], sizes[1], sizes[2])
    }

    private var counts: PhantomPlan.Counts {
        var counts = PhantomPlan.Counts()
        counts.complete = complete ?? counts.complete
        counts.liver = liver ?? counts.liver
        counts.partial = partial ?? counts.partial
        counts.heldOut = heldOut ?? counts.heldOut
        counts.shared = shared ?? counts.shared
        return counts
    }
}
