public import DICOM
public import Domain
public import Imaging

/// A case read, checked and measured: everything that the catalogue and the object store record of it.
public struct InspectedCase: Sendable {
    public let files: CaseFiles
    public let image: InspectedImage
    /// One per organ, in the order of the ontology. An organ without an entry is unlabelled.
    public let labels: [InspectedLabel]
    /// Masks of single annotators; empty unless `ImportOptions.annotators` is set.
    public let drawn: InspectedDrawings
    /// Warnings; the case is imported nevertheless.
    public let findings: [ImportFinding]
    /// The accepted proposal by which the labels were placed on the image; nil: as their headers specify.
    public let flip: FlipProposal?
    /// Every file that was read, the image first.
    public let checksums: CaseChecksums
}

/// The checksums of all files of a case.
public struct CaseChecksums: Hashable, Sendable {
    /// In the order of `CaseFiles.files`, then those of annotators.
    public let files: [FileChecksum]

    public init(files: [FileChecksum]) { self.files = files }
}

/// Size and SHA-256 of a file as stored on disk.
public struct FileChecksum: Hashable, Sendable {
    public let file: SourceFile
    public let bytes: Int
    /// For a folder of slices, the digest of `Series.digest()` or `LabelStack.digest(of:)`.
    public let sha256: Digest

    public init(file: SourceFile, bytes: Int, sha256: Digest) {
        (self.file, self.bytes, self.sha256) = (file, bytes, sha256)
    }
}

/// A case's image as read.
public struct InspectedImage: Sendable {
    public let file: FileChecksum
    public let identity: VolumeIdentity
    /// The stored geometry, from which canonical shape, affine and spacing follow.
    public let grid: ImageGrid
    public let storageType: VoxelType
    public let modality: Modality
    /// Whether the caller gives the modality, by option or map.
    public let isModalityGiven: Bool
    /// Nil where the image is too small for one.
    public let descriptor: ImageDescriptor?
    /// Nil unless the image is a folder of DICOM slices.
    public let series: SeriesIdentifiers?
}

/// A case's label of one organ.
public struct InspectedLabel: Sendable {
    public let organ: OrganKey
    /// `annotated`, `absent`, or `pseudo` where a model made the labels, with or without voxels.
    public let status: LabelStatus
    public let origin: LabelOrigin
    public let file: FileChecksum
    /// The file's values whose voxels together are the organ, ascending; empty for an empty binary file.
    public let values: [Int]
    /// Nil where the organ has no voxels.
    public let region: Region?
    /// The mask in canonical order on the image's grid; nil where the organ is absent. A pseudo label always has a
    /// mask, also an empty one.
    public let mask: EncodedMask?
    /// The canonical box within which the label is complete; nil: everywhere.
    public let extent: VoxelBox?

    /// Position and size of the organ.
    public struct Region: Hashable, Sendable {
        public let voxels: Int
        public let millilitres: Double
        /// Half-open, in canonical (RAS+) voxels.
        public let box: VoxelBox
        /// Mean position of the voxels in RAS+ millimetres.
        public let centroid: Vector3<Double>
        /// The same in canonical voxel indices.
        public let centre: Vector3<Double>
    }
}
