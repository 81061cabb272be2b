internal import Domain
internal import Plans

/// A key that a person wrote, although another value of the configuration takes its effect away.
struct IneffectiveKey: Hashable, Sendable {
    /// The full name, such as `run.confidenceSteps`.
    let key: String
    /// What takes the effect away, such as the other key with its value.
    let cause: String
    /// The full names of the keys of which another value would give the key its effect, such as `run.confidence`.
    let others: [String]

    /// Keys without effect for one cause.
    private struct Group {
        let cause: String
        let others: [String]
        let keys: [String]
    }

    /// The first such key of a file's sections, in alphabetical order.
    static func first(in sections: [String: [String: SettingValue]], of configuration: RunConfiguration)
        -> IneffectiveKey?
    {
        let (plan, settings) = (configuration.plan, configuration.settings)
        let groups =
            methodGroups(plan) + intensityGroups(plan, settings) + augmentationGroups(settings) + validationGroups(plan)
            + trainerGroups(configuration)
        let written = Set(sections.flatMap { section, values in values.keys.map { "\(section).\($0)" } })
        return groups.flatMap { group in
            group.keys.filter(written.contains).map {
                IneffectiveKey(key: $0, cause: group.cause, others: group.others)
            }
        }.min { $0.key < $1.key }
    }

    private static func methodGroups(_ plan: RunPlan) -> [Group] {
        var groups: [Group] = []
        if !plan.confidence.hasHead {
            groups.append(
                Group(
                    cause: "run.confidence is \(plan.confidence.rawValue)", others: ["run.confidence"],
                    keys: ["run.confidenceSteps", "learning.confidenceLearningRate", "learning.confidenceWidth"]))
        }
        if plan.minimumDice == 0 {
            groups.append(
                Group(
                    cause: "run.minimumDice is 0", others: ["run.minimumDice"],
                    keys: ["run.maximumDiceLoss", "run.minimumValidationVolumes"]))
        }
        if plan.rounds < 2 {
            groups.append(
                Group(cause: "run.rounds is \(plan.rounds)", others: ["run.rounds"], keys: ["run.maximumChange"]))
        }
        if plan.keepLargestPart.count == plan.organs.count {
            groups.append(
                Group(
                    cause: "run.keepLargestPart has all organs", others: ["run.keepLargestPart"],
                    keys: ["run.minimumLargestPart"]))
        }
        return groups
    }

    private static func intensityGroups(_ plan: RunPlan, _ settings: LearningSettings) -> [Group] {
        var groups: [Group] = []
        if !settings.learningRates.isEmpty {
            groups.append(
                Group(
                    cause: "learning.learningRates is set", others: ["learning.learningRates"],
                    keys: ["learning.learningRate"]))
        }
        if !plan.modalities.contains(where: { settings.intensity.resolved(for: $0) == .window }) {
            let byModality = settings.intensity == .byModality
            groups.append(
                Group(
                    cause: byModality
                        ? "run.modalities is \(plan.modalities.joined(separator: ", ")), without CT"
                        : "learning.intensity is \(settings.intensity.rawValue)",
                    others: [byModality ? "run.modalities" : "learning.intensity"],
                    keys: ["windowLow", "windowHigh", "intensityMean", "intensityDeviation"].map { "learning.\($0)" }))
        }
        return groups
    }

    /// Sizes and ranges of random changes that no patch has.
    private static func augmentationGroups(_ settings: LearningSettings) -> [Group] {
        let own = settings.augmentation
        let uses: [(keys: [String], shares: [(key: String, share: Double)])] = [
            (["rotationDegrees"], [("rotationShare", own.rotationShare)]),
            (["scaleRange"], [("scaleShare", own.scaleShare)]),
            (["elasticDisplacement", "elasticSpacing"], [("elasticShare", own.elasticShare)]),
            (["noiseDeviation"], [("noiseShare", own.noiseShare)]),
            (["blurRange"], [("blurShare", own.blurShare)]),
            (["brightnessRange"], [("brightnessShare", own.brightnessShare)]),
            (["contrastRange"], [("contrastShare", own.contrastShare)]),
            (["lowResolutionRange"], [("lowResolutionShare", own.lowResolutionShare)]),
            (["gammaRange"], [("gammaShare", own.gammaShare), ("invertedGammaShare", own.invertedGammaShare)]),
        ]
        return uses.filter { $0.shares.allSatisfy { $0.share == 0 } }.map { use in
            let shares = use.shares.map { "learning.\($0.key)" }
            return Group(
                cause: "\(shares.joined(separator: " and ")) \(shares.count == 1 ? "is" : "are") 0", others: shares,
                keys: use.keys.map { "learning.\($0)" })
        }
    }

    private static func validationGroups(_ plan: RunPlan) -> [Group] {
        if plan.validateEvery == 0 {
            return [
                Group(
                    cause: "run.validateEvery is 0", others: ["run.validateEvery"],
                    keys: ["run.plateauGain", "run.plateauSteps"])
            ]
        }
        let longest = (0...plan.rounds).map(plan.steps).max() ?? 0
        let steps = ["run.stepsInRoundZero"] + (plan.rounds > 0 ? ["run.stepsPerRound"] : [])
        let cause = "no round has more than \(longest) steps"
        if plan.validateEvery >= longest {
            return [Group(cause: cause, others: steps, keys: ["run.validateEvery"])]
        }
        if plan.plateauSteps >= longest { return [Group(cause: cause, others: steps, keys: ["run.plateauSteps"])] }
        return plan.plateauSteps == 0
            ? [Group(cause: "run.plateauSteps is 0", others: ["run.plateauSteps"], keys: ["run.plateauGain"])] : []
    }

    /// Keys of the built-in trainer where another program trains, and the other way round.
    private static func trainerGroups(_ configuration: RunConfiguration) -> [Group] {
        let cause = "trainer.command is \(configuration.trainer.command == nil ? "not " : "")set"
        let keys =
            configuration.trainer.command == nil
            ? TrainerSettings.keys.map { "trainer.\($0.name)" }
            : LearningSettings.keys.map(\.name).filter { !outsideKeys.contains($0) }.map { "learning.\($0)" }
                + ["run.validateEvery", "run.plateauGain", "run.plateauSteps"]
        return [Group(cause: cause, others: ["trainer.command"], keys: keys)]
    }

    /// The keys of `learning` that are in the job of an outside program.
    private static let outsideKeys: Set = [
        "intensity", "windowLow", "windowHigh", "intensityMean", "intensityDeviation", "missingAsBackground",
    ]
}
