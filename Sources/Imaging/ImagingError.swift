internal import Glibc

/// An error of an image, a label file or a mask. Every case has a file, a problem and a remedy; texts contain file
/// names and header fields only.
public enum ImagingError: Error, Hashable, Sendable {
    // MARK: Files that are not NIfTI
    /// The operating system refused to read; `code` is `errno`.
    case unreadable(file: String, code: Int32)
    /// The operating system refused to write; `code` is `errno`.
    case unwritable(file: String, code: Int32)
    case empty(file: String)
    /// A macOS resource fork (`._name`), not the file itself.
    case appleDouble(file: String)
    /// A git-LFS pointer instead of the file's contents.
    case lfsPointer(file: String)
    /// A web page saved under an image's name.
    case webPage(file: String)
    /// Another file format, recognised by its first bytes.
    case otherFormat(file: String, format: ForeignFormat)
    /// Neither a NIfTI-1 nor a NIfTI-2 header, nor a recognised format.
    case notNIfTI(file: String)
    /// A label slice that is not a PNG file.
    case notPNG(file: String)
    /// A label slice whose width and height differ from the image's.
    case sliceSize(file: String, found: [Int], expected: [Int])
    /// The other file of a `.hdr` + `.img` pair does not exist.
    case otherHalfMissing(file: String, expected: String)

    // MARK: Broken bytes
    case corruptGzip(file: String)
    /// Fewer bytes than the header requires.
    case truncated(file: String, neededBytes: Int, foundBytes: Int)
    /// The file itself has more bytes than the reader's limit.
    case tooLarge(file: String, bytes: Int, limitInBytes: Int)
    /// The header's dimensions exceed what a file of this length can contain, or the reader's limit.
    case claimTooLarge(file: String, dimensions: [Int], limitInBytes: Int)
    /// Bytes other than zero padding follow the voxels or the gzip stream.
    case trailingBytes(file: String, count: Int)
    case invalidHeader(file: String, field: String)

    // MARK: Refused contents
    case severalVolumes(file: String, dimensions: [Int])
    /// RGB, complex and other non-scalar types; `code` is NIfTI's `datatype`.
    case unsupportedType(file: String, code: Int)
    case notFinite(file: String, voxels: Int)
    /// Every voxel has the same value.
    case constantImage(file: String)
    case fractionalLabels(file: String, values: [Double])
    case labelOutOfRange(file: String, value: Double)

    // MARK: Geometry
    /// sform and qform differ; the largest corner displacement in voxels, above 0.5.
    case formsDisagree(file: String, voxels: Double)
    /// The affine is not invertible, or not finite.
    case singularGeometry(file: String)

    // MARK: Masks
    case invalidMask(file: String, reason: String)

    // MARK: Cached volumes
    /// A cached volume that is not what was stored, or that somebody else may have written.
    case damagedCache(file: String, reason: String)
}

extension ImagingError: CustomStringConvertible {
    public var description: String { "\(file): \(problem); \(remedy)" }

    /// The file concerned.
    public var file: String {
        switch self {
        case .unreadable(let file, _), .unwritable(let file, _), .empty(let file), .appleDouble(let file),
            .lfsPointer(let file), .webPage(let file), .otherFormat(let file, _), .notNIfTI(let file),
            .notPNG(let file), .sliceSize(let file, _, _), .otherHalfMissing(let file, _),
            .corruptGzip(let file), .trailingBytes(let file, _), .truncated(let file, _, _),
            .tooLarge(let file, _, _), .claimTooLarge(let file, _, _), .invalidHeader(let file, _),
            .severalVolumes(let file, _), .unsupportedType(let file, _),
            .notFinite(let file, _), .constantImage(let file), .fractionalLabels(let file, _),
            .labelOutOfRange(let file, _), .formsDisagree(let file, _), .singularGeometry(let file),
            .invalidMask(let file, _), .damagedCache(let file, _):
            file
        }
    }

    /// What is wrong, one clause without the file's name.
    public var problem: String {
        switch self {
        case .unreadable(_, let code): "cannot be read: \(String(cString: strerror(code)))"
        case .unwritable(_, let code): "cannot be written: \(String(cString: strerror(code)))"
        case .empty: "is empty"
        case .appleDouble: "is a macOS resource fork (AppleDouble), not an image"
        case .lfsPointer: "is a git-LFS pointer; the image itself was not downloaded"
        case .webPage: "is a web page, not an image"
        case .otherFormat(_, let format): "is \(format.description), not NIfTI"
        case .notNIfTI: "has neither a NIfTI header nor a known file format"
        case .notPNG: "is not a PNG picture, or is damaged"
        case .sliceSize(_, let found, let expected):
            "has \(Self.product(found)) pixels where the image has \(Self.product(expected))"
        case .otherHalfMissing(_, let expected): "belongs to a pair, and \(expected) is missing"
        case .corruptGzip: "is damaged or cut short: its gzip stream does not decompress"
        case .truncated(_, let needed, let found): "is cut short: \(needed) bytes expected, \(found) found"
        case .tooLarge(_, let bytes, let limit): "has \(bytes) bytes, more than the limit of \(limit)"
        case .claimTooLarge(_, let dimensions, let limit):
            "has a header with \(Self.product(dimensions)) voxels, more than fit into \(limit) bytes"
        case .trailingBytes(_, let count): "has \(count) bytes after its end"
        case .invalidHeader(_, let field): "has an invalid header field \(field)"
        case .severalVolumes(_, let dimensions): "contains several volumes (\(Self.product(dimensions)))"
        case .unsupportedType(_, let code):
            "has voxels of NIfTI type \(code)\(Self.typeNames[code].map { " (\($0))" } ?? ""), which is not scalar"
        case .notFinite(_, let voxels): "has \(voxels) voxels that are NaN or infinite"
        case .constantImage: "has the same value in every voxel"
        case .fractionalLabels(_, let values):
            "has label values that are not whole numbers: \(values.map { "\($0)" }.joined(separator: ", "))"
        case .labelOutOfRange(_, let value): "has the label value \(value), beyond 32 bits"
        case .formsDisagree(_, let voxels): "has a qform and an sform that differ by \(Self.rounded(voxels)) voxels"
        case .singularGeometry: "has an affine that maps the grid to a plane, or is not finite"
        case .invalidMask(_, let reason): "is not a valid mask: \(reason)"
        case .damagedCache(_, let reason): "is not what was cached: \(reason)"
        }
    }

    /// What the user can do.
    public var remedy: String {
        switch self {
        case .unreadable: "check that it exists and that this user may read it"
        case .unwritable: "check the folder's permissions and the free space of the disk"
        case .empty, .corruptGzip, .truncated, .notNIfTI: "download or export it again"
        case .appleDouble: "delete it; the image has the same name without the leading \"._\""
        case .lfsPointer: "run `git lfs pull` in its repository"
        case .otherFormat(_, let format): format.remedy
        case .webPage: "download it again, logged in if the site requires it"
        case .notPNG: "download it again"
        case .sliceSize: "find the image on which the slices were drawn"
        case .otherHalfMissing: "put both files of the pair into one folder"
        case .tooLarge: "check that it is a single image; larger files cannot be read"
        case .claimTooLarge, .invalidHeader: "the header is damaged; download or export it again"
        case .severalVolumes: "split it into one file per volume or channel"
        case .trailingBytes: "download or export it again; its header may give too few voxels"
        case .unsupportedType: "export the image with a scalar type such as int16"
        case .notFinite: "replace these voxels in the program that wrote the image"
        case .constantImage: "check the export; the image is empty"
        case .fractionalLabels: "export labels with nearest-neighbour interpolation and an integer type"
        case .labelOutOfRange: "export labels as whole numbers below 2147483648"
        case .formsDisagree: "find out which is right and write the file with one of them"
        case .singularGeometry: "write the file with a valid sform or qform"
        case .damagedCache: "remove it; it is made again from its image when it is needed"
        case .invalidMask: "restore the object from a backup, or create the mask again"
        }
    }

    /// Names of the non-scalar types (nifti1.h, "field: datatype").
    private static let typeNames = [
        1: "single bits", 32: "complex", 128: "RGB colour", 1536: "float128", 1792: "complex", 2048: "complex",
        2304: "RGBA colour",
    ]

    private static func product(_ dimensions: [Int]) -> String {
        dimensions.map { "\($0)" }.joined(separator: "x")
    }

    static func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}
