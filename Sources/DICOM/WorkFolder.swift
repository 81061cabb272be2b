internal import Glibc

/// Temporary folders, and small operations on folders.
enum WorkFolder {
    /// Calls `body` with a new private folder, which is removed afterwards.
    /// - Throws: `unwritable` where it cannot be created, and the errors of `body`.
    static func with<T>(in parent: String, _ body: (String) throws(DICOMError) -> T) throws(DICOMError) -> T {
        var template = Array("\(parent)/.converting-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw .unwritable(file: parent, code: errno) }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { remove(path) }
        return try body(path)
    }

    /// Names in a folder without "." and "..", sorted.
    static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Removes a file, a link, or a folder with its contents.
    static func remove(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            unlink(path)
            return
        }
        for name in names(in: path) { remove("\(path)/\(name)") }
        rmdir(path)
    }

    /// Creates a folder and its parents.
    /// - Throws: `unwritable`.
    static func make(_ path: String) throws(DICOMError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw .unwritable(file: path, code: errno)
        }
        try make(String(path[..<slash]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .unwritable(file: path, code: errno) }
    }
}
