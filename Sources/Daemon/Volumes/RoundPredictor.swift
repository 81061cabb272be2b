internal import Batches
internal import Domain
internal import Learning
internal import Objects
internal import Plans
internal import Rounds
internal import Tensors

/// Predicts volumes with the network of a round, which is loaded once and kept until another round's is needed.
actor RoundPredictor: VolumePredictor {
    private let settings: LearningSettings
    private let confidence: ConfidenceMethod
    private let store: any ObjectStore
    private let thread: TensorThread
    private var loaded: (weights: RoundWeights, networks: LoadedNetworks)?

    init(settings: LearningSettings, confidence: ConfidenceMethod, store: any ObjectStore, thread: TensorThread) {
        (self.settings, self.confidence, self.store, self.thread) = (settings, confidence, store, thread)
    }

    /// - Parameter isStopping: checked between windows.
    func predict<Sink: PredictionSink>(
        _ item: TrainingCase, into makeSink: @escaping @Sendable () -> Sink, with weights: RoundWeights,
        isStopping: @escaping @Sendable () -> Bool
    ) async throws -> Sink {
        let networks = try await networks(of: weights)
        return try await thread.run { [confidence, settings] in
            var sink = makeSink()
            try Predictor(networks.network, head: networks.head, confidence: confidence, settings: settings)
                .predict(item, into: &sink) { if isStopping() { throw CancellationError() } }
            return sink
        }
    }

    private func networks(of weights: RoundWeights) async throws -> LoadedNetworks {
        if let loaded, loaded.weights == weights { return loaded.networks }
        loaded = nil
        let network = try await bytes(of: weights.network)
        let head = if let head = weights.head { try await bytes(of: head) } else { [UInt8]?.none }
        let networks = try await thread.run { [settings] in
            try LoadedNetworks(network: network, head: head, device: try settings.usedDevice())
        }
        loaded = (weights, networks)
        return networks
    }

    private func bytes(of object: Digest) async throws -> [UInt8] {
        try await store.getVerified(ObjectID(digest: object, size: 0))
    }
}

/// The stored parameters with which a round predicts.
struct RoundWeights: Hashable, Sendable {
    /// The number of the round.
    let round: Int
    let network: Digest
    /// Of the confidence head; nil where the round has none.
    let head: Digest?

    /// Those of a round; nil before it is trained.
    init?(_ round: RoundRecord) {
        guard let weights = round.weights else { return nil }
        self.init(round: round.number, network: weights.object, head: round.confidenceFit?.weights?.object)
    }

    init(round: Int, network: Digest, head: Digest?) {
        (self.round, self.network, self.head) = (round, network, head)
    }
}

/// The networks of a round. `@unchecked Sendable`: they are made and used on the tensor thread of their predictor alone.
private final class LoadedNetworks: @unchecked Sendable {
    let network: UNet
    let head: ConfidenceHead?

    init(network: [UInt8], head: [UInt8]?, device: Device) throws {
        self.network = try UNet(try Checkpoint(bytes: network), device: device)
        self.head = try head.map { try ConfidenceHead(try Checkpoint(bytes: $0), device: device) }
    }
}
