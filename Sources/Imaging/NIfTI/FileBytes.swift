internal import Glibc
internal import System

/// The contents of a file, in a buffer that the next file reuses.
struct FileBytes {
    private var buffer = ByteBuffer(capacity: 1 << 16)
    private(set) var count = 0

    /// The bytes of the last file read; valid until the next `read`.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: buffer.base, count: count) }

    /// - Throws: `unreadable`, `tooLarge` above `limit` bytes.
    mutating func read(_ path: String, limit: Int) throws {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw ImagingError.unreadable(file: path, code: errno) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw ImagingError.unreadable(file: path, code: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw ImagingError.unreadable(file: path, code: EINVAL) }
        let size = Int(status.st_size)
        guard size <= limit else {
            throw ImagingError.tooLarge(file: path, bytes: size, limitInBytes: limit)
        }
        // The next file of a dataset is often a little larger.
        if size > buffer.capacity { buffer = ByteBuffer(capacity: size + size / 8) }
        count = 0
        while count < size {
            let got = Glibc.read(file, buffer.base + count, size - count)
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw ImagingError.unreadable(file: path, code: errno) }
            if got == 0 { break }
            count += got
        }
    }

    /// Frees a large buffer once its contents are inflated; a small one is kept for the next file.
    mutating func release() {
        count = 0
        if buffer.capacity > Self.keptCapacity { buffer = ByteBuffer(capacity: 1 << 16) }
    }

    private static let keptCapacity = 64 << 20

    /// Refuses empty files, AppleDouble files, git-LFS pointers and web pages under an image's name.
    /// - Throws: `empty`, `appleDouble`, `lfsPointer`, `webPage`.
    func refuseImpostors(_ path: String) throws {
        guard count > 0 else { throw ImagingError.empty(file: path) }
        if FilePath.name(of: path).utf8.starts(with: "._".utf8) || starts([0x00, 0x05, 0x16, 0x07]) {
            throw ImagingError.appleDouble(file: path)
        }
        if starts("version https://git-lfs".utf8) { throw ImagingError.lfsPointer(file: path) }
        let visible = bytes.prefix(512).drop { $0 <= 0x20 || $0 == 0xEF || $0 == 0xBB || $0 == 0xBF }.prefix(14)
        let opening = String(decoding: visible, as: UTF8.self).lowercased()
        if ["<!doctype html", "<html", "<head", "<?xml"].contains(where: opening.hasPrefix) {
            throw ImagingError.webPage(file: path)
        }
    }

    var isGzip: Bool { starts([0x1f, 0x8b]) }

    private func starts(_ prefix: some Sequence<UInt8>) -> Bool { bytes.starts(with: prefix) }
}
