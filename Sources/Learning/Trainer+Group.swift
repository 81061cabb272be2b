internal import Plans
public import Tensors

/// Several processes as one training: equal weights, equal decisions, one that stores.
extension Trainer {
    /// Makes sure that all processes start at one step of one round with equal bits, which then stay equal.
    ///
    /// - Throws: `LearningError.processesDiffer`, and `TensorError.processLost`.
    func requireEqualStart() throws {
        guard let group else { return }
        let (state, steps) = (try checksumOfState(), [step, recipe.steps, recipe.round, settings.accumulation])
        let own = [Double(state >> 32), Double(state & 0xFFFF_FFFF)] + steps.map(Double.init)
        let leaders = try group.ofLeader(own)
        guard try group.sum([own == leaders ? 0 : 1])[0] == 0 else { throw LearningError.processesDiffer }
    }

    /// Of all weights and of what the optimiser keeps.
    private func checksumOfState() throws -> UInt64 {
        try (exportedWeights() + optimiser.export()).reduce(0xCBF2_9CE4_8422_2325) { sum, tensor in
            tensor.values.reduce(sum) { ($0 ^ UInt64($1.bitPattern)) &* 0x100_0000_01B3 }
        }
    }

    /// Whether it is so in one of the processes.
    func isAnywhere(_ condition: Bool) throws -> Bool {
        guard let group else { return condition }
        return try group.sum([condition ? 1 : 0])[0] > 0
    }

    /// Passes the state on where this process is the one that stores; the others make sure that there is something to store.
    ///
    /// - Throws: `LearningError.diverged`, and the error of `store`.
    public func hand(to store: (Checkpoint) throws -> Void) throws {
        if group?.isLeader ?? true { return try store(try checkpoint()) }
        try requireFiniteLoss()
    }
}
