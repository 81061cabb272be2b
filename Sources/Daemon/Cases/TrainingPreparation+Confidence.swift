internal import Batches
internal import Learning
internal import Tensors

extension TrainingPreparation {
    /// Fits the confidence head under a network, on the thread of the network.
    ///
    /// - Parameter checkStop: called before each volume and after every step; an error ends the fit.
    func fitHead(
        _ learning: RoundLearning, under network: Checkpoint, on thread: TensorThread,
        checkStop: @escaping @Sendable () throws -> Void
    ) async throws -> Checkpoint {
        let sampler = try learning.sampler(data)
        let order = sampler.volumes(for: 0..<learning.recipe.confidenceSteps, of: learning.recipe.confidenceCourse)
        return try await making(order, isStopping: { (try? checkStop()) == nil }) {
            try await thread.run { try learning.fitHead(under: network, sampler, step: checkStop) }
        }
    }
}
