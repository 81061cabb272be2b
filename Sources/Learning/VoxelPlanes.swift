internal import CKernels
internal import Tensors

/// Logits, states and derivatives of a batch, each [rows, organs, voxels], as the loss goes through them in blocks.
///
/// `@unchecked Sendable`: each block of a loop reads and writes voxels of its own.
struct VoxelPlanes: @unchecked Sendable {
    struct Weights {
        /// Of positive voxels, per organ.
        let positive: [Float]
        /// Of voxels that only a pseudo label knows.
        let pseudo: Float
    }

    let rows, organs: Int
    let scores: UnsafeMutableBufferPointer<Float>
    let states: UnsafeMutableBufferPointer<UInt8>
    let derivative: UnsafeMutableBufferPointer<Float>
    let weight: Weights

    /// Voxels of one row and organ.
    var voxels: Int { scores.count / (rows * organs) }

    /// Large enough to pay for the start of a task, small enough to stay in a processor's cache.
    private static let block = 1 << 16

    private var blocksPerPlane: Int { (voxels + Self.block - 1) / Self.block }

    /// The sums of each organ, in an order that does not depend on threads; leaves the probabilities in `derivative`.
    func measure() throws -> [ck_loss_sums] {
        var parts = Array(repeating: ck_loss_sums(), count: rows * organs * blocksPerPlane)
        try parts.withUnsafeMutableBufferPointer { parts in
            let parts = Parts(start: parts)
            try forEachBlock { task, organ, first, count in
                ck_measure_loss(
                    scores.baseAddress! + first, states.baseAddress! + first, Int64(count), weight.positive[organ],
                    weight.pseudo, derivative.baseAddress! + first, &parts.start[task])
            }
        }
        var sums = Array(repeating: ck_loss_sums(), count: organs)
        for (task, part) in parts.enumerated() { sums[task / blocksPerPlane % organs] += part }
        return sums
    }

    /// Replaces the probabilities by derivatives.
    ///
    /// - Parameter factors: of the cross-entropy, per organ.
    func derive(_ factors: [Double], _ dice: DiceTerm) throws {
        try forEachBlock { _, organ, first, count in
            ck_derive_loss(
                derivative.baseAddress! + first, states.baseAddress! + first, Int64(count), weight.positive[organ],
                weight.pseudo, Float(factors[organ]), Float(dice.byOverlap[organ]), Float(dice.byPredicted[organ]))
        }
    }

    /// `@unchecked Sendable`: each block of a loop writes the sums of its own place.
    private struct Parts: @unchecked Sendable { let start: UnsafeMutableBufferPointer<ck_loss_sums> }

    private func forEachBlock(
        _ body: @Sendable (_ task: Int, _ organ: Int, _ first: Int, _ count: Int) -> Void
    ) throws {
        let (blocks, voxels) = (blocksPerPlane, voxels)
        try Torch.parallel(rows * organs * blocks) { task in
            let (plane, begin) = (task / blocks, task % blocks * Self.block)
            body(task, plane % organs, plane * voxels + begin, min(Self.block, voxels - begin))
        }
    }
}

extension ck_loss_sums {
    static func += (sum: inout ck_loss_sums, part: ck_loss_sums) {
        sum.cross_entropy += part.cross_entropy
        sum.overlap += part.overlap
        sum.predicted += part.predicted
        sum.known += part.known
        sum.positive += part.positive
        sum.pseudo += part.pseudo
        sum.pseudo_positive += part.pseudo_positive
    }
}
