import Glibc

/// Operations on folders and small text files.
enum PhantomFolder {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Creates a folder and its parents; an existing one is left unchanged.
    static func make(_ path: String) throws(PhantomError) {
        var prefix = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            prefix += (prefix.isEmpty || prefix.hasSuffix("/") ? "" : "/") + part
            if mkdir(prefix, 0o777) != 0, errno != EEXIST { throw failure(prefix) }
        }
    }

    /// Removes a folder with its contents, if it exists.
    static func remove(_ path: String) throws(PhantomError) {
        var entry = stat()
        guard lstat(path, &entry) == 0 else { return }
        if entry.st_mode & S_IFMT == S_IFDIR {
            for name in names(in: path) { try remove("\(path)/\(name)") }
        }
        if Glibc.remove(path) != 0 { throw failure(path) }
    }

    private static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    static func rename(_ path: String, to name: String) throws(PhantomError) {
        if Glibc.rename(path, name) != 0 { throw failure(name) }
    }

    /// Writes a new text file.
    static func write(_ text: String, to path: String) throws(PhantomError) {
        guard let file = fopen(path, "wx") else { throw failure(path) }
        let written = fputs(text, file) >= 0
        guard fclose(file) == 0, written else { throw failure(path) }
    }

    private static func failure(_ path: String) -> PhantomError {
        .unwritable(path: path, reason: String(cString: strerror(errno)))
    }
}
