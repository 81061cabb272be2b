internal import Batches
internal import Learning

/// Predicts volumes with the weights of a round: with libtorch in this process, or by an outside program.
protocol VolumePredictor: Sendable {
    /// Predicts a volume into a sink.
    ///
    /// - Parameters:
    ///   - makeSink: makes the sink, which takes the slices of the prediction.
    ///   - isStopping: checked again and again.
    /// - Throws: `CancellationError` where it is stopped, `ObjectStoreError`, and `TensorError` or `TrainerError`.
    /// - Returns: the sink with the whole prediction.
    func predict<Sink: PredictionSink>(
        _ item: TrainingCase, into makeSink: @escaping @Sendable () -> Sink, with weights: RoundWeights,
        isStopping: @escaping @Sendable () -> Bool
    ) async throws -> Sink
}
