public import Tensors

/// The losses of several levels of a network as one, weighted 1, 1/2, 1/4 … and divided by the sum of these weights, as in nnU-Net.
public struct DeepSupervision: Sendable {
    private let loss: KnownVoxelLoss

    public init(_ loss: KnownVoxelLoss) { self.loss = loss }

    /// - Parameters:
    ///   - outputs: logits, finest first, each level with half the axes of the one before.
    ///   - group: as in `KnownVoxelLoss`.
    public func callAsFunction(
        _ outputs: [Tensor], _ targets: LossTargets, of group: ProcessGroup? = nil
    ) throws -> LossValue {
        guard outputs.count > 1 else { return try loss(outputs[0], targets, of: group) }
        let weights = outputs.indices.map { 1 / Double(1 << $0) }
        let sum = weights.reduce(0, +)
        return try LossValue(
            sumOf: outputs.indices.map { level in
                let targets = level == 0 ? targets : try targets.sampled(every: 1 << level)
                return try loss(outputs[level], targets, weight: weights[level] / sum, of: group)
            })
    }
}

extension LossTargets {
    /// Those of a grid that is coarser by a factor, a power of two: the state of the voxel at the nearest sample, as nnU-Net's
    /// `nearest-exact`. A voxel of the coarser grid is known only where its sample is, so that nothing unknown becomes known; mean or
    /// majority would decide what an unknown voxel is.
    package func sampled(every factor: Int) throws -> LossTargets {
        func sampled(_ planes: Tensor) throws -> Tensor {
            var (result, shape) = (planes, planes.shape)
            for axis in shape.indices.dropFirst(2) {
                result = try result.sliced(axis: axis, factor / 2..<shape[axis], step: factor)
                shape[axis] /= factor
            }
            return try result.contiguous()
        }
        return LossTargets(states: try sampled(states), composite: try composite.map(sampled), like: self)
    }
}
