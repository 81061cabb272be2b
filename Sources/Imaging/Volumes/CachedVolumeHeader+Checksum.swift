internal import CacheFiles
internal import Domain
internal import Hashing

/// The checksum of a cached volume.
extension CachedVolumeHeader {
    /// The header with the checksum of itself, of the voxels and of the name.
    ///
    /// - Parameter name: of the file.
    func bytes(with voxels: UnsafeRawBufferPointer, name: String) -> [UInt8] {
        var out = covered
        out += out.withUnsafeBytes { Self.digest($0, voxels, name) }.bytes
        return out + [UInt8](repeating: 0, count: Self.size - out.count)
    }

    /// Whether a whole file of this header and its name match its checksum.
    func matches(_ file: UnsafeRawBufferPointer, name: String) -> Bool {
        let head = UnsafeRawBufferPointer(rebasing: file[..<Self.coveredSize])
        let digest = Self.digest(head, UnsafeRawBufferPointer(rebasing: file[Self.size...]), name)
        return file[Self.coveredSize..<Self.coveredSize + 32].elementsEqual(digest.bytes)
            && file[(Self.coveredSize + 32)..<Self.size].allSatisfy { $0 == 0 }
    }

    /// With the name, so that a file that was renamed is not taken for that of another volume.
    private static func digest(
        _ head: UnsafeRawBufferPointer, _ voxels: UnsafeRawBufferPointer, _ name: String
    ) -> Digest {
        var hash = SHA256()
        hash.update(head)
        hash.update(voxels)
        Array(name.utf8).withUnsafeBytes { hash.update($0) }
        return hash.finalize()
    }
}
