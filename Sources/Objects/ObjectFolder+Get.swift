import Domain
import Glibc
import Hashing

extension ObjectFolder {
    /// Whether a file of the object's name is there; its bytes are not looked at.
    public func contains(_ id: ObjectID) -> Bool { access(path(of: id), F_OK) == 0 }

    /// The stored size in bytes; nil where there is no such file.
    public func size(of id: ObjectID) -> Int? {
        var status = stat()
        return stat(path(of: id), &status) == 0 ? Int(status.st_size) : nil
    }

    /// All bytes of an object, unverified.
    public func get(_ id: ObjectID) throws(ObjectStoreError) -> [UInt8] {
        let file = try openObject(id.digest)
        return try file.bytes(at: 0, count: try file.size())
    }

    /// `length` bytes from `offset`, unverified: a hash covers only the whole object.
    ///
    /// - Throws: `outOfRange` where the object ends before.
    public func get(_ id: ObjectID, offset: Int, length: Int) throws(ObjectStoreError) -> [UInt8] {
        let file = try openObject(id.digest)
        let size = try file.size()
        guard offset >= 0, length >= 0, offset <= size, length <= size - offset else {
            throw .outOfRange(path: file.path, offset: offset, length: length, size: size)
        }
        return try file.bytes(at: offset, count: length)
    }

    /// All bytes of an object, after they have been found to hash to its name.
    public func getVerified(_ id: ObjectID) throws(ObjectStoreError) -> [UInt8] {
        let bytes = try get(id)
        let actual = bytes.withUnsafeBytes { SHA256.digest(of: $0) }
        guard actual == id.digest else { throw .damaged(path: path(of: id), digest: id.digest, actual: actual) }
        return bytes
    }

    /// Reads and hashes an object's bytes in pieces.
    public func verify(_ id: ObjectID) throws(ObjectStoreError) -> ObjectCondition {
        guard contains(id) else { return .missing }
        let actual = try openObject(id.digest).digest()
        return actual == id ? .intact : .damaged(actual: actual.digest, size: actual.size)
    }

    private func openObject(_ digest: Digest) throws(ObjectStoreError) -> OpenFile {
        let path = path(of: digest)
        do {
            return try OpenFile(path, O_RDONLY)
        } catch .system(_, _, ENOENT) {
            throw .missing(path: path, digest: digest)
        } catch {
            throw error
        }
    }
}

extension OpenFile {
    /// `count` bytes at `offset`; the file must not shrink meanwhile.
    func bytes(at offset: Int, count: Int) throws(ObjectStoreError) -> [UInt8] {
        let bytes = try available(at: offset, count: count)
        guard bytes.count == count else {
            throw .outOfRange(path: path, offset: offset, length: count, size: offset + bytes.count)
        }
        return bytes
    }

    /// The first `count` bytes, or the whole file where it has fewer.
    func prefix(_ count: Int) throws(ObjectStoreError) -> [UInt8] { try available(at: 0, count: count) }

    private func available(at offset: Int, count: Int) throws(ObjectStoreError) -> [UInt8] {
        var failure: ObjectStoreError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(ObjectStoreError) {
                filled = try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Hashes the file in pieces of 1 MiB, each of which goes to `piece` as well.
    func digest(
        piece: (UnsafeRawBufferPointer) throws(ObjectStoreError) -> Void = { _ in }
    ) throws(ObjectStoreError) -> ObjectID {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        var hash = SHA256()
        var size = 0
        while true {
            let count = try read(into: buffer, at: size)
            if count == 0 { break }
            let filled = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            hash.update(filled)
            try piece(filled)
            size += count
        }
        return ObjectID(digest: hash.finalize(), size: size)
    }
}
