internal import Domain
public import Plans
internal import System
public import Tensors

/// Measures optimiser steps without loading: forward, weighted cross-entropy, backward and Adam on one synthetic batch.
public struct StepBenchmark: Hashable, Sendable {
    public let plan: NetworkPlan
    public let batch: Int
    /// Sizes of the spatial axes, outermost first.
    public let patch: [Int]

    public init(plan: NetworkPlan, batch: Int, patch: [Int]) {
        (self.plan, self.batch, self.patch) = (plan, batch, patch)
    }

    /// A 3-D U-Net of widths 16, 32, 64, 128 with 8 outputs on two patches of 64³ voxels.
    public static let reference = StepBenchmark(
        plan: NetworkPlan(organs: (0..<8).map { "organ\($0)" }, headBias: 0), batch: 2, patch: [64, 64, 64])

    public struct Result: Hashable, Sendable {
        /// Seconds of each step after the warm-up.
        public let seconds: [Double]
        public let firstLoss, lastLoss: Double
        public let libtorch: String
        public let threads: Int
        /// The most bytes that the process has held in memory.
        public let peakBytes: Int?
        /// Floating-point operations per second of the convolutions in the median step, and of products of matrices measured after it.
        public let operationsPerSecond, productOperationsPerSecond: Double

        public var medianSeconds: Double { seconds.sorted()[seconds.count / 2] }
    }

    /// Blocks; to be run on a `TensorThread` whose number of threads is set.
    ///
    /// - Precondition: at least one step.
    public func run(
        steps: Int, warmUp: Int = 2, precision: Precision = .float32, device: Device = .cpu
    ) throws -> Result {
        precondition(steps > 0, "at least one step")
        var settings = LearningSettings()
        settings.precision = precision
        let lowPrecision = settings.usesBFloat16(on: device)
        let network = try UNet(plan, seed: 1, device: device)
        let optimiser = try Optimiser(.adam, network.parameters)
        let input = try makeBatch()
        let loss = KnownVoxelLoss()
        let clock = ContinuousClock()
        var (seconds, losses): ([Double], [Double]) = ([], [])
        for _ in 0..<(warmUp + steps) {
            let began = clock.now
            network.parameters.clearGradients()
            let sent = try SentBatch(input, to: device)
            let logits = try Torch.withBFloat16(lowPrecision, on: device) { try network(sent.image) }
            let value = try loss(logits, sent.targets)
            try value.backward()
            try optimiser.step(learningRate: 1e-3)
            losses.append(try value.value())
            seconds.append((clock.now - began) / .seconds(1))
        }
        let (peak, measured) = (Memory.peak, Array(seconds.dropFirst(warmUp)))
        let operations = Double(batch) * plan.stepOperations(patch: patch)
        return Result(
            seconds: measured, firstLoss: losses[0], lastLoss: losses[losses.count - 1], libtorch: Torch.version,
            threads: Torch.threads, peakBytes: peak,
            operationsPerSecond: operations / measured.sorted()[measured.count / 2],
            productOperationsPerSecond: try ProductBenchmark().operationsPerSecond())
    }

    /// Noise as image; a fifth of the voxels positive; seven organs of ten known per row.
    private func makeBatch() throws -> Batch {
        var random = CounterRandom(1)
        let voxels = patch.reduce(1, *)
        let organs = plan.organs.count
        let image = (0..<batch * plan.inputChannels * voxels).map { _ in Float(random.unit() * 3.46 - 1.73) }
        let states = (0..<batch * organs).flatMap { _ -> [UInt8] in
            guard random.unit() > 0.3 else { return Array(repeating: VoxelKnowledge.unknown, count: voxels) }
            return (0..<voxels).map { _ in random.unit() > 0.8 ? VoxelKnowledge.positive : VoxelKnowledge.negative }
        }
        return try Batch(
            image: try Tensor(image, shape: [batch, plan.inputChannels] + patch), states: states, organs: organs)
    }
}
