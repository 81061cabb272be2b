import DICOM
import Domain
import Foundation
import Imaging
import Learning
import Synchronization
import TestSupport
import Testing

@testable import Catalog
@testable import Daemon

/// The images of a run as training maps them into memory.
@Suite struct ImageCacheTests {
    private static let shape = GridShape(8, 8, 4)

    /// An image of 2 x 2 x 3 mm.
    private func makeVolume(in folder: String) throws -> RunVolume {
        let affine = Affine.scaling(Vector3(2, 2, 3))
        let voxels = (0..<Self.shape.count).map { Int16(truncatingIfNeeded: $0 * 7 % 200) }
        let file = "\(folder)/image.nii.gz"
        try NIfTIWriter.write(
            .int16(VoxelBuffer(voxels)), on: ImageGrid(shape: Self.shape, affine: affine), to: file)
        return RunVolume(
            id: VolumeID(1), subject: SubjectID(1), part: .train, shape: Self.shape, modality: "CT", root: folder,
            file: "image.nii.gz", sha256: try NIfTIReader().readImage(file).file.digest, affine: affine)
    }

    private func makeCache(
        in folder: String, spacing: [Double]?, limitInBytes: Int = .max,
        report: @escaping @Sendable (ImagingError) -> Void = { _ in }
    ) throws -> ImageCache {
        try FileManager.default.createDirectory(atPath: "\(folder)/cache", withIntermediateDirectories: true)
        return ImageCache(
            VolumeCache(folder: "\(folder)/cache"), converted: SeriesCache(folder: "\(folder)/converted"),
            spacing: spacing, limitInBytes: limitInBytes, report: report)
    }

    private func files(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(folder)/cache").sorted()
    }

    /// Two spacings that are so close that the grids have the same shape.
    @Test func eachSpacingHasAFileOfItsOwn() throws {
        let folder = TemporaryFolder.make()
        let volume = try makeVolume(in: folder)
        let spacings: [[Double]?] = [nil, [2.05, 2.05, 3.05], [2.1, 2.1, 3.1]]
        for (count, spacing) in spacings.enumerated() {
            let images = try makeCache(in: folder, spacing: spacing)
            #expect(images.grid(of: volume).shape == Self.shape)
            _ = try images.voxels(of: volume)
            #expect(try files(in: folder).count == count + 1)
            _ = try images.voxels(of: volume)
            #expect(try files(in: folder).count == count + 1)
        }
    }

    @Test func aDamagedFileIsWrittenAgain() throws {
        let folder = TemporaryFolder.make()
        let (volume, images) = (try makeVolume(in: folder), try makeCache(in: folder, spacing: nil))
        let whole = try images.voxels(of: volume).withVoxels { Array($0) }
        let name = try #require(try files(in: folder).first)
        try Data([1, 2, 3]).write(to: URL(filePath: "\(folder)/cache/\(name)"))
        let again = try images.voxels(of: volume).withVoxels { Array($0) }
        #expect(again == whole)
    }

    /// One byte of a voxel: the file is named, and made again before anybody reads it.
    @Test func aFlippedByteIsReportedAndTheFileMadeAgain() throws {
        let folder = TemporaryFolder.make()
        let reports = Mutex<[ImagingError]>([])
        let images = try makeCache(in: folder, spacing: nil) { error in reports.withLock { $0.append(error) } }
        let volume = try makeVolume(in: folder)
        let whole = try images.voxels(of: volume).withVoxels { Array($0) }
        let path = "\(folder)/cache/\(try #require(try files(in: folder).first))"
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes[bytes.count - 5] ^= 4
        try bytes.write(to: URL(filePath: path))
        #expect(try images.voxels(of: volume).withVoxels { Array($0) } == whole)
        #expect(reports.withLock { $0.map(\.file) } == [path])
        _ = try images.voxels(of: volume)
        #expect(reports.withLock(\.count) == 1)
    }

    /// Room for one image: the other one goes.
    @Test func theLimitHolds() throws {
        let folder = TemporaryFolder.make()
        let volume = try makeVolume(in: folder)
        let fine = try makeCache(in: folder, spacing: nil, limitInBytes: 1000)
        _ = try fine.voxels(of: volume)
        let first = try files(in: folder)
        let coarse = try makeCache(in: folder, spacing: [2.1, 2.1, 3.1], limitInBytes: 1000)
        _ = try coarse.voxels(of: volume)
        let second = try files(in: folder)
        #expect(first.count == 1 && second.count == 1 && first != second)
    }
}
