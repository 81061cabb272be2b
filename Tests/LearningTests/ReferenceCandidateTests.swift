import Batches
import Domain
import Learning
import System
import Testing

/// Candidates of random predictions of volumes with random annotations are those of a plain implementation, to the bit.
@Suite struct ReferenceCandidateTests {
    private static let organs = 4
    private static let shapes = [
        GridShape(12, 10, 9), GridShape(64, 3, 5), GridShape(70, 5, 4), GridShape(1, 1, 7), GridShape(131, 1, 3),
        GridShape(9, 7, 1), GridShape(16, 8, 6), GridShape(128, 2, 3), GridShape(5, 1, 1), GridShape(67, 11, 2),
    ]

    @Test(arguments: 0..<120)
    func candidatesAreThoseOfThePlainImplementation(seed: Int) {
        var draw = Draw(seed: seed, shape: Self.shapes[seed % Self.shapes.count])
        let (item, rule, recipe) = (draw.item(Self.organs), draw.rule(Self.organs), draw.recipe(Self.organs))
        let prediction = draw.prediction(Self.organs)
        let expected = ReferenceCandidates(item: item, rule: rule, recipe: recipe, prediction: prediction).candidates()
        for (threads, depth) in [(1, 1), (2, 2), (3, draw.below(4) + 1), (1, item.shape.z)] {
            var collector = Relabeller(rule: rule, recipe: recipe, threads: threads).collector(for: item)
            for piece in prediction.cut(depth) { collector.add(piece) }
            collector.finish()
            let found = collector.candidates().map(ReferenceCandidates.Candidate.init)
            #expect(found == expected, "\(item.shape), \(threads) threads, \(depth) slices at a time")
        }
    }

    /// Scores that rise and fall over many slices: early limits are raised again and again, and most scores are dropped.
    @Test(arguments: [0.02, 0.5, 0.9, 0.99, 1.0], [0, 20, 45])
    func aShareOfTheNegativesIsAcceptedWhereverTheOrganIs(share: Double, centre: Int) {
        let shape = GridShape(67, 4, 46)
        var random = CounterRandom(UInt64(centre + 1))
        let scores = (0..<shape.count).map { voxel in
            Prediction.Score(300 - 40 * abs(voxel / shape.sliceCount - centre) - Int(random.unit() * 90))
        }
        let prediction = Prediction(shape: shape, logits: [scores])
        let item = TrainingCase(
            volume: VolumeID(1), shape: shape, spacing: .one,
            image: IntensityVoxels(Array(repeating: 0, count: shape.count)), normalisation: .hounsfield,
            labels: [.unknown])
        let rule = KnownVoxelRule(organCount: 1, exclusions: [])
        let recipe = RelabellingRecipe(organs: [0], gamma: 1, confidentNegatives: share, minimumConfidence: 0)
        var collector = Relabeller(rule: rule, recipe: recipe).collector(for: item)
        for piece in prediction.cut(1) { collector.add(piece) }
        collector.finish()
        let found = collector.candidates()[0].negatives
        let negatives = scores.indices.filter { scores[$0] <= 0 }
        let wanted = Int((share * Double(negatives.count)).rounded())
        #expect(found.population == wanted)
        let limit = negatives.map { scores[$0] }.sorted()[wanted - 1]
        #expect(negatives.allSatisfy { scores[$0] == limit || found[$0] == (scores[$0] < limit) })
    }

    @Test(arguments: 0..<40)
    func heldOutMeasuresAreThoseOfThePlainImplementation(seed: Int) {
        var draw = Draw(seed: seed, shape: Self.shapes[seed % Self.shapes.count])
        let (item, rule, prediction) = (draw.item(Self.organs), draw.rule(Self.organs), draw.prediction(Self.organs))
        let open = TrainingCase(
            volume: item.volume, shape: item.shape, spacing: .one, image: item.image, normalisation: .hounsfield,
            labels: item.labels.map { _ in .unknown })
        let reference = ReferenceCandidates(
            item: open, rule: rule, recipe: .everything(organs: Self.organs), prediction: prediction)
        let expected = reference.candidates()
        var collector = HeldOutCollector(item, rule: rule, threads: 2)
        for piece in prediction.cut(draw.below(3) + 1) { collector.add(piece) }
        let largest: Set<Int> = [1, 2]
        let found = collector.results(keepingLargestPartOf: largest)
        for organ in 0..<Self.organs {
            let whole = expected[organ].foreground.voxels
            let measured = largest.contains(organ) ? reference.largestPart(whole) : whole
            #expect(found.whole[organ].voxels == whole && found.masks[organ].voxels == measured)
            #expect(found.confidences[organ] == reference.meanConfidence(organ, measured))
            guard case .known(_, let extent, let known) = item.labels[organ] else { continue }
            var region = BitVolume(item.shape, filling: extent ?? VoxelBox(item.shape))
            if let known { region.formIntersection(known) }
            let negatives = (0..<item.shape.count).filter { prediction.logits[organ][$0] <= 0 }
            #expect(found.softDice[organ] == reference.softDice(organ, measured, negatives, within: region))
        }
    }
}

/// Random annotations, rules, recipes and predictions.
private struct Draw {
    private var random: CounterRandom
    private let shape: GridShape

    init(seed: Int, shape: GridShape) { (random, self.shape) = (CounterRandom(UInt64(seed) &* 7919 + 11), shape) }

    mutating func below(_ limit: Int) -> Int { Int(random.unit() * Double(limit)) }

    private mutating func isTrue(_ share: Double) -> Bool { random.unit() < share }

    private mutating func bits(_ share: Double) -> BitVolume {
        var volume = BitVolume(shape)
        for voxel in 0..<shape.count where isTrue(share) { volume[voxel] = true }
        return volume
    }

    /// May reach beyond the volume.
    private mutating func box() -> VoxelBox {
        var (lower, upper) = (Vector3(0, 0, 0), Vector3(0, 0, 0))
        for axis in 0..<3 {
            lower[axis] = below(shape[axis] + 1) - 1
            upper[axis] = lower[axis] + below(shape[axis] + 2)
        }
        return VoxelBox(lower: lower, upper: upper)
    }

    mutating func item(_ organs: Int) -> TrainingCase {
        let isAnnotated = isTrue(0.7)
        let labels = (0..<organs).map { _ in isAnnotated ? label() : .unknown }
        let composites = (0..<(isAnnotated ? below(3) : 0)).map { _ in
            let parts = (0..<organs).filter { _ in isTrue(0.5) }
            return CompositeLabel(
                parts: parts.isEmpty ? [0] : parts, foreground: isTrue(0.2) ? nil : bits(0.4),
                extent: isTrue(0.5) ? box() : nil, known: isTrue(0.3) ? bits(0.7) : nil)
        }
        return TrainingCase(
            volume: VolumeID(1), shape: shape, spacing: Vector3(2, 2, 3),
            image: IntensityVoxels(Array(repeating: 0, count: shape.count)), normalisation: .hounsfield,
            labels: labels, composites: composites)
    }

    private mutating func label() -> OrganLabel {
        switch below(5) {
        case 0, 1: .unknown
        case 2: .pseudo(foreground: bits(0.3), known: isTrue(0.5) ? bits(0.5) : nil)
        default:
            .known(
                foreground: isTrue(0.2) ? nil : bits(0.3), extent: isTrue(0.5) ? box() : nil,
                known: isTrue(0.4) ? bits(0.6) : nil)
        }
    }

    mutating func rule(_ organs: Int) -> KnownVoxelRule {
        var (exclusions, parts) = ([(Int, Int)](), [(part: Int, whole: Int)]())
        for a in 0..<organs {
            for b in 0..<a {
                if isTrue(0.5) { exclusions.append((a, b)) } else if isTrue(0.3) { parts.append((part: a, whole: b)) }
            }
        }
        return KnownVoxelRule(organCount: organs, exclusions: exclusions, parts: parts)
    }

    mutating func recipe(_ organs: Int) -> RelabellingRecipe {
        let withheld = Set((0..<organs).filter { _ in isTrue(0.25) })
        return RelabellingRecipe(
            organs: Set((0..<organs).filter { _ in isTrue(0.9) }).subtracting(withheld), withheld: withheld, gamma: 0.5,
            confidentNegatives: [0, 0.03, 0.5, 0.9, 0.999, 1][below(6)], minimumConfidence: 0,
            keepsLargestPart: Set((0..<organs).filter { _ in isTrue(0.3) }))
    }

    mutating func prediction(_ organs: Int) -> Prediction {
        let (first, second) = (logits(organs), logits(organs))
        let kinds: [ConfidenceMethod] = [.probability, .entropy, .residual]
        let kind = kinds[below(kinds.count)]
        return Prediction(
            shape: shape, logits: first, confidenceLogits: kind == .residual ? second : nil, kind: kind)
    }

    /// Noise, few values with many ties, smooth scores, or the extremes.
    private mutating func logits(_ organs: Int) -> [[Prediction.Score]] {
        (0..<organs).map { organ in
            let (kind, share) = (below(4), 0.2 + 0.6 * random.unit())
            return (0..<shape.count).map { voxel in
                switch kind {
                case 0: Prediction.Score(random.unit() * 4000 - 4000 * share)
                case 1: Prediction.Score(below(7) - 4)
                case 2: Prediction.Score((share - 0.5) * 900) + Prediction.Score(voxel * 600 / shape.count) - 400
                default: isTrue(0.5) ? Prediction.Score.min : isTrue(0.5) ? 0 : Prediction.Score.max
                }
            }
        }
    }
}
