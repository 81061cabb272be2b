internal import Domain
internal import Imaging

/// Finds label tables in the headers of volumes, and keeps the first error.
final class TableProbe {
    private let reader = NIfTIReader()
    /// The error of the first file that could not be read.
    private(set) var failure: ImportError?
    /// The class names of all tables found.
    private(set) var names = Set<String>()

    /// Whether the file's header has a label table; false for a file that cannot be read.
    func hasTable(_ file: SourceFile) -> Bool {
        do {
            guard let table = try reader.readHeader(file.absolutePath).header.labelTable else { return false }
            names.formUnion(table.filter { $0.key != 0 }.map(\.name))
            return true
        } catch let error as ImagingError {
            failure = failure ?? .volume(error)
        } catch {
            failure = failure ?? .unreadableFolder(file.absolutePath)
        }
        return false
    }

    /// The release that defines most of the tables' class names.
    func release(modality: Modality) -> String { ClassNames.explaining(names, modality: modality).map.release }
}
