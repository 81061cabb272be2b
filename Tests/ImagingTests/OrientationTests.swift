import Domain
import Imaging
import TestSupport
import Testing

struct OrientationTests {
    let folder = ScratchFolder()
    let reader = NIfTIReader()

    @Test func lettersNameAll48() {
        #expect(Set(Orientation.all).count == 48)
        for orientation in Orientation.all { #expect(Orientation(orientation.description) == orientation) }
        #expect(Orientation("RAS") == .ras)
        #expect(Orientation("RRS") == nil && Orientation("RA") == nil && Orientation("RAX") == nil)
    }

    @Test(arguments: Orientation.all)
    func everyAxisOrderKeepsWorldPositionsAndVoxels(orientation: Orientation) throws {
        for (suffix, sform, qform) in [("nii", 1, 0), ("nii.gz", 0, 1), ("nii", 2, 1)] {
            let grid = SmallGrid.stored(as: orientation, sform: sform, qform: qform)
            let path = folder.file("image.\(suffix)")
            try NIfTIWriter.write(.int16(VoxelBuffer(SmallGrid.values)), on: grid, to: path)
            let image = try reader.readImage(path)
            #expect(image.grid.orientation == orientation)
            #expect(image.grid.sformCode == sform && image.grid.qformCode == qform)
            #expect(image.shape == SmallGrid.shape)
            #expect(image.file.findings == [])
            let moved = image.grid.canonicalAffine.largestCornerDisplacement(to: SmallGrid.affine, shape: image.shape)
            #expect(moved < 1e-4, "\(moved) mm")
            #expect((0..<SmallGrid.shape.count).map { Int16(image.voxels[$0]) } == SmallGrid.values)
        }
    }

    @Test func identityIgnoresHowTheFileIsStored() throws {
        var seen = Set<VolumeIdentity>()
        for orientation in Orientation.all {
            let path = folder.file("image.nii.gz")
            try NIfTIWriter.write(
                .float32(VoxelBuffer(SmallGrid.values.map(Float.init))), on: SmallGrid.stored(as: orientation), to: path
            )
            seen.insert(try reader.readImage(path).identity())
        }
        let path = folder.file("image.nii")
        try NIfTIWriter.write(
            .int32(VoxelBuffer(SmallGrid.values.map(Int32.init))), on: SmallGrid.stored(as: .ras), to: path)
        seen.insert(try reader.readImage(path).identity())
        #expect(seen.count == 1)
    }

    @Test func mirroredVoxelsShareOnlyTheBlindKeys() throws {
        func identity(_ values: [Int16]) throws -> VolumeIdentity {
            let path = folder.file("image.nii")
            try NIfTIWriter.write(.int16(VoxelBuffer(values)), on: SmallGrid.stored(as: .ras), to: path)
            return try reader.readImage(path).identity()
        }
        let plain = try identity(SmallGrid.values)
        let mirrored = try identity(SmallGrid.values.reversed())
        #expect(plain.exact != mirrored.exact)
        #expect(plain.orientationBlind == mirrored.orientationBlind && plain.clipped == mirrored.clipped)
        let low = try identity([-3000] + SmallGrid.values.dropFirst())
        let padded = try identity([-1024] + SmallGrid.values.dropFirst())
        #expect(low.orientationBlind != padded.orientationBlind && low.clipped == padded.clipped)
    }
}

struct GridAgreementTests {
    private func shifted(_ voxels: Double) -> ImageGrid {
        var affine = SmallGrid.affine
        affine.translation += affine.columns[2] * voxels
        return ImageGrid(shape: SmallGrid.shape, affine: affine)
    }

    private let image = ImageGrid(shape: SmallGrid.shape, affine: SmallGrid.affine)

    @Test func displacementDecides() {
        #expect(GridAgreement(image: image, label: shifted(0.04)) == .agree)
        guard case .nearly(let some) = GridAgreement(image: image, label: shifted(0.4)) else {
            Issue.record("0.4 voxel is a warning")
            return
        }
        #expect(abs(some - 0.4) < 1e-9)
        guard case .quarantine(.displaced(let far)) = GridAgreement(image: image, label: shifted(0.6)) else {
            Issue.record("0.6 voxel is too far")
            return
        }
        #expect(abs(far - 0.6) < 1e-9)
    }

    @Test func shapeAndHandednessDecide() {
        let other = ImageGrid(shape: GridShape(5, 4, 4), affine: SmallGrid.affine)
        #expect(
            GridAgreement(image: image, label: other)
                == .quarantine(.reachesOutside(image: image.shape, label: other.shape)))
        let coarser = ImageGrid(shape: GridShape(3, 4, 3), affine: .scaling(Vector3(1.6, 1.5, 3)))
        #expect(
            GridAgreement(image: image, label: coarser)
                == .quarantine(.shape(image: image.shape, label: coarser.shape)))
        for orientation in Orientation.all {
            let label = SmallGrid.stored(as: orientation)
            let agreement = GridAgreement(image: image, label: label)
            if label.affine.determinant > 0 {
                #expect(agreement == .agree, "\(orientation)")
            } else {
                #expect(agreement == .quarantine(.handedness(image: .ras, label: orientation)), "\(orientation)")
            }
        }
    }
}
