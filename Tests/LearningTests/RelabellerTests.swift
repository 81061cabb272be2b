import Batches
import Domain
import Learning
import Testing

/// Eight voxels in a row; organs 0 and 1 exclude each other, 2 excludes none.
@Suite struct RelabellerTests {
    private let shape = GridShape(8, 1, 1)
    private let rule = KnownVoxelRule(organCount: 3, exclusions: [(0, 1)])

    private func item(_ labels: [OrganLabel], composites: [CompositeLabel] = []) -> TrainingCase {
        TrainingCase(
            volume: VolumeID(1), shape: shape, spacing: Vector3(10, 10, 10),
            image: IntensityVoxels(Array(repeating: 0, count: 8)), normalisation: .hounsfield,
            labels: labels, composites: composites)
    }

    private func bits(_ voxels: Int...) -> BitVolume { BitVolume(shape, voxels: voxels) }

    private func relabeller(
        _ organs: Set<Int> = [0, 1, 2], withheld: Set<Int> = [], gamma: Double = 1, confidentNegatives: Double = 0,
        minimumConfidence: Double = 0
    ) -> Relabeller {
        Relabeller(
            rule: rule,
            recipe: RelabellingRecipe(
                organs: organs, withheld: withheld, gamma: gamma, confidentNegatives: confidentNegatives,
                minimumConfidence: minimumConfidence))
    }

    @Test func theMostConfidentShareBecomesKnown() throws {
        let prediction = Prediction(
            shape: shape,
            logits: [
                Array(repeating: -50, count: 8), [10, 20, 30, 40, 50, 60, -5, -20], Array(repeating: -50, count: 8),
            ],
            confidenceLogits: [
                Array(repeating: 0, count: 8), [60, 50, 40, 30, 20, 10, 90, 90], Array(repeating: 0, count: 8),
            ], kind: .residual)
        let labels = relabeller(gamma: 1.0 / 3).relabel(
            item([.known(foreground: nil), .unknown, .known(foreground: nil)]), prediction)
        let label = try #require(labels.first)
        #expect(labels.count == 1 && label.organ == 1)
        #expect(label.foreground == bits(0, 1, 2, 3, 4, 5))
        #expect(label.known == bits(0, 1))
        #expect(label.acceptedPositives == 2 && label.acceptedNegatives == 0)
        #expect(label.predictedMillilitres == 6)
        let expected = [60, 50, 40, 30, 20, 10].map {
            prediction.confidence(organ: 1, voxel: [60, 50, 40, 30, 20, 10].firstIndex(of: $0) ?? 0)
        }
        #expect(abs((label.confidence ?? 0) - expected.reduce(0, +) / 6) < 1e-12)
    }

    /// Beyond the extent the first organ, predicted as surely, has the voxels.
    @Test func whatIsKnownIsNoCandidate() throws {
        let prediction = Prediction(shape: shape, logits: Array(repeating: Array(repeating: 40, count: 8), count: 3))
        let extent = VoxelBox(lower: Vector3(0, 0, 0), upper: Vector3(6, 1, 1))
        let labels = relabeller().relabel(
            item([.known(foreground: bits(1, 2), extent: extent), .unknown, .known(foreground: nil)]), prediction)
        #expect(labels.map(\.organ) == [1])
        #expect(labels[0].foreground == bits(0, 3, 4, 5))
        #expect(labels[0].known == labels[0].foreground)
    }

    @Test func ofTwoRivalsTheHigherScoreHasTheVoxel() {
        let prediction = Prediction(
            shape: shape,
            logits: [[9, 9, 9, 9, -9, -9, -9, -9], [8, 10, 9, -9, 5, -9, -9, -9], [7, -9, -9, -9, -9, -9, -9, -9]])
        let labels = relabeller().relabel(item([.unknown, .unknown, .unknown]), prediction)
        #expect(labels.map(\.foreground) == [bits(0, 2, 3), bits(1, 4), bits(0)])
    }

    /// The rival has the higher score everywhere; it is withheld in this round.
    @Test func anOrganThatIsWithheldTakesNoVoxel() {
        let prediction = Prediction(
            shape: shape,
            logits: [
                Array(repeating: 90, count: 8), [40, 40, 40, -9, -9, -9, -9, -9], Array(repeating: -9, count: 8),
            ])
        let labels = relabeller([1], withheld: [0]).relabel(item([.unknown, .unknown, .unknown]), prediction)
        #expect(labels.map(\.organ) == [0, 1])
        #expect(labels.map(\.foreground) == [BitVolume(shape, repeating: true), bits(0, 1, 2)])
    }

    /// A logit of ±1 and of ±2; the third voxel is lost to the first organ, and those from the fifth on are too far away.
    @Test func softDiceIsTheExpectedOverlap() throws {
        let prediction = Prediction(
            shape: shape,
            logits: [
                [-512, -512, 900, -512, -512, -512, -512, -512], [512, 256, 256, -256, -512, -512, -512, -512],
                Array(repeating: -9, count: 8),
            ])
        let label = relabeller().relabel(item([.unknown, .unknown, .known(foreground: nil)]), prediction)[1]
        let (p1, p2) = (0.731058578630005, 0.880797077977882)
        let expected = 2 * (p2 + p1) / (p2 + p1 + (1 - p1) + 2)
        #expect(label.foreground == bits(0, 1))
        #expect(abs(try #require(label.softDice) - expected) < 1e-9)
    }

    /// Both are beyond what eight bits can tell apart.
    @Test func sureVoxelsKeepTheirOrder() {
        let scores = [18, 19, 17, 16, -9, -9, -9, -9].map { Prediction.quantised($0) }
        let prediction = Prediction(
            shape: shape, logits: [scores] + Array(repeating: Array(repeating: -9, count: 8), count: 2))
        let labels = relabeller(gamma: 0.5).relabel(item([.unknown, .unknown, .unknown]), prediction)
        #expect(labels[0].known == bits(0, 1))
    }

    @Test func earlierPseudoLabelsAreIgnored() {
        let prediction = Prediction(
            shape: shape,
            logits: [[9, -9, -9, -9, -9, -9, -9, -9]] + Array(repeating: Array(repeating: -9, count: 8), count: 2))
        let old = OrganLabel.pseudo(foreground: bits(5), known: nil)
        let labels = relabeller().relabel(item([old, .unknown, old]), prediction)
        #expect(labels.map(\.foreground) == [bits(0), bits(), bits()])
        #expect(labels[1].confidence == nil)
    }

    @Test func confidentNegativesAreTheLeastProbable() {
        let prediction = Prediction(
            shape: shape,
            logits: [[9, 9, -1, -20, -30, -40, -50, -60]] + Array(repeating: Array(repeating: -9, count: 8), count: 2))
        let known = OrganLabel.known(foreground: nil)
        let subject = item([.unknown, known, known])
        let first = relabeller(gamma: 0.5, confidentNegatives: 0.5).relabel(subject, prediction)[0]
        #expect(first.known == bits(1, 5, 6, 7) || first.known == bits(0, 5, 6, 7))
        #expect(first.acceptedNegatives == 3)
        let later = relabeller(gamma: 1, confidentNegatives: 1).relabel(subject, prediction)[0]
        #expect(later.known == BitVolume(shape, repeating: true))
    }

    @Test func unconfidentPositivesAreNeverAccepted() {
        let prediction = Prediction(
            shape: shape,
            logits: [[16, 32, 640, 800, -9, -9, -9, -9]] + Array(repeating: Array(repeating: -9, count: 8), count: 2))
        let careful = relabeller(minimumConfidence: 0.9)
        let label = careful.relabel(item([.unknown, .unknown, .unknown]), prediction)[0]
        #expect(label.foreground == bits(0, 1, 2, 3))
        #expect(label.known == bits(2, 3))
    }

    @Test func aPoolOfVolumesGivesTheSurerVolumeMore() {
        let known = OrganLabel.known(foreground: nil)
        let sure = Prediction(
            shape: shape,
            logits: [[60, 61, 62, 63, -9, -9, -9, -9]] + Array(repeating: Array(repeating: -9, count: 8), count: 2))
        let unsure = Prediction(
            shape: shape,
            logits: [[1, 2, 3, 4, -9, -9, -9, -9]] + Array(repeating: Array(repeating: -9, count: 8), count: 2))
        let subject = item([.unknown, known, known])
        let relabeller = relabeller(gamma: 0.5)
        let candidates = [sure, unsure].map { relabeller.candidates(subject, $0) }
        #expect(candidates.map { $0.map(\.organ) } == [[0], [0]])
        var pooled = candidates[0][0].histogram
        pooled.add(candidates[1][0].histogram)
        #expect(pooled.total == 8)
        #expect(candidates.map { relabeller.label($0[0], pooled: pooled).acceptedPositives } == [4, 0])
    }
}

/// Eight voxels in a row; organs 0 and 1 exclude each other, 2 excludes none. The first wins the first two voxels.
@Suite struct ExclusiveMaskTests {
    private let shape = GridShape(8, 1, 1)
    private let rule = KnownVoxelRule(organCount: 3, exclusions: [(0, 1)])
    private let prediction = Prediction(
        shape: GridShape(8, 1, 1),
        logits: [
            [900, 800, 300, -90, -400, -900, -900, -900], [500, 700, 600, 500, -200, -900, -900, -900],
            [-9, 90, -9, -9, -9, -9, -9, 9],
        ])

    private func item(_ labels: [OrganLabel]) -> TrainingCase {
        TrainingCase(
            volume: VolumeID(1), shape: shape, spacing: Vector3(10, 10, 10),
            image: IntensityVoxels(Array(repeating: 0, count: 8)), normalisation: .hounsfield, labels: labels)
    }

    private func held(_ labels: [OrganLabel]) -> HeldOutPrediction {
        var collector = HeldOutCollector(item(labels), rule: rule)
        collector.add(prediction)
        return collector.results(keepingLargestPartOf: [])
    }

    private func bits(_ voxels: Int...) -> BitVolume { BitVolume(shape, voxels: voxels) }

    /// Or else the Dice that is predicted for a pseudo label would be that of another kind of mask.
    @Test func aHeldOutMaskIsMeasuredAsAPseudoLabelIs() {
        let truth = [bits(0, 1), bits(1, 2, 3), bits(1)].map { OrganLabel.known(foreground: $0) }
        let held = held(truth)
        let published = Relabeller(rule: rule, recipe: .everything(organs: 3)).relabel(
            item([.unknown, .unknown, .unknown]), prediction)
        #expect(held.masks == [bits(0, 1), bits(2, 3), bits(1, 7)])
        #expect(held.masks == published.map(\.foreground))
        #expect(held.softDice == published.map(\.softDice))
        #expect(held.confidences == published.map(\.confidence))
    }

    @Test func softDiceIsTakenWhereTheTruthIsKnown() throws {
        let extent = VoxelBox(lower: .zero, upper: Vector3(2, 1, 1))
        let held = held([
            .known(foreground: bits(0), extent: extent), .unknown,
            .known(foreground: nil, extent: VoxelBox(lower: Vector3(2, 0, 0), upper: Vector3(6, 1, 1))),
        ])
        let p = [0, 1].map { prediction.probability(organ: 0, voxel: $0) }
        let softDice = try #require(held.softDice[0])
        #expect(abs(softDice - 2 * (p[0] + p[1]) / (p[0] + p[1] + 2)) < 1e-12)
        #expect(held.softDice[1] == nil && held.softDice[2] == nil)
    }
}

@Suite struct EvaluatorTests {
    @Test func diceIsTakenWhereTheTruthIsKnown() throws {
        let shape = GridShape(8, 1, 1)
        let prediction = Prediction(
            shape: shape,
            logits: [[9, 9, 9, -9, -9, -9, -9, 9], Array(repeating: 9, count: 8), Array(repeating: -9, count: 8)])
        let extent = VoxelBox(lower: .zero, upper: Vector3(6, 1, 1))
        let item = TrainingCase(
            volume: VolumeID(1), shape: shape, spacing: Vector3(1, 1, 1),
            image: IntensityVoxels(Array(repeating: 0, count: 8)), normalisation: .hounsfield,
            labels: [
                .known(foreground: BitVolume(shape, voxels: [1, 2, 3]), extent: extent), .unknown,
                .known(foreground: nil),
            ])
        let overlaps = item.overlaps(prediction)
        #expect(overlaps[0]?.dice == 2.0 * 2 / 6)
        #expect(overlaps[1] == nil)
        #expect(overlaps[2]?.dice == nil)
        let liver = try #require(overlaps[0])
        #expect(Evaluator.meanDice([liver, liver]) == 2.0 / 3)
        #expect(Evaluator.meanDice([try #require(overlaps[2])]) == nil)
    }
}
