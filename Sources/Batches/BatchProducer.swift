internal import System

/// Fills batches on threads of its own, ahead of whoever takes them, who gets them in the order of their numbers.
public final class BatchProducer: Sendable {
    private enum Filled {
        case origins([PatchOrigin])
        case failure(any Error)
    }

    private struct Progress {
        /// The batch that is begun next, and the one that is taken next.
        var next, taken: Int
        var filled: [Int: Filled] = [:]
        var threads: Int
        var isStopped = false
    }

    private let sampler: Sampler
    private let course: Sampler.Course
    private let slots: [BatchMemory]
    private let steps: Range<Int>
    private let progress: SharedState<Progress>

    /// - Parameters:
    ///   - slots: the memory that is filled in turn: one batch that is in use, and those ahead; valid until `stop` was called.
    ///   - steps: the numbers of the batches.
    ///   - threads: how many batches are filled at a time, at least 1.
    /// - Throws: `BatchError.noThread`.
    public init(
        _ sampler: Sampler, _ course: Sampler.Course, into slots: [BatchMemory], steps: Range<Int>, threads: Int
    ) throws(BatchError) {
        precondition(slots.count > 1 && threads > 0, "a batch in use, one ahead, and a thread that fills it")
        (self.sampler, self.course, self.slots, self.steps) = (sampler, course, slots, steps)
        progress = SharedState(Progress(next: steps.lowerBound, taken: steps.lowerBound, threads: 0))
        for _ in 0..<threads {
            progress.change { $0.threads += 1 }
            if DetachedThread.start({ self.fill() }) { continue }
            progress.change { $0.threads -= 1 }
            stop()
            throw .noThread
        }
    }

    /// The next batch; that of the call before may be overwritten from now on. Waits for it.
    ///
    /// - Returns: the slot that has it, and where its rows come from.
    /// - Throws: the reason why a volume cannot be had.
    /// - Precondition: fewer batches were taken than there are.
    public func take() throws -> (slot: Int, origins: [PatchOrigin]) {
        let (step, filled) = progress.wait { progress -> (Int, Filled)? in
            precondition(progress.taken < steps.upperBound, "a batch is left")
            guard let filled = progress.filled.removeValue(forKey: progress.taken) else { return nil }
            progress.taken += 1
            return (progress.taken - 1, filled)
        }
        switch filled {
        case .origins(let origins): return (step % slots.count, origins)
        case .failure(let error): throw error
        }
    }

    /// Ends the threads, each after the batch that it is filling.
    public func stop() {
        progress.change { $0.isStopped = true }
        progress.wait { $0.threads == 0 ? () : nil }
    }

    private func fill() {
        defer { progress.change { $0.threads -= 1 } }
        let scratch = PatchScratch()
        while let step = claim() {
            let filled: Filled
            do {
                filled = .origins(try sampler.fill(slots[step % slots.count], step: step, of: course, scratch))
            } catch {
                filled = .failure(error)
            }
            progress.change { $0.filled[step] = filled }
        }
    }

    /// The next batch to fill, as soon as its memory is free; nil where there is none.
    private func claim() -> Int? {
        progress.wait { progress -> Int?? in
            if progress.isStopped || progress.next >= steps.upperBound { return .some(nil) }
            // The batch before the next one to be taken is in use.
            guard progress.next < max(progress.taken - 1, steps.lowerBound) + slots.count else { return nil }
            progress.next += 1
            return progress.next - 1
        }
    }
}
