internal import Glibc

/// Paths as text. A slash separates parts also before a combining character, with which it forms one `Character`.
public enum FilePath {
    private static let slash = UInt8(ascii: "/")

    /// Everything before the last slash; `/` and `.` where there is nothing else.
    public static func parent(of path: String) -> String {
        let bytes = trimmed(path)
        guard let last = bytes.lastIndex(of: slash) else { return "." }
        return last == bytes.startIndex ? "/" : text(bytes[..<last])
    }

    /// Everything after the last slash.
    public static func name(of path: String) -> String {
        let bytes = trimmed(path)
        guard let last = bytes.lastIndex(of: slash) else { return text(bytes) }
        return text(bytes[bytes.index(after: last)...])
    }

    /// What is between slashes, without empty parts.
    public static func parts(of path: String) -> [String] { path.utf8.split(separator: slash).map(text) }

    public static func isAbsolute(_ path: String) -> Bool { path.utf8.first == slash }

    /// Whether the path ends with these bytes, such as `.json`.
    public static func has(ending: String, _ path: String) -> Bool {
        path.utf8.reversed().starts(with: ending.utf8.reversed())
    }

    /// The path as seen from `folder`; nil where it is not below it. Both are compared as they are written.
    public static func relative(_ path: String, to folder: String) -> String? {
        let prefix = text(trimmed(folder)) == "/" ? "/" : text(trimmed(folder)) + "/"
        guard path.utf8.starts(with: prefix.utf8) else { return nil }
        return text(path.utf8.dropFirst(prefix.utf8.count))
    }

    /// The absolute path without symbolic links; nil where nothing exists there.
    public static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    /// Whether anything exists at the path, links followed.
    public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Size of a file in bytes, links followed; nil where nothing exists there.
    public static func size(of path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    /// Why this process cannot read a file or list a folder, links followed; nil where it can, and where nothing exists there.
    public static func obstacle(_ path: String) -> SystemError? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            return errno == ENOENT || errno == ENOTDIR ? nil : .last("stat", path)
        }
        let isFolder = status.st_mode & S_IFMT == S_IFDIR
        guard isFolder || status.st_mode & S_IFMT == S_IFREG else { return .notRegular(path) }
        return access(path, isFolder ? R_OK | X_OK : R_OK) == 0 ? nil : .last("access", path)
    }

    /// The path without a slash at its end.
    private static func trimmed(_ path: String) -> Substring.UTF8View {
        let bytes = path[...].utf8
        return bytes.count > 1 && bytes.last == slash ? bytes.dropLast() : bytes
    }

    private static func text(_ bytes: Substring.UTF8View) -> String { String(decoding: bytes, as: UTF8.self) }
}
