public import Domain

/// A label file and the meaning of its values.
public struct LabelFile: Hashable, Sendable {
    public enum Reading: Hashable, Sendable {
        /// Values with the meaning that the map gives; every organ of the map is annotated completely in the file.
        /// `unmapped` values are declared by the dataset, but mean no organ of the ontology; their voxels are unknown for every
        /// organ.
        case values(LabelMap, unmapped: Set<Int> = [])
        /// A binary mask: every voxel other than 0 belongs to these organs.
        case oneClass(organs: [OrganKey])
        /// Values with the meaning that the label table in the file's header gives, by name; every organ of the table
        /// is annotated completely.
        case declared
    }

    public let file: SourceFile
    public let reading: Reading
    /// Which of the organs that the reading names were examined.
    public let scope: LabelScope
    /// Values of voxels that are unknown for every organ to which the value does not belong: nnU-Net's `ignore`, or a
    /// tumour that hides an unstated organ.
    public let unknown: Set<Int>
    /// The box within which the file is complete; nil: everywhere.
    public let crop: AnnotatedCrop?
    /// Label states that the dataset's description records for the organs of the file.
    public let stated: StatedOrgans

    public init(
        file: SourceFile, reading: Reading, scope: LabelScope = .declared, unknown: Set<Int> = [],
        crop: AnnotatedCrop? = nil, stated: StatedOrgans = StatedOrgans()
    ) {
        (self.file, self.reading, self.scope, self.unknown, self.crop) = (file, reading, scope, unknown, crop)
        self.stated = stated
    }
}
