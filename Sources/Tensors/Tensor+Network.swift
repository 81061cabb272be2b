internal import CTorch

/// Layers' arithmetic, for two or three spatial axes.
extension Tensor {
    /// self [N, Cin, …] with weight [Cout, Cin, k…].
    public func convolved(
        weight: Tensor, bias: Tensor, stride: Int, padding: Int
    ) throws(TensorError) -> Tensor {
        Tensor(
            owning: try produced("convolution") {
                ct_conv(handle, weight.handle, bias.handle, Int64(stride), Int64(padding), $0, $1)
            })
    }

    /// self [N, Cin, …] with weight [Cin, Cout, k…].
    public func transposeConvolved(weight: Tensor, bias: Tensor, stride: Int) throws(TensorError) -> Tensor {
        Tensor(
            owning: try produced("transposed convolution") {
                ct_conv_transpose(handle, weight.handle, bias.handle, Int64(stride), $0, $1)
            })
    }

    /// Each channel of each sample to mean 0 and variance 1 over space, then `scale` and `offset` per channel.
    public func instanceNormalised(
        scale: Tensor, offset: Tensor, epsilon: Double
    ) throws(TensorError) -> Tensor {
        Tensor(
            owning: try produced("instance norm") {
                ct_instance_norm(handle, scale.handle, offset.handle, epsilon, $0, $1)
            })
    }

    /// max(x, slope · x), in place.
    public func applyLeakyReLU(slope: Double) throws(TensorError) {
        try checked("leaky ReLU") { ct_leaky_relu_(handle, slope, $0) }
    }

    /// weight · BCE(σ(self), target), element by element; `positiveWeight` scales the term of target 1.
    public func binaryCrossEntropy(
        target: Tensor, weight: Tensor, positiveWeight: Tensor? = nil
    ) throws(TensorError) -> Tensor {
        Tensor(
            owning: try produced("binary cross-entropy") {
                ct_bce_with_logits(handle, target.handle, weight.handle, positiveWeight?.handle, $0, $1)
            })
    }
}

/// Gradients.
extension Tensor {
    public func requireGradient() throws(TensorError) {
        try checked("requiring a gradient") { ct_tensor_set_requires_grad(handle, true, $0) }
    }

    /// Adds the derivative of this scalar to the gradient of every tensor that requires one.
    public func backward() throws(TensorError) {
        try checked("backward") { ct_tensor_backward(handle, $0) }
    }

    /// The same from the derivatives of a scalar by each value of several tensors.
    public static func backward(_ tensors: [Tensor], from gradients: [Tensor]) throws(TensorError) {
        precondition(tensors.count == gradients.count, "a derivative for each tensor")
        let (outputs, derivatives) = (tensors.map { Optional($0.handle) }, gradients.map { Optional($0.handle) })
        try checked("backward") { ct_backward_from(outputs, derivatives, Int32(tensors.count), $0) }
    }

    /// nil until a gradient arrived.
    public func gradient() throws(TensorError) -> Tensor? {
        var result: OpaquePointer?
        try checked("reading a gradient") { ct_tensor_grad(handle, &result, $0) }
        return result.map(Tensor.init(owning:))
    }

    public func clearGradient() { ct_tensor_clear_grad(handle) }
}
