import Domain
import Plans
import Rounds
import Testing

private let weights = StoredWeights(object: Digest(bytes: Array(repeating: 1, count: 32)), size: 9, steps: 3, loss: 0.5)
private let evaluation = Evaluation(organs: [
    "liver": OrganEvaluation(dice: 0.9, volumeRatio: 1, validationVolumes: 2, annotatedVolumes: 3)
])
private let actions: [RoundAction] = [
    .startTraining, .finishTraining(weights),
    .finishConfidence(ConfidenceFit(weights: nil, byConfidence: [:], byProbability: [:])),
    .finishEvaluation(evaluation),
    .startRelabelling(
        Relabelling(plan: RunPlan(name: "a", organs: ["liver"], split: "s"), round: 0, evaluation: evaluation)),
    .publish(Publication(revision: Revision(5), labels: 2)), .close, .fail(reason: "no disk"), .retry,
]

@Suite struct RoundStateTests {
    /// The whole table: for each state the actions (by their place in `actions`) that it allows, and where they lead.
    static let allowed: [RoundState: [Int: RoundState]] = [
        .planned: [0: .training, 7: .failed],
        .training: [1: .trained, 7: .failed],
        .trained: [2: .confidenceFitted, 7: .failed],
        .confidenceFitted: [3: .evaluated, 7: .failed],
        .evaluated: [4: .relabelling, 6: .published, 7: .failed],
        .relabelling: [5: .published, 7: .failed],
        .published: [:],
        .failed: [8: .planned],
    ]

    @Test(arguments: RoundState.allCases) func onlyTheListedActionsAreAllowed(_ state: RoundState) throws {
        let allowed = try #require(Self.allowed[state])
        for (index, action) in actions.enumerated() {
            if let next = allowed[index] {
                #expect(try state.next(action) == next)
            } else {
                #expect(throws: RoundsError.self, "\(state) \(action)") { try state.next(action) }
            }
        }
    }

    @Test func aRetryKeepsOnlyTheRevisionThatTheRoundTrainsOn() throws {
        let failed = try RoundRecord(number: 1)
            .applying(.startTraining, revision: Revision(7))
            .applying(.finishTraining(weights), revision: Revision(8))
            .applying(.fail(reason: "no disk"), revision: Revision(8))
        #expect(failed.failure == "no disk")
        let again = try failed.applying(.retry, revision: Revision(9)).applying(.startTraining, revision: Revision(9))
        #expect(again.trainedOn == Revision(7))
        #expect(again.weights == nil)
        #expect(again.failure == nil)
    }
}

@Suite struct RelabellingTests {
    private func organ(ratio: Double?, annotated: Int, dice: Double? = 0.9) -> OrganEvaluation {
        OrganEvaluation(
            dice: dice, volumeRatio: ratio, validationVolumes: ratio == nil ? 0 : 5, annotatedVolumes: annotated)
    }

    @Test func organsOutsideTheGuardAreWithheld() {
        let names = ["good", "big", "small", "few", "unseen", "unjudged", "edge"]
        let plan = RunPlan(name: "a", organs: names, split: "s")
        let relabelling = Relabelling(
            plan: plan, round: 1,
            evaluation: Evaluation(organs: [
                "good": organ(ratio: 1, annotated: 3), "big": organ(ratio: 2.01, annotated: 9),
                "small": organ(ratio: 0.49, annotated: 9), "few": organ(ratio: 1, annotated: 2),
                "unjudged": organ(ratio: nil, annotated: 3), "edge": organ(ratio: 2, annotated: 3),
            ]))
        #expect(relabelling.organs == ["good", "edge"])
        #expect(
            relabelling.withheld == [
                "big": .flooding, "small": .vanishing, "few": .fewAnnotations, "unseen": .fewAnnotations,
                "unjudged": .fewValidationVolumes,
            ])
        #expect(relabelling.gamma == 2.0 / 3)
        #expect(relabelling.confidentNegatives == 0.968)
    }

    @Test func organsBelowTheMinimumDiceAreWithheld() {
        var plan = RunPlan(name: "a", organs: ["under", "at", "unknown"], split: "s")
        let evaluation = Evaluation(organs: [
            "under": organ(ratio: 1, annotated: 3, dice: 0.49), "at": organ(ratio: 1, annotated: 3, dice: 0.5),
            "unknown": organ(ratio: nil, annotated: 3, dice: nil),
        ])
        let relabelling = Relabelling(plan: plan, round: 0, evaluation: evaluation)
        #expect(relabelling.organs == ["at"])
        #expect(relabelling.withheld == ["under": .lowDice, "unknown": .unknownDice])
        plan.minimumDice = 0
        #expect(Relabelling(plan: plan, round: 0, evaluation: evaluation).withheld == [:])
    }

    @Test func anOrganThatBecameWorseIsWithheld() {
        func evaluation(_ loss: DiceLoss?) -> Evaluation {
            Evaluation(organs: [
                "liver": OrganEvaluation(
                    dice: 0.8, volumeRatio: 1, validationVolumes: 6, annotatedVolumes: 9, diceLoss: loss)
            ])
        }
        var plan = RunPlan(name: "a", organs: ["liver"], split: "s")
        func withheld(_ loss: DiceLoss?) -> [String: WithholdingReason] {
            Relabelling(plan: plan, round: 1, evaluation: evaluation(loss)).withheld
        }
        #expect(withheld(DiceLoss(mean: 0.04, volumes: 6)) == [:])
        #expect(withheld(DiceLoss(mean: 0.06, volumes: 6)) == ["liver": .diceLoss])
        #expect(withheld(DiceLoss(mean: 0.06, volumes: 4)) == ["liver": .diceLoss])
        plan.publishUndecided = true
        #expect(withheld(DiceLoss(mean: 0.06, volumes: 4)) == [:])
        #expect(withheld(DiceLoss(mean: 0.06, volumes: 5)) == ["liver": .diceLoss])
    }

    /// Four validation volumes decide nothing, whatever the Dice.
    @Test func whatIsUndecidedIsPublishedOnRequestOnly() throws {
        let few = OrganEvaluation(dice: 0.9, volumeRatio: 1, validationVolumes: 4, annotatedVolumes: 9)
        var plan = RunPlan(name: "a", organs: ["liver"], split: "s")
        let relabelling = Relabelling(plan: plan, round: 0, evaluation: Evaluation(organs: ["liver": few]))
        #expect(relabelling.withheld == ["liver": .fewValidationVolumes])
        let guards = try #require(relabelling.guards["liver"])
        #expect(guards.map(\.kind) == [.annotatedVolumes, .volumeRatio, .dice, .validationVolumes])
        #expect(guards.map(\.outcome) == [.passed, .passed, .passed, .undecided])
        #expect(guards.map(\.value) == [9, 1, 0.9, 4] && guards.map(\.limit) == [3, 2, 0.5, 5])
        plan.publishUndecided = true
        #expect(Relabelling(plan: plan, round: 0, evaluation: Evaluation(organs: ["liver": few])).withheld == [:])
    }
}
