internal import Domain
internal import Plans

/// A key that a person wrote, although another value of the configuration takes its effect away.
struct IneffectiveKey: Hashable, Sendable {
    /// The full name, such as `run.confidenceSteps`.
    let key: String
    /// What takes the effect away, such as the other key with its value.
    let cause: String

    /// The first such key of a file's sections, in alphabetical order.
    static func first(in sections: [String: [String: SettingValue]], of configuration: RunConfiguration)
        -> IneffectiveKey?
    {
        let (plan, settings) = (configuration.plan, configuration.settings)
        var groups: [(cause: String, keys: [String])] = []
        if !plan.confidence.hasHead {
            groups.append(
                (
                    "run.confidence is \(plan.confidence.rawValue)",
                    ["run.confidenceSteps", "learning.confidenceLearningRate", "learning.confidenceWidth"]
                ))
        }
        if plan.minimumDice == 0 {
            groups.append(
                (
                    "run.minimumDice is 0",
                    ["run.maximumDiceLoss", "run.minimumValidationVolumes"]
                ))
        }
        if plan.rounds < 2 {
            groups.append(("run.rounds is \(plan.rounds)", ["run.maximumChange"]))
        }
        if plan.keepLargestPart.count == plan.organs.count {
            groups.append(("run.keepLargestPart has all organs", ["run.minimumLargestPart"]))
        }
        if !settings.learningRates.isEmpty {
            groups.append(("learning.learningRates is set", ["learning.learningRate"]))
        }
        if !plan.modalities.contains(where: { settings.intensity.resolved(for: $0) == .window }) {
            let cause =
                settings.intensity == .byModality
                ? "run.modalities is \(plan.modalities.joined(separator: ", ")), without CT"
                : "learning.intensity is \(settings.intensity.rawValue)"
            groups.append(
                (
                    cause,
                    ["windowLow", "windowHigh", "intensityMean", "intensityDeviation"].map { "learning.\($0)" }
                ))
        }
        groups += validationGroups(plan)
        let written = Set(sections.flatMap { section, values in values.keys.map { "\(section).\($0)" } })
        return groups.flatMap { group in
            group.keys.filter(written.contains).map { IneffectiveKey(key: $0, cause: group.cause) }
        }.min { $0.key < $1.key }
    }

    private static func validationGroups(_ plan: RunPlan) -> [(cause: String, keys: [String])] {
        if plan.validateEvery == 0 { return [("run.validateEvery is 0", ["run.plateauGain", "run.plateauSteps"])] }
        let longest = (0...plan.rounds).map(plan.steps).max() ?? 0
        if plan.validateEvery >= longest {
            return [("no round has more than \(longest) steps", ["run.validateEvery"])]
        }
        if plan.plateauSteps >= longest { return [("no round has more than \(longest) steps", ["run.plateauSteps"])] }
        return plan.plateauSteps == 0 ? [("run.plateauSteps is 0", ["run.plateauGain"])] : []
    }
}
