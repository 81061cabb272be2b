internal import Domain

/// What a NIfTI header contains besides the sform: its qform as quaternion and offset, and the size of its voxels.
///
/// Tools of ITK take either form and this size, so a file that lies on an image's grid has to repeat them as they are.
struct StoredGeometry: Hashable, Sendable {
    /// `quatern_b`, `quatern_c`, `quatern_d`.
    let quaternion: Vector3<Double>
    /// `qoffset_x`, `qoffset_y`, `qoffset_z` in millimetres.
    let offset: Vector3<Double>
    /// `pixdim[1...3]` in millimetres.
    let pixelSpacing: Vector3<Double>
    /// The sign of `pixdim[0]`, 1 or -1.
    let factor: Double

    /// Whether every axis has a size, without which the qform and the size say nothing.
    var isUsable: Bool { (0..<3).allSatisfy { pixelSpacing[$0] > 0 && pixelSpacing[$0].isFinite } }
}
