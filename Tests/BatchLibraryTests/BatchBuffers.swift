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
    private(set) var message = ""

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

    func fill(_ library: UnsafeMutableRawPointer, seed: UInt64, round: Int, step: Int) -> Int32 {
        var text = [CChar](repeating: 0, count: 1024)
        let status = fillBatch(
            library, seed, Int64(round), Int64(step), own.image.baseAddress!, Int64(own.image.count),
            own.states.baseAddress!, Int64(own.states.count), others.baseAddress, Int64(others.count), &origins,
            Int64(origins.count), &text, Int64(text.count))
        message = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return status
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
