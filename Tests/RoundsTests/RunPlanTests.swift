import Domain
import Foundation
import Rounds
import Testing

@Suite struct RunPlanTests {
    private func read(_ json: String) throws -> RunPlan {
        try JSONDecoder().decode(RunPlan.self, from: Data(json.utf8))
    }

    @Test func whatIsNotGivenHasItsDefault() throws {
        let plan = try read(#"{"name": "a", "organs": ["liver"], "split": "default"}"#)
        #expect(plan == RunPlan(name: "a", organs: ["liver"], split: "default"))
        #expect(plan.rounds == 3)
        let thirds: [Double] = [1 / 3, 2 / 3, 1]
        #expect(plan.gammas == thirds)
        #expect(plan.confidentNegatives == [0.9, 0.968, 0.99])
        #expect(plan.knownOrigins == [.expert, .assisted, .reviewed])
    }

    @Test func schedulesFollowRoundsAndCeiling() throws {
        let plan = try read(#"{"name": "a", "organs": ["liver"], "split": "s", "rounds": 2, "gammaMax": 0.8}"#)
        #expect(plan.gammas == [0.4, 0.8])
        #expect(plan.confidentNegatives == [0.9, 0.99])
        #expect(plan.gamma(ofRound: 1) == 0.8)
        #expect(plan.gamma(ofRound: 2) == nil)
        #expect(plan.isLast(2) && !plan.isLast(1))
    }

    @Test func aRunWithoutRelabellingHasOneRoundAndNoSchedules() throws {
        let plan = try read(#"{"name": "a", "organs": ["liver"], "split": "s", "rounds": 0}"#)
        #expect(plan.gammas.isEmpty && plan.confidentNegatives.isEmpty)
        #expect(plan.isLast(0))
        #expect(plan.gamma(ofRound: 0) == nil)
        #expect(try JSONDecoder().decode(RunPlan.self, from: JSONEncoder().encode(plan)) == plan)
    }

    @Test func aPlanComesBackAsItWasWritten() throws {
        var plan = RunPlan.small
        plan.confidence = .probability
        plan.confidentNegatives = []
        plan.seed = UInt64(Int64.max)
        plan.merge = ["liver": ["liver_old", "liver"]]
        #expect(try JSONDecoder().decode(RunPlan.self, from: JSONEncoder().encode(plan)) == plan)
    }

    @Test func anUnknownKeyIsRefused() {
        let error = #expect(throws: RoundsError.self) {
            try read(#"{"name": "a", "organs": ["liver"], "split": "s", "gama": 1}"#)
        }
        guard case .unknownKey("gama", _) = error else {
            Issue.record("got \(String(describing: error))")
            return
        }
    }

    static let bad: [(String, @Sendable (inout RunPlan) -> Void)] = [
        ("name", { $0.name = "" }), ("name", { $0.name = "a b" }),
        ("name", { $0.name = String(repeating: "a", count: 65) }),
        ("seed", { $0.seed = UInt64(Int64.max) + 1 }), ("rounds", { $0.rounds = -1 }), ("rounds", { $0.rounds = 101 }),
        ("gammas", { $0.rounds = 0 }),
        ("gammas", { $0.rounds = 4 }), ("gammas", { $0.gammas = [0.5, 0.4, 1] }),
        ("gammas", { $0.gammas = [0, 0.5, 1] }),
        ("gammas", { $0.gammaMax = 0.9 }), ("gammas", { $0.gammas = [.nan, .nan, .nan] }),
        ("gammaMax", { $0.gammaMax = 1.1 }), ("gammaMax", { $0.gammaMax = .nan }),
        ("confidentNegatives", { $0.confidentNegatives = [0.5] }),
        ("confidentNegatives", { $0.confidentNegatives = [0.5, 1, 0.5] }),
        ("stepsInRoundZero", { $0.stepsInRoundZero = 0 }), ("stepsPerRound", { $0.stepsPerRound = -1 }),
        ("confidenceSteps", { $0.confidenceSteps = 0 }), ("organs", { $0.organs = [] }),
        ("organs", { $0.organs = ["a", "a"] }), ("organs", { $0.organs = [""] }), ("split", { $0.split = "" }),
        ("merge", { $0.merge = ["liver": []] }), ("merge", { $0.merge = ["liver": ["a", "a"]] }),
        ("merge", { $0.merge = ["liver": ["a"], "b": ["a"]] }), ("merge", { $0.merge = ["a": ["a", "liver"]] }),
        ("knownOrigins", { $0.knownOrigins = [] }), ("modalities", { $0.modalities = ["CT", "CT"] }),
        ("guardRatio", { $0.guardRatio = 1 }), ("guardRatio", { $0.guardRatio = .infinity }),
        ("minimumAnnotatedVolumes", { $0.minimumAnnotatedVolumes = 0 }),
    ]

    @Test(arguments: bad.indices) func aValueThatDoesNotHoldIsNamed(_ index: Int) throws {
        var plan = RunPlan(name: "a", organs: ["liver"], split: "s")
        try plan.validate()
        Self.bad[index].1(&plan)
        let error = #expect(throws: RoundsError.self) { try plan.validate() }
        guard case .invalidPlan(let key, _) = error else {
            Issue.record("got \(String(describing: error))")
            return
        }
        #expect(key == Self.bad[index].0)
    }
}
