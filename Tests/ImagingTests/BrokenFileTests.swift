import Domain
import Foundation
import Imaging
import TestSupport
import Testing

/// Each kind of invalid file has its own error.
struct BrokenFileTests {
    let folder = ScratchFolder()
    let reader = NIfTIReader()
    let zeros = [Int16](repeating: 0, count: 60)

    private func raw(_ type: VoxelType = .int16) -> RawNIfTI { RawNIfTI([5, 4, 3], type: type) }

    private func error(_ bytes: [UInt8], _ name: String) throws -> ImagingError? {
        let path = try folder.write(bytes, name)
        return #expect(throws: ImagingError.self) { _ = try reader.readImage(path) }
    }

    private func gzip() throws -> [UInt8] {
        let path = folder.file("whole.nii.gz")
        let noise = VoxelBuffer((0..<Int16(60)).map { $0 &* 733 })
        try NIfTIWriter.write(.int16(noise), on: SmallGrid.stored(as: .ras), to: path)
        return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    @Test func otherFilesUnderTheNameAreNamed() throws {
        let path = folder.file("x.nii.gz")
        #expect(
            try error(Array("version https://git-lfs.github.com/spec/v1\noid".utf8), "x.nii.gz")
                == .lfsPointer(file: path))
        #expect(try error(Array("\n <!DOCTYPE html><html>".utf8), "x.nii.gz") == .webPage(file: path))
        #expect(try error([], "x.nii.gz") == .empty(file: path))
        #expect(try error([0, 5, 0x16, 7] + [UInt8](repeating: 0, count: 500), "x.nii.gz") == .appleDouble(file: path))
        #expect(try error(try gzip(), "._x.nii.gz") == .appleDouble(file: folder.file("._x.nii.gz")))
        #expect(try error([UInt8](repeating: 7, count: 1000), "x.nii.gz") == .notNIfTI(file: path))
        #expect(throws: ImagingError.unreadable(file: folder.file("none"), code: 2)) {
            _ = try reader.readImage(folder.file("none"))
        }
    }

    @Test func damagedStreamsAreNamed() throws {
        let whole = try gzip()
        let path = folder.file("x.nii.gz")
        #expect(try error(Array(whole.dropLast(20)), "x.nii.gz") == .corruptGzip(file: path))
        for position in [60, whole.count - 8, whole.count - 1] {
            var bad = whole
            bad[position] ^= 0x55
            #expect(try error(bad, "x.nii.gz") == .corruptGzip(file: path), "byte \(position)")
        }
        var short = raw()
        short.append([Int16](repeating: 1, count: 59))
        #expect(
            try error(short.bytes, "x.nii") == .truncated(file: folder.file("x.nii"), neededBytes: 472, foundBytes: 470)
        )
    }

    @Test func sizesAreCheckedBeforeMemoryIsAllocated() throws {
        var huge = raw()
        huge.setDimensions([30000, 30000, 30000])
        for name in ["x.nii", "x.nii.gz"] {
            guard case .claimTooLarge(_, [30000, 30000, 30000], _) = try error(huge.bytes, name) else {
                Issue.record("30000³ voxels")
                return
            }
        }
        var large = raw()
        large.setDimensions([1000, 1000, 1000])
        let source = try folder.write(large.bytes, "large.nii")
        guard case .truncated(_, 2_000_000_352, 352) = try error(large.bytes, "x.nii") else {
            Issue.record("a thousand million voxels in 352 bytes")
            return
        }
        let packed = try compressed(source)
        guard case .claimTooLarge(_, [1000, 1000, 1000], _) = try error(packed, "x.nii.gz") else {
            Issue.record("a thousand million voxels in a small gzip file")
            return
        }
    }

    @Test func aFileAboveTheLimitIsRefusedWithBothSizes() throws {
        var whole = raw()
        whole.append(Array(Int16(0)..<60))
        let path = try folder.write(whole.bytes, "x.nii")
        #expect(try NIfTIReader(limitInBytes: 472).readImage(path).shape == SmallGrid.shape)
        let small = NIfTIReader(limitInBytes: 471)
        let error = #expect(throws: ImagingError.self) { _ = try small.readImage(path) }
        #expect(error == .tooLarge(file: path, bytes: 472, limitInBytes: 471))
        #expect(error?.problem == "has 472 bytes, more than the limit of 471")
        #expect(error?.remedy.contains("header") == false, "the header was not read")
    }

    private func compressed(_ path: String) throws -> [UInt8] {
        #expect(try ChildProcess.run("/bin/gzip", ["-kf", path]).status == 0)
        return Array(try Data(contentsOf: URL(fileURLWithPath: path + ".gz")))
    }

    @Test func headersAreChecked() throws {
        let path = folder.file("x.nii")
        var several = raw()
        several.setDimensions([5, 4, 3, 2])
        #expect(try error(several.bytes, "x.nii") == .severalVolumes(file: path, dimensions: [5, 4, 3, 2]))
        var colour = raw()
        colour.set(70, Int16(128))
        #expect(try error(colour.bytes, "x.nii") == .unsupportedType(file: path, code: 128))
        var rank = raw()
        rank.set(40, Int16(9))
        #expect(try error(rank.bytes, "x.nii") == .invalidHeader(file: path, field: "dim[0]"))
        var negative = raw()
        negative.set(42, Int16(-5))
        #expect(try error(negative.bytes, "x.nii") == .invalidHeader(file: path, field: "dim"))
        var early = raw()
        early.set(108, Float(100))
        #expect(try error(early.bytes, "x.nii") == .invalidHeader(file: path, field: "vox_offset"))
        var nowhere = raw()
        nowhere.set(108, Float.nan)
        #expect(try error(nowhere.bytes, "x.nii") == .invalidHeader(file: path, field: "vox_offset"))
        var pair = raw()
        pair.bytes[345] = UInt8(ascii: "i")
        let header = folder.file("x.hdr")
        #expect(
            try error(pair.bytes, "x.hdr") == .otherHalfMissing(file: header, expected: folder.file("x.img")))
        #expect(
            try error([1, 2, 3], "y.img")
                == .otherHalfMissing(file: folder.file("y.img"), expected: folder.file("y.hdr")))
    }

    @Test func valuesAreChecked() throws {
        let path = folder.file("x.nii")
        var constant = raw()
        constant.append([Int16](repeating: 3, count: 60))
        #expect(try error(constant.bytes, "x.nii") == .constantImage(file: path))
        var holes = raw(.float32)
        holes.append([Float.nan, .infinity] + (2..<60).map(Float.init))
        #expect(try error(holes.bytes, "x.nii") == .notFinite(file: path, voxels: 2))
        #expect(throws: ImagingError.notFinite(file: path, voxels: 2)) { _ = try reader.readLabels(path) }
        var fractions = raw(.float32)
        fractions.append([0.5, 1, 0.5, 2.25] + [Float](repeating: 0, count: 56))
        _ = try folder.write(fractions.bytes, "x.nii")
        #expect(throws: ImagingError.fractionalLabels(file: path, values: [0.5, 2.25])) {
            _ = try reader.readLabels(path)
        }
        var far = raw(.float64)
        far.append([3e9] + [Double](repeating: 0, count: 59))
        _ = try folder.write(far.bytes, "x.nii")
        #expect(throws: ImagingError.labelOutOfRange(file: path, value: 3e9)) { _ = try reader.readLabels(path) }
    }

    @Test func geometryIsChecked() throws {
        let path = folder.file("x.nii")
        var flat = raw()
        flat.set(320, Float(0))
        flat.append(Array(Int16(0)..<60))
        #expect(try error(flat.bytes, "x.nii") == .singularGeometry(file: path))
        var disagreeing = raw()
        disagreeing.set(252, Int16(1))
        disagreeing.set(268, Float(0.4))
        disagreeing.append(Array(Int16(0)..<60))
        _ = try folder.write(disagreeing.bytes, "x.nii")
        guard case .formsDiffer(let some) = try reader.readImage(path).file.findings.first else {
            Issue.record("0.4 voxel between qform and sform is a finding")
            return
        }
        #expect(abs(some - 0.4) < 1e-6)
        disagreeing.set(268, Float(2))
        #expect(try error(disagreeing.bytes, "x.nii") == .formsDisagree(file: path, voxels: 2))
    }

    @Test func everyErrorHasAProblemAndARemedy() {
        let errors: [ImagingError] = [
            .unreadable(file: "f", code: 13), .unwritable(file: "f", code: 28), .empty(file: "f"),
            .tooLarge(file: "f", bytes: 2, limitInBytes: 1),
            .claimTooLarge(file: "f", dimensions: [30000, 30000, 30000], limitInBytes: 1),
            .fractionalLabels(file: "f", values: [0.5]), .formsDisagree(file: "f", voxels: 2),
        ]
        for error in errors {
            #expect(error.description == "f: \(error.problem); \(error.remedy)")
            #expect(error.file == "f" && !error.problem.isEmpty && !error.remedy.isEmpty)
        }
    }
}
