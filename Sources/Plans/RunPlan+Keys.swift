public import Domain

extension RunPlan: SettingSection {
    /// `rounds` and `gammaMax` come before the schedules that follow from them.
    public static let keys: [SettingKey<RunPlan>] = subjectKeys + roundKeys + relabellingKeys

    private static let subjectKeys: [SettingKey<RunPlan>] = [
        .text(
            "name", \.name, limits: "1 to 64 letters, digits, '-', '_' or '.'",
            "Name of the run. A run that is started again continues.", isRequired: true, allows: isName),
        .texts(
            "organs", \.organs, limits: "one organ or more by key or spelling, none twice", "Organs to learn.",
            isRequired: true),
        .textLists(
            "classMapping", \.classMapping,
            limits:
                "a list of organs for each organ, none empty, no organ in two of them, and none of another name in organs",
            "Organs that count as an organ. The first of the list that is known in a volume is used."),
        .text(
            "split", \.split, limits: "the name of a split",
            "Split whose parts train, confidence and validation are used. The part test is never read.",
            isRequired: true, allows: { !$0.isEmpty }),
        .choices("knownOrigins", \.knownOrigins, "Origins of the annotations that count as known."),
        .texts(
            "modalities", \.modalities,
            limits: "one or more of \(Modality.allCases.map(\.rawValue).joined(separator: ", ")), none twice",
            "Modalities of the volumes.", allows: { Modality(rawValue: $0) != nil }),
        .flag("trainsOnUnassigned", \.trainsOnUnassigned, "Train on the subjects that are in no part of the split."),
    ]

    private static let roundKeys: [SettingKey<RunPlan>] = [
        .integer("seed", \.seed, 0...Int.max, "Seed of all random choices of the run."),
        .integer(
            "rounds", \.rounds, 0...100, "Number of relabellings. With 0 the run trains once and publishes nothing."),
        .integer("stepsInRoundZero", \.stepsInRoundZero, steps, "Optimiser steps of round 0. Train it to a plateau."),
        .integer("stepsPerRound", \.stepsPerRound, steps, "Optimiser steps of each later round."),
        .integer(
            "validateEvery", \.validateEvery, 0...100_000_000,
            "Steps after which the network is evaluated on the validation part, again and again; 0: never."),
        .number(
            "plateauGain", \.plateauGain, .above(0, to: 1),
            "Training of a round ends if its best mean Dice on validation volumes gained less over plateauSteps."),
        .integer(
            "plateauSteps", \.plateauSteps, 0...100_000_000,
            "Steps over which the gain is measured, no fewer than validateEvery; 0: a round takes all of its steps."),
        .optionalText(
            "startFrom", \.startFrom, limits: startFromLimits,
            "Closed round of another run with the same organs and network, from whose weights round 0 starts."),
        .choice(
            "student", \.student, "Weights from which the rounds after round 0 start: the round before's, or new ones."),
        .number(
            "pseudoWeight", \.pseudoWeight, .above(0, to: 1),
            "Weight of voxels in the loss that only a pseudo label knows."),
        .flag(
            "usesExclusions", \.usesExclusions,
            "Take a voxel of an organ for a known negative of the organs that exclude it."),
        .choice("confidence", \.confidence, "Method that ranks the predicted positives."),
        .integer("confidenceSteps", \.confidenceSteps, steps, "Optimiser steps of the confidence head in each round."),
    ]

    private static let relabellingKeys: [SettingKey<RunPlan>] = [
        .number("gammaMax", \.gammaMax, .range(0...1), "Largest value of gammas."),
        .numbers(
            "gammas", \.gammas, count: 0...100, .range(0...1),
            "Accepted share of the ranked positives in each relabelling, none smaller than the one before; 0: none.",
            lengthText: "one value per relabelling"),
        .numbers(
            "confidentNegatives", \.confidentNegatives, count: 0...100, .range(0...1),
            "Accepted share of the predicted negatives, least probable first, in each relabelling; none: positives only.",
            lengthText: "none, or one value per relabelling"),
        .choice(
            "rankingPool", \.rankingPool, "Voxels of an organ that are ranked together: of a volume or of the round."),
        .number(
            "minimumConfidence", \.minimumConfidence, .range(0...1),
            "Predicted positives with a smaller confidence are not accepted."),
        .number(
            "guardRatio", \.guardRatio, .above(1, to: 100),
            "An organ is withheld if its predicted volume is this many times too large or too small on validation, a mask beyond all annotated sizes."
        ),
        .number(
            "minimumDice", \.minimumDice, .range(0...1),
            "An organ is withheld if its mean Dice on validation volumes is smaller, or unknown; 0: never."),
        .number(
            "maximumDiceLoss", \.maximumDiceLoss, .range(0...1),
            "An organ is withheld if its mean Dice fell by more since the round before, on the same validation volumes."
        ),
        .integer(
            "minimumValidationVolumes", \.minimumValidationVolumes, 1...Int(Int32.max),
            "On fewer validation volumes an organ's Dice decides nothing, and the organ is withheld."),
        .flag(
            "publishUndecided", \.publishUndecided,
            "Publish organs and masks also where too few validation volumes decide about their Dice."),
        .number(
            "minimumQuality", \.minimumQuality, .range(0...1),
            "A mask is withheld if its predicted Dice is smaller, or cannot be known; 0: never."),
        .number(
            "minimumLargestPart", \.minimumLargestPart, .range(0...1),
            "A mask is withheld if its largest connected part has a smaller share of it; 0: never."),
        .texts(
            "keepLargestPart", \.keepLargestPart, limits: "organs of run.organs, none twice",
            "Organs of whose predicted masks all connected parts but the largest are removed.", allowsNone: true),
        .number(
            "maximumChange", \.maximumChange, .range(0...1),
            "A mask is withheld if its share of changed voxels since the round before, 1 − Dice, is larger; 1: never."),
        .integer(
            "minimumAnnotatedVolumes", \.minimumAnnotatedVolumes, 1...Int(Int32.max),
            "An organ is withheld if fewer training volumes are annotated."),
    ]

    static let startFromLimits = "RUN/ROUND, a round of another run"

    private static let steps = 1...100_000_000

    /// A plan of the given values. The rest has its default; the default schedules follow from `rounds` and `gammaMax`.
    ///
    /// - Throws: `SettingError` with the first key that is unknown, missing or outside its limits.
    public init(_ values: [String: SettingValue]) throws(SettingError) {
        self.init(name: "", organs: [], split: "")
        try Self.requireKnown(values)
        for key in Self.keys where key.isRequired && values[key.name] == nil {
            throw .missing(key: key.name, limits: key.limits)
        }
        try apply(values.filter { ["rounds", "gammaMax"].contains($0.key) })
        setRounds(rounds, gammaMax: gammaMax)
        try apply(values)
        try validate()
    }

    private static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text != "." && text != ".."
            && text.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
                    || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
            }
    }
}
