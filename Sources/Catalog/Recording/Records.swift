public import Domain

/// Bytes of one mask within a stored object.
public struct StoredMask: Hashable, Sendable {
    /// SHA-256 of the canonical uncompressed encoding.
    public var content: Digest
    /// Name of the object that holds it.
    public var object: Digest
    /// Size of the whole object in bytes.
    public var objectBytes: Int
    public var offset: Int
    public var length: Int
    /// Foreground voxels.
    public var voxels: Int
    /// Voxels of the validity mask; nil where the mask is valid everywhere within its extent.
    public var knownVoxels: Int?
    /// Foreground bounds in canonical voxels.
    public var box: VoxelBox
    /// The mean position of the foreground in canonical voxels, kept for sided organs; nil where it is not known.
    public var centre: Vector3<Double>?

    public init(
        content: Digest, object: Digest, objectBytes: Int, offset: Int, length: Int, voxels: Int,
        knownVoxels: Int? = nil,
        box: VoxelBox, centre: Vector3<Double>? = nil
    ) {
        (self.content, self.object, self.objectBytes) = (content, object, objectBytes)
        (self.offset, self.length, self.voxels) = (offset, length, voxels)
        (self.knownVoxels, self.box, self.centre) = (knownVoxels, box, centre)
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

/// One image of one release, to be recorded.
public struct SourceRecord: Sendable {
    public var caseName: String
    public var subjectKey: String
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
    /// The volume's descriptor; nil where it is to be computed later.
    public var descriptor: DescriptorRecord?
    /// Findings of the import, as JSON text: an array of strings.
    public var findings: String
    /// The release whose root the image's path is relative to, where the image is of another dataset; nil: its own.
    public var imageRelease: Int32?
    /// The same for images of a release that share labels; nil for an image by itself.
    public var study: String?
    /// Distinguishes the image from the others of its study.
    public var phase: String?
    /// Of an image that is a folder of DICOM slices.
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

/// A label file whose image is missing.
public struct WaitingRecord: Hashable, Sendable {
    public var caseName: String
    public var subjectKey: String
    public var file: FileRecord

    public init(caseName: String, subjectKey: String, file: FileRecord) {
        (self.caseName, self.subjectKey, self.file) = (caseName, subjectKey, file)
    }
}

/// The labels of a case in a release, and those of its single annotators.
public struct CaseLabels: Sendable {
    public var labels: [LabelRecord]
    /// Annotated or absent; recorded as proposals and never current. The list of an annotator is complete.
    public var annotators: [(name: String, labels: [LabelRecord])]

    public init(_ labels: [LabelRecord], annotators: [(name: String, labels: [LabelRecord])] = []) {
        precondition(annotators.allSatisfy { !$0.name.isEmpty }, "an annotator has a name")
        (self.labels, self.annotators) = (labels, annotators)
    }
}

/// The label of one organ in one volume in a release.
public struct LabelRecord: Sendable {
    public var organ: OrganKey
    /// `annotated`, `absent`, or `pseudo` for a model-made label.
    public var status: LabelStatus
    public var origin: LabelOrigin
    /// Present unless the status is `absent`.
    public var mask: StoredMask?
    /// Where the annotation is complete; nil: everywhere.
    public var extent: VoxelBox?
    /// The label file it was read from: an index into the files recorded with it.
    public var file: Int?
    /// Further files that it was read from, as indices too.
    public var otherFiles: [Int]

    public init(
        organ: OrganKey, status: LabelStatus, origin: LabelOrigin, mask: StoredMask?, extent: VoxelBox? = nil,
        file: Int?, otherFiles: [Int] = []
    ) {
        (self.organ, self.status, self.origin) = (organ, status, origin)
        (self.mask, self.extent, self.file, self.otherFiles) = (mask, extent, file, otherFiles)
    }
}

/// What recording one case changed.
public struct RecordedCase: Sendable, Hashable {
    public var volume: VolumeID
    public var isNewVolume: Bool
    public var isNewSource: Bool
    public var newLabels: Int
    /// Organs whose labels the case's files no longer contain.
    public var takenBack: [OrganKey]
    /// The same for single annotators, by name.
    public var annotators: [RecordedAnnotator] = []
    /// Label files that are new or have other bytes than before.
    public var newFiles: Int
    /// Merges of subjects that the case caused.
    public var merges: [SubjectMerge]
    /// Whether the case set the modality of a known volume, which was unknown.
    public var statesModality: Bool

    public var isUnchanged: Bool {
        !isNewVolume && !isNewSource && newLabels == 0 && takenBack.isEmpty && newFiles == 0 && merges.isEmpty
            && !statesModality && annotators.allSatisfy { $0.newLabels == 0 && $0.takenBack.isEmpty }
    }
}

/// What recording the labels of one annotator of a case changed.
public struct RecordedAnnotator: Sendable, Hashable {
    public var name: String
    public var newLabels: Int
    /// Organs whose labels the annotator's files no longer contain.
    public var takenBack: [OrganKey]
}

extension Affine {
    /// Three rows of four, row-major, as in the database.
    public var rows: [Double] {
        (0..<3).flatMap { [columns[0][$0], columns[1][$0], columns[2][$0], translation[$0]] }
    }

    /// - Precondition: twelve numbers.
    public init(rows: [Double]) {
        precondition(rows.count == 12, "an affine has three rows of four")
        self.init(
            columns: (0..<3).map { column in Vector3(rows[column], rows[4 + column], rows[8 + column]) },
            translation: Vector3(rows[3], rows[7], rows[11]))
    }
}

extension VoxelBox {
    /// Lower x, y, z, upper x, y, z, as in the database.
    public var bounds: [Int32] {
        [lower.x, lower.y, lower.z, upper.x, upper.y, upper.z].map(Int32.init)
    }

    /// - Precondition: six numbers.
    public init(bounds: [Int32]) {
        precondition(bounds.count == 6, "a box has six bounds")
        let b = bounds.map(Int.init)
        self.init(lower: Vector3(b[0], b[1], b[2]), upper: Vector3(b[3], b[4], b[5]))
    }
}
