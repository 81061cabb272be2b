public import Domain

/// Whether a label has its image's grid, by the largest corner displacement: up to 0.05 voxels, or up to 0.5 with a
/// warning.
public enum GridAgreement: Hashable, Sendable {
    case agree
    /// Largest corner displacement in voxels, above 0.05 and at most 0.5.
    case nearly(voxels: Double)
    case quarantine(GridDisagreement)

    public static let acceptedVoxels = 0.05
    public static let toleratedVoxels = 0.5

    /// Compares in canonical order, so that a label with another axis order but the same world positions agrees.
    public init(image: ImageGrid, label: ImageGrid) {
        let shape = image.canonicalShape
        guard shape == label.canonicalShape else {
            self = .quarantine(image.difference(from: label))
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

/// How a label's grid differs from its image's.
public enum GridDisagreement: Hashable, Sendable, CustomStringConvertible {
    /// Canonical shapes differ.
    case shape(image: GridShape, label: GridShape)
    /// The label is a part of the image's grid, this box in canonical voxels: each of its voxels is one of the image's.
    case crop(VoxelBox, image: GridShape)
    /// The label's grid has the image's axes, but its voxels lie between the image's, this many voxels off along one axis at least.
    case offLattice(voxels: Double, image: GridShape, label: GridShape)
    /// The label's voxels are those of the image's grid continued, and some of them are outside the image.
    case reachesOutside(image: GridShape, label: GridShape)
    /// Largest corner displacement in voxels, above 0.5.
    case displaced(voxels: Double)
    /// Equal world positions, but axis orders of opposite handedness: a correct header cannot be distinguished from one
    /// that was written for other voxels.
    case handedness(image: Orientation, label: Orientation)

    public var description: String {
        switch self {
        case .shape(let image, let label): "the image has \(image) voxels, the label \(label)"
        case .crop(let box, let image):
            "the image has \(image) voxels, the label \(box.shape), which are a part of the image's grid (a crop)"
        case .offLattice(let voxels, let image, let label):
            "the image has \(image) voxels, the label \(label), which are \(ImagingError.rounded(voxels)) voxels beside "
                + "the image's, so that the label is no crop of its grid"
        case .reachesOutside(let image, let label):
            "the image has \(image) voxels, the label \(label) on the same grid, some of them outside the image"
        case .displaced(let voxels): "image and label are \(ImagingError.rounded(voxels)) voxels apart"
        case .handedness(let image, let label):
            "equal positions, but stored as \(label) instead of \(image), in the opposite handedness"
        }
    }
}
