internal import System

/// The path of a file or folder that an export creates.
struct ExportTarget: Sendable {
    private let path: String
    private let mayOverwrite: Bool

    /// - Parameter mayOverwrite: whether an existing file may be replaced.
    init(path: String, mayOverwrite: Bool) { (self.path, self.mayOverwrite) = (path, mayOverwrite) }

    /// Checks that the path is outside every dataset, and free unless it may be overwritten. Blocks.
    ///
    /// - Parameter roots: the folders of the recorded releases, whose files are evidence and are never written.
    /// - Throws: `WorkflowError` of kind `badInput` for a path inside a dataset, `conflict` for an existing file.
    func check(outside roots: [String]) throws {
        if let folder = FilePath.resolved(FilePath.parent(of: path)),
            let root = roots.first(where: { FilePath.relative(folder + "/", to: FilePath.resolved($0) ?? $0) != nil })
        {
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
