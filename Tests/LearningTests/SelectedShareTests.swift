import Batches
import Domain
import Learning
import Plans
import Testing

@Suite struct SelectedShareTests {
    /// Twenty predicted positives of one organ, the truth of each and its confidence logit.
    private func counts(_ positives: [(isRight: Bool, logit: Prediction.Score)]) -> RankingCounts {
        let shape = GridShape(positives.count, 1, 1)
        let truth = BitVolume(shape) { x, _, _ in positives[x].isRight }
        let item = TrainingCase(
            volume: VolumeID(1), shape: shape, spacing: Vector3(1, 1, 1),
            image: IntensityVoxels(Array(repeating: 0, count: positives.count)), normalisation: .hounsfield,
            labels: [.known(foreground: truth)])
        let prediction = Prediction(
            shape: shape, logits: [Array(repeating: 16, count: positives.count)],
            confidenceLogits: [positives.map { 16 * $0.logit }], kind: .residual)
        var collector = HeldOutCollector(item, rule: KnownVoxelRule(organCount: 1, exclusions: []))
        collector.add(prediction)
        return collector.results(keepingLargestPartOf: []).ranking[0]
    }

    @Test func theMostConfidentAreSelectedFirst() throws {
        // The ten with the highest scores are right.
        let ranked = counts((0..<20).map { ($0 >= 10, Prediction.Score($0)) })
        let precision = try #require(ranked.confidence.precisionOfShares())
        #expect(precision.count == 20 && precision[..<10].allSatisfy { $0 == 1 })
        for (index, value) in precision.enumerated() where index >= 10 {
            #expect(abs(value - 10 / Double(index + 1)) < 1e-9)
        }
        let even = try #require(ranked.probability.precisionOfShares())
        #expect(even.allSatisfy { abs($0 - 0.5) < 1e-9 }, "equal scores are selected alike")
    }

    @Test func aShareMayTakeAPartOfEqualScores() throws {
        // Three scores: eight right ones, four of which two are right, and eight wrong ones.
        let mixed = counts(
            Array(repeating: (true, 3), count: 8) + Array(repeating: (true, 2), count: 2)
                + Array(repeating: (false, 2), count: 2) + Array(repeating: (false, 1), count: 8))
        let precision = try #require(mixed.confidence.precisionOfShares())
        #expect(abs(precision[9] - 9.0 / 10) < 1e-9 && abs(precision[19] - 0.5) < 1e-9)
    }

    @Test func fewPositivesHaveEveryShare() throws {
        let precision = try #require(counts([(true, 5), (false, 1), (false, 0)]).confidence.precisionOfShares())
        #expect(precision.count == 20 && abs(precision[19] - 1.0 / 3) < 1e-9 && precision[0] == 1)
        #expect(RankingQuality(organs: 1).counts[0].confidence.precisionOfShares() == nil)
    }
}
