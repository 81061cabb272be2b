internal import Console
internal import Glibc

/// A file that an export is to write: never one of a dataset, and one that exists only if the caller says so.
struct ExportTarget {
    let path: String
    let mayOverwrite: Bool

    /// - Parameter roots: the folders of the recorded releases, whose files are evidence and are never written.
    /// - Throws: bad input; nothing is written then.
    func check(outside roots: [String]) throws {
        if let folder = Self.resolved(Self.parent(of: path)),
            let root = roots.first(where: { (folder + "/").hasPrefix((Self.resolved($0) ?? $0) + "/") })
        {
            throw CommandFailure(
                .badInput, "the file would lie in the folder of a dataset, \(root)", file: path,
                remedy: "write it elsewhere; what was imported must stay as it was")
        }
        if !mayOverwrite, access(path, F_OK) == 0 {
            throw CommandFailure(
                .conflict, "the file exists already", file: path, remedy: "choose another name, or add --force")
        }
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The path without links, or nil where it does not exist.
    private static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}
