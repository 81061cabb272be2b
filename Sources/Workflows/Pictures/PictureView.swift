package import Domain

/// The slices that a picture shows.
package enum PictureView: Hashable, Sendable {
    /// One axial slice, from 0 at the feet; nil: the one that shows the most organs.
    case axial(slice: Int?)
    /// The axial, coronal and sagittal slice through a voxel, counted from the patient's left, back and feet; nil: the centre of the
    /// masks.
    case planes(through: Vector3<Int>?)
    /// Axial slices in even steps over the extent of the masks, from the feet up.
    case mosaic(slices: Int)
}
