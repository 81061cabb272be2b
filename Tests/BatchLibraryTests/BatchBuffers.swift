import Batches
import BatchLibrary
import Domain
import Hashing
import Plans

/// The memory of a batch of three organs and a composite label.
final class BatchBuffers {
    private let own: (image: UnsafeMutableBufferPointer<Float>, states: UnsafeMutableBufferPointer<UInt8>)
    private let others: UnsafeMutableBufferPointer<UInt8>
    private let rows: Int
    private(set) var origins: [Int64]

    init(_ settings: LearningSettings) {
        let voxels = settings.batch * settings.patch.reduce(1, *)
        own.image = .allocate(capacity: voxels * (settings.dimensions == 2 ? settings.contextSlices : 1))
        own.states = .allocate(capacity: voxels * 3)
        others = .allocate(capacity: voxels)
        own.image.initialize(repeating: .nan)
        own.states.initialize(repeating: 99)
        others.initialize(repeating: 99)
        rows = settings.batch
        origins = Array(repeating: -9, count: rows * 5)
    }

    deinit {
        own.image.deallocate()
        own.states.deallocate()
        others.deallocate()
    }

    var image: [UInt32] { own.image.map(\.bitPattern) }
    var states: [UInt8] { Array(own.states) }
    var composite: [UInt8] { Array(others) }
    var memory: BatchMemory { BatchMemory(rows: rows, image: own.image, states: own.states, composite: others) }

    /// The numbers of values that a call says that there are.
    var counts: [Int64] { [own.image.count, own.states.count, others.count, origins.count].map(Int64.init) }

    /// - Parameter counts: what the function is told; nil: those of the memory.
    func fill(
        _ library: LibraryBatches, seed: UInt64 = 1, round: Int64 = 0, step: Int64 = 0, counts: [Int64]? = nil
    ) throws {
        let counts = counts ?? self.counts
        try LibraryFailure.check { [own, others] in
            fillBatch(
                library.handle, seed, round, step, own.image.baseAddress!, counts[0], own.states.baseAddress!,
                counts[1],
                others.baseAddress, counts[2], &origins, counts[3], $0, $1)
        }
    }

    /// The checksum of everything that a batch consists of.
    func digest(_ origins: [PatchOrigin]) -> String {
        var hash = SHA256()
        hash.update(UnsafeRawBufferPointer(own.image))
        for planes in [own.states, others] { hash.update(UnsafeRawBufferPointer(planes)) }
        origins.flatMap(Self.numbers).withUnsafeBytes { hash.update($0) }
        return hash.finalize().description
    }

    static func numbers(_ origin: PatchOrigin) -> [Int64] {
        ([origin.caseIndex, origin.organ ?? -1] + (0..<3).map { origin.box.lower[$0] }).map(Int64.init)
    }
}
