internal import System

/// The folder that the paths of a datalist are relative to.
struct DataRoot: Sendable {
    private let path: String

    /// Blocks.
    ///
    /// - Throws: `WorkflowError` of kind `badInput` for a folder that does not exist.
    init(_ path: String) throws {
        guard let resolved = FilePath.resolved(path) else {
            throw WorkflowError(
                .badInput, "the folder does not exist", file: path, remedy: "create it, or name another")
        }
        self.path = resolved
    }

    /// The path relative to the root; unchanged for a path outside it.
    func relative(_ file: String) -> String {
        FilePath.relative(file, to: path) ?? file
    }
}
