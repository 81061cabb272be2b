import Glibc

/// Folders, made and listed so that they survive a power cut.
enum Folder {
    static func synchronise(_ path: String) throws(ObjectStoreError) {
        try OpenFile(path, O_RDONLY | O_DIRECTORY).synchronise()
    }

    /// Creates `path` and the folders above it where they are missing; each new entry is made durable in its parent.
    static func create(_ path: String) throws(ObjectStoreError) {
        if mkdir(path, 0o755) == 0 { return try synchronise(parent(of: path)) }
        switch errno {
        case EEXIST: return
        case ENOENT where parent(of: path) != path:
            try create(parent(of: path))
            try create(path)
        default: throw .last("mkdir", path)
        }
    }

    static func exists(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The names in a folder, without `.` and `..`, in byte order.
    static func names(in path: String) throws(ObjectStoreError) -> [String] {
        guard let folder = opendir(path) else { throw .last("opendir", path) }
        defer { closedir(folder) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(folder) else { break }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw .last("readdir", path) }
        return names.sorted()
    }

    /// Everything before the last slash; "/" and "." where there is nothing else.
    static func parent(of path: String) -> String {
        let trimmed = path.count > 1 && path.hasSuffix("/") ? path.dropLast() : path[...]
        guard let slash = trimmed.lastIndex(of: "/") else { return "." }
        return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    }
}
