public import Domain

/// Why an export cannot be made. Each case has a problem and a remedy, and a file where it concerns one.
public enum ExportError: Error, Hashable, Sendable {
    case noOrgans
    case repeatedOrgan(OrganKey)
    /// More organs than a label map of bytes has values for, besides background and `ignore`.
    case tooManyOrgans(Int)
    /// Two organs share a part that is not exported, so no value can mark the voxels of both.
    case inseparable(OrganKey, OrganKey, shared: OrganKey)
    /// Two organs overlap in a case, and each voxel of a label map has one value.
    case overlap(OrganKey, OrganKey, voxels: Int, caseName: String)
    /// The output path exists.
    case exists(String)
    /// Another dataset in the folder of the output has the same number.
    case numberTaken(Int, by: String)
    /// The folder of the output does not exist.
    case noFolder(String)
    /// An image that cannot be linked because it is not a single NIfTI file.
    case unsupportedImage(String)
    /// An image with more than three dimensions in a dataset with a sheared grid, which no reader of nnU-Net reads.
    case unreadableImage(String, dimensions: Int, shearedCase: String)
    case unwritable(file: String, reason: String)

    /// The file or folder that the error is about.
    public var file: String? {
        switch self {
        case .exists(let file), .numberTaken(_, let file), .noFolder(let file), .unsupportedImage(let file),
            .unreadableImage(let file, _, _), .unwritable(let file, _):
            file
        case .noOrgans, .repeatedOrgan, .tooManyOrgans, .inseparable, .overlap: nil
        }
    }

    /// The problem, one clause.
    public var problem: String {
        switch self {
        case .noOrgans: "no organ is named"
        case .repeatedOrgan(let organ): "\(organ) is named twice"
        case .tooManyOrgans(let count): "\(count) organs are too many for a label map of bytes"
        case .inseparable(let a, let b, let shared):
            "\(a) and \(b) share \(shared), and no value of a label map can mark it as part of both"
        case .overlap(let a, let b, let voxels, let name):
            "\(a) and \(b) overlap in \(voxels) voxels of \(name), and a label map has one value per voxel"
        case .exists: "the output already exists"
        case .numberTaken(let id, _): "the dataset already has the number \(id), by which nnU-Net finds datasets"
        case .noFolder: "the folder of the output does not exist"
        case .unsupportedImage: "the image is not a single NIfTI file"
        case .unreadableImage(_, let dimensions, let name):
            "the image has \(dimensions) dimensions, and the only reader of nnU-Net that accepts the sheared grid of \(name) "
                + "reads three"
        case .unwritable(_, let reason): "it cannot be written: \(reason)"
        }
    }

    /// The remedy, one clause.
    public var remedy: String {
        switch self {
        case .noOrgans, .repeatedOrgan: "name each organ once: --organs liver,spleen"
        case .tooManyOrgans: "choose at most \(LabelScheme.largestCount) organs"
        case .inseparable(let a, let b, let shared): "leave out \(a) or \(b), or export \(shared) too"
        case .overlap(let a, let b, _, _): "leave out \(a) or \(b), or export them as two datasets"
        case .exists: "choose another output, or move the existing one away"
        case .numberTaken: "choose another number with --dataset-id, or move the existing dataset away"
        case .noFolder: "create the folder, or choose another output"
        case .unsupportedImage: "export with --images reference or --images copy"
        case .unreadableImage: "export with --images copy, which writes such images with three dimensions"
        case .unwritable: "check the path, its permissions and the free disk space"
        }
    }
}

extension ExportError: CustomStringConvertible {
    public var description: String { (file.map { "\($0): " } ?? "") + "\(problem); \(remedy)" }
}
