internal import Glibc

/// Small files that people write.
package enum TextFile {
    static let limitInBytes = 16 << 20

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
