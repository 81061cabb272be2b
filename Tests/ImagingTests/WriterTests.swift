import Domain
import Foundation
import Imaging
import TestSupport
import Testing

struct WriterTests {
    let folder = ScratchFolder()
    let reader = NIfTIReader()

    @Test(arguments: [
        "modaresimr__evalseg/derived_nifti/GroundTruth/id88_btcv_0078_multiorgan8.nii.gz",
        "uni-medical__SAM-Med3D/test_data/amos_val_toy_data/labelsVa/amos_0013.nii.gz",
        "niivue__niivue/packages/niivue/demos/images/draw.nii.gz",
    ]) func aRealMaskIsWrittenExactlyOnItsGrid(name: String) throws {
        let labels = try reader.readLabels(RealData.path(name))
        let organ = try #require(labels.regions.max { $0.voxels < $1.voxels })
        let mask = labels.mask(of: [organ.value])
        let copy = folder.file("mask.nii.gz")
        try NIfTIWriter.write(mask: mask, on: labels.grid, to: copy)
        let written = try reader.readLabels(copy)
        #expect(written.grid == labels.grid || written.grid.nearlyEquals(labels.grid))
        #expect(written.mask(of: [1]) == mask)
        #expect(GridAgreement(image: labels.grid, label: written.grid) == .agree)
    }

    @Test func writingTwiceGivesTheSameBytes() throws {
        let paths = ["a.nii.gz", "b.nii.gz"].map(folder.file)
        for path in paths {
            try NIfTIWriter.write(.int16(VoxelBuffer(SmallGrid.values)), on: SmallGrid.stored(as: .ras), to: path)
        }
        let contents = try paths.map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
        #expect(contents[0] == contents[1])
    }

    @Test func aFailedWriteLeavesNothing() throws {
        let path = folder.file("none/x.nii")
        #expect(throws: ImagingError.unwritable(file: path, code: 2)) {
            try NIfTIWriter.write(.int16(VoxelBuffer(SmallGrid.values)), on: SmallGrid.stored(as: .ras), to: path)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test func aShearedGridIsWrittenWithItsSformOnly() throws {
        let affine = Affine(
            columns: [Vector3(1, 0, 0), Vector3(0.5, 1, 0), Vector3(0, 0, 1)], translation: .zero)
        let grid = ImageGrid(shape: SmallGrid.shape, affine: affine, sformCode: 2, qformCode: 1)
        let path = folder.file("x.nii")
        try NIfTIWriter.write(.int16(VoxelBuffer(SmallGrid.values)), on: grid, to: path)
        let image = try reader.readImage(path)
        #expect(image.grid.affine == affine && image.grid.qformCode == 0)
        guard case .sheared = image.file.findings.first else {
            Issue.record("shear is a finding")
            return
        }
    }

    /// Tools of ITK take either form, and the size of a voxel from a field of its own.
    @Test func aFileOnTheGridOfAnotherHasItsFormsAndItsPixelSize() throws {
        let image = folder.file("image.nii")
        try NIfTIWriter.write(
            .int16(VoxelBuffer(SmallGrid.values)), on: SmallGrid.stored(as: .ras, sform: 2, qform: 1), to: image)
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: image)))
        // The qform is 0.3 mm beside the sform, and pixdim[3] differs in its last digits.
        withUnsafeBytes(of: Float(-9.7)) { bytes.replaceSubrange(268..<272, with: $0) }
        withUnsafeBytes(of: Float(3.00001)) { bytes.replaceSubrange(88..<92, with: $0) }
        try Data(bytes).write(to: URL(fileURLWithPath: image))
        let read = try reader.readImage(image)
        #expect(read.grid.qformCode == 1 && read.grid.sformCode == 2)
        let label = folder.file("label.nii")
        try NIfTIWriter.write(mask: BitVolume(SmallGrid.shape), on: read.grid, to: label)
        let written = [UInt8](try Data(contentsOf: URL(fileURLWithPath: label)))
        #expect(written[76..<92] == bytes[76..<92], "pixdim")
        #expect(written[252..<328] == bytes[252..<328], "codes, quaternion, offset and rows")
    }

    @Test func cachedVolumesAreMappedBack() throws {
        let cache = VolumeCache(folder: folder.path)
        #expect(try cache.open("v1") == nil)
        try cache.store(
            .int16(VoxelBuffer(SmallGrid.values)), shape: SmallGrid.shape, spacing: Vector3(0.8, 1.5, 3),
            intensities: SmallGrid.intensities, as: "v1")
        let volume = try #require(try cache.open("v1"))
        #expect(volume.shape == SmallGrid.shape && volume.spacing == Vector3(0.8, 1.5, 3))
        #expect(volume.intensities == SmallGrid.intensities)
        try withExtendedLifetime(volume) {
            guard case .int16(let voxels) = volume.voxels else {
                Issue.record("int16 stays int16")
                return
            }
            #expect(Array(voxels) == SmallGrid.values)
            try cache.store(
                .int32(VoxelBuffer([1, 70000])), shape: GridShape(2, 1, 1), spacing: .one,
                intensities: SmallGrid.intensities, as: "v1")
            #expect(Array(voxels) == SmallGrid.values)
        }
        guard case .float32(let floats) = try #require(try cache.open("v1")).voxels else {
            Issue.record("int32 becomes float32")
            return
        }
        #expect(floats.count == 2)
        _ = try folder.write([UInt8](repeating: 0, count: 200), "v2.volume")
        #expect(throws: ImagingError.self) { try cache.open("v2") }
        cache.remove("v1")
        #expect(try cache.open("v1") == nil)
    }
}

extension Vector3<Double> {
    fileprivate static var one: Vector3<Double> { Vector3(repeating: 1) }
}

extension ImageGrid {
    /// Equal but for what a quaternion in 32 bits loses.
    fileprivate func nearlyEquals(_ other: ImageGrid) -> Bool {
        shape == other.shape && sformCode == other.sformCode && qformCode == other.qformCode
            && orientation == other.orientation
            && affine.largestCornerDisplacement(to: other.affine, shape: shape) < 1e-3
    }
}
