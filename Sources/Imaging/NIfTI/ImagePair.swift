public import Domain
internal import Glibc
internal import Hashing
internal import System

/// The files of an image that may be a `.hdr` + `.img` pair, each with or without `.gz`, and their common checksum.
public enum ImagePair {
    /// Size and SHA-256 of an image's files as stored on disk.
    public struct Checksum: Hashable, Sendable {
        /// Of all files together.
        public let bytes: Int
        /// Of the file; for a pair, of the header's bytes followed by the voxels'.
        public let sha256: Digest
    }

    /// The file itself; of a pair the header, then the voxels. A half without the other is a file by itself. Accesses the disk.
    /// - Parameter path: the file, or either file of a pair.
    public static func files(of path: String) -> [String] {
        if stem(path, ".img") != nil {
            guard let header = try? headerPath(of: path) else { return [path] }
            return [header, path]
        }
        guard stem(path, ".hdr") != nil, let image = try? imagePath(of: path) else { return [path] }
        return [path, image]
    }

    /// The size and the digest that `NIfTIReader` records. Reads every byte. Blocks.
    /// - Throws: `unreadable`.
    public static func checksum(of path: String) throws(ImagingError) -> Checksum {
        do {
            let files = files(of: path)
            guard let bytes = size(of: path) else { throw HashingError.unreadable(file: path, code: ENOENT) }
            return Checksum(bytes: bytes, sha256: try SHA256.digest(ofFiles: files))
        } catch HashingError.unreadable(let file, let code) {
            throw .unreadable(file: file, code: code)
        } catch {
            throw .unreadable(file: path, code: EIO)
        }
    }

    /// Bytes of all files together; nil where one is missing.
    public static func size(of path: String) -> Int? {
        var total = 0
        for file in files(of: path) {
            guard let size = FilePath.size(of: file) else { return nil }
            total += size
        }
        return total
    }

    /// The file with the header: `path` itself unless it is an `.img`.
    /// - Throws: `otherHalfMissing`.
    static func headerPath(of path: String) throws -> String {
        guard let stem = stem(path, ".img") else { return path }
        return try existing(stem, ".hdr", for: path)
    }

    /// - Throws: `otherHalfMissing`, `invalidHeader` for a header with another ending.
    static func imagePath(of headerPath: String) throws -> String {
        guard let stem = stem(headerPath, ".hdr") else {
            throw ImagingError.invalidHeader(file: headerPath, field: "magic: the voxels are in another file")
        }
        return try existing(stem, ".img", for: headerPath)
    }

    private static func stem(_ path: String, _ suffix: String) -> String? {
        for end in [suffix, suffix + ".gz"] where path.lowercased().hasSuffix(end) {
            return String(path.dropLast(end.count))
        }
        return nil
    }

    private static func existing(_ stem: String, _ suffix: String, for path: String) throws -> String {
        let candidates = [suffix, suffix + ".gz", suffix.uppercased()].map { stem + $0 }
        guard let found = candidates.first(where: { access($0, F_OK) == 0 }) else {
            throw ImagingError.otherHalfMissing(file: path, expected: candidates[0])
        }
        return found
    }
}
