import Catalog
import Domain
import Testing
import Workflows

/// The order in which masks are looked at.
@Suite struct ReviewOrderTests {
    private func candidate(
        _ volume: Int64, _ organ: OrganKey, _ position: Int, dice: Double? = nil, width: Double = 0
    ) -> ReviewCandidate {
        var found = ReviewCandidate(
            volume: VolumeID(volume), organ: organ, position: position, mask: MaskID(100 + volume), voxels: 50)
        found.quality = dice.map { dice in
            MaskQuality(
                softDice: dice,
                predicted: PredictedDice(dice: dice, lower: max(0, dice - width / 2), upper: min(1, dice + width / 2)))
        }
        found.annotations = 8
        found.millilitres = 150
        return found
    }

    private func order(_ candidates: [ReviewCandidate], minutes: Double? = nil) -> [Int64] {
        ReviewOrder(candidates).items(minutes: minutes).map(\.candidate.volume.rawValue)
    }

    @Test func theLeastSureIsFirst() {
        let all = [
            candidate(1, "liver", 1, dice: 0.9), candidate(2, "liver", 1, dice: 0.5),
            candidate(3, "liver", 1, dice: 0.9, width: 0.2), candidate(4, "liver", 1, dice: 0.7),
        ]
        #expect(order(all) == [2, 4, 3, 1])
        #expect(order(all.reversed()) == [2, 4, 3, 1], "whatever order they come in")
    }

    @Test func disagreementComesFirst() {
        var all = (1...3).map { candidate(Int64($0), "liver", 1, dice: 0.9) }
        all[1].voxelsBefore = 25
        all[2].withheld = "lowQuality"
        #expect(order(all) == [3, 2, 1])
        let item = ReviewOrder(all).items()[1]
        #expect(
            item.reasons == [
                "predicted Dice 0.9, 0.9 to 0.9", "50 % other size than in the round before",
                "8 annotations to train on",
            ])
    }

    /// Organs take turns, the one that needs it most first.
    @Test func organsTakeTurns() {
        var all = (1...3).map { candidate(Int64($0), "liver", 1, dice: 0.5) }
        all += (11...12).map { candidate(Int64($0), "spleen", 2, dice: 0.5) }
        all[3].annotations = 0
        #expect(order(all) == [11, 1, 12, 2, 3])
    }

    @Test func timeThatWasRecordedOutweighsTheSize() {
        var slow = candidate(1, "liver", 1, dice: 0.5)
        slow.medianMinutes = 30
        let quick = candidate(2, "spleen", 2, dice: 0.5)
        #expect(order([slow, quick]) == [2, 1])
        #expect(ReviewOrder([quick]).items().map(\.minutes) == [3])
        #expect(order([slow, quick], minutes: 32) == [2])
        #expect(order([slow, quick], minutes: 33) == [2, 1])
        #expect(order([slow, quick], minutes: 1) == [])
    }

    @Test func masksWithoutForegroundAreLeftOut() {
        var empty = candidate(1, "liver", 1, dice: 0.1)
        empty.voxels = 0
        #expect(order([empty, candidate(2, "liver", 1)]) == [2])
        #expect(order([]) == [])
    }
}
