extension RunPlan {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, seed, rounds, gammas, gammaMax, stepsInRoundZero, stepsPerRound, confidenceSteps, organs, merge,
            split
        case knownOrigins, modalities, trainsOnUnassigned, confidence, rankingPool, confidentNegatives, guardRatio
        case minimumAnnotatedVolumes
    }

    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Reads a plan: what is not given has its default, schedules follow `rounds` and `gammaMax`, a key that is none is
    /// refused, and so is a plan that does not hold.
    public init(from decoder: any Decoder) throws {
        let given = try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue)
        if let unknown = given.sorted().first(where: { CodingKeys(stringValue: $0) == nil }) {
            throw RoundsError.unknownKey(unknown, known: CodingKeys.allCases.map(\.rawValue))
        }
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func take<Value: Decodable>(_ key: CodingKeys, into value: inout Value) throws {
            if let given = try values.decodeIfPresent(Value.self, forKey: key) { value = given }
        }
        self.init(
            name: try values.decode(String.self, forKey: .name),
            organs: try values.decode([String].self, forKey: .organs),
            split: try values.decode(String.self, forKey: .split))
        try take(.rounds, into: &rounds)
        try take(.gammaMax, into: &gammaMax)
        setRounds(min(rounds, 1000), gammaMax: gammaMax)
        try take(.rounds, into: &rounds)
        try take(.seed, into: &seed)
        try take(.gammas, into: &gammas)
        try take(.stepsInRoundZero, into: &stepsInRoundZero)
        try take(.stepsPerRound, into: &stepsPerRound)
        try take(.confidenceSteps, into: &confidenceSteps)
        try take(.merge, into: &merge)
        try take(.knownOrigins, into: &knownOrigins)
        try take(.modalities, into: &modalities)
        try take(.trainsOnUnassigned, into: &trainsOnUnassigned)
        try take(.confidence, into: &confidence)
        try take(.rankingPool, into: &rankingPool)
        try take(.confidentNegatives, into: &confidentNegatives)
        try take(.guardRatio, into: &guardRatio)
        try take(.minimumAnnotatedVolumes, into: &minimumAnnotatedVolumes)
        try validate()
    }
}
