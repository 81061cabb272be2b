internal import System

/// Writes image files whole or not at all.
enum ImageFile {
    /// Writes `pieces` one after another. Blocks.
    ///
    /// - Parameter exactMode: permissions of the file; nil for the usual ones, less the umask.
    /// - Throws: `ImagingError.unwritable`; nothing is left behind.
    static func write(_ pieces: [UnsafeRawBufferPointer], to path: String, exactMode: UInt32?) throws {
        do {
            try AtomicFile.write(pieces, to: path, exactMode: exactMode)
        } catch {
            throw ImagingError.unwritable(file: path, code: error.code)
        }
    }
}
