internal import CacheFiles
internal import Domain
internal import Hashing
internal import System

/// A cached file of coded labels, mapped read-only, whose bytes matched their checksum when it was mapped, or were just written.
public final class MappedLabels: Sendable {
    private let file: CachedFile

    /// What was stored; valid while this object lives. Begins at a multiple of 64.
    public var payload: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: file.bytes[CachedLabelsHeader.size...])
    }

    /// - Parameters: as of `MappedVolume`.
    init(_ path: String, _ access: FolderAccess, isUsed: Bool = true, isChecked: Bool = true) throws(ImagingError) {
        do throws(CacheFileError) {
            file = try CachedFile(path, access, minimum: CachedLabelsHeader.size, isUsed: isUsed)
            try CachedLabelsHeader.check(file.bytes, path)
        } catch {
            throw ImagingError(error)
        }
        if isChecked, !CachedLabelsHeader.matches(file.bytes, name: FilePath.name(of: path)) {
            throw .damagedCache(file: path, reason: "the bytes do not match their checksum")
        }
    }
}

/// The checksum of coded labels.
extension CachedLabelsHeader {
    static func bytes(of pieces: [UnsafeRawBufferPointer], name: String) -> [UInt8] {
        let head = covered(length: pieces.reduce(0) { $0 + $1.count })
        let digest = head.withUnsafeBytes { checksum([$0] + pieces, name) }
        return head + digest + [UInt8](repeating: 0, count: size - coveredSize - digest.count)
    }

    /// Whether a whole file and its name match its checksum.
    fileprivate static func matches(_ file: UnsafeRawBufferPointer, name: String) -> Bool {
        let pieces = [file[..<coveredSize], file[size...]].map { UnsafeRawBufferPointer(rebasing: $0) }
        let found = checksum(pieces, name)
        return file[coveredSize..<coveredSize + found.count].elementsEqual(found)
            && file[(coveredSize + found.count)..<size].allSatisfy { $0 == 0 }
    }

    private static func checksum(_ pieces: [UnsafeRawBufferPointer], _ name: String) -> [UInt8] {
        var hash = SHA256()
        for piece in pieces { hash.update(piece) }
        Array(name.utf8).withUnsafeBytes { hash.update($0) }
        return hash.finalize().bytes
    }
}
