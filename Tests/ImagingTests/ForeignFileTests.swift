import Domain
import Foundation
import Imaging
import TestSupport
import Testing

/// Files of other formats under a NIfTI name, with their first bytes.
struct ForeignFileTests {
    let folder = ScratchFolder()

    private func error(_ bytes: [UInt8], _ name: String = "x.nii.gz") throws -> ImagingError? {
        let path = try folder.write(bytes, name)
        return #expect(throws: ImagingError.self) { _ = try NIfTIReader().readImage(path) }
    }

    private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    private static func at(_ offset: Int, _ mark: [UInt8]) -> [UInt8] {
        [UInt8](repeating: 0, count: offset) + mark + [UInt8](repeating: 0, count: 600)
    }

    private static func bigEndian(_ words: [Int32]) -> [UInt8] {
        words.flatMap { word in withUnsafeBytes(of: word.bigEndian) { Array($0) } }
    }

    /// An Analyze 7.5 header is a NIfTI-1 header without its magic.
    private static var analyze: [UInt8] {
        var header = RawNIfTI([5, 4, 3], type: .int16)
        header.bytes.replaceSubrange(344..<348, with: [0, 0, 0, 0])
        header.append([Int16](repeating: 1, count: 60))
        return header.bytes
    }

    /// A preamble and the first element of a file of a storage class.
    private static func dicom(_ storage: String) -> [UInt8] {
        let value = bytes(storage) + (storage.utf8.count % 2 == 0 ? [] : [0])
        return [UInt8](repeating: 0, count: 128) + bytes("DICM") + [2, 0, 2, 0] + bytes("UI")
            + [UInt8(value.count), 0] + value + [2, 0, 3, 0] + bytes("UI") + [4, 0] + bytes("1.2\0")
    }

    static let samples: [(ForeignFormat, [UInt8])] = [
        (.analyze, analyze), (.nrrd, bytes("NRRD0004\ntype: short\ndimension: 3\nsizes: 5 4 3\n\n")),
        (.mgh, at(0, bigEndian([1, 5, 4, 3, 1, 4, 0]))),
        (.metaImage, bytes("ObjectType = Image\nNDims = 3\nDimSize = 5 4 3\nElementDataFile = LOCAL\n")),
        (.dicomSegmentation, dicom("1.2.840.10008.5.1.4.1.1.66.4")),
        (.dicomStructureSet, dicom("1.2.840.10008.5.1.4.1.1.481.3")), (.dicom, at(128, bytes("DICM"))),
        (.minc1, at(0, bytes("CDF\u{1}"))),
        (.hdf5, at(0, [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a])), (.zip, at(0, [0x50, 0x4b, 3, 4, 20])),
        (.tar, at(257, bytes("ustar"))), (.bzip2, at(0, bytes("BZh9"))),
        (.xz, at(0, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0])), (.zstd, at(0, [0x28, 0xb5, 0x2f, 0xfd])),
        (.sevenZip, at(0, [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c])), (.rar, at(0, bytes("Rar!\u{1a}\u{7}"))),
        (.numpy, at(0, [0x93] + bytes("NUMPY"))), (.png, at(0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])),
        (.jpeg, at(0, [0xff, 0xd8, 0xff, 0xe0])), (.tiff, at(0, [0x49, 0x49, 0x2a, 0])), (.pdf, bytes("%PDF-1.7\n")),
        (.json, bytes("{\"message\": \"Not Found\"}")), (.xml, bytes("<Error><Code>AccessDenied</Code></Error>")),
        (.text, bytes("Too many requests")),
    ]

    @Test(arguments: samples) func kindsAreNamed(_ format: ForeignFormat, _ bytes: [UInt8]) throws {
        for name in ["x.nii.gz", "x.nii"] {
            let path = folder.file(name)
            let found = try error(bytes, name)
            #expect(found == .otherFormat(file: path, format: format))
            #expect(found?.problem.contains(format.description) == true && found?.remedy == format.remedy)
        }
    }

    @Test func everyKindHasASample() {
        #expect(Set(Self.samples.map(\.0)) == Set(ForeignFormat.allCases))
    }

    /// An MGZ is an MGH inside gzip, as a `.nii.gz` is a NIfTI inside gzip.
    @Test func kindsAreNamedInsideGzip() throws {
        for (format, bytes) in Self.samples where [.mgh, .nrrd, .analyze, .dicom].contains(format) {
            let path = try folder.write(bytes, "inner")
            try gzip(path)
            let packed = Array(try Data(contentsOf: URL(fileURLWithPath: path + ".gz")))
            #expect(try error(packed) == .otherFormat(file: folder.file("x.nii.gz"), format: format))
        }
    }

    private func gzip(_ path: String) throws {
        #expect(try ChildProcess.run("/bin/gzip", ["-kf", path]).status == 0)
    }

    @Test func bothVersionsOfNIfTIAreRead() throws {
        var first = RawNIfTI([5, 4, 3], type: .int16)
        first.append(Array(Int16(0)..<60))
        let path = try folder.write(first.bytes, "x.nii")
        #expect(try NIfTIReader().readImage(path).shape == GridShape(5, 4, 3))
    }

    @Test func bytesAfterTheVoxelsAreReported() throws {
        var whole = RawNIfTI([5, 4, 3], type: .int16)
        whole.append(Array(Int16(0)..<60))
        let padded = try folder.write(whole.bytes + [UInt8](repeating: 0, count: 40), "padded.nii")
        #expect(try NIfTIReader().readImage(padded).shape == GridShape(5, 4, 3))
        #expect(
            try error(whole.bytes + [1, 2, 3], "x.nii")
                == .trailingBytes(file: folder.file("x.nii"), count: 3))
        let plain = try folder.write(whole.bytes, "plain.nii")
        try gzip(plain)
        let packed = Array(try Data(contentsOf: URL(fileURLWithPath: plain + ".gz")))
        #expect(
            try error(packed + Self.bytes("<html>"), "x.nii.gz")
                == .trailingBytes(file: folder.file("x.nii.gz"), count: 6))
        #expect(try error(Array(packed.dropLast(12))) == .corruptGzip(file: folder.file("x.nii.gz")))
    }

    @Test func coloursAreNamed() throws {
        for (code, name) in [(128, "RGB colour"), (2304, "RGBA colour"), (32, "complex")] as [(Int16, String)] {
            var colour = RawNIfTI([5, 4, 3], type: .int16)
            colour.set(70, code)
            #expect(try error(colour.bytes, "x.nii")?.problem.contains(name) == true)
        }
    }
}
