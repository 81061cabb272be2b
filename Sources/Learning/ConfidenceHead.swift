public import Domain
public import Tensors

/// A learned confidence: a small convolutional head on the trunk's last features. Its output is the confidence logit or, in
/// residual form, a correction of the segmentation's own logit; it starts at zero. After ConfidNet (Corbière et al., NeurIPS
/// 2019); the residual form is ours (`docs/method.md`, section 3).
public final class ConfidenceHead {
    public let plan: NetworkPlan
    public let method: ConfidenceMethod
    public let width: Int
    public let parameters = Parameters()
    private let first, last: Convolution

    /// - Parameters:
    ///   - method: one with a head.
    ///   - width: hidden channels.
    public init(
        _ plan: NetworkPlan, method: ConfidenceMethod, width: Int, seed: UInt64, device: Device = .cpu
    ) throws {
        precondition(method.hasHead, "a method with a head")
        (self.plan, self.method, self.width) = (plan, method, width)
        let root = ParameterScope(parameters, seed: seed, device: device)["confidence"]
        first = try Convolution(
            root["0"], dimensions: plan.dimensions, from: plan.widths[0], to: width, kernel: 3)
        last = try Convolution(
            root["1"], dimensions: plan.dimensions, from: width, to: plan.organs.count, kernel: 1,
            constantWeight: 0, constantBias: 0)
    }

    /// The head of a checkpoint made by `checkpoint()`.
    public convenience init(_ checkpoint: Checkpoint, device: Device = .cpu) throws {
        guard let width = checkpoint.metadata["confidence.width"].flatMap(Int.init), width > 0,
            let method = checkpoint.metadata["confidence.method"].flatMap(ConfidenceMethod.init), method.hasHead
        else { throw LearningError.unfittingCheckpoint(problem: "it contains no confidence head") }
        try self.init(try NetworkPlan(checkpoint), method: method, width: width, seed: 0, device: device)
        try parameters.load { checkpoint[$0] }
    }

    /// The confidence logits, [N, organs, (Z,) Y, X], in float32.
    ///
    /// - Parameters:
    ///   - features: [N, widths[0], (Z,) Y, X], of the network.
    ///   - logits: [N, organs, (Z,) Y, X], of the segmentation.
    public func confidence(features: Tensor, logits: Tensor) throws -> Tensor {
        let hidden = try first(features)
        try hidden.applyLeakyReLU(slope: 0.01)
        let output = try last(hidden).float32()
        return method.isResidual ? try logits.float32() + output : output
    }

    /// Weights and network plan, without what they belong to.
    public func checkpoint() throws -> Checkpoint {
        var metadata = plan.metadata
        metadata["confidence.width"] = String(width)
        metadata["confidence.method"] = method.rawValue
        return Checkpoint(metadata: metadata, tensors: try parameters.export())
    }
}
