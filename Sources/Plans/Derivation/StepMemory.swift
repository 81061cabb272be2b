/// An upper bound of the memory that a training step takes, from the sizes of its tensors.
///
/// The backward pass needs, for each level of the network, the outputs of two convolutions and of their normalisations on each side, and the joined
/// input of the decoder: ten times channels and voxels of the level, four times at the last one, which has one side. Libtorch adds copies in
/// other orders of memory, and gradients. Of tensors of 128 MiB or more each is a block of its own (`Torch.prepareProcess`); smaller ones
/// share a heap, whose holes cost more than what is in use. The factors bound the peaks of measured steps (`docs/decisions/0036-a-plan-is-derived-and-its-memory-is-measured.md`).
public struct StepMemory: Hashable, Sendable {
    public var dimensions: Int
    /// Slices of a 2-D network; 1 for 3-D.
    public var inputChannels: Int
    public var widths: [Int]
    public var organs: Int
    /// Voxels along x, y and, for three dimensions, z.
    public var patch: [Int]
    public var batch: Int

    public init(dimensions: Int, inputChannels: Int, widths: [Int], organs: Int, patch: [Int], batch: Int) {
        (self.dimensions, self.inputChannels, self.widths) = (dimensions, inputChannels, widths)
        (self.organs, self.patch, self.batch) = (organs, patch, batch)
    }

    /// Of the program with its libraries and the code that they make for a network.
    private static let program = 280e6
    /// What the tensors of a level take in all, as a multiple of what the backward pass keeps.
    private static let heapFactor = 3.6
    private static let blockFactor = 1.4
    private static let smallestBlock = 134_217_728.0
    /// Bytes for each organ and voxel: logits, their gradient and states, with the same holes.
    private static let bytesPerOrgan = 22.0
    /// Further batches that loaders fill ahead of the step by default.
    private static let batchesAhead = 4.0
    /// Weights, gradients, two moments, and a copy in the order of the convolutions.
    private static let copiesInStep = 5.0
    /// The weights and the moments of a checkpoint as tensors and as bytes.
    private static let copiesInCheckpoint = 6.0
    private static let bytesPerNumber = 4.0

    /// Bytes of the process, without the mapped files of the cache, which the system can take back at any time.
    public var bytes: Int {
        let weights = Double(parameters) * Self.bytesPerNumber
        let image = Double(inputChannels) * Self.bytesPerNumber
        let ahead = Self.batchesAhead * (image + Double(organs))
        let input = voxels(0) * (image + ahead + Double(organs) * Self.bytesPerOrgan)
        let step = weights * Self.copiesInStep + input + widths.indices.reduce(0) { $0 + levelBytes($1) }
        let checkpoint = weights * (Self.copiesInStep + Self.copiesInCheckpoint)
        return Int(Self.program + max(step, checkpoint))
    }

    /// Of all patches, at a level.
    private func voxels(_ level: Int) -> Double {
        Double(patch.reduce(1, *) * batch) / Double(1 << (dimensions * level))
    }

    private func levelBytes(_ level: Int) -> Double {
        let tensor = Double(widths[level]) * voxels(level) * Self.bytesPerNumber
        let isLast = level == widths.count - 1
        let kept = isLast && level > 0 ? 4.0 : 10.0
        return tensor * kept * (tensor >= Self.smallestBlock ? Self.blockFactor : Self.heapFactor)
    }

    /// Weights of the convolutions.
    private var parameters: Int {
        let (kernel, halving) = (dimensions == 3 ? 27 : 9, 1 << dimensions)
        return widths.indices.reduce(widths[0] * organs) { sum, level in
            let (width, before) = (widths[level], level == 0 ? inputChannels : widths[level - 1])
            let encoder = kernel * width * (before + width)
            guard level < widths.count - 1 else { return sum + encoder }
            return sum + encoder + halving * widths[level + 1] * width + kernel * width * 3 * width
        }
    }
}
