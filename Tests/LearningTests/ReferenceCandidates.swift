import Batches
import Domain
import Learning

/// The candidates of a whole prediction, voxel by voxel and as plainly as can be.
struct ReferenceCandidates {
    let item: TrainingCase
    let rule: KnownVoxelRule
    let recipe: RelabellingRecipe
    let prediction: Prediction

    struct Candidate: Equatable {
        let organ: Int
        let foreground, negatives: BitVolume
        let scores: [Prediction.Score]
        let confidence, softDice: Double?
    }

    private var shape: GridShape { item.shape }

    func candidates() -> [Candidate] {
        let unknown = self.unknown
        return item.labels.indices.compactMap { organ in
            if case .known = item.labels[organ] { return nil }
            guard recipe.organs.union(recipe.withheld).contains(organ) else { return nil }
            let open = unknown[organ]
            let voxels = mask(organ, unknown)
            let negatives = open.voxels.filter { prediction.logits[organ][$0] <= 0 }
            let kept = recipe.keepsLargestPart.contains(organ) ? largestPart(voxels) : voxels
            return Candidate(
                organ: organ, foreground: BitVolume(shape, voxels: kept),
                negatives: BitVolume(shape, voxels: accepted(negatives, prediction.logits[organ])),
                scores: kept.map { prediction.confidenceLogits[organ][$0] },
                confidence: meanConfidence(organ, kept), softDice: softDice(organ, kept, negatives))
        }
    }

    // MARK: - Masks

    /// By organ.
    private var unknown: [BitVolume] {
        let labels = item.labels.map { label in if case .pseudo = label { OrganLabel.unknown } else { label } }
        let sets = Array(Set(item.composites.map(\.parts)))
        var planes = [UInt8](repeating: 9, count: labels.count * shape.count)
        var compositePlanes = [UInt8](repeating: 9, count: sets.count * shape.count)
        planes.withUnsafeMutableBufferPointer { planes in
            compositePlanes.withUnsafeMutableBufferPointer { compositePlanes in
                rule.fill(
                    planes, compositePlanes: compositePlanes, compositeSets: sets, labels: labels,
                    composites: item.composites, shape: shape, box: VoxelBox(shape))
            }
        }
        return labels.indices.map { organ in
            let first = organ * shape.count
            return BitVolume(shape, voxels: (0..<shape.count).filter { planes[first + $0] == VoxelKnowledge.unknown })
        }
    }

    private func mask(_ organ: Int, _ unknown: [BitVolume]) -> [Int] {
        let competing = recipe.organs.contains(organ) ? recipe.organs : recipe.organs.union(recipe.withheld)
        let rivals = rule.excluded(by: organ).filter(competing.contains)
        return unknown[organ].voxels.filter { voxel in
            let score = prediction.logits[organ][voxel]
            return score > 0
                && !rivals.contains { rival in
                    let other = prediction.logits[rival][voxel]
                    return unknown[rival][voxel] && (other > score || other == score && rival < organ)
                }
        }
    }

    /// Of equal ones the first.
    func largestPart(_ voxels: [Int]) -> [Int] {
        var (rest, best) = (Set(voxels), [Int]())
        for voxel in voxels where rest.contains(voxel) {
            var (part, open) = ([Int](), [voxel])
            rest.remove(voxel)
            while let next = open.popLast() {
                part.append(next)
                for other in rest where corners(next, other) {
                    open.append(other)
                    rest.remove(other)
                }
            }
            if part.count > best.count { best = part }
        }
        return best.sorted()
    }

    private func accepted(_ negatives: [Int], _ scores: [Prediction.Score]) -> [Int] {
        let share = recipe.confidentNegatives
        guard share > 0, share < 1, !negatives.isEmpty else { return share > 0 ? negatives : [] }
        let wanted = Int((share * Double(negatives.count)).rounded())
        let sorted = negatives.map { scores[$0] }.sorted()
        let limit = sorted[max(0, wanted - 1)]
        let atLimit = sorted.count { $0 == limit }
        let taken = Double(wanted - sorted.count { $0 < limit }) / Double(atLimit)
        var seen = 0
        return negatives.filter { voxel in
            guard scores[voxel] == limit else { return scores[voxel] < limit }
            seen += 1
            return (Double(seen) * taken + 1e-9).rounded(.down) > (Double(seen - 1) * taken + 1e-9).rounded(.down)
        }
    }

    // MARK: - Measures

    func meanConfidence(_ organ: Int, _ voxels: [Int]) -> Double? {
        guard !voxels.isEmpty else { return nil }
        return voxels.reduce(0) { $0 + prediction.confidence(organ: organ, voxel: $1) } / Double(voxels.count)
    }

    /// - Parameter region: the voxels that count; nil: all.
    func softDice(_ organ: Int, _ voxels: [Int], _ negatives: [Int], within region: BitVolume? = nil) -> Double? {
        let counted = voxels.filter { region?[$0] ?? true }
        guard !counted.isEmpty else { return nil }
        func sum(_ voxels: [Int]) -> Double {
            voxels.reduce(0) { $0 + prediction.probability(organ: organ, voxel: $1) }
        }
        let near = negatives.filter { voxel in
            (region?[voxel] ?? true) && counted.contains { steps($0, voxel) <= 2 }
        }
        let overlap = sum(counted)
        return 2 * overlap / (overlap + sum(near) + Double(counted.count))
    }

    private func place(_ voxel: Int) -> Vector3<Int> {
        Vector3(voxel % shape.x, voxel / shape.x % shape.y, voxel / (shape.x * shape.y))
    }

    private func steps(_ a: Int, _ b: Int) -> Int {
        let d = place(a) &- place(b)
        return abs(d.x) + abs(d.y) + abs(d.z)
    }

    private func corners(_ a: Int, _ b: Int) -> Bool {
        let d = place(a) &- place(b)
        return abs(d.x) <= 1 && abs(d.y) <= 1 && abs(d.z) <= 1
    }
}

extension ReferenceCandidates.Candidate {
    init(_ candidate: LabelCandidate) {
        self.init(
            organ: candidate.organ, foreground: candidate.foreground, negatives: candidate.negatives,
            scores: candidate.scores, confidence: candidate.measures.confidence, softDice: candidate.measures.softDice)
    }
}
