internal import ArgumentParser
internal import Console
internal import Domain
internal import Phantoms
internal import System

struct PhantomGenerate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Write synthetic datasets in public layouts, each a folder to import.",
        discussion: """
            The plan demo has an internal fully labelled set (BTCV layout), a liver set (MSD), a partially labelled set \
            (TotalSegmentator) and held-out subjects. The same options give the same bytes.
            """)

    enum Plan: String, CaseIterable, ExpressibleByArgument { case demo }

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Write the datasets into this folder.")
    var path: String

    @Option(help: "Generate this plan.")
    var plan: Plan = .demo

    @Option(help: "Draw with this seed.")
    var seed: UInt64 = 2021

    @Option(help: "Make volumes of this many voxels, such as 96x96x48.")
    var shape = "96x96x48"

    @Option(help: "Generate this many fully labelled subjects.")
    var complete: Int?

    @Option(help: "Generate this many subjects with liver labels only.")
    var liver: Int?

    @Option(help: "Generate this many subjects with a file a class.")
    var partial: Int?

    @Option(help: "Generate this many held-out subjects.")
    var heldOut: Int?

    @Option(help: "Give both public sets this many scans in common.")
    var shared: Int?

    @Option(help: "Leave out this share of each class of the partial set.")
    var missing = 0.7

    func validate() throws {
        let counts = [("complete", complete), ("liver", liver), ("partial", partial), ("held-out", heldOut)]
        for (name, count) in counts where count.map({ $0 < 1 }) ?? false {
            throw ValidationError("--\(name) is 1 or more: each of the plan's datasets has a volume.")
        }
        if let shared, shared < 0 { throw ValidationError("--shared is 0 or more.") }
        guard (0...1).contains(missing) else { throw ValidationError("--missing is a share from 0 to 1.") }
    }

    func run() async throws {
        let plan = try phantomPlan()
        let bar = options.output.progress("generate", total: plan.imageCount)
        let folder = path
        let written = try await BlockingWork().run {
            try PhantomGenerator.generate(plan, into: folder) { _ in bar.advance() }
        }
        bar.finish()
        options.output.report(
            written.datasets,
            [
                Column("dataset") { $0.name }, Column("images") { $0.images },
                Column("labelFiles", title: "label files") { $0.labelFiles }, Column("path") { $0.path },
            ])
    }

    private func phantomPlan() throws -> PhantomPlan {
        let sizes = shape.split(separator: "x").compactMap { Int($0) }
        guard sizes.count == 3, sizes.allSatisfy({ (8...2048).contains($0) }) else {
            throw CommandFailure(
                .usage, "--shape \(shape) is no shape", remedy: "give three sizes of 8 to 2048: 96x96x48")
        }
        var counts = PhantomPlan.Counts()
        counts.complete = complete ?? counts.complete
        counts.liver = liver ?? counts.liver
        counts.partial = partial ?? counts.partial
        counts.heldOut = heldOut ?? counts.heldOut
        counts.shared = shared ?? counts.shared
        // The same field of view whatever the shape: 384 x 384 x 240 mm.
        let spacing = Vector3(384 / Double(sizes[0]), 384 / Double(sizes[1]), 240 / Double(sizes[2]))
        return PhantomPlan.demo(
            seed: seed, shape: GridShape(sizes[0], sizes[1], sizes[2]), spacing: spacing, counts: counts,
            missingShare: missing)
    }
}
