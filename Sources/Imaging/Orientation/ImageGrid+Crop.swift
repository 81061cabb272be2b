public import Domain

extension ImageGrid {
    /// The box of this grid's canonical voxels that are the voxels of a smaller grid, to within 0.05 voxels at its corners; nil where
    /// they are not this grid's voxels, or not all of them.
    public func box(of crop: ImageGrid) -> VoxelBox? {
        let (own, other) = (canonicalAffine, crop.canonicalAffine)
        let offset = own.voxelDisplacement(other.translation - own.translation)
        guard (0..<3).allSatisfy({ abs(offset[$0]) < Double(canonicalShape[$0]) + 1 }) else { return nil }
        let lower = Vector3((0..<3).map { Int(offset[$0].rounded()) })
        let size = crop.canonicalShape
        let box = VoxelBox(lower: lower, upper: lower &+ Vector3(size.x, size.y, size.z))
        guard box.intersection(VoxelBox(canonicalShape)) == box, size != canonicalShape else { return nil }
        let first = own.world(Vector3((0..<3).map { Double(lower[$0]) }))
        let expected = Affine(columns: own.columns, translation: first)
        let displacement = expected.largestCornerDisplacementInVoxels(to: other, shape: size)
        return displacement <= GridAgreement.acceptedVoxels ? box : nil
    }

    /// How the grid of a label of another shape differs from this grid.
    func difference(from label: ImageGrid) -> GridDisagreement {
        let (image, shape) = (canonicalShape, label.canonicalShape)
        if let box = box(of: label) { return .crop(box, image: image) }
        let (own, other) = (canonicalAffine, label.canonicalAffine)
        let shifted = Affine(columns: own.columns, translation: other.translation)
        guard shifted.largestCornerDisplacementInVoxels(to: other, shape: shape) <= GridAgreement.acceptedVoxels else {
            return .shape(image: image, label: shape)
        }
        let offset = own.voxelDisplacement(other.translation - own.translation)
        let beside = (0..<3).map { abs(offset[$0] - offset[$0].rounded()) }.max() ?? 0
        return beside > GridAgreement.acceptedVoxels
            ? .offLattice(voxels: beside, image: image, label: shape) : .reachesOutside(image: image, label: shape)
    }
}
