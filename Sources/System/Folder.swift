internal import Glibc

/// Folders: listed, walked, created, removed. Blocks.
public enum Folder {
    public enum Kind: Hashable, Sendable {
        case file, folder, link
        /// A socket, a pipe or a device.
        case other
    }

    public struct Entry: Hashable, Sendable {
        /// The name as text. In a name that is not UTF-8, each other byte is written as `\xff`, and no file has this name.
        public let name: String
        public let kind: Kind
        public let isUTF8: Bool
    }

    /// The entries of a folder without `.` and `..`, sorted by name; links are not followed.
    public static func entries(of path: String) throws(SystemError) -> [Entry] {
        try rawEntries(of: path).map { entry in
            let text = String(validating: entry.name, as: UTF8.self)
            return Entry(name: text ?? FileName.escaped(entry.name), kind: entry.kind, isUTF8: text != nil)
        }.sorted { $0.name < $1.name }
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
    /// - Parameters:
    ///   - mode: permissions of new folders, less the umask.
    ///   - parents: whether the folders above it are created, too.
    ///   - isDurable: whether a parent that cannot be synchronised, such as one that cannot be read, is an error.
    public static func create(
        _ path: String, mode: UInt32 = 0o755, parents: Bool = true, isDurable: Bool = false
    ) throws(SystemError) {
        guard let missing = try createOne(path, mode, isDurable) else { return }
        let parent = FilePath.parent(of: path)
        guard parents, parent != path else { throw missing }
        try create(parent, mode: mode, isDurable: isDurable)
        if let missing = try createOne(path, mode, isDurable) { throw missing }
    }

    /// Creates one folder, unless it exists. Returns the error where the folder above it is missing.
    private static func createOne(
        _ path: String, _ mode: UInt32, _ isDurable: Bool
    ) throws(SystemError) -> SystemError? {
        if mkdir(path, mode) == 0 {
            do { try synchronise(FilePath.parent(of: path)) } catch  where !isDurable { return nil }
            return nil
        }
        let error = SystemError.last("mkdir", path)
        if error.code == ENOENT { return error }
        guard error.code == EEXIST else { throw error }
        var status = stat()
        guard stat(path, &status) == 0 else { throw .last("stat", path) }
        guard kind(status.st_mode) == .folder else { throw SystemError(operation: "mkdir", path: path, code: ENOTDIR) }
        return nil
    }

    /// Makes new, renamed and removed entries of a folder survive a power failure.
    public static func synchronise(_ path: String) throws(SystemError) {
        try OpenFile(path, O_RDONLY | O_DIRECTORY).synchronise()
    }

    /// Removes a file, a link, or a folder with its contents; links are removed, not followed. A missing path is no error.
    public static func remove(_ path: String) throws(SystemError) { try remove(Array(path.utf8)) }

    // MARK: -

    private struct RawEntry {
        let name: [UInt8]
        let kind: Kind
    }

    private static func rawEntries(of path: String) throws(SystemError) -> [RawEntry] {
        try rawEntries(of: Array(path.utf8))
    }

    /// - Parameter path: bytes, which need not be UTF-8.
    private static func rawEntries(of path: [UInt8]) throws(SystemError) -> [RawEntry] {
        guard let folder = withCString(path, { opendir($0) }) else { throw .last("opendir", FileName.text(path)) }
        defer { closedir(folder) }
        var entries: [RawEntry] = []
        while true {
            errno = 0
            guard let entry = readdir(folder) else { break }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in Array(bytes.prefix { $0 != 0 }) }
            if name == Array(".".utf8) || name == Array("..".utf8) { continue }
            entries.append(RawEntry(name: name, kind: kind(Int(entry.pointee.d_type), path + Array("/".utf8) + name)))
        }
        guard errno == 0 else { throw .last("readdir", FileName.text(path)) }
        return entries
    }

    private static func remove(_ path: [UInt8]) throws(SystemError) {
        var status = stat()
        guard withCString(path, { lstat($0, &status) }) == 0 else { return }
        guard kind(status.st_mode) == .folder else {
            guard withCString(path, { unlink($0) }) == 0 || errno == ENOENT else {
                throw .last("unlink", FileName.text(path))
            }
            return
        }
        for entry in try rawEntries(of: path) { try remove(path + Array("/".utf8) + entry.name) }
        guard withCString(path, { rmdir($0) }) == 0 || errno == ENOENT else {
            throw .last("rmdir", FileName.text(path))
        }
    }

    private static func withCString<T>(_ bytes: [UInt8], _ body: (UnsafePointer<CChar>) -> T) -> T {
        (bytes + [0]).withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { body($0.baseAddress!) }
        }
    }

    private static func kind(_ type: Int, _ path: [UInt8]) -> Kind {
        switch type {
        case Int(DT_REG): return .file
        case Int(DT_DIR): return .folder
        case Int(DT_LNK): return .link
        case Int(DT_UNKNOWN):
            var status = stat()
            return withCString(path) { lstat($0, &status) } == 0 ? kind(status.st_mode) : .other
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
