import Glibc

/// Folders and small text files.
enum PhantomFolder {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Makes a folder with the folders above it; one that exists is left as it is.
    static func make(_ path: String) throws(PhantomError) {
        var prefix = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            prefix += (prefix.isEmpty || prefix.hasSuffix("/") ? "" : "/") + part
            if mkdir(prefix, 0o777) != 0, errno != EEXIST { throw failure(prefix) }
        }
    }

    static func write(_ text: String, to path: String) throws(PhantomError) {
        guard let file = fopen(path, "wx") else { throw failure(path) }
        let written = fputs(text, file) >= 0
        guard fclose(file) == 0, written else { throw failure(path) }
    }

    private static func failure(_ path: String) -> PhantomError {
        .unwritable(path: path, reason: String(cString: strerror(errno)))
    }
}
