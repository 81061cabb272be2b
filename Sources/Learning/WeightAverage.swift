internal import Tensors

/// The exponential moving average of a network's weights over the steps of a round, as a network of its own.
///
/// The first averages follow quickly, or they would be the initial weights for most of a short round: after n steps the decay is at most
/// (1 + n) / (10 + n), as in TensorFlow's `ExponentialMovingAverage`.
final class WeightAverage {
    let network: UNet
    private let decay: Double

    /// - Parameter decay: above 0, below 1.
    init(of network: UNet, decay: Double) throws {
        self.network = try UNet(network.plan, seed: 0, device: network.device)
        self.decay = decay
        try self.network.parameters.copy(from: network.parameters)
    }

    /// - Parameter step: the steps of the round that are done, this one included.
    func add(_ weights: Parameters, after step: Int) throws(TensorError) {
        let decay = min(decay, Double(1 + step) / Double(10 + step))
        try network.parameters.approach(weights, share: 1 - decay)
    }
}
