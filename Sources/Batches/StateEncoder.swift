internal import CBatches
package import Domain
internal import Glibc

/// Makes the `VoxelStates` of a volume from its states, slice by slice. A group of channels that has more states than a byte has values is
/// divided in two.
///
/// States are distinguished by a hash, and the codes of each slice are decoded again and compared with it.
package struct StateEncoder {
    /// Entries of a palette.
    static let tableSize = 256

    private let shape: GridShape
    private let multiplier: UInt64
    private var groups: [OpenGroup]
    private var nextSlice = 0

    /// Two states of a slice have one hash.
    private struct Collision: Error {}

    /// - Parameter multiplier: of the hash; odd.
    private init(_ shape: GridShape, channels: Int, multiplier: UInt64) {
        (self.shape, self.multiplier) = (shape, multiplier)
        groups = channels == 0 ? [] : [OpenGroup(0..<channels, MemoryBlock<UInt8>(count: shape.count))]
    }

    /// - Parameters:
    ///   - fill: writes the states of the slice z, [channel][voxel].
    ///   - multipliers: of the hash, tried in order.
    package static func encode(
        _ shape: GridShape, channels: Int,
        multipliers: [UInt64] = [0x9E37_79B9_7F4A_7C15, 0xD6E8_FEB8_6659_FD93, 0xA076_1D64_78BD_642F],
        fill: (_ z: Int, _ planes: UnsafeMutableBufferPointer<UInt8>) -> Void
    ) -> VoxelStates {
        let planes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: channels * shape.x * shape.y)
        defer { planes.deallocate() }
        for multiplier in multipliers {
            var encoder = StateEncoder(shape, channels: channels, multiplier: multiplier)
            do {
                for z in 0..<shape.z {
                    fill(z, planes)
                    try encoder.add(UnsafeBufferPointer(planes))
                }
                return VoxelStates(shape, encoder.groups.map(\.closed))
            } catch {}
        }
        preconditionFailure("states of a volume have equal hashes for each of \(multipliers.count) multipliers")
    }

    private mutating func add(_ planes: UnsafeBufferPointer<UInt8>) throws(Collision) {
        let (slice, first) = (shape.x * shape.y, nextSlice * shape.x * shape.y)
        var index = 0
        while index < groups.count {
            let channels = groups[index].channels
            let own = UnsafeBufferPointer(
                rebasing: planes[channels.lowerBound * slice..<channels.upperBound * slice])
            switch groups[index].add(own, first: first, count: slice, multiplier) {
            case .done: index += 1
            case .full: groups.replaceSubrange(index...index, with: groups[index].halves(first, multiplier))
            case .collided: throw Collision()
            }
        }
        nextSlice += 1
    }
}

/// A group whose voxels are coded one slice after another.
private struct OpenGroup {
    let channels: Range<Int>
    private let codes: MemoryBlock<UInt8>
    /// [channel of the group][256].
    private var tables: [UInt8]
    private var codeOfHash: [UInt64: UInt8] = [:]
    private var used = 0

    enum Outcome { case done, full, collided }

    init(_ channels: Range<Int>, _ codes: MemoryBlock<UInt8>) {
        (self.channels, self.codes) = (channels, codes)
        tables = Array(repeating: 0, count: channels.count * StateEncoder.tableSize)
    }

    var closed: VoxelStates.Group {
        VoxelStates.Group(
            channels: channels, used: used, tables: tables,
            codes: SharedBuffer(UnsafeBufferPointer(codes.values), owner: codes))
    }

    /// - Parameter planes: [channel of the group][voxel of the slice].
    mutating func add(
        _ planes: UnsafeBufferPointer<UInt8>, first: Int, count: Int, _ multiplier: UInt64
    ) -> Outcome {
        var hashes = [UInt64](repeating: 0, count: count)
        cb_hash_states(planes.baseAddress!, Int64(count), Int32(channels.count), Int64(count), multiplier, &hashes)
        var (last, code) = (UInt64?.none, UInt8(0))
        for i in 0..<count {
            let hash = hashes[i]
            if hash != last {
                if let found = codeOfHash[hash] {
                    code = found
                } else {
                    guard used < StateEncoder.tableSize else { return .full }
                    code = enter(channels.indices.map { planes[($0 - channels.lowerBound) * count + i] }, hash)
                }
                last = hash
            }
            codes.values[first + i] = code
        }
        return isFaithful(planes, first: first, count: count) ? .done : .collided
    }

    /// Assigns the next code to a state of the group's channels.
    private mutating func enter(_ state: [UInt8], _ hash: UInt64) -> UInt8 {
        for (channel, value) in state.enumerated() { tables[channel * StateEncoder.tableSize + used] = value }
        codeOfHash[hash] = UInt8(used)
        used += 1
        return UInt8(used - 1)
    }

    private func isFaithful(_ planes: UnsafeBufferPointer<UInt8>, first: Int, count: Int) -> Bool {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: planes.count) { expanded in
            var line = cb_box(
                x: Int64(count), y: 1, z: 1, row: 0, slice: 0, out_row: 0, out_slice: 0, out_channel: Int64(count))
            cb_expand_states(
                codes.values.baseAddress! + first, &line, tables, Int32(channels.count), Int32(used),
                expanded.baseAddress!)
            return memcmp(expanded.baseAddress!, planes.baseAddress!, planes.count) == 0
        }
    }

    /// Groups of the first and the second half of the channels, with as many voxels as are coded.
    func halves(_ codedVoxels: Int, _ multiplier: UInt64) -> [OpenGroup] {
        let middle = channels.lowerBound + channels.count / 2
        return [channels.lowerBound..<middle, middle..<channels.upperBound].map { part in
            var half = OpenGroup(part, MemoryBlock<UInt8>(count: codes.values.count))
            let newCodes = half.enterStates(of: self, multiplier)
            for voxel in 0..<codedVoxels { half.codes.values[voxel] = newCodes[Int(codes.values[voxel])] }
            return half
        }
    }

    /// The code of each code of a group that has these channels, too.
    private mutating func enterStates(of group: OpenGroup, _ multiplier: UInt64) -> [UInt8] {
        var known: [[UInt8]: UInt8] = [:]
        return (0..<group.used).map { code in
            let state = channels.map {
                group.tables[($0 - group.channels.lowerBound) * StateEncoder.tableSize + code]
            }
            if let found = known[state] { return found }
            let own = enter(state, state.reduce(UInt64(0)) { $0 &* multiplier &+ UInt64($1) })
            known[state] = own
            return own
        }
    }
}
