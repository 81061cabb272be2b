public import Domain

/// The recorded checksums of a case's files, by which an unchanged case is found without reading it.
public struct RecordedFiles: Hashable, Sendable {
    public var image: Digest
    /// Relative path to hash of every label file.
    public var labels: [String: Digest]
    public var place: ImagePlace
}

/// The path of an image.
public struct ImagePlace: Hashable, Sendable {
    /// Relative to `root`.
    public let file: String
    public let root: String
    /// The release that contains it; nil for the case's own release.
    public let release: Int32?
    /// The dataset of that release, or of its own.
    public let dataset: String
}

/// An image of a dataset, to which labels of another dataset can be added.
public struct DatasetImage: Hashable, Sendable {
    public let caseName: String
    public let release: String
    public let volume: VolumeID
    public let modality: String
    public let sha256: Digest
    public let study: String?
    public let phase: String?
    /// The dataset's keys of its subject.
    public let subjects: [String]
    public let place: ImagePlace
    /// The release that contains the file.
    public let placeRelease: Int32
}
