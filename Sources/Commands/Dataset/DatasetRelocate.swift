internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Postgres
internal import System

struct DatasetRelocate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relocate", abstract: "Say where a dataset's folder lies now.",
        discussion: """
            The new folder takes the place of the recorded root, which dataset list shows. Every file that was imported \
            must lie there with its size; a sample of them, or with --check all each of them, must hash to what was \
            imported. Nothing is changed unless all do. --missing-ok moves it although files have vanished.
            """)

    enum Check: String, CaseIterable, ExpressibleByArgument { case sample, all }

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name the dataset.")
    var dataset: String

    @Argument(help: "Name the folder that takes the place of the recorded root.")
    var path: String

    @Option(help: "Name the release, if there are several.")
    var release: String?

    @Option(help: "Hash a sample of the files, or all.")
    var check = Check.sample

    @Flag(help: "Relocate although files have vanished; they are listed.")
    var missingOk = false

    func run() async throws {
        let (findings, changed) = try await Session.with(options) { session in
            let recorded = try await recordedRelease(session.catalog)
            let root = try await BlockingWork().run { [path] in try ReleaseRoot.resolve(path) }
            let files = try await session.catalog.files(of: dataset, release: recorded.release)
            let sample = check == .sample ? RelocationCheck.sampleSize : files.count
            let bar = session.output.progress("relocate", total: files.count)
            let checked = try await BlockingWork().run {
                RelocationCheck(root: root, hashed: sample).run(files, bar)
            }
            bar.finish()
            let problems = checked.findings
            let fits = problems.allSatisfy { $0.kind == .missing && missingOk } && problems.count < max(1, files.count)
            if fits, root != recorded.root {
                let parameters = JSONRenderer.render(
                    .object([
                        Cell.Field("dataset", dataset), Cell.Field("release", recorded.release),
                        Cell.Field("relocated", true), Cell.Field("files", files.count),
                        Cell.Field("hashed", checked.hashed), Cell.Field("missing", problems.count),
                    ]))
                try await session.catalog.relocate(
                    dataset, release: recorded.release, to: root, parameters: JSONText(parameters))
            }
            report(root, recorded, files.count, checked, fits, session.output)
            return (problems, fits)
        }
        if !changed { throw ExitCode(ExitStatus.badInput.rawValue) }
        if !findings.isEmpty { throw ExitCode(ExitStatus.partlyDone.rawValue) }
    }

    private func recordedRelease(_ catalog: LabelCatalog) async throws -> DatasetRow {
        try await catalog.requireDataset(dataset)
        let releases = try await catalog.datasets().filter { $0.name == dataset }
        let names = releases.map(\.release).joined(separator: ", ")
        if release == nil, releases.count > 1 {
            throw CommandFailure(
                .badInput, "dataset \(dataset) has several releases: \(names)", remedy: "name one with --release")
        }
        guard let found = releases.first(where: { release == nil || $0.release == release }) else {
            throw CommandFailure(
                .badInput, "dataset \(dataset) has no release \(release ?? "")", remedy: "its releases are: \(names)")
        }
        return found
    }

    private func report(
        _ root: String, _ recorded: DatasetRow, _ count: Int, _ checked: RelocationCheck.Outcome, _ changed: Bool,
        _ output: Output
    ) {
        let isThere = changed && root == recorded.root
        let fields = [
            Cell.Field("dataset", dataset), Cell.Field("release", recorded.release), Cell.Field("from", recorded.root),
            Cell.Field("root", changed ? root : recorded.root), Cell.Field("changed", changed && !isThere),
            Cell.Field("files", count), Cell.Field("hashed", checked.hashed),
        ]
        switch output.format {
        case .json: output.report(fields + [Cell.Field("problems", checked.findings.map(\.cell))])
        case .csv: output.report(checked.findings, RelocationFinding.columns)
        case .table:
            output.report(fields)
            if !checked.findings.isEmpty {
                Output.write("\n", to: 1)
                output.report(checked.findings, RelocationFinding.columns)
            }
        }
        if isThere { output.note("\nIt lies there already; nothing was changed.") }
        if !changed {
            output.note(
                "\nNothing was changed: name the folder that holds what \(recorded.root) held"
                    + (checked.findings.allSatisfy { $0.kind == .missing } ? ", or add --missing-ok." : "."))
        }
    }
}
