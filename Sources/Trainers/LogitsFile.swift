public import Domain
internal import Foundation
internal import System

/// The logits of a volume that an outside program predicted (`docs/outside-trainers.md`).
///
/// Little-endian: magic `LLG1`, number of organs (u32), shape x, y, z (3 × i64), a scale for each organ (f64), zeros up to a multiple of
/// 64, then for each organ and voxel, x fastest, a code (i8): logit = code × scale.
public struct LogitsFile: Sendable {
    public let shape: GridShape
    public let organs: Int
    private let source: LogitsSource
    private let start: Int
    /// The score of each code, by organ; the code as an unsigned byte is the index.
    private let scores: [[Int16]]

    static let magic = Array("LLG1".utf8)
    static let fixedSize = 32

    /// Bytes before the codes.
    static func headerSize(organs: Int) -> Int { (fixedSize + 8 * organs + 63) / 64 * 64 }

    /// Blocks.
    ///
    /// - Parameters:
    ///   - volume: for errors.
    ///   - stepsPerLogit: the score of a logit of 1.
    /// - Throws: `TrainerError.logits` for a file that is missing or is not what was asked for.
    public init(
        _ path: String, volume: Int64, shape: GridShape, organs: Int, stepsPerLogit: Double
    ) throws(TrainerError) {
        func wrong(_ problem: String) -> TrainerError { .logits(volume: volume, problem: problem) }
        do throws(SystemError) {
            source = try LogitsSource(path)
        } catch {
            throw wrong("are missing or cannot be read: \(error.reason)")
        }
        let (header, size) = try Self.header(of: source, organs: organs, wrong)
        guard Array(header.prefix(4)) == Self.magic else { throw wrong("do not begin with LLG1") }
        let found = header.withUnsafeBytes { bytes in
            (
                Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))),
                (0..<3).map { Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 + 8 * $0, as: Int64.self)) }
            )
        }
        guard found.0 == organs else { throw wrong("are of \(found.0) organs instead of \(organs)") }
        guard found.1 == [shape.x, shape.y, shape.z].map(Int64.init) else {
            throw wrong("have the shape \(found.1.map(String.init).joined(separator: "x")) instead of \(shape)")
        }
        start = Self.headerSize(organs: organs)
        let needed = start + organs * shape.count
        guard size == needed else { throw wrong("have \(size) bytes instead of \(needed)") }
        let scales = header.withUnsafeBytes { bytes in
            (0..<organs).map {
                Double(
                    bitPattern: UInt64(
                        littleEndian: bytes.loadUnaligned(fromByteOffset: Self.fixedSize + 8 * $0, as: UInt64.self)))
            }
        }
        for (organ, scale) in scales.enumerated() where !(scale.isFinite && scale > 0) {
            throw wrong("have the scale \(scale) of organ \(organ), which is not a finite number above 0")
        }
        (self.shape, self.organs) = (shape, organs)
        scores = scales.map { scale in
            (0..<256).map { Self.score(Int8(bitPattern: UInt8($0)), scale, stepsPerLogit) }
        }
    }

    private static func header(
        of source: LogitsSource, organs: Int, _ wrong: (String) -> TrainerError
    ) throws(TrainerError) -> (bytes: [UInt8], size: Int) {
        let needed = headerSize(organs: organs)
        guard let size = try? source.file.size(), let bytes = try? source.file.bytes(at: 0, count: min(size, needed))
        else {
            throw wrong("cannot be read")
        }
        guard bytes.count == needed else { throw wrong("have \(size) bytes, fewer than their header") }
        return (bytes, size)
    }

    /// A code keeps its sign, however small its scale is: above zero is predicted.
    private static func score(_ code: Int8, _ scale: Double, _ stepsPerLogit: Double) -> Int16 {
        let value = min(max((Double(code) * scale * stepsPerLogit).rounded(), -32767), 32767)
        return value == 0 ? Int16(code.signum()) : Int16(value)
    }

    /// The scores of one slice, [organ][voxel]. Blocks.
    ///
    /// - Throws: `TrainerError.logits` where the file became shorter.
    public func slice(_ z: Int, volume: Int64) throws(TrainerError) -> [[Int16]] {
        let count = shape.x * shape.y
        var slices: [[Int16]] = []
        for organ in 0..<organs {
            let codes = (try? source.file.bytes(at: start + organ * shape.count + z * count, count: count)) ?? []
            guard codes.count == count else {
                throw .logits(volume: volume, problem: "became shorter while they were read")
            }
            let table = scores[organ]
            slices.append(codes.map { table[Int($0)] })
        }
        return slices
    }
}

/// An open file that several values share.
private final class LogitsSource: Sendable {
    let file: OpenFile

    init(_ path: String) throws(SystemError) { file = try OpenFile(reading: path) }
}
