internal import CBatches
internal import Domain

/// The combinations of bits and bytes that the voxels of a volume have, in the order of their first voxels.
struct CombinationTable {
    /// The most voxels that are divided into runs at a time.
    static let chunk = Int(CB_CHUNK)

    private let width: Int
    private let codeCount: Int
    private var keys: MemoryBlock<UInt64>
    private var slots: MemoryBlock<Int32>
    private let scratch: MemoryBlock<UInt64>
    private let runs = MemoryBlock<cb_run>(count: chunk)
    private(set) var count = 0

    init(_ evidence: VoxelEvidence) {
        codeCount = evidence.codes.count
        width = max(1, (8 * codeCount + evidence.planes.count + 63) / 64)
        keys = MemoryBlock(count: 2 * Self.chunk * width)
        slots = Self.free(4 * Self.chunk)
        scratch = MemoryBlock(count: 65 * width)
    }

    private static func free(_ count: Int) -> MemoryBlock<Int32> {
        let slots = MemoryBlock<Int32>(count: count)
        slots.values.initialize(repeating: 0)
        return slots
    }

    /// Divides voxels of a volume into runs, and calls `body` with these and with the combinations that were not there before.
    ///
    /// - Parameters:
    ///   - first: the first voxel, a multiple of 64.
    ///   - voxels: up to `chunk`.
    mutating func withRuns(
        of evidence: cb_evidence, _ first: Int, _ voxels: Int,
        _ body: (_ runs: UnsafeBufferPointer<cb_run>, _ fresh: EvidenceSlice) -> Void
    ) {
        if (count + voxels) * width > keys.values.count { grow() }
        let before = count
        var table = pointers
        let found = withUnsafePointer(to: evidence) {
            cb_find_runs($0, Int64(first), Int64(voxels), &table, runs.values.baseAddress!)
        }
        count = Int(table.count)
        let fresh = EvidenceSlice(
            keys: UnsafeBufferPointer(rebasing: keys.values[before * width..<count * width]), width: width,
            codeCount: codeCount)
        body(UnsafeBufferPointer(rebasing: runs.values[..<Int(found)]), fresh)
    }

    private var pointers: cb_combinations {
        cb_combinations(
            keys: keys.values.baseAddress, slots: slots.values.baseAddress, scratch: scratch.values.baseAddress,
            slot_count: Int64(slots.values.count), width: Int32(width), count: Int32(count))
    }

    private mutating func grow() {
        let old = keys
        keys = MemoryBlock(count: 2 * old.values.count)
        _ = keys.values.update(fromContentsOf: old.values[..<(count * width)])
        slots = Self.free(2 * slots.values.count)
        var table = pointers
        cb_index_combinations(&table)
    }
}
