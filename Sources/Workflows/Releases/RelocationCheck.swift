internal import Catalog

/// Checks whether a folder contains the files of a release.
struct RelocationCheck: Sendable {
    let root: String
    /// The number of files to hash, spread evenly over the list; the size of all files is checked.
    let sample: Int

    struct Outcome: Sendable {
        var problems: [RelocationProblem] = []
        var hashed = 0
    }

    /// Blocks.
    func run(_ files: [ReleaseFile], _ meter: any ProgressMeter) -> Outcome {
        var outcome = Outcome()
        let step = max(1, Double(files.count) / Double(max(1, sample)))
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
        let recorded = RecordedFile(path: "\(root)/\(file.path)", sha256: file.sha256, bytes: file.bytes)
        guard let difference = recorded.difference(hashing: hashing) else { return nil }
        let (kind, problem): (RelocationProblem.Kind, String) =
            switch difference {
            case .missing: (.missing, "the file is missing")
            case .size(let size): (.different, "it has \(size) bytes instead of \(file.bytes)")
            case .unreadable(let reason): (.different, "it cannot be read: \(reason)")
            case .checksum: (.different, "its checksum is not that of the imported file")
            }
        return RelocationProblem(kind: kind, file: file.path, problem: problem)
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
