public import Tensors

/// What a loss compares logits with: what is known of each voxel, and with which weight.
public struct LossTargets {
    /// [N, organs, (Z,) Y, X], bytes of `VoxelKnowledge`.
    public let states: Tensor
    /// [N, composite labels, (Z,) Y, X], bytes, as in `Batch`; nil without composite labels.
    public let composite: Tensor?
    /// The parts of each composite label, as indices of organs.
    public let compositeSets: [[Int]]
    /// The weight of voxels that only a pseudo label knows.
    public let pseudoWeight: Float

    /// Those of a batch, in host memory.
    public init(_ batch: Batch) {
        (states, composite) = (batch.states, batch.composite)
        (compositeSets, pseudoWeight) = (batch.compositeSets, batch.pseudoWeight)
    }

    /// Others with the same meaning, on another device or grid.
    init(states: Tensor, composite: Tensor?, like others: LossTargets) {
        (self.states, self.composite) = (states, composite)
        (compositeSets, pseudoWeight) = (others.compositeSets, others.pseudoWeight)
    }
}

/// A batch on the device of a network.
struct SentBatch {
    let image: Tensor
    let targets: LossTargets
    private let sent: SentTensors

    init(_ batch: Batch, to device: Device) throws(TensorError) {
        sent = try SentTensors([batch.image, batch.states] + [batch.composite].compactMap(\.self), to: device)
        image = sent.tensors[0]
        targets = LossTargets(
            states: sent.tensors[1], composite: sent.tensors.count > 2 ? sent.tensors[2] : nil, like: LossTargets(batch)
        )
    }

    /// Waits until the batch may be filled again.
    func waitUntilCopied() throws(TensorError) { try sent.waitUntilCopied() }
}
