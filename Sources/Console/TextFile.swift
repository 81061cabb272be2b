internal import Glibc

/// Small text files that people write or read.
package enum TextFile {
    static let limitInBytes = 16 << 20

    /// Writes a file atomically: under a temporary name beside it, then renamed. Blocks.
    /// - Throws: a failure where the file cannot be written.
    package static func write(_ text: String, to path: String) throws {
        let temporary = "\(path).\(getpid()).part"
        guard let file = fopen(temporary, "wx") else { throw unwritable(path) }
        var text = text
        let isWhole = text.withUTF8 { fwrite($0.baseAddress, 1, $0.count, file) == $0.count }
        let isSafe = isWhole && fflush(file) == 0 && fsync(fileno(file)) == 0
        guard fclose(file) == 0, isSafe, rename(temporary, path) == 0 else {
            let failure = unwritable(path)
            unlink(temporary)
            throw failure
        }
    }

    /// - Throws: a failure where `write` could not write.
    package static func requireWritable(_ path: String) throws {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        var status = stat()
        if stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG {
            throw CommandFailure(.badInput, "not a file", file: path, remedy: "name another file")
        }
        guard access(folder, W_OK | X_OK) == 0 else { throw unwritable(path) }
    }

    private static func unwritable(_ path: String) -> CommandFailure {
        CommandFailure(
            .badInput, "the file cannot be written: \(String(cString: strerror(errno)))", file: path,
            remedy: "check the folder and its permissions, or name another file")
    }

    /// The whole file as UTF-8. Blocks; keep it off the cooperative pool.
    /// - Throws: a failure for a file that cannot be read or is longer than 16 MiB.
    package static func read(_ path: String) throws -> String {
        guard let file = fopen(path, "r") else {
            throw CommandFailure(
                .badInput, "the file cannot be read: \(String(cString: strerror(errno)))", file: path,
                remedy: "check the path and its permissions")
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= limitInBytes {
            let count = fread(&buffer, 1, buffer.count, file)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
        throw CommandFailure(.badInput, "the file is longer than 16 MiB", file: path, remedy: "name another file")
    }
}
