internal import System

/// Writes image files whole or not at all.
enum ImageFile {
    /// Writes `pieces` one after another. Blocks.
    /// - Throws: `ImagingError.unwritable`; nothing is left behind.
    static func write(_ pieces: [UnsafeRawBufferPointer], to path: String) throws {
        do {
            try AtomicFile.write(pieces, to: path)
        } catch {
            throw ImagingError.unwritable(file: path, code: error.code)
        }
    }
}
