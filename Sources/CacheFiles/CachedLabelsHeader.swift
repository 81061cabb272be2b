/// The first bytes of a file of coded labels (`docs/cache-format.md`), without their checksum: magic `LVL1`, zeros up to byte 8, bytes that
/// follow the header (i64), SHA-256 of these 16 bytes, of the bytes that follow and of the file's name, zeros up to byte 64.
public enum CachedLabelsHeader {
    public static let size = 64
    /// The bytes that the checksum covers beside those that follow the header.
    public static let coveredSize = 16
    private static let magic: StaticString = "LVL1"

    /// The bytes that the checksum covers.
    ///
    /// - Parameter length: bytes that follow the header.
    public static func covered(length: Int) -> [UInt8] {
        Array(String(describing: magic).utf8) + [0, 0, 0, 0] + withUnsafeBytes(of: length.littleEndian, Array.init)
    }

    /// Checks a whole file, at least as long as a header, but not its checksum.
    ///
    /// - Parameter path: for errors.
    /// - Throws: `otherFormat`, `invalidHeader`, `truncated`, `tooLong`.
    public static func check(_ file: UnsafeRawBufferPointer, _ path: String) throws(CacheFileError) {
        try CacheFileError.requireMagic(file, magic, file: path)
        let length = Int(littleEndian: file.loadUnaligned(fromByteOffset: 8, as: Int.self))
        guard length >= 0, length <= Int.max - size else { throw .invalidHeader(file: path, field: "length") }
        try CacheFileError.requireSize(file.count, size + length, file: path)
    }
}
