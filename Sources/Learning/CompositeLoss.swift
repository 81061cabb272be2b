internal import Domain
internal import Glibc
internal import Tensors

/// Σ −log(1 − Π(1 − p)) over the voxels of composite labels, the product over the parts that are unknown there.
///
/// With L = Σ log(1 − p) it is −log(−expm1(L)), and its derivative by the logit of a part −p · e^L / (1 − e^L).
struct CompositeLoss {
    struct Sum {
        var loss = 0.0
        var count = 0
    }

    private let targets: LossTargets

    init(_ targets: LossTargets) { self.targets = targets }

    /// The sum of each composite label.
    func measure(_ voxels: VoxelPlanes) throws -> [Sum] {
        var sums = targets.compositeSets.map { _ in Sum() }
        try forEachVoxel(voxels) { set, places in
            let absent = logarithmOfAbsence(places, voxels)
            sums[set].loss -= log(-expm1(absent))
            sums[set].count += 1
        }
        return sums
    }

    /// Adds the derivatives, times the factor of each composite label; those of unknown voxels are 0 before.
    func derive(_ voxels: VoxelPlanes, _ factors: [Double]) throws {
        try forEachVoxel(voxels) { set, places in
            let absent = logarithmOfAbsence(places, voxels)
            let odds = exp(absent) / -expm1(absent)
            for place in places {
                voxels.derivative[place] -= Float(factors[set] * odds / (1 + exp(-Double(voxels.scores[place]))))
            }
        }
    }

    /// At most −10⁻³⁰⁰, so that the logarithm is finite.
    private func logarithmOfAbsence(_ places: [Int], _ voxels: VoxelPlanes) -> Double {
        let sum = places.reduce(0.0) { sum, place in
            let score = Double(voxels.scores[place])
            return sum - max(score, 0) - log1p(exp(-abs(score)))
        }
        return min(sum, -1e-300)
    }

    /// Calls `body` for each voxel of a composite label with the places of the parts that are unknown there.
    private func forEachVoxel(_ voxels: VoxelPlanes, _ body: (_ set: Int, _ places: [Int]) -> Void) throws {
        let (count, sets) = (voxels.voxels, targets.compositeSets)
        try targets.composite?.withMutableBytes { planes in
            for (plane, first) in stride(from: 0, to: planes.count, by: count).enumerated() {
                let (row, set) = (plane / sets.count, plane % sets.count)
                for voxel in 0..<count where planes[first + voxel] != 0 {
                    let places = sets[set].map { (row * voxels.organs + $0) * count + voxel }
                    body(set, places.filter { voxels.states[$0] == VoxelKnowledge.unknown })
                }
            }
        }
    }
}
