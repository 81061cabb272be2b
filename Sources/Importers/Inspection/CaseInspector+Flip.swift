internal import Imaging

/// The labels read from a case's files.
struct ReadLabels {
    var labels: [InspectedLabel] = []
    var files: [FileChecksum] = []
    var findings: [ImportFinding] = []
    /// Whether an organ was examined, also one that is unknown everywhere.
    var hasExamined = false
    /// A file with the image's shape and spacing whose header does not match the image's grid; a difference in position
    /// takes precedence over one in handedness only.
    private(set) var mismatch: (error: ImportError, difference: GridDisagreement)?

    mutating func note(_ error: ImportError, _ difference: GridDisagreement) {
        if mismatch?.difference.isOfStorage ?? true { mismatch = (error, difference) }
    }
}

extension CaseInspector {
    /// The proposal that the caller accepted; nil where the labels stay as their header places them.
    /// - Parameter findings: receives a warning for an accepted or a weak proposal.
    /// - Throws: `flipped` for strong evidence that the caller has not accepted; `gridMismatch` where the header does
    ///   not match the image's grid and no proposal resolves it.
    func flip(
        _ files: CaseFiles, _ image: InspectedImage, _ read: ReadLabels, _ check: FlipCheck,
        _ findings: inout [ImportFinding]
    ) throws(ImportError) -> FlipProposal? {
        let file = files.mainLabel
        let proposal = check.proposal(read.labels, isTrusted: read.mismatch == nil)
        if let mismatch = read.mismatch {
            if mismatch.difference.isOfStorage, proposal.map({ !$0.isStrong || $0.flip == .none }) ?? true {
                try accept(mismatch, of: files, image, isConfirmed: proposal?.flip == LabelFlip.none, &findings)
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

    /// Accepts labels whose header matches the image and whose storage has the other handedness.
    ///
    /// For a DICOM series the handedness is the converter's choice and says nothing about the labels: viewers store them in DICOM's
    /// order. Without evidence from the voxels there is a warning.
    /// - Parameter isConfirmed: whether the voxels show that the header is right.
    /// - Throws: the mismatch, for another image and where the caller has not accepted it.
    private func accept(
        _ mismatch: (error: ImportError, difference: GridDisagreement), of files: CaseFiles, _ image: InspectedImage,
        isConfirmed: Bool, _ findings: inout [ImportFinding]
    ) throws(ImportError) {
        if options.accepted.cover(.handedness, of: files.name) {
            findings.append(ImportFinding(acceptedStorage: mismatch.difference, file: files.mainLabel))
        } else if image.series == nil {
            throw mismatch.error
        } else if !isConfirmed {
            findings.append(ImportFinding(unconfirmedStorage: mismatch.difference, file: files.mainLabel))
        }
    }

    /// Warnings about organs on the wrong sides of each other.
    /// - Throws: `sidesReversed` where all are and the caller has not accepted it.
    func sides(of files: CaseFiles, _ labels: [InspectedLabel]) throws(ImportError) -> [ImportFinding] {
        let sides = LateralityCheck.sides(labels)
        if sides.areAllReversed, !options.accepted.cover(.laterality, of: files.name) {
            throw .sidesReversed(file: files.mainLabel, caseName: files.name, problem: sides.problem)
        }
        return LateralityCheck.findings(sides, file: files.mainLabel)
    }
}

extension CaseFiles {
    /// The file named in findings about all labels.
    fileprivate var mainLabel: String { labels.first?.file.path ?? image.path }
}
