public import Domain
internal import Glibc

/// The grid of a file: shape and affine in the file's own axis order, and its orientation relative to canonical RAS+
/// order.
public struct ImageGrid: Hashable, Sendable {
    /// Voxels along the stored axes i, j, k; i fastest.
    public let shape: GridShape
    /// Stored voxel indices to RAS+ millimetres.
    public let affine: Affine
    /// NIfTI's `sform_code` and `qform_code`, 0 to 4.
    public let sformCode: Int
    public let qformCode: Int
    public let orientation: Orientation
    /// Nil for a grid that was not read from a file as it is.
    let stored: StoredGeometry?

    /// - Precondition: the affine is invertible.
    public init(shape: GridShape, affine: Affine, sformCode: Int = 1, qformCode: Int = 0) {
        self.init(shape: shape, affine: affine, sformCode: sformCode, qformCode: qformCode, stored: nil)
    }

    /// - Precondition: the affine is invertible.
    init(shape: GridShape, affine: Affine, sformCode: Int, qformCode: Int, stored: StoredGeometry?) {
        guard let orientation = Orientation(closestTo: affine) else { preconditionFailure("an invertible affine") }
        self.shape = shape
        self.affine = affine
        self.sformCode = sformCode
        self.qformCode = qformCode
        self.orientation = orientation
        self.stored = stored
    }

    /// A grid stored in `orientation`, from its canonical shape and affine.
    public init(
        canonicalShape: GridShape, canonicalAffine: Affine, storedAs orientation: Orientation, sformCode: Int = 1,
        qformCode: Int = 0
    ) {
        let stored = orientation.stored(shape: canonicalShape, affine: canonicalAffine)
        self.init(shape: stored.shape, affine: stored.affine, sformCode: sformCode, qformCode: qformCode)
    }

    /// The grid that places this file's voxels on another grid, flipped along a canonical axis or not, regardless of
    /// this grid's own affine.
    /// - Precondition: equal canonical shapes.
    public func laid(on other: ImageGrid, flipped flip: LabelFlip) -> ImageGrid {
        precondition(canonicalShape == other.canonicalShape, "one shape")
        return ImageGrid(
            canonicalShape: other.canonicalShape, canonicalAffine: other.canonicalAffine,
            storedAs: flip.axis.map(orientation.mirrored(along:)) ?? orientation, sformCode: sformCode,
            qformCode: qformCode)
    }

    /// Voxels along x (to the right), y (to the front), z (to the head); x fastest.
    public var canonicalShape: GridShape { orientation.canonical(shape) }
    /// Canonical voxel indices to RAS+ millimetres.
    public var canonicalAffine: Affine { orientation.canonical(affine, storedShape: shape) }
    /// Millimetres per step along canonical x, y, z.
    public var spacing: Vector3<Double> { canonicalAffine.spacing }
    /// Voxels, spacing and position in canonical order, so that two grids can be compared by eye, with the axis order of the file.
    public var summary: String {
        func list(_ values: Vector3<Double>, _ separator: String) -> String {
            (0..<3).map { "\(ImagingError.rounded(values[$0]))" }.joined(separator: separator)
        }
        return
            "\(canonicalShape) voxels of \(list(spacing, " x ")) mm from (\(list(canonicalAffine.translation, ", "))) mm, stored as "
            + orientation.description
    }
    /// Millilitres per voxel.
    public var millilitresPerVoxel: Double { abs(affine.determinant) / 1000 }
}

/// An unusual but accepted property of a file's geometry; reported as a warning of the import.
public enum GeometryFinding: Hashable, Sendable, CustomStringConvertible {
    /// Neither sform nor qform: spacing from `pixdim`, axes assumed as LAS with the centre at the origin.
    case noOrientation
    /// Largest corner displacement between sform and qform in voxels, 0.05 to 0.5; the sform is used.
    case formsDiffer(voxels: Double)
    /// Axes are not at right angles; the largest |cosine| between two of them.
    case sheared(cosine: Double)
    /// Axes are rotated by more than 30 degrees from the patient's; canonical order is only the closest.
    case oblique(degrees: Double)
    /// Lengths were converted from metres or micrometres; the factor to millimetres.
    case unitConverted(factor: Double)

    private static func degreesFromSquare(_ cosine: Double) -> Double {
        (asin(min(1, cosine)) * 1800 / .pi).rounded() / 10
    }

    public var description: String {
        switch self {
        case .noOrientation: "no sform and no qform: the orientation is assumed as LAS"
        case .formsDiffer(let voxels):
            "qform and sform differ by \(ImagingError.rounded(voxels)) voxels; the sform is used"
        case .sheared(let cosine):
            "the grid is sheared: two of its axes are \(Self.degreesFromSquare(cosine)) degrees off the right angle"
        case .oblique(let degrees): "the grid is rotated by \(ImagingError.rounded(degrees)) degrees"
        case .unitConverted(let factor): "lengths were converted to millimetres (factor \(factor))"
        }
    }
}
