/// Something that a person should know about a case that is imported all the same.
public struct ImportFinding: Hashable, Sendable, Codable, CustomStringConvertible {
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// Neither sform nor qform is set; spacing alone places the image.
        case noOrientation
        /// sform and qform, or image and label, differ by up to half a voxel.
        case gridDiffers
        /// A class that the layout promises has no file; the organ is unlabelled.
        case classMissing
        /// A declared label that names no known organ; its voxels are not imported.
        case classUnknown
        /// Liver and spleen, or the kidneys, lie on the wrong sides of each other.
        case laterality
        /// Labels that were mirrored because the caller accepted it, or that may lie mirrored.
        case flip
        /// A CT without air near -1000 HU.
        case intensities
        /// The grid is sheared, turned far from the patient's axes, or was not in millimetres.
        case geometry
        /// Which organs were annotated, or where, does not follow from the files.
        case scope
        /// The files say another thing than the dataset's description.
        case description
        /// Two subjects proved to be one patient.
        case subjects
        /// The scan's subject is removed, or its volume excluded.
        case withheld
        /// The case showed another scan before.
        case replaced
        /// The name is that of another dataset, as it seems.
        case name
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
