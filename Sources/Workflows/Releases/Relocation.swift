internal import Catalog
internal import System

/// Records the folder to which the files of a release were moved.
package struct Relocation: Sendable {
    package struct Request: Sendable {
        package var dataset: String
        /// Nil where the dataset has one.
        package var release: String?
        /// Takes the place of the recorded root.
        package var folder: String
        /// Whether all files are hashed instead of a sample of 20.
        package var hashesAll = false
        /// Whether files may be missing; never all of them.
        package var allowsMissing = false

        package init(dataset: String, release: String? = nil, folder: String) {
            (self.dataset, self.release, self.folder) = (dataset, release, folder)
        }
    }

    package struct Result: Sendable {
        package enum Outcome: Hashable, Sendable {
            case relocated
            /// The folder is the recorded root; nothing was changed.
            case alreadyThere
            /// The folder does not contain the files; nothing was changed.
            case refused
        }

        package let dataset: String
        package let release: String
        /// The root recorded before.
        package let formerRoot: String
        /// The root recorded now.
        package let root: String
        package let outcome: Outcome
        /// The files of the release.
        package let files: Int
        /// Of these, the files whose checksum was computed.
        package let hashed: Int
        package let problems: [RelocationProblem]
    }

    private static let sampleSize = 20

    private let workspace: Workspace

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// - Throws: `CatalogError.unknownDataset`, `ImportError` for a folder that does not exist, `WorkflowError` for an unknown or
    ///   ambiguous release.
    package func run(_ request: Request) async throws -> Result {
        let recorded = try await release(request)
        let catalog = workspace.catalog
        let root = try await BlockingWork().run { try ReleaseRoot.resolve(request.folder) }
        let files = try await catalog.files(of: request.dataset, release: recorded.release)
        let checked = try await check(files, root, request)
        let fits =
            checked.problems.allSatisfy { $0.kind == .missing && request.allowsMissing }
            && checked.problems.count < max(1, files.count)
        let outcome: Result.Outcome = !fits ? .refused : root == recorded.root ? .alreadyThere : .relocated
        if outcome == .relocated {
            let parameters: ActivityParameters = [
                "dataset": .text(request.dataset), "release": .text(recorded.release), "relocated": .flag(true),
                "files": .integer(files.count), "hashed": .integer(checked.hashed),
                "missing": .integer(checked.problems.count),
            ]
            try await catalog.relocate(
                request.dataset, release: recorded.release, to: root, parameters: parameters.json)
        }
        return Result(
            dataset: request.dataset, release: recorded.release, formerRoot: recorded.root,
            root: fits ? root : recorded.root, outcome: outcome, files: files.count, hashed: checked.hashed,
            problems: checked.problems)
    }

    private func check(_ files: [ReleaseFile], _ root: String, _ request: Request) async throws
        -> RelocationCheck.Outcome
    {
        let meter = workspace.progress.begin("relocate", total: files.count)
        defer { meter.finish() }
        let check = RelocationCheck(root: root, sample: request.hashesAll ? files.count : Self.sampleSize)
        return await BlockingWork().run { check.run(files, meter) }
    }

    private func release(_ request: Request) async throws -> DatasetRow {
        let dataset = request.dataset
        try await workspace.catalog.requireDataset(dataset)
        let releases = try await workspace.catalog.datasets(named: dataset)
        let names = releases.map(\.release).joined(separator: ", ")
        if request.release == nil, releases.count > 1 {
            throw WorkflowError(
                .badInput, "dataset \(dataset) has several releases: \(names)", remedy: "name one with --release")
        }
        guard let found = releases.first(where: { request.release == nil || $0.release == request.release }) else {
            throw WorkflowError(
                .badInput, "dataset \(dataset) has no release \(request.release ?? "")",
                remedy: "its releases are: \(names)")
        }
        return found
    }
}
