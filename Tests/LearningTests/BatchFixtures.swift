import Batches
import Domain
import Learning
import Plans
import Tensors

extension Batch {
    /// A batch of targets and weights, row-major.
    ///
    /// - Parameter known: the weights: 0, 1, and one other value at most, which is that of pseudo labels.
    convenience init(
        image: Tensor, target: [Float], known: [Float], organs: Int, composite: [Float] = [],
        compositeSets: [[Int]] = []
    ) throws {
        let states = zip(target, known).map { target, weight -> UInt8 in
            if weight == 0 { return VoxelKnowledge.unknown }
            let truth = target == 1 ? VoxelKnowledge.positive : VoxelKnowledge.negative
            return weight == 1 ? truth : truth | VoxelKnowledge.pseudo
        }
        try self.init(
            image: image, states: states, organs: organs, composite: composite.map { UInt8($0) },
            compositeSets: compositeSets, pseudoWeight: known.first { $0 != 0 && $0 != 1 } ?? 1)
    }

    /// [N, organs, (Z,) Y, X].
    func knowledge() throws -> [UInt8] { try states.withMutableBytes { Array($0) } }
}

extension Sampler {
    /// A batch alone, of round 1.
    func batch(
        _ step: Int, _ settings: LearningSettings, organs: [String], seed: UInt64 = 1
    ) throws -> (batch: Batch, origins: [PatchOrigin]) {
        let feed = try BatchFeed(
            self, Course(seed: seed, round: 1), steps: step..<step + 1, plan: settings.plan(organs: organs),
            settings: settings)
        let taken = try feed.next()
        return try withExtendedLifetime(feed) {
            let copy = try Batch(
                image: taken.batch.image, states: try taken.batch.knowledge(), organs: organs.count,
                compositeSets: [])
            return (copy, taken.origins)
        }
    }
}
