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

    @Option(help: .value("number", "Seed of the random numbers."))
    var seed: UInt64 = 2021

    @Option(help: .value("sizes", "Shape of each volume in voxels."))
    var shape = "96x96x48"

    @Option(help: .value("number", "Number of fully labelled subjects. (default: 4)"))
    var complete: Int?

    @Option(help: .value("number", "Number of subjects with liver labels only. (default: 12)"))
    var liver: Int?

    @Option(help: .value("number", "Number of subjects with one file for each class. (default: 14)"))
    var partial: Int?

    @Option(help: .value("number", "Number of held-out subjects. (default: 8)"))
    var heldOut: Int?

    @Option(help: .value("number", "Number of scans that both public datasets contain. (default: 1)"))
    var shared: Int?

    @Option(help: .value("share", "Share of the files of each class that the partial dataset omits, 0 to 1."))
    var missing = 0.7

    func validate() throws {
        let counts = [("complete", complete), ("liver", liver), ("partial", partial), ("held-out", heldOut)]
        for (name, count) in counts where count.map({ $0 < 1 }) ?? false {
            throw ValidationError("--\(name) must be at least 1.")
        }
        if gridShape == nil { throw ValidationError("--shape must be three sizes from 8 to 2048, such as 96x96x48.") }
        let most = min(self.counts.liver, self.counts.partial)
        guard (0...most).contains(self.counts.shared) else {
            throw ValidationError("--shared must be from 0 to \(most), the subjects of the smaller public dataset.")
        }
        guard (0...1).contains(missing) else { throw ValidationError("--missing must be from 0 to 1.") }
    }

    func run() async throws {
        guard let gridShape else { return }
        let request = PhantomGeneration.Request(
            folder: path, seed: seed, shape: gridShape, counts: counts, missingShare: missing)
        let datasets = try await PhantomGeneration(progress: options.output).run(request)
        options.output.report(
            datasets,
            [
                Column("dataset") { $0.name }, Column("images") { $0.images },
                Column("labelFiles") { $0.labelFiles }, Column("path") { $0.path },
            ])
    }

    /// Nil where `--shape` is not three sizes.
    private var gridShape: GridShape? {
        let sizes = shape.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard sizes.count == 3, sizes.allSatisfy({ (8...2048).contains($0) }) else { return nil }
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
