internal import CCrypto
public import Domain
internal import Glibc

/// SHA-256 (FIPS 180-4), with the processor's SHA instructions where available.
public struct SHA256: ~Copyable {
    private let context: OpaquePointer

    public init() {
        guard let made = EVP_MD_CTX_new(), EVP_DigestInit_ex(made, EVP_sha256(), nil) == 1 else {
            preconditionFailure("the cryptography library offers no SHA-256")
        }
        context = made
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Appends `bytes` to the message.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress, bytes.count > 0 else { return }
        precondition(EVP_DigestUpdate(context, base, bytes.count) == 1, "SHA-256 takes any bytes")
    }

    /// Appends `bytes` to the message.
    public mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Appends the eight bytes of `value`, little-endian.
    public mutating func update(littleEndian value: Int) {
        withUnsafeBytes(of: Int64(value).littleEndian) { update($0) }
    }

    /// The digest of the whole message; ends the hasher.
    public consuming func finalize() -> Digest {
        var out = [UInt8](repeating: 0, count: Digest.length)
        var length: UInt32 = 0
        precondition(EVP_DigestFinal_ex(context, &out, &length) == 1 && Int(length) == Digest.length)
        return Digest(bytes: out)
    }

    /// The digest of `bytes`.
    public static func digest(of bytes: UnsafeRawBufferPointer) -> Digest {
        var hasher = SHA256()
        hasher.update(bytes)
        return hasher.finalize()
    }

    /// The digest of `bytes`.
    public static func digest(of bytes: [UInt8]) -> Digest {
        bytes.withUnsafeBytes { digest(of: $0) }
    }

    /// The digest of a file's contents, read in blocks of 1 MiB. Blocks; keep it off the cooperative pool.
    /// - Throws: `HashingError.unreadable`.
    public static func digest(ofFile path: String) throws -> Digest { try digest(ofFiles: [path]) }

    /// The digest of the contents of files one after another. Blocks, as the other form.
    /// - Throws: `HashingError.unreadable`.
    public static func digest(ofFiles paths: [String]) throws -> Digest {
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { piece.deallocate() }
        var hasher = SHA256()
        for path in paths { try hasher.update(contentsOf: path, in: piece) }
        return hasher.finalize()
    }

    private mutating func update(contentsOf path: String, in piece: UnsafeMutableRawBufferPointer) throws {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw HashingError.unreadable(file: path, code: errno) }
        defer { close(file) }
        while true {
            let got = read(file, piece.baseAddress, piece.count)
            if got == 0 { return }
            if got < 0 && errno == EINTR { continue }
            guard got > 0 else { throw HashingError.unreadable(file: path, code: errno) }
            update(UnsafeRawBufferPointer(rebasing: piece[..<got]))
        }
    }
}
