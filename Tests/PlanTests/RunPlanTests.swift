import Domain
import Plans
import Rounds
import Testing

@Suite struct RunPlanTests {
    private static let required: [String: SettingValue] = [
        "name": .text("a"), "organs": .list([.text("liver")]), "split": .text("s"),
    ]

    /// A plan of the required keys and some more.
    private func read(_ more: [String: SettingValue] = [:]) throws -> RunPlan {
        try RunPlan(Self.required.merging(more) { $1 })
    }

    @Test func whatIsNotGivenHasItsDefault() throws {
        let plan = try read()
        #expect(plan == RunPlan(name: "a", organs: ["liver"], split: "s"))
        #expect(plan.rounds == 3)
        let thirds: [Double] = [1 / 3, 2 / 3, 1]
        #expect(plan.gammas == thirds)
        #expect(plan.confidentNegatives == [0.9, 0.968, 0.99])
        #expect(plan.knownOrigins == [.expert, .assisted, .reviewed])
    }

    @Test func everyPropertyHasAKey() {
        var plan = RunPlan(name: "a", organs: ["liver"], split: "s")
        plan.startFrom = "b/0"
        #expect(plan.values.count == Mirror(reflecting: plan).children.count)
        #expect(Set(RunPlan.keys.map(\.name)).count == RunPlan.keys.count)
    }

    @Test func schedulesFollowRoundsAndCeiling() throws {
        let plan = try read(["rounds": .integer(2), "gammaMax": .text("0.8")])
        #expect(plan.gammas == [0.4, 0.8])
        #expect(plan.confidentNegatives == [0.9, 0.99])
        #expect(plan.gamma(ofRound: 1) == 0.8)
        #expect(plan.gamma(ofRound: 2) == nil)
        #expect(plan.isLast(2) && !plan.isLast(1))
    }

    /// The last round, and any later one, accepts no negatives, rather than those of an earlier round.
    @Test func aRoundWithoutAShareAcceptsNoNegatives() throws {
        var plan = try read(["rounds": .integer(2)])
        let shares = (0...5).map { plan.confidentNegatives(ofRound: $0) }
        #expect(shares == [0.9, 0.99, 0, 0, 0, 0])
        #expect(Relabelling(plan: plan, round: 1, evaluation: Evaluation(organs: [:])).confidentNegatives == 0.99)
        plan.confidentNegatives = []
        #expect(plan.confidentNegatives(ofRound: 0) == 0)
    }

    @Test func aRunWithoutRelabellingHasOneRoundAndNoSchedules() throws {
        let plan = try read(["rounds": .integer(0)])
        #expect(plan.gammas.isEmpty && plan.confidentNegatives.isEmpty)
        #expect(plan.isLast(0))
        #expect(plan.gamma(ofRound: 0) == nil)
        #expect(try RunPlan(plan.values) == plan)
    }

    @Test func aPlanIsReadAsItWasWritten() throws {
        var plan = RunPlan(name: "small", organs: ["liver", "pancreas"], split: "default")
        plan.confidence = .entropy
        plan.rankingPool = .round
        plan.minimumConfidence = 0.25
        plan.confidentNegatives = []
        plan.seed = Int.max
        plan.classMapping = ["liver": ["liver_old", "liver"]]
        #expect(try RunPlan(plan.values) == plan)
    }

    @Test func anUnknownKeyIsRefused() {
        let error = #expect(throws: SettingError.self) { try read(["gama": .integer(1)]) }
        guard case .unknown("gama", _) = error else {
            Issue.record("got \(String(describing: error))")
            return
        }
    }

    @Test(arguments: ["name", "organs", "split"]) func aMissingKeyIsNamed(_ key: String) {
        let error = #expect(throws: SettingError.self) { try RunPlan(Self.required.filter { $0.key != key }) }
        guard case .missing(key, _) = error else {
            Issue.record("got \(String(describing: error))")
            return
        }
    }

    @Test(arguments: [
        ("confidence", SettingValue.text("guess")), ("rankingPool", .text("pooled")), ("gammaMax", .number(1.5)),
        ("gammaMax", .number(.nan)), ("rounds", .text("many")), ("organs", .text("liver")), ("seed", .number(0.5)),
        ("classMapping", .list([])),
    ])
    func aValueOfAnotherKindIsNamed(key: String, value: SettingValue) throws {
        let error = #expect(throws: SettingError.self) { try read([key: value]) }
        guard case .invalid(key, value.description, _, _) = error else {
            Issue.record("got \(String(describing: error))")
            return
        }
    }

    static let bad: [(String, @Sendable (inout RunPlan) -> Void)] = [
        ("name", { $0.name = "" }), ("name", { $0.name = "a b" }),
        ("name", { $0.name = String(repeating: "a", count: 65) }),
        ("seed", { $0.seed = -1 }), ("rounds", { $0.rounds = -1 }), ("rounds", { $0.rounds = 101 }),
        ("gammas", { $0.rounds = 0 }),
        ("gammas", { $0.rounds = 4 }), ("gammas", { $0.gammas = [0.5, 0.4, 1] }),
        ("gammas", { $0.gammas = [-0.1, 0.5, 1] }),
        ("gammas", { $0.gammaMax = 0.9 }), ("gammas", { $0.gammas = [.nan, .nan, .nan] }),
        ("gammaMax", { $0.gammaMax = 1.1 }), ("gammaMax", { $0.gammaMax = .nan }),
        ("confidentNegatives", { $0.confidentNegatives = [0.5] }),
        ("confidentNegatives", { $0.confidentNegatives = [0.5, 1.1, 0.5] }),
        ("stepsInRoundZero", { $0.stepsInRoundZero = 0 }), ("stepsPerRound", { $0.stepsPerRound = -1 }),
        ("confidenceSteps", { $0.confidenceSteps = 0 }), ("organs", { $0.organs = [] }),
        ("organs", { $0.organs = ["a", "a"] }), ("organs", { $0.organs = [""] }), ("split", { $0.split = "" }),
        ("classMapping", { $0.classMapping = ["liver": []] }),
        ("classMapping", { $0.classMapping = ["liver": ["a", "a"]] }),
        ("classMapping", { $0.classMapping = ["liver": ["a"], "b": ["a"]] }),
        ("classMapping", { $0.classMapping = ["a": ["a", "liver"]] }),
        ("knownOrigins", { $0.knownOrigins = [] }), ("modalities", { $0.modalities = ["CT", "CT"] }),
        ("modalities", { $0.modalities = ["ct"] }), ("modalities", { $0.modalities = ["CT", "PET"] }),
        ("guardRatio", { $0.guardRatio = 1 }), ("guardRatio", { $0.guardRatio = .infinity }),
        ("minimumConfidence", { $0.minimumConfidence = 1.5 }),
        ("startFrom", { $0.startFrom = "a/0" }), ("startFrom", { $0.startFrom = "b" }),
        ("startFrom", { $0.startFrom = "b/-1" }), ("startFrom", { $0.startFrom = "/1" }),
        ("pseudoWeight", { $0.pseudoWeight = 0 }), ("minimumQuality", { $0.minimumQuality = 1.1 }),
        ("maximumDiceLoss", { $0.maximumDiceLoss = -0.1 }), ("minimumLargestPart", { $0.minimumLargestPart = .nan }),
        ("minimumValidationVolumes", { $0.minimumValidationVolumes = 0 }),
        ("minimumAnnotatedVolumes", { $0.minimumAnnotatedVolumes = 0 }),
    ]

    @Test(arguments: bad.indices) func aValueOutsideItsLimitsIsNamed(_ index: Int) throws {
        var plan = RunPlan(name: "a", organs: ["liver"], split: "s")
        try plan.validate()
        Self.bad[index].1(&plan)
        let error = #expect(throws: SettingError.self) { try plan.validate() }
        guard case .invalid(let key, _, _, _) = error else {
            Issue.record("got \(String(describing: error))")
            return
        }
        #expect(key == Self.bad[index].0)
    }
}
