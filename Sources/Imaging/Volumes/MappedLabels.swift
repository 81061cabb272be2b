internal import Domain
internal import Hashing
internal import System

/// A cached file of coded labels, mapped read-only, whose bytes matched their checksum when it was mapped.
public final class MappedLabels: Sendable {
    private let file: CachedFile

    /// What was stored; valid while this object lives. Begins at a multiple of 64.
    public var payload: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: file.bytes[LabelsHeader.size...]) }

    /// - Parameters: as of `MappedVolume`.
    init(_ path: String, _ access: FolderAccess, isUsed: Bool = true, isChecked: Bool = true) throws {
        file = try CachedFile(path, access, minimum: LabelsHeader.size, isUsed: isUsed)
        try LabelsHeader.check(file.bytes, isChecked: isChecked, path)
    }
}

/// The first bytes of a file of coded labels: magic `LVL1`, zeros up to byte 8, bytes that follow the header (i64), SHA-256 of these 16
/// bytes, of the bytes that follow and of the file's name, zeros up to byte 64.
enum LabelsHeader {
    static let size = 64
    private static let magic = Array("LVL1".utf8)
    private static let coveredSize = 16

    static func bytes(of pieces: [UnsafeRawBufferPointer], name: String) -> [UInt8] {
        let length = pieces.reduce(0) { $0 + $1.count }
        let head = magic + [0, 0, 0, 0] + withUnsafeBytes(of: length.littleEndian, Array.init)
        let digest = head.withUnsafeBytes { checksum([$0] + pieces, name) }
        return head + digest + [UInt8](repeating: 0, count: size - coveredSize - digest.count)
    }

    static func check(_ file: UnsafeRawBufferPointer, isChecked: Bool, _ path: String) throws {
        guard file.starts(with: magic) else { throw ImagingError.invalidHeader(file: path, field: "magic") }
        let length = Int(littleEndian: file.loadUnaligned(fromByteOffset: 8, as: Int.self))
        guard length == file.count - size else {
            throw ImagingError.truncated(file: path, neededBytes: length, foundBytes: file.count - size)
        }
        guard isChecked else { return }
        let pieces = [file[..<coveredSize], file[size...]].map { UnsafeRawBufferPointer(rebasing: $0) }
        let found = checksum(pieces, FilePath.name(of: path))
        guard file[coveredSize..<coveredSize + found.count].elementsEqual(found),
            file[(coveredSize + found.count)..<size].allSatisfy({ $0 == 0 })
        else { throw ImagingError.damagedCache(file: path, reason: "the bytes do not match their checksum") }
    }

    private static func checksum(_ pieces: [UnsafeRawBufferPointer], _ name: String) -> [UInt8] {
        var hash = SHA256()
        for piece in pieces { hash.update(piece) }
        Array(name.utf8).withUnsafeBytes { hash.update($0) }
        return hash.finalize().bytes
    }
}
