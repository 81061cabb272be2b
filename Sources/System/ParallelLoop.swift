internal import Synchronization

/// Loops whose iterations run on several threads at a time.
package enum ParallelLoop {
    /// Calls `body` once for each number below `count`, on this thread and on up to `threads` - 1 others, and returns when all are done. Blocks.
    /// Where the system has no thread left, fewer do the work.
    package static func run(_ count: Int, threads: Int, _ body: @escaping @Sendable (Int) -> Void) {
        let iterations = Iterations(count: count, body)
        let running = SharedState(0)
        for _ in 1..<max(1, min(threads, count)) {
            running.change { $0 += 1 }
            let isStarted = DetachedThread.start {
                iterations.run()
                running.change { $0 -= 1 }
            }
            if !isStarted { running.change { $0 -= 1 } }
        }
        iterations.run()
        running.wait { $0 == 0 ? () : nil }
    }

    private final class Iterations: Sendable {
        private let count: Int
        private let body: @Sendable (Int) -> Void
        private let next = Atomic(0)

        init(count: Int, _ body: @escaping @Sendable (Int) -> Void) { (self.count, self.body) = (count, body) }

        /// Runs those that no other thread has begun.
        func run() {
            while case let number = next.wrappingAdd(1, ordering: .relaxed).oldValue, number < count { body(number) }
        }
    }
}

extension Array where Element: Sendable {
    /// Changes each element in place; see `ParallelLoop.run`.
    package mutating func changeEach(threads: Int, _ body: @escaping @Sendable (inout Element) -> Void) {
        withUnsafeMutableBufferPointer { elements in
            let shared = SharedElements(elements: elements)
            ParallelLoop.run(elements.count, threads: threads) { body(&shared.elements[$0]) }
        }
    }

    /// As `map`; see `ParallelLoop.run`.
    package func map<R: Sendable>(threads: Int, _ transform: @escaping @Sendable (Element) -> R) -> [R] {
        var results: [R?] = Array<R?>(repeating: nil, count: count)
        results.withUnsafeMutableBufferPointer { results in
            let shared = SharedElements(elements: results)
            ParallelLoop.run(count, threads: threads) { shared.elements[$0] = transform(self[$0]) }
        }
        return results.compactMap(\.self)
    }
}

/// `@unchecked Sendable`: each iteration of a loop uses an element of its own.
private struct SharedElements<Element>: @unchecked Sendable { let elements: UnsafeMutableBufferPointer<Element> }
