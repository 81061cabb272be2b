import Domain
import Foundation
import Imaging
import System
import TestSupport
import Testing

/// The distribution of an image's values, and their codes.
@Suite struct IntensityTests {
    private static let shape = GridShape(40, 40, 25)

    /// Background 0 in a third of the voxels, above it a skewed foreground up to 4095.
    private static let numbers: [Int16] = {
        var random = CounterRandom(3)
        return (0..<shape.count).map { $0 % 3 == 0 ? 0 : Int16(1 + 4094 * random.unit() * random.unit()) }
    }()

    private func statistics(_ values: NIfTIWriter.Voxels) async throws -> IntensityStatistics {
        try await withTemporaryFolder { folder in
            let file = "\(folder)/image.nii"
            try NIfTIWriter.write(values, on: ImageGrid(shape: Self.shape, affine: .scaling(.one)), to: file)
            return IntensityStatistics(try NIfTIReader().readImage(file))
        }
    }

    @Test func theForegroundIsWhatIsNotZero() async throws {
        let found = try await statistics(.int16(VoxelBuffer(Self.numbers)))
        let foreground = Self.numbers.filter { $0 != 0 }.map(Double.init).sorted()
        let mean = foreground.reduce(0, +) / Double(foreground.count)
        let variance = foreground.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(foreground.count)
        #expect(abs(found.mean - mean) < 1e-6 && abs(found.deviation - variance.squareRoot()) < 1e-6)
        #expect(found.minimum == 0)
        func rank(_ share: Double) -> Double { foreground[Int((share * Double(foreground.count)).rounded(.up)) - 1] }
        #expect(found.low == rank(0.005) && found.high == rank(0.995))
    }

    @Test func theyGrowWithTheValues() async throws {
        let whole = try await statistics(.int16(VoxelBuffer(Self.numbers)))
        let small = try await statistics(.float32(VoxelBuffer(Self.numbers.map { Float($0) / 4095 })))
        for path in [\IntensityStatistics.mean, \.deviation, \.low, \.high] {
            #expect(abs(small[keyPath: path] * 4095 - whole[keyPath: path]) < 1e-3)
        }
    }

    @Test func anImageWithoutBackgroundIsAllForeground() async throws {
        let found = try await statistics(.int16(VoxelBuffer(Self.numbers.map { $0 - 1000 })))
        #expect(found.minimum == -1000 && found.mean < 0 && found.deviation > 0)
        let far = try await statistics(.int32(VoxelBuffer(Self.numbers.map { Int32($0) * 100_000 + 1 })))
        #expect(far.low == 1 && far.high > 3e8)
    }

    /// The figures of an image with outliers are those of the image without these voxels.
    @Test func outliersCountForNothing() async throws {
        let clean = Self.numbers.map(Float.init)
        let voxel = try #require(clean.firstIndex { $0 > 100 && $0 < 4000 })
        let (background, other) = (try #require(clean.firstIndex(of: 0)), voxel + 3)
        var (spoiled, left) = (clean, clean)
        (spoiled[voxel], spoiled[other]) = (1e6, -3e38)
        (left[voxel], left[other]) = (0, 0)
        let (found, expected) = (
            try await statistics(.float32(VoxelBuffer(spoiled))), try await statistics(.float32(VoxelBuffer(left)))
        )
        #expect(found.outliers == 2 && expected.outliers == 0)
        #expect((found.minimum, found.maximum) == (expected.minimum, expected.maximum))
        #expect(abs(found.mean - expected.mean) < 1e-6 && abs(found.deviation - expected.deviation) < 1e-6)
        #expect(abs(found.low - expected.low) < 2 && abs(found.high - expected.high) < 20)
        spoiled[background] = 30000
        let whole = try await statistics(
            .int16(VoxelBuffer(spoiled.map { Int16(min(max($0, -32768), 32767)) })))
        #expect(whole.outliers == 0, "values to 4095 have no outliers within 16 bits")
        let small = try await statistics(
            .int16(VoxelBuffer(spoiled.map { Int16(min(max($0 / 10, -32768), 32767)) })))
        #expect(small.outliers == 2 && small.minimum == 0 && small.maximum <= 3000)
    }

    /// Most of a label map is one value, and a volume with padding too: nothing is called an outlier.
    @Test func anImageOfFewValuesHasNoOutliers() async throws {
        let values = (0..<Self.shape.count).map { (i: Int) -> Float in i == 7 ? 1e6 : i % 1000 == 0 ? 2 : 1 }
        let found = try await statistics(.float32(VoxelBuffer(values)))
        #expect(found.outliers == 0 && found.maximum == 1e6)
    }

    @Test(arguments: [(0.0, 1.0), (-3e-7, 5e-7), (-1024, 3071), (0, 4e9)])
    func aCodeIsWithinHalfAStep(minimum: Double, maximum: Double) {
        let codes = IntensityCodes(from: minimum, to: maximum)
        #expect(codes.code(Float(minimum)) == .min && codes.code(Float(maximum)) == .max)
        for step in 0...1000 {
            let value = Float(minimum + (maximum - minimum) * Double(step) / 1000)
            let error = abs(codes.value(codes.code(value)) - Double(value))
            #expect(error <= 0.5001 * (maximum - minimum) / 65535)
        }
        #expect(codes.code(Float(2 * maximum + 1)) == .max)
    }

    @Test func wholeNumbersAreTheirOwnCodes() {
        for value in [Int16.min, -1024, -1, 0, 1, 3071, .max] {
            #expect(
                IntensityCodes.exact.code(Float(value)) == value && IntensityCodes.exact.value(value) == Double(value))
        }
    }
}
