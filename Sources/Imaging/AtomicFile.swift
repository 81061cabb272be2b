internal import Glibc

/// Writes a file atomically: its name refers to the old or to the complete new contents, also after a power failure.
enum AtomicFile {
    /// Writes `pieces` one after another to a temporary file beside `path`, syncs it, renames it and syncs the folder.
    /// - Throws: `unwritable`, after removing the temporary file.
    static func write(_ pieces: [UnsafeRawBufferPointer], to path: String) throws {
        let temporary = path + ".\(getpid())-\(UInt32.random(in: 0...UInt32.max)).part"
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw ImagingError.unwritable(file: path, code: errno) }
        var failure: Int32 = 0
        for piece in pieces where failure == 0 { failure = append(piece, to: file) }
        if failure == 0 && fsync(file) != 0 { failure = errno }
        if close(file) != 0 && failure == 0 { failure = errno }
        if failure == 0 && rename(temporary, path) != 0 { failure = errno }
        guard failure == 0 else {
            unlink(temporary)
            throw ImagingError.unwritable(file: path, code: failure)
        }
        syncFolder(of: path)
    }

    private static func append(_ piece: UnsafeRawBufferPointer, to file: Int32) -> Int32 {
        var done = 0
        while done < piece.count {
            let wrote = Glibc.write(file, piece.baseAddress! + done, piece.count - done)
            if wrote < 0 && errno == EINTR { continue }
            guard wrote >= 0 else { return errno }
            done += wrote
        }
        return 0
    }

    private static func syncFolder(of path: String) {
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let folder = slash.map { String(path[...$0]) } ?? "."
        let handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { return }
        fsync(handle)
        close(handle)
    }
}
