import Domain
import Imaging
import TestSupport
import Testing

@testable import Commands

@Suite struct SlicePictureTests {
    private let shape = GridShape(40, 40, 4)

    /// Grey soft tissue in a square of air.
    private func image(in folder: String) throws -> ImageVolume {
        let voxels = (0..<shape.count).map { index -> Int16 in
            let (x, y) = (index % 40, index / 40 % 40)
            return (4..<36).contains(x) && (4..<36).contains(y) ? 40 : -1000
        }
        let grid = ImageGrid(shape: shape, affine: .scaling(Vector3(3, 3, 5), origin: .zero))
        try NIfTIWriter.write(.int16(VoxelBuffer(voxels)), on: grid, to: "\(folder)/image.nii.gz")
        return try NIfTIReader().readImage("\(folder)/image.nii.gz")
    }

    private func mask(_ z: Range<Int>) -> BitVolume {
        var mask = BitVolume(shape)
        for z in z { for y in 10..<30 { for x in 10..<30 { mask[shape.index(x, y, z)] = true } } }
        return mask
    }

    @Test func theSliceWithTheMostOrgansIsDrawnAndMasksOnlyInTheirColumn() async throws {
        try await withTemporaryFolder { folder in
            var known = SlicePicture.Column(title: "known")
            known.add("liver", mask(0..<3))
            var pseudo = SlicePicture.Column(title: "round 0")
            pseudo.add("spleen", mask(2..<4), confidence: 0.5)
            let picture = SlicePicture(
                title: "a/1", image: try image(in: folder), columns: [known, pseudo], slice: nil)
            #expect(picture.index == 2)

            let canvas = picture.draw()
            func isGrey(_ column: Int) -> Bool {
                let x = canvas.width * (2 * column + 1) / 6
                let at = 3 * (canvas.height / 2 * canvas.width + x)
                return canvas.pixels[at] == canvas.pixels[at + 1] && canvas.pixels[at + 1] == canvas.pixels[at + 2]
            }
            #expect(isGrey(0) && !isGrey(1) && !isGrey(2))
        }
    }

    @Test func aSliceBeyondTheVolumeIsItsLast() async throws {
        try await withTemporaryFolder { folder in
            let column = SlicePicture.Column(title: "known")
            let picture = SlicePicture(title: "a/1", image: try image(in: folder), columns: [column], slice: 99)
            #expect(picture.index == 3)
            #expect(picture.draw().width > 500)
        }
    }
}
