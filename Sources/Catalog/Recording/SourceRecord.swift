public import Domain

/// One image of one release, to be recorded.
public struct SourceRecord: Sendable {
    public var caseName: String
    public var subjectKey: String
    /// Whether a table of subjects names the subject; else it is from the layout.
    public var isStated = false
    public var image: FileRecord
    public var identity: Digest
    public var orientationBlind: Digest
    public var clipped: Digest
    /// Canonical (closest RAS).
    public var shape: GridShape
    /// Canonical voxel indices to RAS+ millimetres.
    public var affine: Affine
    /// Axis codes of the file, such as `LPS`.
    public var orientation: String
    public var qformCode: Int
    public var sformCode: Int
    public var storageType: String
    public var modality: String
    /// Whether the caller states the modality, so that it corrects the recorded one.
    public var isModalityStated = false
    /// The volume's descriptor; nil where it is to be computed later.
    public var descriptor: DescriptorRecord?
    /// Findings of the import, as JSON text: an array of strings.
    public var findings: String
    /// The release whose root the image's path is relative to, where the image is of another dataset; nil: its own.
    public var imageRelease: Int32?
    /// Equal for images of a release that share labels; nil for an image with labels of its own.
    public var study: String?
    /// Distinguishes the image from the others of its study.
    public var phase: String?
    /// The hashed identifiers of a folder of DICOM slices; nil for any other image.
    public var series: SeriesRecord?

    public init(
        caseName: String, subjectKey: String, image: FileRecord, identity: Digest, orientationBlind: Digest,
        clipped: Digest, shape: GridShape, affine: Affine, orientation: String, qformCode: Int, sformCode: Int,
        storageType: String, modality: String, descriptor: DescriptorRecord? = nil, findings: String = "[]",
        imageRelease: Int32? = nil, study: String? = nil, phase: String? = nil
    ) {
        (self.imageRelease, self.study, self.phase) = (imageRelease, study, phase)
        (self.caseName, self.subjectKey, self.image) = (caseName, subjectKey, image)
        (self.identity, self.orientationBlind, self.clipped) = (identity, orientationBlind, clipped)
        (self.shape, self.affine, self.orientation) = (shape, affine, orientation)
        (self.qformCode, self.sformCode) = (qformCode, sformCode)
        (self.storageType, self.modality, self.findings) = (storageType, modality, findings)
        self.descriptor = descriptor
    }
}

/// A file that was read, relative to the root of its release.
public struct FileRecord: Hashable, Sendable {
    public var path: String
    public var sha256: Digest
    public var bytes: Int
    /// The accepted flip of its voxels; nil: they are placed by its header.
    public var flip: FlipRecord?

    public init(path: String, sha256: Digest, bytes: Int, flip: FlipRecord? = nil) {
        (self.path, self.sha256, self.bytes, self.flip) = (path, sha256, bytes, flip)
    }
}

/// A flip of labels that the caller accepted.
public struct FlipRecord: Hashable, Sendable {
    /// `none`, `x`, `y` or `z`: the canonical axis.
    public var axis: String
    /// The evidence for it.
    public var evidence: String

    public init(axis: String, evidence: String) { (self.axis, self.evidence) = (axis, evidence) }
}
