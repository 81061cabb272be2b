import Domain
import Foundation
import TestSupport
import Testing

@testable import Trainers

@Suite struct LogitsTests {
    private static let shape = GridShape(3, 2, 2)

    /// A file of two organs whose codes count up from −12.
    private static func bytes(scales: [Double] = [0.5, 0.001], shape: [Int64] = [3, 2, 2], organs: UInt32 = 2)
        -> [UInt8]
    {
        var bytes = Array("LLG1".utf8)
        withUnsafeBytes(of: organs.littleEndian) { bytes += $0 }
        for size in shape { withUnsafeBytes(of: size.littleEndian) { bytes += $0 } }
        for scale in scales { withUnsafeBytes(of: scale.bitPattern.littleEndian) { bytes += $0 } }
        bytes += Array(repeating: 0, count: 64 - bytes.count)
        return bytes + (0..<24).map { UInt8(bitPattern: Int8($0 - 12)) }
    }

    private static func open(_ bytes: [UInt8], organs: Int = 2) throws -> LogitsFile {
        let path = "\(TemporaryFolder.make())/12.logits"
        try Data(bytes).write(to: URL(filePath: path))
        return try LogitsFile(path, volume: 12, shape: shape, organs: organs, stepsPerLogit: 256)
    }

    @Test func codesBecomeScoresBySliceAndKeepTheirSign() throws {
        let file = try Self.open(Self.bytes())
        #expect(try file.slice(0, volume: 12) == [[-1536, -1408, -1280, -1152, -1024, -896], [0, 1, 1, 1, 1, 1]])
        #expect(try file.slice(1, volume: 12) == [[-768, -640, -512, -384, -256, -128], [2, 2, 2, 2, 3, 3]])
        let large = try Self.open(Self.bytes(scales: [1e300, 1e-300]))
        #expect(try large.slice(0, volume: 12) == [Array(repeating: -32767, count: 6), [0, 1, 1, 1, 1, 1]])
    }

    @Test(
        arguments: [
            (bytes(scales: [.nan, 1]), "scale nan of organ 0"),
            (bytes(scales: [1, .infinity]), "scale inf of organ 1"),
            (bytes(scales: [0, 1]), "scale 0.0 of organ 0"), (bytes(scales: [-1, 1]), "scale -1.0 of organ 0"),
            (bytes(shape: [2, 3, 2]), "shape 2x3x2 instead of 3x2x2"), (bytes(shape: [-3, 2, 2]), "shape -3x2x2"),
            (bytes(shape: [.max, .max, .max]), "instead of 3x2x2"), (bytes(organs: 3), "3 organs instead of 2"),
            (Array(bytes().dropLast()), "87 bytes instead of 88"), (bytes() + [0], "89 bytes instead of 88"),
            ([], "have 0 bytes, fewer than their header"),
            (Array(bytes().prefix(40)), "40 bytes, fewer than their header"),
            (Array(repeating: 7, count: 88), "do not begin with LLG1"),
        ] as [([UInt8], String)])
    func aFileThatIsNotWhatWasAskedForIsNamed(bytes: [UInt8], problem: String) throws {
        let error = try #require(throws: TrainerError.self) { try Self.open(bytes) }
        #expect(error.problem.contains("logits of volume 12 ") && error.problem.contains(problem), "\(error)")
    }

    @Test func aMissingFileAndAFolderAreNamed() throws {
        for path in ["/nowhere/12.logits", TemporaryFolder.make()] {
            let error = try #require(throws: TrainerError.self) {
                try LogitsFile(path, volume: 12, shape: Self.shape, organs: 2, stepsPerLogit: 256)
            }
            #expect(error.problem.contains("are missing or cannot be read"), "\(error)")
        }
    }
}
