public import Domain

extension RunPlan {
    /// - Throws: `SettingError.invalid` for the first value outside its limits.
    public func validate() throws(SettingError) {
        try validateKeys()
        try require(GivenName.problem(name) == nil, "name", "a name that is neither empty nor . or ..")
        try require(gammas.count == rounds, "gammas", "\(rounds) values, one per relabelling")
        try require(gammas.allSatisfy { $0 <= gammaMax }, "gammas", "values of at most gammaMax")
        try require(isAscending(gammas), "gammas", "values of which none is smaller than the one before")
        try require(
            confidentNegatives.isEmpty || confidentNegatives.count == rounds, "confidentNegatives",
            "none, or \(rounds) values, one per relabelling")
        try require(
            plateauSteps == 0 || plateauSteps >= validateEvery, "plateauSteps",
            "0, or at least the \(validateEvery) steps of validateEvery")
        try require(startFrom.map { RoundName($0) != nil } ?? true, "startFrom", Self.startFromLimits)
        try require(
            startFrom.flatMap { RoundName($0) }?.run != name, "startFrom",
            "a round of another run, or run.name another name; the runs of a schedule have names of their own")
        try require(isClassMappingSound, "classMapping", Self.classMappingLimits)
    }

    private static var classMappingLimits: String { keys.first { $0.name == "classMapping" }?.limits ?? "" }

    private func isAscending(_ values: [Double]) -> Bool { zip(values, values.dropFirst()).allSatisfy { $0 <= $1 } }

    private var isClassMappingSound: Bool {
        let accepted = classMapping.values.flatMap { $0 }
        return Set(accepted).count == accepted.count
            && classMapping.allSatisfy { organ, list in
                !organ.isEmpty && !list.isEmpty
                    && list.allSatisfy { !$0.isEmpty && ($0 == organ || !organs.contains($0)) }
            }
    }
}
