public import Tensors

/// The loss of a batch, with its derivative. It stays on the device of the logits until it is read.
public struct LossValue {
    /// A scalar in double precision, outside autograd.
    public let total: Tensor
    /// The share of each organ, then of each composite label, in the cross-entropy.
    private let shareOfEach: Tensor
    private let derivatives: [Derivative]

    /// How the derivative reaches what the logits were computed from.
    enum Derivative {
        /// By the derivatives by each logit.
        case given(logits: Tensor, gradient: Tensor)
        /// By autograd, from a scalar.
        case recorded(Tensor)
    }

    init(total: Tensor, shares: Tensor, _ derivatives: [Derivative]) {
        (self.total, shareOfEach, self.derivatives) = (total, shares, derivatives)
    }

    /// The sum of losses of one batch; the shares are those of the first.
    ///
    /// - Precondition: at least one.
    init(sumOf losses: [LossValue]) throws(TensorError) {
        var total = losses[0].total
        for loss in losses.dropFirst() { total = try total + loss.total }
        self.init(total: total, shares: losses[0].shareOfEach, losses.flatMap(\.derivatives))
    }

    /// Waits for the device.
    public func value() throws(TensorError) -> Double { try total.scalar() }

    /// Sums to 1, or all 0 where the loss is 0. Waits for the device.
    public func shares() throws(TensorError) -> [Double] { try shareOfEach.doubles() }

    /// Adds the derivative of the loss to the gradient of every tensor that the logits were computed from.
    public func backward() throws(TensorError) {
        var (outputs, gradients, scalars): ([Tensor], [Tensor], [Tensor]) = ([], [], [])
        for derivative in derivatives {
            switch derivative {
            case .given(let logits, let gradient):
                outputs.append(logits)
                gradients.append(gradient)
            case .recorded(let scalar): scalars.append(scalar)
            }
        }
        if !outputs.isEmpty { try Tensor.backward(outputs, from: gradients) }
        guard var sum = scalars.first else { return }
        for scalar in scalars.dropFirst() { sum = try sum + scalar }
        try sum.backward()
    }
}
