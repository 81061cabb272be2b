/// A layer or network from one tensor to one tensor.
public protocol Layer {
    func callAsFunction(_ input: Tensor) throws(TensorError) -> Tensor
}

/// Convolution over two or three spatial axes, weight [out, in, k…]; PyTorch's default initialisation,
/// uniform in ±1/√(in · k^d).
public struct Convolution: Layer {
    public let weight, bias: Tensor
    private let stride, padding: Int

    public init(
        _ scope: ParameterScope, dimensions: Int, from inputs: Int, to outputs: Int, kernel: Int, stride: Int = 1
    ) throws(TensorError) {
        let window = Array(repeating: kernel, count: dimensions)
        let bound = 1 / Double(inputs * window.reduce(1, *)).squareRoot()
        weight = try scope.uniform("weight", bound: bound, shape: [outputs, inputs] + window)
        bias = try scope.uniform("bias", bound: bound, shape: [outputs])
        self.stride = stride
        padding = kernel / 2
    }

    /// With every weight `weight` and every bias `bias`, kernel 1 or more.
    public init(
        _ scope: ParameterScope, dimensions: Int, from inputs: Int, to outputs: Int, kernel: Int,
        constantWeight: Double, constantBias: Double
    ) throws(TensorError) {
        let window = Array(repeating: kernel, count: dimensions)
        weight = try scope.constant("weight", constantWeight, shape: [outputs, inputs] + window)
        bias = try scope.constant("bias", constantBias, shape: [outputs])
        stride = 1
        padding = kernel / 2
    }

    public func callAsFunction(_ input: Tensor) throws(TensorError) -> Tensor {
        try input.convolved(weight: weight, bias: bias, stride: stride, padding: padding)
    }
}

/// Transposed convolution with kernel = stride (doubling for 2), weight [in, out, k…]; PyTorch's initialisation,
/// uniform in ±1/√(out · k^d).
public struct TransposedConvolution: Layer {
    public let weight, bias: Tensor
    private let stride: Int

    public init(
        _ scope: ParameterScope, dimensions: Int, from inputs: Int, to outputs: Int, stride: Int
    ) throws(TensorError) {
        let window = Array(repeating: stride, count: dimensions)
        let bound = 1 / Double(outputs * window.reduce(1, *)).squareRoot()
        weight = try scope.uniform("weight", bound: bound, shape: [inputs, outputs] + window)
        bias = try scope.uniform("bias", bound: bound, shape: [outputs])
        self.stride = stride
    }

    public func callAsFunction(_ input: Tensor) throws(TensorError) -> Tensor {
        try input.transposeConvolved(weight: weight, bias: bias, stride: stride)
    }
}

/// Instance normalisation with a scale and an offset per channel, ε = 10⁻⁵.
public struct InstanceNorm: Layer {
    public let weight, bias: Tensor

    public init(_ scope: ParameterScope, channels: Int) throws(TensorError) {
        weight = try scope.constant("weight", 1, shape: [channels])
        bias = try scope.constant("bias", 0, shape: [channels])
    }

    public func callAsFunction(_ input: Tensor) throws(TensorError) -> Tensor {
        try input.instanceNormalised(scale: weight, offset: bias, epsilon: 1e-5)
    }
}
