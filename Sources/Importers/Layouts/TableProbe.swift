internal import Domain
internal import Imaging

/// Asks volumes for the label tables in their headers, and remembers what it could not read.
final class TableProbe {
    private let reader = NIfTIReader()
    /// The first file that could not be read.
    private(set) var failure: ImportError?
    /// Names in the tables that were found.
    private(set) var names = Set<String>()

    /// Whether the file's header declares labels; false for a file that cannot be read.
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

    /// The release whose classes the tables name.
    func release(modality: Modality) -> String { ClassNames.explaining(names, modality: modality).map.release }
}
