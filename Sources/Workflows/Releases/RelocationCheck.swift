internal import Catalog
internal import Domain
internal import Glibc
internal import Hashing
internal import Importers

/// Checks whether a folder contains the files of a release.
struct RelocationCheck: Sendable {
    let root: String
    /// The number of files to hash, spread evenly over the list; the size of all files is checked.
    let hashed: Int

    struct Outcome: Sendable {
        var problems: [RelocationProblem] = []
        var hashed = 0
    }

    /// Blocks.
    func run(_ files: [ReleaseFile], _ meter: any ProgressMeter) -> Outcome {
        var outcome = Outcome()
        let step = max(1, Double(files.count) / Double(max(1, hashed)))
        var next = 0.0
        for (index, file) in files.enumerated() {
            let isChosen = Double(index) >= next
            if isChosen { next += step }
            let problem = check(file, hashing: isChosen)
            if let problem { outcome.problems.append(problem) }
            outcome.hashed += isChosen && problem?.kind != .missing ? 1 : 0
            meter.advance()
        }
        return outcome
    }

    private func check(_ file: ReleaseFile, hashing: Bool) -> RelocationProblem? {
        let path = "\(root)/\(file.path)"
        var status = stat()
        guard stat(path, &status) == 0 else {
            return RelocationProblem(kind: .missing, file: file.path, problem: "the file is missing")
        }
        let isFolder = FolderFile.isFolder(path)
        let bytes = isFolder ? FolderFile.size(of: path, recorded: file.bytes) ?? 0 : Int(status.st_size)
        guard bytes == file.bytes else {
            return RelocationProblem(
                kind: .different, file: file.path, problem: "it has \(bytes) bytes instead of \(file.bytes)")
        }
        guard hashing else { return nil }
        if isFolder { return FolderFile.isIntact(path, recorded: file.sha256) ? nil : different(file) }
        guard let digest = try? SHA256.digest(ofFile: path) else {
            return RelocationProblem(kind: .different, file: file.path, problem: "it cannot be read")
        }
        return digest == file.sha256 ? nil : different(file)
    }

    private func different(_ file: ReleaseFile) -> RelocationProblem {
        RelocationProblem(
            kind: .different, file: file.path, problem: "its checksum is not that of the imported file")
    }
}

/// A recorded file that the new folder does not contain.
package struct RelocationProblem: Sendable, Hashable {
    package enum Kind: String, Sendable { case missing, different }

    package let kind: Kind
    /// Relative to the root.
    package let file: String
    package let problem: String
}
