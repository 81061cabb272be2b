internal import Glibc

/// The path of a file or folder that an export creates.
package struct ExportTarget: Sendable {
    private let path: String
    private let mayOverwrite: Bool

    /// - Parameter mayOverwrite: whether an existing file may be replaced.
    package init(path: String, mayOverwrite: Bool) { (self.path, self.mayOverwrite) = (path, mayOverwrite) }

    /// Checks that the path is outside every dataset, and free unless it may be overwritten. Blocks.
    ///
    /// - Parameter roots: the folders of the recorded releases, whose files are evidence and are never written.
    /// - Throws: `WorkflowError` of kind `badInput` for a path inside a dataset, `conflict` for an existing file.
    package func check(outside roots: [String]) throws {
        if let folder = Self.resolved(Self.parent(of: path)),
            let root = roots.first(where: { (folder + "/").hasPrefix((Self.resolved($0) ?? $0) + "/") })
        {
            throw WorkflowError(
                .badInput, "the output would be written into the folder of a dataset, \(root)", file: path,
                remedy: "choose a path outside it; imported folders are never changed")
        }
        if !mayOverwrite, access(path, F_OK) == 0 {
            throw WorkflowError(
                .conflict, "the file exists", file: path, remedy: "choose another name, or add --force")
        }
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The path with all links resolved; nil where it does not exist.
    private static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}
