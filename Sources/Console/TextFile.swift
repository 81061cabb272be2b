internal import Glibc
internal import System

/// Small text files that people write or read.
package enum TextFile {
    static let limitInBytes = 16 << 20

    /// Writes a file atomically: under a temporary name beside it, then renamed. Blocks.
    /// - Throws: a failure where the file cannot be written.
    package static func write(_ text: String, to path: String) throws {
        do {
            try AtomicFile.write(text, to: path)
        } catch {
            throw unwritable(path, error.reason)
        }
    }

    /// - Throws: a failure where `write` could not write.
    package static func requireWritable(_ path: String) throws {
        let folder = FilePath.parent(of: path)
        var status = stat()
        if stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG {
            throw CommandFailure(.badInput, "not a file", file: path, remedy: "name another file")
        }
        guard access(folder, W_OK | X_OK) == 0 else { throw unwritable(path, String(cString: strerror(errno))) }
    }

    private static func unwritable(_ path: String, _ reason: String) -> CommandFailure {
        CommandFailure(
            .badInput, "the file cannot be written: \(reason)", file: path,
            remedy: "check the folder and its permissions, or name another file")
    }

    /// The whole file. Blocks; keep it off the cooperative pool.
    /// - Throws: a failure for a file that cannot be read, is longer than 16 MiB, or is not UTF-8.
    package static func read(_ path: String) throws -> String {
        guard let text = String(validating: try bytes(of: path), as: UTF8.self) else {
            throw CommandFailure(
                .badInput, "the file is not UTF-8 text", file: path, remedy: "save it with the encoding UTF-8")
        }
        return text
    }

    /// The first 4 KiB; empty where there is no file. Blocks.
    package static func beginning(of path: String) throws -> String {
        guard FilePath.exists(path) else { return "" }
        return String(decoding: try bytes(of: path, atMost: 4096), as: UTF8.self)
    }

    private static func bytes(of path: String) throws -> [UInt8] {
        let bytes = try bytes(of: path, atMost: limitInBytes + 1)
        guard bytes.count <= limitInBytes else {
            throw CommandFailure(.badInput, "the file is longer than 16 MiB", file: path, remedy: "name another file")
        }
        return bytes
    }

    private static func bytes(of path: String, atMost count: Int) throws -> [UInt8] {
        do {
            return try OpenFile(reading: path).bytes(at: 0, count: count)
        } catch {
            throw CommandFailure(
                .badInput, "the file cannot be read: \(error.reason)", file: path,
                remedy: "check the path and its permissions")
        }
    }
}
