import Batches
import Domain
import Learning
import Plans
import System
import Tensors
import Testing

/// A prediction that arrives slice by slice is used as a whole one.
@Suite struct SlabTests {
    private static let shape = GridShape(12, 10, 9)

    private static func scores(_ seed: UInt64) -> [[Prediction.Score]] {
        var random = CounterRandom(seed)
        return (0..<3).map { _ in (0..<shape.count).map { _ in Prediction.Score(random.unit() * 4000 - 2400) } }
    }

    private static func item(_ labels: [OrganLabel]) -> TrainingCase {
        TrainingCase(
            volume: VolumeID(1), shape: shape, spacing: Vector3(2, 2, 3),
            image: IntensityVoxels(Array(repeating: 0, count: shape.count)), normalisation: .hounsfield, labels: labels)
    }

    private static let predictions = [
        Prediction(shape: shape, logits: scores(1)),
        Prediction(shape: shape, logits: scores(1), confidenceLogits: scores(2), kind: .residual),
    ]

    @Test(arguments: [1, 2, 4, 9], [0.0, 0.9, 1])
    func candidatesAreThoseOfTheWhole(depth: Int, confidentNegatives: Double) {
        let known = OrganLabel.known(
            foreground: BitVolume(Self.shape) { x, _, _ in x > 6 },
            extent: VoxelBox(lower: .zero, upper: Vector3(12, 10, 5)))
        let relabeller = Relabeller(
            rule: KnownVoxelRule(organCount: 3, exclusions: [(0, 1)]),
            recipe: RelabellingRecipe(
                organs: [0, 1, 2], gamma: 0.5, confidentNegatives: confidentNegatives, minimumConfidence: 0,
                keepsLargestPart: [2]))
        for (prediction, labels) in Self.predictions.flatMap({ p in
            [[OrganLabel.unknown, .unknown, .unknown], [known, .unknown, .unknown]].map { (p, $0) }
        }) {
            let item = Self.item(labels)
            var collector = relabeller.collector(for: item)
            for piece in prediction.cut(depth) { collector.add(piece) }
            collector.finish()
            let found = collector.candidates()
            #expect(found == relabeller.candidates(item, prediction))
            #expect(found.count == labels.count { $0 == .unknown })
        }
    }

    /// By distances instead of dilation: negatives count up to two steps from the mask, also across slices.
    @Test(arguments: [1, 4])
    func softDiceCountsTheNegativesNearTheMask(depth: Int) throws {
        let scores = Self.scores(7).map { $0.map { $0 > 1200 ? $0 : min($0, 0) } }
        let prediction = Prediction(shape: Self.shape, logits: scores)
        let relabeller = Relabeller(
            rule: KnownVoxelRule(organCount: 3, exclusions: []), recipe: .everything(organs: 3))
        var collector = relabeller.collector(for: Self.item([.unknown, .unknown, .unknown]))
        for piece in prediction.cut(depth) { collector.add(piece) }
        collector.finish()
        for candidate in collector.candidates() {
            let mask = candidate.foreground.voxels.map(place)
            var (overlap, rest) = (0.0, 0.0)
            for voxel in 0..<Self.shape.count {
                let p = prediction.probability(organ: candidate.organ, voxel: voxel)
                if candidate.foreground[voxel] {
                    overlap += p
                } else if mask.contains(where: { steps($0, place(voxel)) <= 2 }) {
                    rest += p
                }
            }
            let expected = 2 * overlap / (overlap + rest + Double(mask.count))
            let softDice = try #require(candidate.measures.softDice)
            #expect(!mask.isEmpty && abs(softDice - expected) < 1e-9)
        }
    }

    private func place(_ voxel: Int) -> Vector3<Int> {
        Vector3(voxel % 12, voxel / 12 % 10, voxel / 120)
    }

    private func steps(_ a: Vector3<Int>, _ b: Vector3<Int>) -> Int {
        abs(a.x - b.x) + abs(a.y - b.y) + abs(a.z - b.z)
    }

    @Test(arguments: [1, 2, 4])
    func heldOutMeasuresAreThoseOfTheWhole(depth: Int) {
        let truth = BitVolume(Self.shape) { x, y, _ in x > 4 && y > 2 }
        let item = Self.item([
            .known(foreground: truth, extent: VoxelBox(lower: .zero, upper: Vector3(12, 10, 7))), .unknown,
            .known(foreground: nil, known: BitVolume(Self.shape) { x, _, _ in x < 9 }),
        ])
        for prediction in Self.predictions {
            let rule = KnownVoxelRule(organCount: 3, exclusions: [])
            var (whole, pieces) = (HeldOutCollector(item, rule: rule), HeldOutCollector(item, rule: rule))
            whole.add(prediction)
            for piece in prediction.cut(depth) { pieces.add(piece) }
            for parts: Set<Int> in [[], [0, 2]] {
                let (a, b) = (
                    whole.results(keepingLargestPartOf: parts), pieces.results(keepingLargestPartOf: parts)
                )
                #expect(a.masks == b.masks && a.softDice == b.softDice && a.confidences == b.confidences)
                #expect(a.ranking == b.ranking && a.whole == b.whole && a.largestParts == b.largestParts)
                #expect(a.masks == (0..<3).map { parts.contains($0) ? a.largestParts[$0] : a.whole[$0] })
            }
            let found = whole.results(keepingLargestPartOf: [])
            #expect(found.masks == (0..<3).map { prediction.foreground(organ: $0) })
            #expect(found.softDice[1] == nil && found.softDice[0] != nil)
            for organ in 0..<3 {
                let mean = prediction.meanConfidence(organ: organ) ?? 0
                #expect(abs((found.confidences[organ] ?? 0) - mean) < 1e-12)
            }
        }
    }

    /// The windows of a 3-D network overlap along z; each voxel is finished once. Windows are predicted alone, also where the training takes
    /// them in batches: together libtorch rounds them differently.
    @Test(arguments: [2, 3], [1, 3, 4])
    func aPredictorGivesEverySliceOnceInOrderWhateverTheBatch(dimensions: Int, batch: Int) async throws {
        let (first, slices) = try await tensorThread.run {
            func run(_ batch: Int) throws -> WholePrediction {
                let settings = smallSettings {
                    $0.dimensions = dimensions
                    $0.contextSlices = dimensions == 2 ? 3 : 1
                    $0.patch = dimensions == 2 ? [16, 16] : [16, 16, 8]
                    $0.batch = batch
                }
                var sink = WholePrediction()
                let network = try UNet(settings.plan(organs: ["cube"]), seed: 3)
                try Predictor(network, confidence: .probability, settings: settings)
                    .predict(cubeCase(1, lower: Vector3(4, 5, 3), size: 6), into: &sink)
                return sink
            }
            return (try run(12).prediction, try run(batch).slices)
        }
        #expect(slices.reduce(0) { $0 + $1.shape.z } == 12)
        #expect(zip(slices, slices.dropFirst()).allSatisfy { $0.firstSlice + $0.shape.z == $1.firstSlice })
        #expect(slices.flatMap { $0.logits[0] } == first.logits[0])
    }

    @Test func theLargestPartAloneIsKept() throws {
        let shape = GridShape(8, 1, 1)
        let prediction = Prediction(shape: shape, logits: [[512, -9, 256, 256, 256, -9, 256, -256]])
        let item = TrainingCase(
            volume: VolumeID(1), shape: shape, spacing: .one,
            image: IntensityVoxels(Array(repeating: 0, count: 8)), normalisation: .hounsfield, labels: [.unknown])
        let relabeller = Relabeller(
            rule: KnownVoxelRule(organCount: 1, exclusions: []),
            recipe: RelabellingRecipe(
                organs: [0], gamma: 1, confidentNegatives: 1, minimumConfidence: 0, keepsLargestPart: [0]))
        let candidate = try #require(relabeller.candidates(item, prediction).first)
        #expect(candidate.foreground.voxels == [2, 3, 4] && candidate.scores == [256, 256, 256])
        let label = relabeller.label(candidate)
        #expect(label.known.voxels == [1, 2, 3, 4, 5, 7], "what was removed is neither accepted nor refused")
        let p = (0..<8).map { prediction.probability(organ: 0, voxel: $0) }
        let expected = 2 * (p[2] + p[3] + p[4]) / (p[1...5].reduce(0, +) + 3)
        #expect(abs(try #require(label.softDice) - expected) < 1e-12)
    }
}
