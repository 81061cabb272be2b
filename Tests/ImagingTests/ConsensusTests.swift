import Domain
import Testing

@testable import Numerics

@Suite struct ConsensusTests {
    /// A row of voxels from a text of 0 and 1.
    private func row(_ bits: String) -> BitVolume {
        var volume = BitVolume(GridShape(bits.count, 1, 1))
        for (x, bit) in bits.enumerated() where bit == "1" { volume[x, 0, 0] = true }
        return volume
    }

    private func bits(_ volume: BitVolume) -> String {
        (0..<volume.shape.x).map { volume[$0, 0, 0] ? "1" : "0" }.joined()
    }

    /// Votes of masks that are known everywhere.
    private func votes(_ masks: [BitVolume]) -> Consensus.Votes {
        Consensus.Votes(masks.map { Consensus.Ballot(mask: $0, region: KnownRegion(everywhere: $0.shape)) })
    }

    /// Votes of masks, each with a row of 1 where it is known.
    private func votes(_ ballots: (mask: String, known: String)...) -> Consensus.Votes {
        Consensus.Votes(ballots.map { Consensus.Ballot(mask: row($0.mask), region: KnownRegion(row($0.known))) })
    }

    private func majority(_ masks: [BitVolume]) -> BitVolume { Consensus.majority(votes(masks)).mask }
    private func staple(_ masks: [BitVolume]) -> Consensus.Estimate { Consensus.staple(votes(masks)) }

    @Test func aMajorityIsMoreThanHalf() {
        #expect(bits(majority([row("1100"), row("1010"), row("1001")])) == "1000")
        #expect(bits(majority([row("1100"), row("1010")])) == "1000", "a tie is not enough")
        #expect(bits(majority([row("0110")])) == "0110")
    }

    @Test func ratersWhoAgreeArePerfect() {
        let estimate = staple([row("001100"), row("001100"), row("001100")])
        #expect(bits(estimate.mask) == "001100")
        #expect(estimate.raters.allSatisfy { $0.sensitivity > 0.999 })
    }

    @Test func emptyMasksGiveAnEmptyMask() {
        let estimate = staple([row("0000"), row("0000")])
        #expect(estimate.mask.isEmpty)
        #expect(estimate.raters.map(\.sensitivity) == [1, 1])
    }

    /// By hand: prior 1/4, sensitivities 0.8 and 0.6, specificities 0.9 and 0.5. Both set it: 0.25·0.48 against
    /// 0.75·0.1·0.5. The first alone: 0.25·0.8·0.4 against 0.75·0.1·0.5.
    @Test func aVoxelsProbabilityFollowsBayesTheorem() {
        let raters = [
            Consensus.Rater(sensitivity: 0.8, specificity: 0.9), Consensus.Rater(sensitivity: 0.6, specificity: 0.5),
        ]
        #expect(
            abs(Consensus.probability(Decision(known: 0b11, yes: 0b11), raters, 0.25) - 0.12 / (0.12 + 0.0375)) < 1e-12)
        #expect(
            abs(Consensus.probability(Decision(known: 0b11, yes: 0b01), raters, 0.25) - 0.08 / (0.08 + 0.0375)) < 1e-12)
        #expect(
            abs(Consensus.probability(Decision(known: 0b11, yes: 0), raters, 0.25) - 0.02 / (0.02 + 0.3375)) < 1e-12)
    }

    @Test func masksVoteOnlyWhereTheyAreKnown() {
        let (mask, region) = Consensus.majority(
            votes(("110000", "111111"), ("110010", "111010"), ("000011", "011001")))
        // Known by 2, 3, 3, 1, 2 and 2 of three; marked among those by 2, 2, 0, 0, 1 (a tie) and 1 (a tie).
        #expect(bits(mask) == "110000")
        #expect(region.voxels.map(bits) == "111011")
        // Voxels that are set outside the region of their mask are not votes.
        let outside = votes(("100", "111"), ("111", "100"), ("011", "100"))
        #expect(bits(Consensus.majority(outside).mask) == "100")
        #expect(Consensus.majority(outside).region.voxels.map(bits) == "100")
        let whole = votes(("10", "11"), ("10", "11"))
        #expect(Consensus.majority(whole).region.isEverywhere)
    }

    @Test func aRaterIsAssessedWhereItIsKnown() {
        // The third is known in the first half only and agrees there; over the whole row its sensitivity would be low.
        let estimate = Consensus.staple(
            votes(("0110011000", "1111111111"), ("0110011000", "1111111111"), ("0110000000", "1111100000")))
        #expect(bits(estimate.mask) == "0110011000")
        #expect(estimate.region.isEverywhere)
        #expect(estimate.raters.allSatisfy { $0.sensitivity > 0.999 && $0.specificity > 0.999 })
        #expect(Consensus.staple(votes(("0110", "0111"), ("0100", "0111"))).region.voxels.map(bits) == "0111")
    }

    /// Only the first rater counts where the second is not known: 0.25·0.8 against 0.75·0.1.
    @Test func aRaterThatIsNotKnownHasNoVote() {
        let raters = [
            Consensus.Rater(sensitivity: 0.8, specificity: 0.9), Consensus.Rater(sensitivity: 0.6, specificity: 0.5),
        ]
        let one = Consensus.probability(Decision(known: 0b01, yes: 0b01), raters, 0.25)
        #expect(abs(one - 0.2 / (0.2 + 0.075)) < 1e-12)
    }

    /// Two careful raters outvote three careless ones where each of those errs alone; a majority would lose voxels.
    @Test func goodRatersWeighMore() {
        let truth = "0011111111110000000000"
        let good = row(truth)
        let careless = [
            row("0000001111000000000000"), row("0000000000110000000011"), row("0011000000000000110000"),
        ]
        let estimate = staple([good, good] + careless)
        #expect(bits(estimate.mask) == truth)
        #expect(bits(majority([good, good] + careless)) != truth)
        #expect(estimate.raters[0].sensitivity > estimate.raters[2].sensitivity)
    }

    /// The same estimate as the textbook's iteration over every voxel of the box, one by one.
    @Test func decisionsGiveTheResultOfVoxels() {
        var random = SystemLikeRandom(state: 7)
        for raters in 2...5 {
            let shape = GridShape(9, 7, 5)
            var masks = (0..<raters).map { _ in BitVolume(shape) }
            for index in 0..<shape.count {
                let inside = index % 3 == 0
                for j in masks.indices where random.next() < (inside ? 0.8 : 0.15) { masks[j][index] = true }
            }
            let fast = staple(masks)
            let slow = VoxelStaple(masks)
            for (a, b) in zip(fast.raters, slow.raters) {
                #expect(abs(a.sensitivity - b.sensitivity) < 1e-6)
                #expect(abs(a.specificity - b.specificity) < 1e-6)
            }
            for index in 0..<shape.count { #expect(fast.mask[index] == (slow.weights[index] >= 0.5)) }
        }
    }
}

/// STAPLE's iteration as published, over all voxels of the volume.
private struct VoxelStaple {
    private(set) var raters: [Consensus.Rater]
    private(set) var weights: [Double] = []

    init(_ masks: [BitVolume]) {
        let count = masks[0].shape.count
        raters = masks.map { _ in Consensus.Rater(sensitivity: 0.99999, specificity: 0.99999) }
        let marked = masks.map(\.population).reduce(0, +)
        let prior = Double(marked) / Double(count * masks.count)
        for _ in 0..<2000 {
            weights = (0..<count).map { voxel in
                var (a, b) = (prior, 1 - prior)
                for (rater, mask) in zip(raters, masks) {
                    a *= mask[voxel] ? rater.sensitivity : 1 - rater.sensitivity
                    b *= mask[voxel] ? 1 - rater.specificity : rater.specificity
                }
                return a / (a + b)
            }
            let sum = weights.reduce(0, +)
            raters = masks.map { mask in
                var (hit, rejected) = (0.0, 0.0)
                for voxel in 0..<count {
                    if mask[voxel] { hit += weights[voxel] } else { rejected += 1 - weights[voxel] }
                }
                return Consensus.Rater(sensitivity: hit / sum, specificity: rejected / (Double(count) - sum))
            }
        }
    }
}

/// A linear congruential generator: the same numbers on every machine.
private struct SystemLikeRandom {
    var state: UInt64

    mutating func next() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 11) / Double(1 << 53)
    }
}
