internal import Imaging

/// Asks volumes for the label tables in their headers, and remembers what it could not read.
final class TableProbe {
    private let reader = NIfTIReader()
    /// The first file that could not be read.
    private(set) var failure: ImportError?

    /// Whether the file's header declares labels; false for a file that cannot be read.
    func hasTable(_ file: SourceFile) -> Bool {
        do {
            return try reader.readHeader(file.absolutePath).header.labelTable != nil
        } catch let error as ImagingError {
            failure = failure ?? .volume(error)
        } catch {
            failure = failure ?? .unreadableFolder(file.absolutePath)
        }
        return false
    }
}
