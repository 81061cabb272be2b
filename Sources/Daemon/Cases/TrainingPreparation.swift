internal import Batches
internal import Catalog
internal import Domain
internal import Hashing
internal import System

/// The volumes of a training, which are made in the order in which batches need them, while batches are drawn already.
struct TrainingPreparation: Sendable {
    let data: TrainingData
    private let library: CaseLibrary
    private let parts: [TrainingPart]
    private let rule: KnownVoxelRule
    private let shelf: VolumeShelf

    init(_ library: CaseLibrary, _ parts: [TrainingPart], rule: KnownVoxelRule, compositeSets: [[Int]]) {
        (self.library, self.parts, self.rule) = (library, parts, rule)
        shelf = VolumeShelf(count: parts.count)
        data = TrainingData(parts.map(\.outline), compositeSets: compositeSets, source: shelf)
    }

    /// Equal for equal images and labels in one order.
    var digest: Digest {
        let parts = parts.map { "\($0.volume.sha256) \($0.content.plan.key) \($0.content.key)" }
        return SHA256.digest(of: Array(parts.joined(separator: "\n").utf8))
    }

    /// Makes volumes while `body` runs, several at a time, and ends with it.
    ///
    /// - Parameters:
    ///   - order: indices of the volumes that `body` may wait for.
    ///   - isStopping: asked before each volume; once it is true, who waits for a volume gets a `CancellationError`.
    ///   - progress: called after each volume with the number of those that are there.
    /// - Throws: what `body` throws: who waits for a volume that cannot be made gets the reason.
    func making<R: Sendable>(
        _ order: [Int], isStopping: @escaping @Sendable () -> Bool,
        progress: @escaping @Sendable (_ done: Int) -> Void = { _ in },
        while body: @Sendable () async throws -> R
    ) async throws -> R {
        let queue = SharedState((next: 0, done: 0))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<min(order.count, Self.workers) {
                group.addTask { await make(order, queue, isStopping, progress) }
            }
            defer {
                shelf.fail(CancellationError())
                group.cancelAll()
            }
            return try await body()
        }
    }

    /// Each has a volume in memory.
    private static let workers = min(4, UsableCores.count)

    private func make(
        _ order: [Int], _ queue: SharedState<(next: Int, done: Int)>, _ isStopping: @Sendable () -> Bool,
        _ progress: @Sendable (Int) -> Void
    ) async {
        let library = library.onThreadOfItsOwn
        do {
            while let index = Self.claim(order, queue) {
                guard !isStopping(), !Task.isCancelled else { throw CancellationError() }
                shelf.put(try await library.trainingVolume(parts[index], rule, data.compositeSets), at: index)
                progress(
                    queue.change {
                        $0.done += 1; return $0.done
                    })
            }
        } catch {
            shelf.fail(error)
        }
    }

    private static func claim(_ order: [Int], _ queue: SharedState<(next: Int, done: Int)>) -> Int? {
        queue.change { queue in
            guard queue.next < order.count else { return nil }
            queue.next += 1
            return order[queue.next - 1]
        }
    }
}
