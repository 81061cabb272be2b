import Batches
import DICOM
import Domain
import Foundation
import Imaging
import Learning
import Numerics
import Plans
import Synchronization
import TestSupport
import Testing

@testable import Catalog
@testable import Daemon

/// The images of a run as training maps them into memory.
@Suite struct TrainingCacheTests {
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
        report: @escaping @Sendable (RunNotice) -> Void = { _ in }
    ) throws -> TrainingCache {
        try FileManager.default.createDirectory(atPath: "\(folder)/cache", withIntermediateDirectories: true)
        return TrainingCache(
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
            _ = try images.image(of: volume)
            #expect(try files(in: folder).count == count + 1)
            _ = try images.image(of: volume)
            #expect(try files(in: folder).count == count + 1)
        }
    }

    private func makeImage(
        _ values: NIfTIWriter.Voxels, in folder: String, _ modality: String, shape: GridShape = shape
    ) throws -> RunVolume {
        let affine = Affine.scaling(Vector3(2, 2, 3))
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let file = "\(folder)/image.nii.gz"
        try NIfTIWriter.write(values, on: ImageGrid(shape: shape, affine: affine), to: file)
        return RunVolume(
            id: VolumeID(1), subject: SubjectID(1), part: .train, shape: shape, modality: modality, root: folder,
            file: "image.nii.gz", sha256: try NIfTIReader().readImage(file).file.digest, affine: affine)
    }

    private func normalised(
        _ volume: RunVolume, in folder: String, spacing: [Double]?,
        report: @escaping @Sendable (RunNotice) -> Void = { _ in }
    ) throws -> [Double] {
        let image = try makeCache(in: folder, spacing: spacing, report: report).image(of: volume)
        let map = IntensityMap(LearningSettings(), modality: volume.modality, statistics: image.statistics)
        return image.voxels.withVoxels { voxels in
            voxels.map { (code: Int16) -> Double in
                let value = min(max(image.voxels.codes.value(code), Double(map.low)), Double(map.high))
                return (value - Double(map.mean)) * Double(map.inverseDeviation)
            }
        }
    }

    /// A quantitative map or an MR of a range of 1, on its own grid and on another.
    @Test(arguments: [nil, [3.0, 3, 4]])
    func aSmallRangeIsKeptToSixteenBits(spacing: [Double]?) throws {
        let folder = TemporaryFolder.make()
        let whole = (0..<Self.shape.count).map { (i: Int) -> Int16 in i % 3 == 0 ? 0 : Int16(i * 1571 % 4096) }
        let large = try makeImage(.int16(VoxelBuffer(whole)), in: "\(folder)/a", "MR")
        let small = try makeImage(.float32(VoxelBuffer(whole.map { Float($0) / 4095 })), in: "\(folder)/b", "MR")
        let a = try normalised(large, in: "\(folder)/a", spacing: spacing)
        let b = try normalised(small, in: "\(folder)/b", spacing: spacing)
        // Half a step of the codes of the one, half a whole number of the other where it is resampled; the deviation is about 1200.
        let step: Double = 0.51 * 4095 / 65535
        let limit = (spacing == nil ? step : step + 0.51) / 1100
        #expect(zip(a, b).allSatisfy { abs($0 - $1) < limit })
        #expect(Set(a).count > 50)
    }

    @Test func hounsfieldUnitsAreKeptAsTheyAre() throws {
        let folder = TemporaryFolder.make()
        let whole = (0..<Self.shape.count).map { (i: Int) -> Int16 in Int16(i * 1571 % 4096 - 1024) }
        let volume = try makeImage(.int16(VoxelBuffer(whole)), in: folder, "CT")
        let image = try makeCache(in: folder, spacing: nil).image(of: volume)
        #expect(image.voxels.codes == .exact && image.voxels.withVoxels { Array($0) } == whole)
        let grid = TrainingGrid(
            native: Self.shape, nativeSpacing: Vector3(2, 2, 3), wanted: Vector3(3, 3, 4))
        let resampled = try makeCache(in: folder, spacing: [3, 3, 4]).image(of: volume)
        let expected = Resampling(
            from: Self.shape, spacing: Vector3(2, 2, 3), to: grid.shape, spacing: Vector3(3, 3, 4))
        let values = whole.withUnsafeBufferPointer(expected.linear).map { Int16($0.rounded()) }
        #expect(resampled.voxels.codes == .exact && resampled.voxels.withVoxels { Array($0) } == values)
    }

    /// An image of enough voxels for percentiles, with values to 500 and a third of background.
    private static func resonance(outlier: Float?) -> [Float] {
        let count = largeShape.count
        return (0..<count).map { (i: Int) -> Float in
            if i == count / 2, let outlier { return outlier }
            return i % 3 == 0 ? 0 : Float(i * 1571 % 5000) / 10
        }
    }

    private static let largeShape = GridShape(20, 20, 12)

    /// The image of another voxel that is far beyond all others: as floats and as whole numbers, on its own grid and on another, above and below.
    @Test(arguments: [nil, [3.0, 3, 4]], [Float(1e6), 32000, -1e6, 3e38])
    func oneVoxelDoesNotChangeAnImage(spacing: [Double]?, outlier: Float) throws {
        let folder = TemporaryFolder.make()
        let notices = Mutex<[Int]>([])
        func values(_ outlier: Float?, _ name: String, whole: Bool) throws -> [Double] {
            let values = Self.resonance(outlier: outlier)
            let voxels: NIfTIWriter.Voxels =
                whole ? .int16(VoxelBuffer(values.map { Int16($0) })) : .float32(VoxelBuffer(values))
            let volume = try makeImage(voxels, in: "\(folder)/\(name)", "MR", shape: Self.largeShape)
            return try normalised(volume, in: "\(folder)/\(name)", spacing: spacing) { notice in
                if case .outliersClipped(_, _, let found) = notice { notices.withLock { $0.append(found.outliers) } }
            }
        }
        for whole in [false, true] where !whole || abs(outlier) < 32767 {
            let (clean, spoiled) = (
                try values(nil, "clean\(whole)", whole: whole), try values(outlier, "spoiled\(whole)", whole: whole)
            )
            let changed = zip(clean, spoiled).count { abs($0 - $1) > 0.01 }
            // The voxel itself, and those that are interpolated from it.
            #expect(changed <= (spacing == nil ? 1 : 27), "\(changed) voxels")
            let range = try #require(clean.max()) - #require(clean.min())
            #expect(zip(clean, spoiled).allSatisfy { abs($0 - $1) < 1.01 * range })
        }
        #expect(notices.withLock { $0.allSatisfy { $0 == 1 } && !$0.isEmpty })
    }

    /// Air, tissue and a little metal, as fractions, so that the codes are not the values.
    @Test func metalIsNotAnOutlier() throws {
        let folder = TemporaryFolder.make()
        let values = (0..<Self.largeShape.count).map { (i: Int) -> Float in
            i % 1000 == 0 ? 3071.5 : i % 2 == 0 ? -1000 : Float(i % 160) - 100.5
        }
        let volume = try makeImage(.float32(VoxelBuffer(values)), in: folder, "CT", shape: Self.largeShape)
        let image = try makeCache(in: folder, spacing: nil).image(of: volume)
        #expect(image.statistics.outliers == 0 && image.statistics.maximum == 3071.5)
        let kept = image.voxels.withVoxels { $0.map(image.voxels.codes.value) }
        #expect(zip(values, kept).allSatisfy { abs(Double($0) - $1) < 0.04 })
    }

    @Test func aDamagedFileIsWrittenAgain() throws {
        let folder = TemporaryFolder.make()
        let (volume, images) = (try makeVolume(in: folder), try makeCache(in: folder, spacing: nil))
        let whole = try images.image(of: volume).voxels.withVoxels { Array($0) }
        let name = try #require(try files(in: folder).first)
        try Data([1, 2, 3]).write(to: URL(filePath: "\(folder)/cache/\(name)"))
        let again = try images.image(of: volume).voxels.withVoxels { Array($0) }
        #expect(again == whole)
    }

    /// One byte of a voxel: the file is named, and made again before anybody reads it.
    @Test func aFlippedByteIsReportedAndTheFileMadeAgain() throws {
        let folder = TemporaryFolder.make()
        let reports = Mutex<[String]>([])
        let images = try makeCache(in: folder, spacing: nil) { notice in
            if case .cachedFileDamaged(let error) = notice { reports.withLock { $0.append(error.file) } }
        }
        let volume = try makeVolume(in: folder)
        let whole = try images.image(of: volume).voxels.withVoxels { Array($0) }
        let path = "\(folder)/cache/\(try #require(try files(in: folder).first))"
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes[bytes.count - 5] ^= 4
        try bytes.write(to: URL(filePath: path))
        #expect(try images.image(of: volume).voxels.withVoxels { Array($0) } == whole)
        #expect(reports.withLock { $0 } == [path])
        _ = try images.image(of: volume)
        #expect(reports.withLock(\.count) == 1)
    }

    /// Room for one image: the other one goes.
    @Test func theLimitHolds() throws {
        let folder = TemporaryFolder.make()
        let volume = try makeVolume(in: folder)
        let fine = try makeCache(in: folder, spacing: nil, limitInBytes: 1000)
        _ = try fine.image(of: volume)
        let first = try files(in: folder)
        let coarse = try makeCache(in: folder, spacing: [2.1, 2.1, 3.1], limitInBytes: 1000)
        _ = try coarse.image(of: volume)
        let second = try files(in: folder)
        #expect(first.count == 1 && second.count == 1 && first != second)
    }
}
