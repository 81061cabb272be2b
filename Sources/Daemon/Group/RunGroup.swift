internal import Learning
internal import Synchronization
internal import System
internal import Tensors

/// The processes of one run. The first one leads the run as a process alone would; the others wait for its orders, and train with it.
///
/// While they wait, each exchange of orders is a sum of all processes, on the group's own thread: the numbers of the order, to which the others
/// add zeros, and beside them how many of them are asked to stop. A training has the group to itself, on the thread of its network, from
/// the order to train until all have left it.
final class RunGroup: Sendable {
    let rank: Int
    let size: Int
    private let thread: TensorThread
    private let box: ProcessGroupBox
    /// Of the first process.
    private let phase = Mutex(Phase.waiting)

    fileprivate enum Phase {
        /// The others wait for an order.
        case waiting
        /// All train.
        case training
        case ended
        case lost(any Error)
    }

    /// Whether this is the first process, which holds the lease and alone writes.
    var isLeader: Bool { rank == 0 }

    private init(_ membership: GroupMembership, _ box: ProcessGroupBox, _ thread: TensorThread) {
        (rank, size, self.box, self.thread) = (membership.rank, membership.size, box, thread)
    }

    /// Waits for the other processes.
    ///
    /// - Throws: `TensorError.group`.
    static func join(_ membership: GroupMembership) async throws -> RunGroup {
        let thread = TensorThread()
        let box = try await thread.run { ProcessGroupBox(processes: try ProcessGroup(membership)) }
        return RunGroup(membership, box, thread)
    }

    /// For a training, on the thread of its network.
    var processes: ProcessGroup { box.processes }

    // MARK: - The first process

    /// Gives an order to the others, which wait for one.
    ///
    /// - Throws: `TensorError.processLost`, also where a process was lost earlier.
    func order(_ order: GroupOrder) async throws {
        _ = try await thread.run { [self] in try tell(order) }
    }

    /// The others have left the training, or wait in it for an evaluation.
    func wait() { phase.withLock { $0 = .waiting } }

    /// Shows the others, where they wait, that this process lives, and makes sure that they do.
    ///
    /// - Returns: whether one of them is asked to stop.
    /// - Throws: `TensorError.processLost`.
    func keepWaiting() async throws -> Bool {
        try await thread.run { [self] in
            guard case .waiting = phase.withLock({ $0 }) else { return false }
            return try tell(.wait)
        }
    }

    /// Ends the others where they wait. Those that an error of this process left in a training are ended by its end.
    func end(status: Int32) async {
        try? await thread.run { [self] in
            guard case .waiting = phase.withLock({ $0 }) else { return }
            _ = try tell(.end(status: status))
        }
    }

    /// Blocks; on the thread of the group.
    private func tell(_ order: GroupOrder) throws -> Bool {
        if case .lost(let error) = phase.withLock({ $0 }) { throw error }
        do {
            let sums = try processes.sum([0] + order.numbers)
            phase.withLock { $0 = order.phase }
            return sums[0] > 0
        } catch {
            phase.withLock { $0 = .lost(error) }
            throw error
        }
    }

    // MARK: - The others

    /// The first process has ended with this exit status.
    struct LeaderEnded: Error {
        let status: Int32
    }

    /// Waits for an order other than to wait.
    ///
    /// - Parameter stop: raised where this process is to stop, which the first one then learns.
    /// - Throws: `LeaderEnded`, `TensorError.processLost`.
    func nextOrder(stop: StopFlag) async throws -> GroupOrder {
        try await thread.run { [self] in
            while true {
                let none = Array(repeating: 0.0, count: GroupOrder.length)
                let sums = try processes.sum([stop.isRaised ? 1 : 0] + none)
                guard let order = GroupOrder(numbers: Array(sums.dropFirst())) else {
                    throw LearningError.processesDiffer
                }
                if case .end(let status) = order { throw LeaderEnded(status: status) }
                if order != .wait { return order }
            }
        }
    }
}

extension GroupOrder {
    /// What the group does after the order.
    fileprivate var phase: RunGroup.Phase {
        switch self {
        case .wait: .waiting
        case .train, .goOn: .training
        case .end: .ended
        }
    }
}

/// `@unchecked Sendable`: one thread uses the group at a time, that of the run group or that of a network, and each passes it on by a call
/// that the other one awaits.
private struct ProcessGroupBox: @unchecked Sendable {
    let processes: ProcessGroup
}
