internal import CNIfTI
public import Domain

/// NIfTI's scalar `datatype` codes (nifti1.h, "field: datatype").
public enum VoxelType: Int, Sendable, Hashable, CaseIterable {
    case uint8 = 2
    case int16 = 4
    case int32 = 8
    case float32 = 16
    case float64 = 64
    case int8 = 256
    case uint16 = 512
    case uint32 = 768
    case int64 = 1024
    case uint64 = 1280

    /// Bytes per voxel.
    public var size: Int {
        switch self {
        case .uint8, .int8: 1
        case .int16, .uint16: 2
        case .int32, .uint32, .float32: 4
        case .int64, .uint64, .float64: 8
        }
    }
}

/// A NIfTI-1 or NIfTI-2 header, in this machine's byte order, with lengths in millimetres.
public struct NIfTIHeader: Sendable {
    /// 1 or 2.
    public let version: Int
    /// Whether header and voxels are in one `.nii` rather than a `.hdr` + `.img` pair.
    public let isSingleFile: Bool
    /// Whether the byte order differs from this machine's.
    public let isSwapped: Bool
    /// `dim[1...dim[0]]`.
    public let dimensions: [Int]
    public let type: VoxelType
    /// Offset of the first voxel byte in the uncompressed file that contains the voxels.
    public let voxelOffset: Int
    /// Value = stored · slope + intercept where `isScaled`.
    public let slope: Double
    public let intercept: Double
    public let qformCode: Int
    public let sformCode: Int
    /// Stored voxel indices to RAS+ millimetres, by METHOD 2 and METHOD 3; nil where the code is 0.
    public let qform: Affine?
    public let sform: Affine?
    /// `pixdim[1...3]` in millimetres.
    public let pixelSpacing: Vector3<Double>
    /// The fields from which `qform` and the pixel spacing follow; nil where no file has them.
    var storedGeometry: StoredGeometry?
    /// Millimetres per unit of the file's lengths; 1 where the unit is not given.
    public let millimetresPerUnit: Double
    public internal(set) var extensions: [NIfTIExtension] = []

    /// Slope 0 means unscaled (nifti1.h, "field: scl_slope").
    public var isScaled: Bool { slope != 0 && slope.isFinite && intercept.isFinite && (slope != 1 || intercept != 0) }

    /// Stored shape; missing axes are 1.
    public var shape: GridShape {
        let sizes = dimensions + [1, 1, 1]
        return GridShape(sizes[0], sizes[1], sizes[2])
    }
}

/// A header extension: NIfTI's code and the raw bytes after it.
public struct NIfTIExtension: Sendable, Hashable {
    /// `ecode`; 30 is Caret's, and TotalSegmentator writes the same XML with code 0.
    public let code: Int
    public let bytes: [UInt8]

    public init(code: Int, bytes: [UInt8]) { (self.code, self.bytes) = (code, bytes) }
}
