public import DICOM
public import Domain
public import Imaging

/// A case read, checked and measured: everything that the catalogue and the object store are told about it.
public struct InspectedCase: Sendable {
    public let files: CaseFiles
    public let image: InspectedImage
    /// One an organ, in the order of the ontology. An organ that is not here is unlabelled.
    public let labels: [InspectedLabel]
    /// What single annotators drew, where the caller wants it.
    public let drawn: InspectedDrawings
    /// What a person should know; the case is imported all the same.
    public let findings: [ImportFinding]
    /// How the labels were laid on the image, where the caller accepted that; nil: as their headers say.
    public let flip: FlipProposal?
    /// Every file that was read, the image first.
    public let checksums: CaseChecksums
}

/// Which bytes a case consists of.
public struct CaseChecksums: Hashable, Sendable {
    /// In the order of `CaseFiles.files`, then those of annotators.
    public let files: [FileChecksum]

    public init(files: [FileChecksum]) { self.files = files }
}

/// A file's bytes as they lie on the disk.
public struct FileChecksum: Hashable, Sendable {
    public let file: SourceFile
    public let bytes: Int
    public let sha256: Digest

    public init(file: SourceFile, bytes: Int, sha256: Digest) {
        (self.file, self.bytes, self.sha256) = (file, bytes, sha256)
    }
}

/// What is known of a case's image.
public struct InspectedImage: Sendable {
    public let file: FileChecksum
    public let identity: VolumeIdentity
    /// Geometry as stored, from which canonical shape, affine, spacing and codes follow.
    public let grid: ImageGrid
    public let storageType: VoxelType
    public let modality: Modality
    /// Nil where the image is too small for one.
    public let appearance: ImageDescriptor?
    /// Of an image that is a folder of DICOM slices.
    public let series: SeriesIdentifiers?
}

/// What a case says of one organ.
public struct InspectedLabel: Sendable {
    public let organ: OrganKey
    /// `annotated`, `absent`, or `pseudo` where a model made the labels, with or without voxels.
    public let status: LabelStatus
    public let origin: LabelOrigin
    public let file: FileChecksum
    /// The file's values whose union is the organ, ascending; empty for a file of one class.
    public let values: [Int]
    /// Nil where the organ has no voxels.
    public let region: Region?
    /// The mask, canonical on the image's grid; nil where the organ is absent. A model's empty mask is a mask.
    public let mask: EncodedMask?
    /// The canonical box within which the label is complete; nil: everywhere.
    public let extent: VoxelBox?

    /// Where the organ lies and how large it is.
    public struct Region: Hashable, Sendable {
        public let voxels: Int
        public let millilitres: Double
        /// Half-open, in canonical (RAS+) voxels.
        public let box: VoxelBox
        /// RAS+ millimetres.
        public let centroid: Vector3<Double>
        /// The same in canonical voxels.
        public let centre: Vector3<Double>
    }
}
