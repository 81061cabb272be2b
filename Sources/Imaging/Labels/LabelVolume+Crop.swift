public import Domain

extension LabelVolume {
    /// The labels on the whole of an image's grid, 0 outside the box.
    ///
    /// - Parameter box: where the labels are in the image's canonical voxels, as `ImageGrid.box(of:)`.
    /// - Precondition: the box has the labels' shape and is within the image.
    public func padded(to image: ImageGrid, at box: VoxelBox) -> LabelVolume {
        precondition(
            box.shape == shape && box.intersection(VoxelBox(image.canonicalShape)) == box, "a part of the image")
        let whole = ImageGrid(
            canonicalShape: image.canonicalShape, canonicalAffine: image.canonicalAffine,
            storedAs: grid.orientation, sformCode: grid.sformCode, qformCode: grid.qformCode)
        let (target, tallies): (Values, [LabelTally]) =
            switch values {
            case .uint8(let buffer): Self.padded(buffer, shape, box, whole.canonicalShape)
            case .int32(let buffer): Self.padded(buffer, shape, box, whole.canonicalShape)
            }
        let (affine, millilitres) = (whole.canonicalAffine, whole.millilitresPerVoxel)
        return LabelVolume(
            file: file, grid: whole, values: target, regions: tallies.map { $0.region(affine, millilitres) })
    }

    private static func padded(
        _ voxels: VoxelBuffer<UInt8>, _ shape: GridShape, _ box: VoxelBox, _ whole: GridShape
    ) -> (Values, [LabelTally]) {
        let buffer = copied(voxels, shape, box, whole)
        return (.uint8(buffer), buffer.withVoxels { LabelTally.tally(bytes: $0, whole) })
    }

    private static func padded(
        _ voxels: VoxelBuffer<Int32>, _ shape: GridShape, _ box: VoxelBox, _ whole: GridShape
    ) -> (Values, [LabelTally]) {
        let buffer = copied(voxels, shape, box, whole)
        return (.int32(buffer), buffer.withVoxels { LabelTally.tally(words: $0, whole) })
    }

    private static func copied<T: FixedWidthInteger>(
        _ voxels: VoxelBuffer<T>, _ shape: GridShape, _ box: VoxelBox, _ whole: GridShape
    ) -> VoxelBuffer<T> {
        voxels.withVoxels { source in
            VoxelBuffer<T>(count: whole.count) { out in
                out.update(repeating: 0)
                for z in 0..<shape.z {
                    for y in 0..<shape.y {
                        let row = source[shape.index(0, y, z)..<shape.index(0, y, z) + shape.x]
                        let start = whole.index(box.lower.x, box.lower.y + y, box.lower.z + z)
                        _ = UnsafeMutableBufferPointer(rebasing: out[start..<start + shape.x]).update(
                            fromContentsOf: row)
                    }
                }
            }
        }
    }
}
