import Domain
import Foundation
import Imaging
import TestSupport
import Testing
import Workflows

@testable import Daemon

/// What is refused and what is warned of before an image is predicted that is in no catalogue.
@Suite struct ImageCheckTests {
    private static let shape = GridShape(20, 20, 12)
    private static let affine = Affine.scaling(Vector3(2, 2, 3))

    /// Air and tissue of many values.
    private static let tomography = (0..<shape.count).map { (i: Int) -> Int16 in
        i % 2 == 0 ? -1000 : Int16(i * 1571 % 400 - 200)
    }

    private func check(_ modalities: [String] = ["CT"], available: Int? = nil) -> ImageCheck {
        ImageCheck(
            modalities: modalities, spacings: [Vector3(2, 2, 3)], organs: 10, hasHead: false, slices: 8,
            available: available)
    }

    private func warnings(
        _ voxels: [Int16], on grid: ImageGrid? = nil, _ check: ImageCheck? = nil, modality: String? = nil
    ) async throws -> [String] {
        let grid = grid ?? ImageGrid(shape: Self.shape, affine: Self.affine)
        return try await withTemporaryFolder { folder in
            let file = "\(folder)/image.nii"
            try NIfTIWriter.write(.int16(VoxelBuffer(voxels)), on: grid, to: file)
            let image = try NIfTIReader().readImage(file)
            return try (check ?? self.check()).warnings(image, file, modality: modality, training: image.shape)
        }
    }

    @Test func anUsualImageIsNotWarnedOf() async throws {
        #expect(try await warnings(Self.tomography) == [])
        #expect(try await warnings(Self.tomography, modality: "CT") == [])
    }

    @Test func anImageThatDoesNotFitIntoMemoryIsRefused() async throws {
        let error = await #expect(throws: WorkflowError.self) {
            try await warnings(Self.tomography, check(available: 100_000))
        }
        #expect(error?.problem.contains("GB are free") == true && error?.remedy?.contains("crop the image") == true)
        #expect(error?.kind == .badInput && error?.file?.hasSuffix("image.nii") == true)
        #expect(try await warnings(Self.tomography, check(available: 1 << 40)) == [])
        #expect(try await warnings(Self.tomography, check(available: nil)) == [])
    }

    @Test func aMaskAndALabelMapAreWarnedOf() async throws {
        let map = Self.tomography.indices.map { Int16($0 % 118) }
        let found = try await warnings(map, check(["MR"]))
        #expect(found.count == 1 && found[0].contains("only 118 different values"), "\(found)")
        let mask = Self.tomography.indices.map { Int16($0 < 3 ? 1 : 0) }
        let both = try await warnings(mask, check(["MR"]))
        #expect(
            both.contains { $0.contains("only 2 different values") } && both.contains { $0.contains("almost empty") })
    }

    @Test func aTomographyForARunOnResonanceIsWarnedOf() async throws {
        let found = try await warnings(Self.tomography, check(["MR"]))
        #expect(found.count == 1 && found[0].contains("may be a CT") && found[0].contains("MR"), "\(found)")
        let stated = try await warnings(Self.tomography, check(["CT", "MR"]), modality: "MR")
        #expect(stated.count == 1 && stated[0].contains("may be a CT, and it is taken for MR"), "\(stated)")
        #expect(try await warnings(Self.tomography, check(["CT", "MR"])) == [])
    }

    @Test func unusualGridsAreWarnedOf() async throws {
        func found(_ grid: ImageGrid) async throws -> [String] {
            let count = grid.shape.count
            return try await warnings(Array(Self.tomography.prefix(count)), on: grid)
        }
        let unknown = try await found(
            ImageGrid(shape: Self.shape, affine: Self.affine, sformCode: 0, qformCode: 0))
        #expect(unknown.count == 1 && unknown[0].contains("no sform and no qform"), "\(unknown)")
        let slice = try await found(ImageGrid(shape: GridShape(40, 40, 1), affine: Self.affine))
        #expect(slice.count == 1 && slice[0].contains("one slice along z"), "\(slice)")
        let sheared = try await found(
            ImageGrid(
                shape: Self.shape,
                affine: Affine(
                    columns: [Vector3(2, 0, 0), Vector3(0, 2, 0), Vector3(0, 1, 3)], translation: Vector3(0, 0, 0))))
        #expect(sheared.contains { $0.contains("the grid is sheared") }, "\(sheared)")
    }
}
