public import Domain

/// Why an export cannot be made. Each case says problem and remedy, and names the file where there is one.
public enum ExportError: Error, Hashable, Sendable {
    case noOrgans
    case repeatedOrgan(OrganKey)
    /// A label map has bytes for values: background, the organs and `ignore`.
    case tooManyOrgans(Int)
    /// Two organs share a part that has no value of its own, so no value says which voxels are both.
    case inseparable(OrganKey, OrganKey, shared: OrganKey)
    /// Two organs that may overlap do so in a case; one value a voxel cannot say both.
    case overlap(OrganKey, OrganKey, voxels: Int, caseName: String)
    /// The output is there already.
    case exists(String)
    /// The folder that is to hold the output is not there.
    case noFolder(String)
    /// An image that cannot be copied or linked by itself.
    case unsupportedImage(String)
    case unwritable(file: String, reason: String)

    /// The file or folder that the error is about.
    public var file: String? {
        switch self {
        case .exists(let file), .noFolder(let file), .unsupportedImage(let file), .unwritable(let file, _): file
        case .noOrgans, .repeatedOrgan, .tooManyOrgans, .inseparable, .overlap: nil
        }
    }

    /// What is wrong, one clause.
    public var problem: String {
        switch self {
        case .noOrgans: "no organ was named"
        case .repeatedOrgan(let organ): "\(organ) is named twice"
        case .tooManyOrgans(let count): "\(count) organs do not fit into one label map of bytes"
        case .inseparable(let a, let b, let shared):
            "\(a) and \(b) share \(shared), so one value cannot tell them apart"
        case .overlap(let a, let b, let voxels, let name):
            "\(a) and \(b) overlap in \(voxels) voxels of \(name), which one value a voxel cannot say"
        case .exists: "the output exists already"
        case .noFolder: "the folder that is to hold the output does not exist"
        case .unsupportedImage: "the image is no single NIfTI file"
        case .unwritable(_, let reason): "it cannot be written: \(reason)"
        }
    }

    /// What to do about it, one clause.
    public var remedy: String {
        switch self {
        case .noOrgans, .repeatedOrgan: "name each organ once: --organs liver,spleen"
        case .tooManyOrgans: "choose at most \(LabelScheme.largestCount) organs"
        case .inseparable(let a, let b, let shared): "leave out \(a) or \(b), or name \(shared) too"
        case .overlap(let a, let b, _, _): "leave out \(a) or \(b), or export them as two datasets"
        case .exists: "choose another output, or move what is there away"
        case .noFolder: "make the folder, or choose another output"
        case .unsupportedImage: "export with --images reference"
        case .unwritable: "check the path, its permissions and the room on the disk"
        }
    }
}

extension ExportError: CustomStringConvertible {
    public var description: String { (file.map { "\($0): " } ?? "") + "\(problem); \(remedy)" }
}
