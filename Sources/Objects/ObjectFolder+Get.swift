import Domain
import Glibc
import Hashing
import System

extension ObjectFolder {
    /// The stored size in bytes; nil where there is no such file.
    func size(of id: ObjectID) throws(ObjectStoreError) -> Int? { try size(ofFile: path(of: id)) }

    /// The size of a file in bytes; nil where it does not exist. A file that cannot be reached is an error, not a missing file.
    func size(ofFile path: String) throws(ObjectStoreError) -> Int? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT else { throw .last("stat", path) }
            return nil
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
        return Int(status.st_size)
    }

    /// All bytes of an object, unverified.
    func get(_ id: ObjectID) throws(ObjectStoreError) -> [UInt8] {
        let file = try openObject(id.digest)
        return try file.exactly(storing { () throws(SystemError) in try file.size() }, at: 0)
    }

    /// `length` bytes from `offset`, unverified: a hash covers only the whole object.
    ///
    /// - Throws: `outOfRange` where the object is shorter.
    func get(_ id: ObjectID, offset: Int, length: Int) throws(ObjectStoreError) -> [UInt8] {
        let file = try openObject(id.digest)
        let size = try storing { () throws(SystemError) in try file.size() }
        guard offset >= 0, length >= 0, offset <= size, length <= size - offset else {
            throw .outOfRange(path: file.path, offset: offset, length: length, size: size)
        }
        return try file.exactly(length, at: offset)
    }

    /// All bytes of an object, verified against its name.
    func getVerified(_ id: ObjectID) throws(ObjectStoreError) -> [UInt8] {
        let bytes = try get(id)
        let actual = bytes.withUnsafeBytes { SHA256.digest(of: $0) }
        guard actual == id.digest else { throw .damaged(path: path(of: id), digest: id.digest, actual: actual) }
        return bytes
    }

    /// Reads and hashes an object's bytes in pieces. An object that cannot be opened is an error, not a missing object.
    func verify(_ id: ObjectID) throws(ObjectStoreError) -> ObjectCondition {
        do {
            let actual = try openObject(id.digest).digest()
            return actual == id ? .intact : .damaged(actual: actual.digest, size: actual.size)
        } catch {
            if case .missing = error { return .missing }
            throw error
        }
    }

    private func openObject(_ digest: Digest) throws(ObjectStoreError) -> OpenFile {
        let path = path(of: digest)
        do {
            return try OpenFile(reading: path)
        } catch {
            throw error.code == ENOENT ? .missing(path: path, digest: digest) : ObjectStoreError(error)
        }
    }
}

extension OpenFile {
    /// `count` bytes at `offset`; the file must not shrink meanwhile.
    func exactly(_ count: Int, at offset: Int) throws(ObjectStoreError) -> [UInt8] {
        let bytes = try storing { () throws(SystemError) -> [UInt8] in try self.bytes(at: offset, count: count) }
        guard bytes.count == count else {
            throw .outOfRange(path: path, offset: offset, length: count, size: offset + bytes.count)
        }
        return bytes
    }

    /// Hashes the file in pieces of 1 MiB.
    func digest() throws(ObjectStoreError) -> ObjectID {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        var hash = SHA256()
        var size = 0
        while true {
            let count = try storing { () throws(SystemError) in try read(into: buffer, at: size) }
            if count == 0 { break }
            hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            size += count
        }
        return ObjectID(digest: hash.finalize(), size: size)
    }
}
