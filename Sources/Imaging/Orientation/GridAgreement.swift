public import Domain

/// Whether a label's grid is its image's grid (corner displacement up to 0.05 voxel: yes; up to 0.5: with a warning).
public enum GridAgreement: Hashable, Sendable {
    case agree
    /// Largest corner displacement in voxels, above 0.05 and at most 0.5.
    case nearly(voxels: Double)
    case quarantine(GridDisagreement)

    public static let acceptedVoxels = 0.05
    public static let toleratedVoxels = 0.5

    /// Compares in canonical order, so that a label stored with other axes but on the same world positions agrees.
    public init(image: ImageGrid, label: ImageGrid) {
        let shape = image.canonicalShape
        guard shape == label.canonicalShape else {
            self = .quarantine(.shape(image: shape, label: label.canonicalShape))
            return
        }
        let voxels = image.canonicalAffine.largestCornerDisplacementInVoxels(to: label.canonicalAffine, shape: shape)
        if voxels > Self.toleratedVoxels {
            self = .quarantine(.displaced(voxels: voxels))
        } else if (image.affine.determinant < 0) != (label.affine.determinant < 0) {
            self = .quarantine(.handedness(image: image.orientation, label: label.orientation))
        } else {
            self = voxels <= Self.acceptedVoxels ? .agree : .nearly(voxels: voxels)
        }
    }
}

/// Why a label cannot lie on an image.
public enum GridDisagreement: Hashable, Sendable, CustomStringConvertible {
    /// Canonical shapes differ.
    case shape(image: GridShape, label: GridShape)
    /// Largest corner displacement in voxels, above 0.5.
    case displaced(voxels: Double)
    /// In one place, but stored in orders that are mirror images of each other: a header that was written for other voxels
    /// cannot be told from one that is right.
    case handedness(image: Orientation, label: Orientation)

    public var description: String {
        switch self {
        case .shape(let image, let label): "the image has \(image) voxels, the label \(label)"
        case .displaced(let voxels): "image and label lie \(ImagingError.rounded(voxels)) voxels apart"
        case .handedness(let image, let label):
            "on the image by its header, but stored as \(label) beside \(image), a mirrored order"
        }
    }
}
