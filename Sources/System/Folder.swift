internal import Glibc

/// Folders: listed, walked, created, removed. Blocks.
public enum Folder {
    public enum Kind: Hashable, Sendable {
        case file, folder, link
        /// A socket, a pipe or a device.
        case other
    }

    public struct Entry: Hashable, Sendable {
        public let name: String
        public let kind: Kind
    }

    /// The entries of a folder without `.` and `..`, sorted by name; links are not followed.
    public static func entries(of path: String) throws(SystemError) -> [Entry] {
        guard let folder = opendir(path) else { throw .last("opendir", path) }
        defer { closedir(folder) }
        var entries: [Entry] = []
        while true {
            errno = 0
            guard let entry = readdir(folder) else { break }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name == "." || name == ".." { continue }
            entries.append(Entry(name: name, kind: kind(Int(entry.pointee.d_type), "\(path)/\(name)")))
        }
        guard errno == 0 else { throw .last("readdir", path) }
        return entries.sorted { $0.name < $1.name }
    }

    /// The sorted names in a folder without `.` and `..`.
    public static func names(in path: String) throws(SystemError) -> [String] { try entries(of: path).map(\.name) }

    /// What a path refers to after links are followed; nil where nothing exists there.
    public static func kind(of path: String) -> Kind? {
        var status = stat()
        return stat(path, &status) == 0 ? kind(status.st_mode) : nil
    }

    /// Whether the path, links followed, is a folder.
    public static func exists(_ path: String) -> Bool { kind(of: path) == .folder }

    /// The files in a folder and at most `depth` folders below it, as sorted relative paths. Links are followed; a folder that cannot
    /// be listed is empty.
    ///
    /// - Parameter accepts: decides by name whether a file is listed and a folder entered.
    public static func files(in root: String, depth: Int, where accepts: (String) -> Bool = { _ in true }) -> [String] {
        var (found, open) = ([String](), [("", 0)])
        while let (place, level) = open.popLast() {
            for entry in (try? entries(of: place.isEmpty ? root : "\(root)/\(place)")) ?? [] where accepts(entry.name) {
                let inside = place.isEmpty ? entry.name : "\(place)/\(entry.name)"
                switch entry.kind == .link ? kind(of: "\(root)/\(inside)") : entry.kind {
                case .file: found.append(inside)
                case .folder where level < depth: open.append((inside, level + 1))
                default: continue
                }
            }
        }
        return found.sorted()
    }

    /// Creates `path` and the folders above it where they are missing; each new entry is made durable in its parent.
    ///
    /// - Parameter mode: permissions of new folders, less the umask.
    public static func create(_ path: String, mode: UInt32 = 0o755) throws(SystemError) {
        if mkdir(path, mode) == 0 { return try synchronise(FilePath.parent(of: path)) }
        switch errno {
        case EEXIST: return
        case ENOENT where FilePath.parent(of: path) != path:
            try create(FilePath.parent(of: path), mode: mode)
            try create(path, mode: mode)
        default: throw .last("mkdir", path)
        }
    }

    /// Makes new, renamed and removed entries of a folder survive a power failure.
    public static func synchronise(_ path: String) throws(SystemError) {
        try OpenFile(path, O_RDONLY | O_DIRECTORY).synchronise()
    }

    /// Removes a file, a link, or a folder with its contents; links are removed, not followed. A missing path is no error.
    public static func remove(_ path: String) throws(SystemError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard kind(status.st_mode) == .folder else {
            guard unlink(path) == 0 || errno == ENOENT else { throw .last("unlink", path) }
            return
        }
        for name in try names(in: path) { try remove("\(path)/\(name)") }
        guard rmdir(path) == 0 || errno == ENOENT else { throw .last("rmdir", path) }
    }

    // MARK: -

    private static func kind(_ type: Int, _ path: String) -> Kind {
        switch type {
        case Int(DT_REG): return .file
        case Int(DT_DIR): return .folder
        case Int(DT_LNK): return .link
        case Int(DT_UNKNOWN):
            var status = stat()
            return lstat(path, &status) == 0 ? kind(status.st_mode) : .other
        default: return .other
        }
    }

    private static func kind(_ mode: mode_t) -> Kind {
        switch mode & S_IFMT {
        case S_IFREG: .file
        case S_IFDIR: .folder
        case S_IFLNK: .link
        default: .other
        }
    }
}
