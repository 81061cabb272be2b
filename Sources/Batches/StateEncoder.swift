internal import CBatches
internal import Domain

/// Makes the `VoxelStates` of a volume from what its states follow from. The volume is divided into runs of voxels with one combination of
/// bits and bytes; only combinations that were not there before are looked at one by one. A group of channels that has more states than a
/// byte has values is divided in two. States have codes in the order of their first voxels.
struct StateEncoder {
    /// Entries of a palette.
    static let tableSize = 256

    private var groups: [OpenGroup]
    private var coded = 0

    /// - Parameters:
    ///   - evidence: of the volume's voxels.
    ///   - states: the states of some combinations, [channel][combination].
    static func encode(
        _ shape: GridShape, channels: Int, _ evidence: VoxelEvidence, states: (EvidenceSlice) -> [UInt8]
    ) -> VoxelStates {
        guard channels > 0 else { return VoxelStates(shape, []) }
        var encoder = StateEncoder(
            groups: [OpenGroup(0..<channels, MemoryBlock<UInt8>(count: shape.count))])
        var combinations = CombinationTable(evidence)
        evidence.withPointers { pointers in
            for first in stride(from: 0, to: shape.count, by: CombinationTable.chunk) {
                let count = min(CombinationTable.chunk, shape.count - first)
                encoder.add(first, count, pointers, &combinations, states)
            }
        }
        return VoxelStates(shape, encoder.groups.map(\.closed))
    }

    private mutating func add(
        _ first: Int, _ count: Int, _ pointers: cb_evidence, _ combinations: inout CombinationTable,
        _ states: (EvidenceSlice) -> [UInt8]
    ) {
        let before = combinations.count
        combinations.withRuns(of: pointers, first, count) { runs, fresh in
            if !fresh.isEmpty { enter(states(fresh), count: fresh.count, before: before) }
            for group in groups { group.paint(runs, first, count) }
        }
        coded = first + count
    }

    /// - Parameter before: combinations that have codes.
    private mutating func enter(_ states: [UInt8], count: Int, before: Int) {
        var index = 0
        while index < groups.count {
            if groups[index].enter(states, count: count, before: before) {
                index += 1
            } else {
                groups.replaceSubrange(index...index, with: groups[index].halves(coded, before: before))
            }
        }
    }
}

/// A group whose voxels are coded one chunk after another.
private struct OpenGroup {
    let channels: Range<Int>
    private let codes: MemoryBlock<UInt8>
    /// [channel of the group][256].
    private var tables: [UInt8]
    private var codeOfState: [[UInt8]: UInt8] = [:]
    private var codeOfCombination: [UInt8] = []

    init(_ channels: Range<Int>, _ codes: MemoryBlock<UInt8>) {
        (self.channels, self.codes) = (channels, codes)
        tables = Array(repeating: 0, count: channels.count * StateEncoder.tableSize)
    }

    private var used: Int { codeOfState.count }

    var closed: VoxelStates.Group {
        VoxelStates.Group(
            channels: channels, used: used, tables: tables,
            codes: SharedBuffer(UnsafeBufferPointer(codes.values), owner: codes))
    }

    /// Gives codes to the combinations from `before` on.
    ///
    /// - Parameter states: [channel of the volume][combination].
    /// - Returns: false where there are too many states.
    mutating func enter(_ states: [UInt8], count: Int, before: Int) -> Bool {
        codeOfCombination.removeSubrange(before...)
        for combination in 0..<count {
            guard let code = code(of: channels.map { states[$0 * count + combination] }) else { return false }
            codeOfCombination.append(code)
        }
        return true
    }

    /// The code of a state of the group's channels, a new one if there is none; nil where none is left.
    private mutating func code(of state: [UInt8]) -> UInt8? {
        if let found = codeOfState[state] { return found }
        guard used < StateEncoder.tableSize else { return nil }
        let code = UInt8(used)
        for (channel, value) in state.enumerated() { tables[channel * StateEncoder.tableSize + used] = value }
        codeOfState[state] = code
        return code
    }

    func paint(_ runs: UnsafeBufferPointer<cb_run>, _ first: Int, _ count: Int) {
        cb_paint_runs(
            runs.baseAddress!, Int64(runs.count), Int64(count), codeOfCombination, codes.values.baseAddress! + first)
    }

    /// Groups of the first and the second half of the channels, with as many voxels as are coded, and the codes of the combinations before
    /// `before`.
    func halves(_ coded: Int, before: Int) -> [OpenGroup] {
        let middle = channels.lowerBound + channels.count / 2
        return [channels.lowerBound..<middle, middle..<channels.upperBound].map { part in
            var half = OpenGroup(part, MemoryBlock<UInt8>(count: codes.values.count))
            let newCodes = (0..<used).map { code in
                let state = part.map { tables[($0 - channels.lowerBound) * StateEncoder.tableSize + code] }
                guard let own = half.code(of: state) else { preconditionFailure("a half has as many states at most") }
                return own
            }
            half.codeOfCombination = codeOfCombination[..<before].map { newCodes[Int($0)] }
            for voxel in 0..<coded { half.codes.values[voxel] = newCodes[Int(codes.values[voxel])] }
            return half
        }
    }
}
