extension RunPlan {
    /// - Throws: `invalidPlan` with the first value that does not hold, and what would.
    public func validate() throws(RoundsError) {
        try check(Self.isName(name), "name", "1 to 64 letters, digits, '-', '_' or '.'")
        try check(seed <= UInt64(Int64.max), "seed", "0 to 2^63 - 1")
        try check((0...100).contains(rounds), "rounds", "0 to 100")
        try check(gammaMax > 0 && gammaMax <= 1, "gammaMax", "above 0 and at most 1")
        try validateSchedules()
        for (steps, key) in [
            (stepsInRoundZero, "stepsInRoundZero"), (stepsPerRound, "stepsPerRound"),
            (confidenceSteps, "confidenceSteps"),
        ] {
            try check((1...100_000_000).contains(steps), key, "1 to 100000000")
        }
        try check(
            Self.isSet(organs) && organs.allSatisfy { !$0.isEmpty }, "organs", "one organ key or more, none twice")
        try check(
            isMergeSound, "merge",
            "a list of organs for each organ, none empty, no organ in two of them, and none of another name in organs")
        try check(!split.isEmpty, "split", "the name of a split")
        try check(Self.isSet(knownOrigins), "knownOrigins", "one origin or more, none twice")
        try check(
            Self.isSet(modalities) && modalities.allSatisfy { !$0.isEmpty }, "modalities", "one or more, none twice")
        try check(guardRatio > 1 && guardRatio <= 100, "guardRatio", "above 1 and at most 100")
        try check(minimumAnnotatedVolumes >= 1, "minimumAnnotatedVolumes", "at least 1")
    }

    private var isMergeSound: Bool {
        let accepted = merge.values.flatMap { $0 }
        return merge.allSatisfy { organ, list in
            !organ.isEmpty && Self.isSet(list)
                && list.allSatisfy { !$0.isEmpty && ($0 == organ || !organs.contains($0)) }
        } && (accepted.isEmpty || Self.isSet(accepted))
    }

    private func validateSchedules() throws(RoundsError) {
        try check(gammas.count == rounds, "gammas", "\(rounds) values, one per relabelling")
        try check(gammas.allSatisfy { $0 > 0 && $0 <= gammaMax }, "gammas", "each above 0 and at most gammaMax")
        try check(zip(gammas, gammas.dropFirst()).allSatisfy { $0 <= $1 }, "gammas", "none smaller than the one before")
        try check(
            confidentNegatives.isEmpty || confidentNegatives.count == rounds, "confidentNegatives",
            "none, or \(rounds) values, one per relabelling")
        try check(confidentNegatives.allSatisfy { $0 >= 0 && $0 < 1 }, "confidentNegatives", "each from 0 to below 1")
    }

    private func check(_ holds: Bool, _ key: String, _ allowed: String) throws(RoundsError) {
        guard holds else { throw .invalidPlan(key: key, allowed: allowed) }
    }

    private static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
                    || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
            }
    }

    private static func isSet<Element: Hashable>(_ values: [Element]) -> Bool {
        !values.isEmpty && Set(values).count == values.count
    }
}
