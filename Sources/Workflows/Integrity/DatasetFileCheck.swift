internal import Catalog

/// Compares a dataset's file, or folder of slices, with what its import recorded. Blocks.
struct DatasetFileCheck: Sendable {
    let subject: IntegrityFinding.Subject
    /// Whether bytes are read; otherwise presence and sizes are checked.
    let readsData: Bool

    /// Nil where nothing differs.
    func finding(_ file: ReferencedFile) -> IntegrityFinding? {
        let recorded = RecordedFile(path: file.path, sha256: file.sha256, bytes: file.bytes)
        return recorded.difference(hashing: readsData).map { finding($0, file) }
    }

    private func finding(_ difference: RecordedFile.Difference, _ file: ReferencedFile) -> IntegrityFinding {
        let (kind, problem): (IntegrityFinding.Kind, String) =
            switch difference {
            case .missing: (.missing, "the file is missing")
            case .size(let size): (.damaged, "the file has \(size) bytes instead of \(file.bytes)")
            case .unreadable(let reason): (.damaged, "the file cannot be read: \(reason)")
            case .checksum: (.damaged, "the bytes are not those that were imported")
            }
        return IntegrityFinding(kind, subject, file.path, "\(file.name): \(problem)", contents: [file.name])
    }
}
