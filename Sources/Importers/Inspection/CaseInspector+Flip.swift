internal import Imaging

/// The labels of a case's files.
struct ReadLabels {
    var labels: [InspectedLabel] = []
    var files: [FileChecksum] = []
    var findings: [ImportFinding] = []
    /// A file whose header does not put it on the image's grid, though it has the image's shape and spacing; one that lies
    /// elsewhere before one that is only stored mirrored.
    private(set) var mismatch: (error: ImportError, difference: GridDisagreement)?

    mutating func note(_ error: ImportError, _ difference: GridDisagreement) {
        if mismatch?.difference.isOfStorage ?? true { mismatch = (error, difference) }
    }
}

extension CaseInspector {
    /// The turn that the caller accepted; what is only to be mentioned goes to the findings.
    /// - Throws: `turned`, and `gridMismatch` where nothing speaks for any turn.
    func flip(
        _ files: CaseFiles, _ read: ReadLabels, _ check: FlipCheck, _ findings: inout [ImportFinding]
    ) throws(ImportError) -> FlipProposal? {
        let file = files.mainLabel
        let proposal = check.proposal(read.labels, isTrusted: read.mismatch == nil)
        if let mismatch = read.mismatch {
            if mismatch.difference.isOfStorage, proposal.map({ !$0.isStrong || $0.flip == .none }) ?? true {
                guard options.accepted.cover(.handedness, of: files.name) else { throw mismatch.error }
                findings.append(ImportFinding(acceptedStorage: mismatch.difference, file: file))
                return nil
            }
            guard let proposal, proposal.isStrong || options.accepted.name(.flip, of: files.name) else {
                throw mismatch.error
            }
        }
        guard let proposal else { return nil }
        if proposal.isStrong
            ? options.accepted.cover(.flip, of: files.name) : options.accepted.name(.flip, of: files.name)
        {
            findings.append(ImportFinding(accepted: proposal, file: file))
            return proposal
        }
        guard !proposal.isStrong else { throw .flipped(file: file, caseName: files.name, proposal: proposal) }
        findings.append(ImportFinding(weak: proposal, caseName: files.name, file: file))
        return nil
    }

    /// What is to be said of organs that lie on the wrong sides of each other.
    /// - Throws: `sidesReversed` where all do and the caller has not accepted it.
    func sides(of files: CaseFiles, _ labels: [InspectedLabel]) throws(ImportError) -> [ImportFinding] {
        let sides = LateralityCheck.sides(labels)
        if sides.areAllReversed, !options.accepted.cover(.laterality, of: files.name) {
            throw .sidesReversed(file: files.mainLabel, caseName: files.name, problem: sides.problem)
        }
        return LateralityCheck.findings(sides, file: files.mainLabel)
    }
}

extension CaseFiles {
    /// The file that findings about all labels name.
    fileprivate var mainLabel: String { labels.first?.file.path ?? image.path }
}
