import Domain
import Learning
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
