/// A warning about a case that is imported nevertheless, or about the dataset as a whole.
public struct ImportFinding: Hashable, Sendable, Codable, CustomStringConvertible {
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// Neither sform nor qform is set; the grid is derived from the spacing alone.
        case noOrientation
        /// sform and qform, or image and label, differ by up to half a voxel.
        case gridDiffers
        /// A class of the layout has no file; the organ is unlabelled.
        case classMissing
        /// A declared label matches no organ; its voxels are not imported.
        case classUnknown
        /// A left and a right organ, or liver and spleen, are on the wrong sides of each other.
        case laterality
        /// Labels that were flipped as the caller accepted, or that may be mirrored.
        case flip
        /// A CT without air near -1000 HU.
        case intensities
        /// The grid is sheared, rotated far from the patient's axes, or was not in millimetres.
        case geometry
        /// The files do not record which organs were annotated, or where.
        case scope
        /// The files and the dataset's description differ, or the description lacks something.
        case description
        /// The case contradicts what the catalogue records of the same scan, or itself.
        case conflict
        /// Two subjects are the same patient, or identifiers do not show whether they are.
        case subjects
        /// The scan's subject is removed, or its volume is excluded.
        case withheld
        /// The case had another scan before.
        case replaced
        /// The name seems to belong to another dataset.
        case name
        /// An organ that nearly everybody has is recorded as absent.
        case absence
    }

    public let kind: Kind
    public let file: String
    public let problem: String
    public let remedy: String

    public init(_ kind: Kind, file: String, problem: String, remedy: String) {
        (self.kind, self.file, self.problem, self.remedy) = (kind, file, problem, remedy)
    }

    public var description: String { "\(file): \(problem); \(remedy)" }
}
