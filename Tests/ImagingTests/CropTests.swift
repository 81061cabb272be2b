import Domain
import Imaging
import TestSupport
import Testing

/// Parts of an image's grid.
struct CropTests {
    let folder = ScratchFolder()
    private let image = SmallGrid.stored(as: .ras)
    private let box = VoxelBox(lower: Vector3(1, 0, 1), upper: Vector3(4, 3, 3))

    private func crop(shift: Double = 0, as orientation: Orientation = .ras) -> ImageGrid {
        let corner = Vector3((0..<3).map { Double(box.lower[$0]) }) + Vector3(shift, 0, 0)
        let first = SmallGrid.affine.world(corner)
        return ImageGrid(
            canonicalShape: box.shape,
            canonicalAffine: Affine(columns: SmallGrid.affine.columns, translation: first), storedAs: orientation)
    }

    @Test func aPartOfTheLatticeIsFoundInEveryAxisOrder() {
        for orientation in Orientation.all {
            let part = crop(as: orientation)
            #expect(SmallGrid.stored(as: .ras).box(of: part) == box, "\(orientation)")
            #expect(GridAgreement(image: image, label: part) == .quarantine(.crop(box, image: image.shape)))
        }
    }

    @Test func voxelsBetweenThoseOfTheImageAreNoPart() {
        #expect(image.box(of: crop(shift: 0.04)) == box)
        #expect(image.box(of: crop(shift: 0.3)) == nil)
        #expect(image.box(of: crop(shift: 2)) == nil, "beyond the image")
        #expect(image.box(of: crop(shift: -2)) == nil)
        #expect(image.box(of: image) == nil, "the whole is no part")
        let coarse = ImageGrid(
            shape: GridShape(2, 2, 2),
            affine: Affine(columns: SmallGrid.affine.columns.map { $0 * 2 }, translation: SmallGrid.affine.translation))
        #expect(image.box(of: coarse) == nil, "other voxels")
        let far = ImageGrid(
            shape: GridShape(2, 2, 2),
            affine: Affine(columns: SmallGrid.affine.columns, translation: Vector3(1e300, 0, 0)))
        #expect(image.box(of: far) == nil)
    }

    @Test(arguments: [1, 70_000]) func paddedLabelsKeepTheirPlaces(value: Int) throws {
        let part = crop(as: try #require(Orientation("LPS")))
        let voxels = (0..<part.shape.count).map { Int32($0 % 3 == 0 ? value : 0) }
        let path = folder.file("crop.nii.gz")
        try NIfTIWriter.write(.int32(VoxelBuffer(voxels)), on: part, to: path)
        let labels = try NIfTIReader().readLabels(path)
        let padded = labels.padded(to: image, at: box)
        let (before, after) = (try #require(labels.region(of: value)), try #require(padded.region(of: value)))
        #expect(padded.shape == SmallGrid.shape && after.voxels == before.voxels)
        #expect((0..<3).allSatisfy { abs(before.centroid[$0] - after.centroid[$0]) < 1e-4 })
        #expect(padded.mask(of: [value]).population == before.voxels)
        #expect(after.box.lower == before.box.lower &+ box.lower)
    }
}
