import Domain
import Foundation

/// One of the 48 ways to store a grid: the world axis of each stored axis, and whether it is reversed.
///
/// Independent of the program's own readers, writers and orientations, which it tests.
struct AxisOrder: Sendable, CustomStringConvertible {
    let axes: [Int]
    let isReversed: [Bool]

    static let all: [AxisOrder] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]].flatMap { axes in
        (0..<8).map { flips in AxisOrder(axes: axes, isReversed: (0..<3).map { flips >> $0 & 1 == 1 }) }
    }

    /// Whether the grid is right-handed.
    var isRightHanded: Bool {
        let isOdd = [[0, 2, 1], [1, 0, 2], [2, 1, 0]].contains(axes)
        return (isReversed.count { $0 } % 2 == 1) == isOdd
    }

    /// Letters as nibabel's axis codes.
    var description: String {
        zip(axes, isReversed).map { [["R", "L"], ["A", "P"], ["S", "I"]][$0][$1 ? 1 : 0] }.joined()
    }
}

/// A volume on a grid that is slightly rotated against the world axes, with voxels of unequal sides.
struct WorldVolume {
    static let size = [5, 6, 7]
    private static let spacing = [0.8, 1.5, 2.5]
    private static let origin = [-31.0, 12.5, 88.0]
    /// A rotation by 7 degrees about z, then by 4 about x.
    private static let rotation: [[Double]] = {
        let (a, b) = (7.0 * .pi / 180, 4.0 * .pi / 180)
        return [
            [cos(a), -sin(a), 0], [cos(b) * sin(a), cos(b) * cos(a), -sin(b)],
            [sin(b) * sin(a), sin(b) * cos(a), cos(b)],
        ]
    }()

    /// Values with x fastest, each axis along the closest world axis.
    let values: [Int16]

    /// A NIfTI-1 file with these voxels in that order: int16, or uint8 for labels.
    func file(_ order: AxisOrder, isLabel: Bool) -> Data {
        var columns: [[Double]] = []
        var first = Self.origin
        for (axis, isReversed) in zip(order.axes, order.isReversed) {
            let step = (0..<3).map { Self.rotation[$0][axis] * Self.spacing[axis] }
            columns.append(isReversed ? step.map { -$0 } : step)
            if isReversed { for row in 0..<3 { first[row] += step[row] * Double(Self.size[axis] - 1) } }
        }
        var data = header(order, columns, first, isLabel: isLabel)
        let stored = order.axes.map { Self.size[$0] }
        for k in 0..<stored[2] {
            for j in 0..<stored[1] {
                for i in 0..<stored[0] {
                    var at = [0, 0, 0]
                    for (index, axis) in order.axes.enumerated() {
                        let position = [i, j, k][index]
                        at[axis] = order.isReversed[index] ? Self.size[axis] - 1 - position : position
                    }
                    let value = values[(at[2] * Self.size[1] + at[1]) * Self.size[0] + at[0]]
                    if isLabel { data.append(UInt8(value)) } else { data.append(value) }
                }
            }
        }
        return data
    }

    private func header(_ order: AxisOrder, _ columns: [[Double]], _ first: [Double], isLabel: Bool) -> Data {
        var data = Data(count: 352)
        data.put(Int32(348), at: 0)
        for (index, size) in ([3] + order.axes.map { Self.size[$0] } + [1, 1, 1, 1]).enumerated() {
            data.put(Int16(size), at: 40 + 2 * index)
        }
        data.put(Int16(isLabel ? 2 : 4), at: 70)
        data.put(Int16(isLabel ? 8 : 16), at: 72)
        for (index, size) in ([1.0] + order.axes.map { Self.spacing[$0] }).enumerated() {
            data.put(Float(size), at: 76 + 4 * index)
        }
        data.put(Float(352), at: 108)
        data.put(Float(1), at: 112)
        data[123] = 2
        data.put(Int16(1), at: 254)
        for row in 0..<3 {
            for column in 0..<3 { data.put(Float(columns[column][row]), at: 280 + 16 * row + 4 * column) }
            data.put(Float(first[row]), at: 280 + 16 * row + 12)
        }
        data.replaceSubrange(344..<348, with: [0x6E, 0x2B, 0x31, 0])
        return data
    }
}

/// World positions, in hundredths of a millimetre, of the voxels other than 0 in an uncompressed uint8 NIfTI-1 file.
func positionsOfForeground(_ data: Data) -> Set<[Int]> {
    let size = (1...3).map { Int(data.get(at: 40 + 2 * $0, as: Int16.self)) }
    let rows = (0..<3).map { row in
        (0..<4).map { Double(data.get(at: 280 + 16 * row + 4 * $0, as: Float.self)) }
    }
    var (found, at) = (Set<[Int]>(), Int(data.get(at: 108, as: Float.self)))
    for k in 0..<size[2] {
        for j in 0..<size[1] {
            for i in 0..<size[0] {
                if data[data.startIndex + at] != 0 {
                    found.insert(
                        rows.map { row in
                            let world = row[0] * Double(i) + row[1] * Double(j) + row[2] * Double(k) + row[3]
                            return Int((world * 100).rounded())
                        })
                }
                at += 1
            }
        }
    }
    return found
}

extension Data {
    fileprivate mutating func put<T: BitwiseCopyable>(_ value: T, at offset: Int) {
        Swift.withUnsafeBytes(of: value) { replaceSubrange(offset..<offset + $0.count, with: $0) }
    }

    fileprivate mutating func append(_ value: Int16) { Swift.withUnsafeBytes(of: value) { append(contentsOf: $0) } }

    fileprivate func get<T: BitwiseCopyable>(at offset: Int, as type: T.Type) -> T {
        withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: type) }
    }
}
