public import DICOM
public import Domain

/// The files of one case, and how to read them.
public struct CaseFiles: Hashable, Sendable {
    /// Unique in the dataset.
    public let name: String
    /// The dataset's name for the patient, escaped as a key; the case's name where the dataset has none.
    public let subject: String
    public let image: SourceFile
    public let modality: Modality
    /// Empty for an unlabelled volume.
    public let labels: [LabelFile]
    /// Warnings that are known before the files are opened.
    public let findings: [ImportFinding]
    /// The study whose images share the labels, and the name of this image in it; nil where there is one image only.
    public let phase: StudyPhase?
    /// The record of the image where it belongs to another dataset; nil for an image of this dataset.
    public let expected: ExpectedImage?
    /// The series of the image where its folder has several that are cases of their own.
    public let series: SeriesIdentifiers?
    /// Files of single annotators; read only with `ImportOptions.annotators`.
    public let annotators: [AnnotatorFiles]

    public init(
        name: String, subject: String, image: SourceFile, modality: Modality, labels: [LabelFile],
        findings: [ImportFinding] = [], phase: StudyPhase? = nil, expected: ExpectedImage? = nil,
        annotators: [AnnotatorFiles] = [], series: SeriesIdentifiers? = nil
    ) {
        self.series = series
        (self.name, self.image, self.modality) = (GivenName.normalised(name), image, modality)
        self.subject = SubjectName.escaped(GivenName.normalised(subject))
        (self.labels, self.findings, self.phase, self.expected) = (labels, findings, phase, expected)
        self.annotators = annotators
    }

    /// The image file, then the label files.
    public var files: [SourceFile] { [image] + labels.map(\.file) }
}

/// One of several images of a study on one grid: a contrast phase, a sequence or a channel.
public struct StudyPhase: Hashable, Sendable {
    /// Equal for all images that share labels; unique in the release.
    public let study: String
    /// Unique in the study.
    public let name: String

    public init(study: String, name: String) {
        (self.study, self.name) = (GivenName.normalised(study), GivenName.normalised(name))
    }
}

/// The catalogue's record of an image that belongs to another dataset.
public struct ExpectedImage: Hashable, Sendable {
    public let dataset: String
    /// Catalogue id of the release to whose root the file's path is relative.
    public let release: Int32
    /// Checksum of the file when it was imported.
    public let sha256: Digest

    public init(dataset: String, release: Int32, sha256: Digest) {
        (self.dataset, self.release, self.sha256) = (dataset, release, sha256)
    }
}
