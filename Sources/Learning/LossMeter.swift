internal import Tensors

/// The mean loss of several steps.
public struct MeanLoss: Hashable, Sendable {
    public let value: Double
    /// The steps that it is of, at least 1.
    public let steps: Int

    public init(value: Double, steps: Int) { (self.value, self.steps) = (value, steps) }
}

/// Sums the losses of steps on their device, so that no step waits for a number.
///
/// The sum is finite only if each of its terms was, so that it is the flag for a training that diverged, too: that is noticed when the sum is
/// read, some steps later than by a look at each loss, but before anything of these steps is stored.
struct LossMeter {
    private var sum: Tensor
    private var steps = 0
    private let device: Device

    init(_ device: Device) throws(TensorError) {
        self.device = device
        sum = try Self.zero(device)
    }

    /// - Parameter share: the factor of the loss in that of its step.
    func add(_ loss: Tensor, share: Double) throws(TensorError) { try sum.accumulate(try loss * share) }

    /// Adds nothing, unless the value is not finite.
    func watch(_ value: Tensor) throws(TensorError) { try sum.accumulate(try value * 0) }

    mutating func endStep() { steps += 1 }

    /// Waits for the device, returns the mean since the last call and begins anew. nil without steps.
    ///
    /// - Parameter step: steps that are done.
    /// - Throws: `LearningError.diverged`.
    mutating func take(after step: Int) throws -> MeanLoss? {
        guard steps > 0 else { return nil }
        let mean = MeanLoss(value: try finiteSum(after: step) / Double(steps), steps: steps)
        (sum, steps) = (try Self.zero(device), 0)
        return mean
    }

    /// Waits for the device.
    ///
    /// - Throws: as `take`.
    func requireFinite(after step: Int) throws { _ = try finiteSum(after: step) }

    private func finiteSum(after step: Int) throws -> Double {
        let value = try sum.scalar()
        guard value.isFinite else { throw LearningError.diverged(steps: step - max(steps, 1) + 1...step) }
        return value
    }

    private static func zero(_ device: Device) throws(TensorError) -> Tensor {
        try Tensor(doubles: [0]).sum().moved(to: device)
    }
}
