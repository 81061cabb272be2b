internal import CDeflate
internal import CNIfTI
internal import Glibc

/// Whole-buffer gzip decompression (RFC 1952), also of several members, into memory that the next file reuses.
final class GzipInflater {
    private let decompressor: OpaquePointer
    private var pool = BufferPool()
    /// The buffer of the last file; its contents remain valid after the next call for whoever keeps a reference.
    private(set) var buffer = ByteBuffer(capacity: 1 << 16)

    /// Deflate's best ratio (RFC 1951: 258 bytes in 2 bits), rounded up: a file cannot contain more than this times its
    /// size.
    static let largestRatio = 1032

    init() {
        guard let made = libdeflate_alloc_decompressor() else { preconditionFailure("out of memory") }
        decompressor = made
    }

    deinit { libdeflate_free_decompressor(decompressor) }

    /// The first bytes of a gzip file, read as a stream, so that the header is checked before memory for its voxels is
    /// allocated.
    /// - Throws: `unreadable`, `corruptGzip`.
    func head(ofFile path: String, bytes: Int) throws -> [UInt8] {
        guard let stream = znzopen(path, "rb", 1) else { throw ImagingError.unreadable(file: path, code: errno) }
        defer {
            var closing: znzFile? = stream
            _ = Xznzclose(&closing)
        }
        var head = [UInt8](repeating: 0, count: bytes)
        let got = head.withUnsafeMutableBytes { znzread($0.baseAddress, 1, bytes, stream) }
        guard got > 0, got <= bytes else { throw ImagingError.corruptGzip(file: path) }
        return Array(head[..<got])
    }

    /// Decompresses all members into `buffer`; the result is valid until the next call.
    /// - Parameter expected: number of bytes according to the header; up to 64 KiB more are tolerated.
    /// - Throws: `corruptGzip`, `invalidHeader` where there are more bytes, `truncated` where the stream ends early,
    ///   `trailingBytes` where other data follow it.
    func inflate(_ input: UnsafeRawBufferPointer, expected: Int, file: String) throws -> UnsafeRawBufferPointer {
        let slack = 1 << 16
        buffer = ByteBuffer(capacity: 0)
        buffer = pool.take(bytes: expected + slack)
        var (used, made) = (0, 0)
        while used < input.count {
            let rest = UnsafeRawBufferPointer(rebasing: input[used...])
            if used > 0 && rest.allSatisfy({ $0 == 0 }) { break }
            guard used == 0 || rest.starts(with: [0x1f, 0x8b]) else {
                throw ImagingError.trailingBytes(file: file, count: rest.count)
            }
            var (read, wrote) = (0, 0)
            let status = libdeflate_gzip_decompress_ex(
                decompressor, rest.baseAddress, rest.count, buffer.base + made, buffer.capacity - made, &read, &wrote)
            guard status == LIBDEFLATE_SUCCESS else {
                if status == LIBDEFLATE_INSUFFICIENT_SPACE {
                    throw ImagingError.invalidHeader(
                        file: file, field: "dim: the file contains more voxels than the header gives")
                }
                throw ImagingError.corruptGzip(file: file)
            }
            (used, made) = (used + read, made + wrote)
        }
        guard made >= expected else {
            throw ImagingError.truncated(file: file, neededBytes: expected, foundBytes: made)
        }
        return UnsafeRawBufferPointer(start: buffer.base, count: made)
    }
}
