import Domain
import Foundation
import Imaging
import TestSupport
import Testing

/// A `.hdr` and `.img` pair has one checksum, whoever computes it.
struct PairTests {
    let folder = ScratchFolder()

    /// The header as one file, the voxels as another.
    private func write(_ stem: String = "x", ending: (String, String) = (".hdr", ".img")) throws -> (String, String) {
        var raw = RawNIfTI([5, 4, 3], type: .int16)
        raw.append(Array(Int16(0)..<60))
        raw.set(108, Float(0))
        raw.bytes[345] = UInt8(ascii: "i")
        let header = try folder.write(Array(raw.bytes[..<348]), stem + ending.0)
        return (header, try folder.write(Array(raw.bytes[352...]), stem + ending.1))
    }

    @Test func bothNamesHaveTheDigestAndSizeOfBothFiles() throws {
        let (header, image) = try write()
        for path in [header, image] {
            let found = try ImagePair.checksum(of: path)
            #expect(found.sha256 == (try NIfTIReader().readImage(path).file.digest))
            #expect(found.bytes == 348 + 120 && ImagePair.size(of: path) == 468)
        }
        let plain = try folder.write([1, 2, 3], "x.nii")
        #expect(try ImagePair.checksum(of: plain).bytes == 3)
        #expect(ImagePair.files(of: plain) == [plain])
    }

    @Test(arguments: [(".hdr", ".img"), (".HDR", ".IMG"), (".hdr", ".img.gz")])
    func aChangedHalfChangesTheChecksum(ending: (String, String)) throws {
        let (header, image) = try write("y", ending: ending)
        let before = try ImagePair.checksum(of: header)
        var bytes = [UInt8](try Data(contentsOf: URL(filePath: image)))
        bytes[7] ^= 1
        try Data(bytes).write(to: URL(filePath: image))
        let after = try ImagePair.checksum(of: header)
        #expect(after.sha256 != before.sha256 && after.bytes == before.bytes)
    }

    /// A header that says that the voxels follow it, beside a file of voxels: two readings.
    @Test func aHeaderOfASingleFileInAPairIsRefused() throws {
        let (header, _) = try write("z")
        var raw = RawNIfTI([5, 4, 3], type: .int16)
        raw.append(Array(Int16(0)..<60))
        _ = try folder.write(raw.bytes, "z.hdr")
        let error = #expect(throws: ImagingError.self) { _ = try NIfTIReader().readImage(header) }
        guard case .invalidHeader = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
