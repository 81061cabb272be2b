internal import Domain

/// Labels whose image is not there yet. They are no volume; they wait until an import finds the image.
public struct WaitingCase: Hashable, Sendable {
    /// What the case is called by its labels; unique in the dataset.
    public let name: String
    public let subject: String
    public let modality: Modality
    /// At least one.
    public let labels: [LabelFile]
    /// Known before the files are opened.
    public let findings: [ImportFinding]
    /// Files of single annotators; they are read when the image is there.
    public let annotators: [AnnotatorFiles]

    /// - Precondition: at least one label.
    public init(
        name: String, subject: String, modality: Modality, labels: [LabelFile], findings: [ImportFinding] = [],
        annotators: [AnnotatorFiles] = []
    ) {
        precondition(!labels.isEmpty, "a case without labels does not wait")
        (self.name, self.subject, self.modality) = (name, subject, modality)
        (self.labels, self.findings, self.annotators) = (labels, findings, annotators)
    }

    /// Why it waits, for the report.
    public var outcome: CaseOutcome { CaseOutcome(.waitsForImage(file: labels[0].file.path)) }

    /// The case with an image.
    ///
    /// - Parameters:
    ///   - name: the case's name, where it is another than that of the labels.
    ///   - phase: which of several images it is that the labels serve.
    ///   - expected: what the image must hash to.
    public func with(
        _ image: SourceFile, name: String? = nil, modality: Modality? = nil, phase: StudyPhase? = nil,
        expected: ExpectedImage? = nil
    ) -> CaseFiles {
        CaseFiles(
            name: name ?? self.name, subject: subject, image: image, modality: modality ?? self.modality,
            labels: labels, findings: findings, phase: phase, expected: expected, annotators: annotators)
    }
}
