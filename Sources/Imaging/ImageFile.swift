internal import System

/// Writes image files whole or not at all.
enum ImageFile {
    /// Writes `pieces` one after another. Blocks.
    ///
    /// - Parameter mode: permissions of the file, less the umask.
    /// - Throws: `ImagingError.unwritable`; nothing is left behind.
    static func write(_ pieces: [UnsafeRawBufferPointer], to path: String, mode: UInt32) throws {
        do {
            try AtomicFile.write(pieces, to: path, mode: mode)
        } catch {
            throw ImagingError.unwritable(file: path, code: error.code)
        }
    }
}
