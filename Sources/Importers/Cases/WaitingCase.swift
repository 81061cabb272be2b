public import Domain

/// Labels whose image is not available yet. No volume is recorded until an import finds the image.
public struct WaitingCase: Hashable, Sendable {
    /// The case's name, derived from its label files; unique in the dataset.
    public let name: String
    /// Escaped as a key.
    public let subject: String
    public let modality: Modality
    /// At least one.
    public let labels: [LabelFile]
    /// Warnings that are known before the files are opened.
    public let findings: [ImportFinding]
    /// Files of single annotators; read once the image is available.
    public let annotators: [AnnotatorFiles]
    /// The path of a link in the place of the image whose target does not exist; nil where there is none.
    var link: String?

    /// - Precondition: at least one label.
    public init(
        name: String, subject: String, modality: Modality, labels: [LabelFile], findings: [ImportFinding] = [],
        annotators: [AnnotatorFiles] = []
    ) {
        precondition(!labels.isEmpty, "a waiting case has labels")
        (self.name, self.modality) = (GivenName.normalised(name), modality)
        self.subject = SubjectName.escaped(GivenName.normalised(subject))
        (self.labels, self.findings, self.annotators) = (labels, findings, annotators)
    }

    /// The outcome for the report.
    public var outcome: CaseOutcome {
        let file = labels[0].file.path
        return CaseOutcome(link.map { .waitsForTarget(file: file, link: $0) } ?? .waitsForImage(file: file))
    }

    /// The case with an image.
    ///
    /// - Parameters:
    ///   - name: the case's name where it differs from that of the labels.
    ///   - phase: the image's place among several images that share the labels.
    ///   - expected: the record with the checksum that the image must have.
    public func with(
        _ image: SourceFile, name: String? = nil, modality: Modality? = nil, phase: StudyPhase? = nil,
        expected: ExpectedImage? = nil
    ) -> CaseFiles {
        CaseFiles(
            name: name ?? self.name, subject: subject, image: image, modality: modality ?? self.modality,
            labels: labels, findings: findings, phase: phase, expected: expected, annotators: annotators)
    }
}
