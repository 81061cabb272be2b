public import Tensors

/// A U-Net (Ronneberger et al., MICCAI 2015) as nnU-Net builds it: two blocks of convolution, instance norm and leaky
/// ReLU per level and side, strided convolutions down, transposed convolutions up, skips concatenated after the
/// upsampled channels, and a 1-wide convolution with one sigmoid logit per organ; with deep supervision one at coarser levels too.
///
/// Input [N, `plan.inputChannels`, (Z,) Y, X] with axes that are multiples of 2^(levels − 1) voxels; output
/// [N, organs, (Z,) Y, X] logits.
public final class UNet {
    public let plan: NetworkPlan
    public let parameters = Parameters()
    /// Where the parameters are.
    public let device: Device
    private let encoder: [[Block]]
    private let up: [TransposedConvolution]
    private let decoder: [[Block]]
    private let head: Convolution
    /// At the levels from 1 on.
    private let coarserHeads: [Convolution]

    /// A fresh network; its weights are a function of `seed`, the same on every device.
    public init(_ plan: NetworkPlan, seed: UInt64, device: Device = .cpu) throws {
        (self.plan, self.device) = (plan, device)
        let root = ParameterScope(parameters, seed: seed, device: device)
        let (d, widths) = (plan.dimensions, plan.widths)
        encoder = try widths.indices.map { level in
            let scope = root["enc"][String(level)]
            return [
                try Block(
                    scope["0"], d, from: level == 0 ? plan.inputChannels : widths[level - 1], to: widths[level],
                    stride: level == 0 ? 1 : 2),
                try Block(scope["1"], d, from: widths[level], to: widths[level]),
            ]
        }
        up = try widths.indices.dropLast().map { level in
            try TransposedConvolution(
                root["up"][String(level)], dimensions: d, from: widths[level + 1], to: widths[level], stride: 2)
        }
        decoder = try widths.indices.dropLast().map { level in
            let scope = root["dec"][String(level)]
            return [
                try Block(scope["0"], d, from: 2 * widths[level], to: widths[level]),
                try Block(scope["1"], d, from: widths[level], to: widths[level]),
            ]
        }
        head = try Convolution(root["head"], dimensions: d, from: widths[0], to: plan.organs.count, kernel: 1)
        coarserHeads = try plan.outputLevels.dropFirst().map { level in
            try Convolution(
                root["deep"][String(level)], dimensions: d, from: widths[level], to: plan.organs.count, kernel: 1)
        }
        for head in [head] + coarserHeads {
            try head.bias.copy(from: try Tensor(filledWith: plan.headBias, shape: [plan.organs.count]))
        }
    }

    /// The network of a checkpoint.
    public convenience init(_ checkpoint: Checkpoint, device: Device = .cpu) throws {
        try self.init(try NetworkPlan(checkpoint), seed: 0, device: device)
        try parameters.load { checkpoint[$0] }
    }

    /// The last features before the head, [N, widths[0], (Z,) Y, X].
    public func features(_ input: Tensor) throws -> Tensor { try decode(input) { _, _ in } }

    /// - Parameter finish: called with the features of each level of the decoder, coarsest first.
    private func decode(_ input: Tensor, _ finish: (_ level: Int, Tensor) throws -> Void) throws -> Tensor {
        var skips: [Tensor] = []
        var x = input
        for level in encoder {
            x = try level[1](try level[0](x))
            skips.append(x)
        }
        for level in up.indices.reversed() {
            let joined = try Tensor.concatenated([try up[level](x), skips[level]], axis: 1)
            skips.removeLast()
            x = try decoder[level][1](try decoder[level][0](joined))
            try finish(level, x)
        }
        return x
    }

    /// Logits from `features(_:)`.
    public func logits(fromFeatures features: Tensor) throws -> Tensor { try head(features) }

    public func callAsFunction(_ input: Tensor) throws -> Tensor { try logits(fromFeatures: try features(input)) }

    /// The logits of all levels that have outputs, finest first; each level halves the axes.
    public func outputs(_ input: Tensor) throws -> [Tensor] {
        var coarser: [Tensor] = []
        let features = try decode(input) { level, features in
            guard level > 0, level <= coarserHeads.count else { return }
            coarser.append(try coarserHeads[level - 1](features))
        }
        return [try head(features)] + coarser.reversed()
    }
}

/// Convolution of width 3, instance norm, leaky ReLU of slope 0.01.
struct Block: Layer {
    private let convolution: Convolution
    private let norm: InstanceNorm

    init(
        _ scope: ParameterScope, _ dimensions: Int, from inputs: Int, to outputs: Int, stride: Int = 1
    ) throws(TensorError) {
        convolution = try Convolution(
            scope["0"], dimensions: dimensions, from: inputs, to: outputs, kernel: 3, stride: stride)
        norm = try InstanceNorm(scope["1"], channels: outputs)
    }

    func callAsFunction(_ input: Tensor) throws(TensorError) -> Tensor {
        let result = try norm(try convolution(input))
        try result.applyLeakyReLU(slope: 0.01)
        return result
    }
}
