package import Catalog
internal import Exporters
internal import System

/// The path of a file or folder that a command creates.
package struct OutputTarget: Sendable {
    private let path: String
    private let mayOverwrite: Bool

    /// - Parameter mayOverwrite: whether an existing file may be replaced.
    package init(path: String, mayOverwrite: Bool) { (self.path, self.mayOverwrite) = (path, mayOverwrite) }

    /// Checks that the path can be created outside every dataset of the catalogue, and is free unless it may be overwritten.
    ///
    /// - Throws: as `check(outside:)`.
    package func check(in catalog: LabelCatalog) async throws {
        let roots = try await catalog.datasets().map(\.root)
        try await BlockingWork().run { try check(outside: roots) }
    }

    /// Checks that the path can be created outside the folders, and is free unless it may be overwritten. Blocks.
    ///
    /// - Parameter roots: the folders of datasets, whose files are evidence and are never written.
    /// - Throws: `WorkflowError` of kind `badInput` for a path inside a dataset, `conflict` for an existing file;
    ///   `ExportError.noFolder`.
    package func check(outside roots: [String]) throws {
        let parent = FilePath.parent(of: path)
        guard let folder = FilePath.resolved(parent) else { throw ExportError.noFolder(parent) }
        if let root = roots.first(where: { FilePath.relative(folder + "/", to: FilePath.resolved($0) ?? $0) != nil }) {
            throw WorkflowError(
                .badInput, "the output would be written into the folder of a dataset, \(root)", file: path,
                remedy: "choose a path outside it; imported folders are never changed")
        }
        if !mayOverwrite, FilePath.exists(path) {
            throw WorkflowError(
                .conflict, "the file exists", file: path, remedy: "choose another name, or add --force")
        }
    }
}
