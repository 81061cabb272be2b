import Domain
import Imaging
import Testing

@Suite struct VoxelCountTests {
    /// The voxels of a mask alone, rounded, and clipped to the range.
    @Test func voxelsOfAMaskAreCountedByValue() {
        let shape = GridShape(5, 2, 10)
        var mask = BitVolume(shape)
        for voxel in [0, 1, 2, 3, 70, 99] { mask[voxel] = true }
        var floats = [Float](repeating: 2, count: shape.count)
        (floats[0], floats[1], floats[2], floats[3]) = (-7, 0.4, 0.6, 99)
        let expected = [2, 1, 2, 1]
        #expect(ImageVoxels.float32(VoxelBuffer(floats)).counts(in: mask, of: 0...3) == expected)
        let whole = floats.map { Int16($0.rounded()) }
        #expect(ImageVoxels.int16(VoxelBuffer(whole)).counts(in: mask, of: 0...3) == expected)
        #expect(ImageVoxels.int32(VoxelBuffer(whole.map(Int32.init))).counts(in: mask, of: 0...3) == expected)
    }
}
