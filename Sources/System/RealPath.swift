internal import Glibc

/// Absolute paths without links.
package enum RealPath {
    /// The absolute path of a file or folder with all links resolved; nil where it does not exist. Blocks.
    package static func of(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    /// The folder part of a path, `.` for a bare name. The file need not exist.
    package static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
