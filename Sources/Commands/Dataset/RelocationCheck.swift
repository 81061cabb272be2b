internal import Catalog
internal import Console
internal import Domain
internal import Glibc
internal import Hashing
internal import Importers

/// Whether a folder holds the files of a release.
struct RelocationCheck: Sendable {
    static let sampleSize = 20

    let root: String
    /// How many files are hashed, spread evenly over the list; all are looked at.
    let hashed: Int

    struct Outcome: Sendable {
        var findings: [RelocationFinding] = []
        var hashed = 0
    }

    /// Blocks.
    func run(_ files: [ReleaseFile], _ bar: ProgressBar) -> Outcome {
        var outcome = Outcome()
        let step = max(1, Double(files.count) / Double(max(1, hashed)))
        var next = 0.0
        for (index, file) in files.enumerated() {
            let isChosen = Double(index) >= next
            if isChosen { next += step }
            let finding = check(file, hashing: isChosen)
            if let finding { outcome.findings.append(finding) }
            outcome.hashed += isChosen && finding?.kind != .missing ? 1 : 0
            bar.advance()
        }
        return outcome
    }

    private func check(_ file: ReleaseFile, hashing: Bool) -> RelocationFinding? {
        let path = "\(root)/\(file.path)"
        var status = stat()
        guard stat(path, &status) == 0 else {
            return RelocationFinding(kind: .missing, file: file.path, problem: "the file has vanished")
        }
        let isFolder = FolderFile.isFolder(path)
        let bytes = isFolder ? FolderFile.size(of: path, recorded: file.bytes) ?? 0 : Int(status.st_size)
        guard bytes == file.bytes else {
            return RelocationFinding(
                kind: .different, file: file.path, problem: "it has \(bytes) bytes instead of \(file.bytes)")
        }
        guard hashing else { return nil }
        if isFolder { return FolderFile.isIntact(path, recorded: file.sha256) ? nil : different(file) }
        guard let digest = try? SHA256.digest(ofFile: path) else {
            return RelocationFinding(kind: .different, file: file.path, problem: "it cannot be read")
        }
        return digest == file.sha256 ? nil : different(file)
    }

    private func different(_ file: ReleaseFile) -> RelocationFinding {
        RelocationFinding(kind: .different, file: file.path, problem: "it is not the file that was imported")
    }
}

/// A file that is not where it should be.
struct RelocationFinding: Sendable, Hashable {
    enum Kind: String, Sendable { case missing, different }

    let kind: Kind
    /// Relative to the root.
    let file: String
    let problem: String

    static var columns: [Column<RelocationFinding>] {
        [Column("kind") { $0.kind.rawValue }, Column("file") { $0.file }, Column("problem") { $0.problem }]
    }

    var cell: Cell { .object(Self.columns.map { Cell.Field($0.key, $0.value(self)) }) }
}
