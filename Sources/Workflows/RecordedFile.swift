internal import Domain
internal import Imaging
internal import Importers
internal import System

/// A file of a dataset, a pair of files, or a folder of slices, as its import recorded it.
struct RecordedFile: Sendable {
    /// How a file differs from its record.
    enum Difference: Sendable {
        case missing
        case size(Int)
        case unreadable(String)
        case checksum
    }

    /// Where it is expected.
    let path: String
    let sha256: Digest
    let bytes: Int

    /// Compares the file with its record; nil where nothing differs. Blocks.
    /// - Parameter hashing: whether its bytes are read; otherwise presence and size are checked.
    func difference(hashing: Bool) -> Difference? {
        if let obstacle = FilePath.obstacle(path) { return .unreadable(obstacle.reason) }
        let isFolder = FolderFile.isFolder(path)
        let found = isFolder ? FolderFile.size(of: path, recorded: bytes) : ImagePair.size(of: path)
        guard let size = found else { return .missing }
        guard size == bytes else { return .size(size) }
        guard hashing else { return nil }
        if isFolder { return FolderFile.isIntact(path, recorded: sha256) ? nil : .checksum }
        guard let found = try? ImagePair.checksum(of: path) else {
            return .unreadable("it could not be read to its end")
        }
        return found.sha256 == sha256 ? nil : .checksum
    }
}
