internal import Catalog
internal import Glibc
internal import Hashing
internal import Importers

/// Compares a dataset's file, or folder of slices, with what its import recorded. Blocks.
struct DatasetFileCheck: Sendable {
    let subject: IntegrityFinding.Subject
    /// Whether bytes are read; otherwise presence and sizes are checked.
    let readsData: Bool

    /// Nil where nothing differs.
    func finding(_ file: ReferencedFile) -> IntegrityFinding? {
        let name = "\(file.dataset)/\(file.caseName)"
        func finding(_ kind: IntegrityFinding.Kind, _ problem: String) -> IntegrityFinding {
            IntegrityFinding(kind, subject, file.path, "\(name): \(problem)", contents: [name])
        }
        guard let size = Self.size(of: file) else { return finding(.missing, "the file is missing") }
        guard size == file.bytes else {
            return finding(.damaged, "the file has \(size) bytes instead of \(file.bytes)")
        }
        guard readsData, !Self.isIntact(file) else { return nil }
        return finding(.damaged, "the bytes are not those that were imported")
    }

    private static func isIntact(_ file: ReferencedFile) -> Bool {
        if FolderFile.isFolder(file.path) { return FolderFile.isIntact(file.path, recorded: file.sha256) }
        return (try? SHA256.digest(ofFile: file.path)) == file.sha256
    }

    /// Bytes of a file, or of the slices in a folder; nil where there is none.
    private static func size(of file: ReferencedFile) -> Int? {
        if FolderFile.isFolder(file.path) { return FolderFile.size(of: file.path, recorded: file.bytes) }
        var status = stat()
        return stat(file.path, &status) == 0 ? Int(status.st_size) : nil
    }
}
