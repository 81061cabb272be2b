public import Domain
internal import Glibc

/// Everything that decides what a run does: plain data, kept with the run, so that a run can be reproduced.
///
/// A plan numbers its rounds from 0 to `rounds`. Round 0 trains on known voxels alone; round t ≥ 1 continues from the
/// weights of round t − 1, or starts anew (`student`), and trains on the annotations and the labels that round t − 1 published. A round fits its
/// confidence, evaluates on the validation part and then, all but the last, relabels with its own network and publishes:
/// round t publishes with `gammas[t]`. The last round publishes no labels. The defaults are ours, not the paper's.
///
/// `keys` describes each value: its limits, and its key in a configuration.
public struct RunPlan: Sendable, Hashable {
    /// Unique in the catalogue.
    public var name: String
    /// Seed of all random choices of the run, 0 or more.
    public var seed = 1
    /// Number of relabellings T; the run has T + 1 rounds. With 0 it trains once and publishes nothing: the comparison
    /// that learns from annotations alone.
    public var rounds = 3
    /// Accepted share of the ranked positives, one per relabelling, each in [0, gammaMax] and none smaller than the one
    /// before. Default: k · gammaMax / T for k = 1 … T, that is 1/3, 2/3, 1.
    public var gammas: [Double] = RunPlan.gammas(rounds: 3, gammaMax: 1)
    /// Largest value of `gammas`, from 0 to 1.
    public var gammaMax = 1.0
    /// Optimiser steps of round 0. The network should have reached its plateau before it relabels.
    public var stepsInRoundZero = 2000
    /// Optimiser steps of each later round.
    public var stepsPerRound = 1000
    /// Optimiser steps between two evaluations of a round's network on the validation part; 0: none while it trains.
    public var validateEvery = 0
    /// Training of a round ends where the best mean Dice gained less than this over `plateauSteps` steps. Above 0, at most 1.
    public var plateauGain = 0.003
    /// 0: a round takes all of its steps. Otherwise at least `validateEvery`.
    public var plateauSteps = 0
    /// Optimiser steps of the confidence head in each round; without effect unless `confidence` has a head.
    public var confidenceSteps = 300
    /// Keys of the organs to learn, at least one, none twice.
    public var organs: [String]
    /// Which organs count as an organ of the plan, or as a composite of some of them: in each volume the first of the list
    /// that is annotated or absent. An organ without a list counts as itself alone, so that its variants stay separate.
    /// Each list has at least one organ; no organ is in two lists or is another organ of the plan.
    public var classMapping: [String: [String]] = [:]
    /// Name of the split whose parts train, confidence and validation the run uses. It never reads the test part.
    public var split: String
    /// Annotations of these origins are known; labels that a release shipped as a model's count only if `model` is here.
    public var knownOrigins: [LabelOrigin] = [.expert, .assisted, .reviewed]
    /// Modalities of the volumes, at least one.
    public var modalities = ["CT"]
    /// Whether subjects in no part of the split are trained on.
    public var trainsOnUnassigned = false
    public var confidence = ConfidenceMethod.probability
    public var rankingPool = RankingPool.volume
    /// `RUN/ROUND`, the closed round of another run from whose weights round 0 starts; nil: from new weights.
    public var startFrom: String?
    /// What the rounds after round 0 start from.
    public var student = StudentStart.continued
    /// Weight of the voxels that only a pseudo label knows in the loss, above 0 to 1.
    public var pseudoWeight = 1.0
    /// Whether a voxel of an organ is a known negative of the organs that it excludes.
    public var usesExclusions = true
    /// Accepted share of the predicted negatives, least probable first, one per relabelling, each in [0, 1]. Empty for
    /// none. Default: from 0.90 to 0.99 in steps that shrink the rest by one factor: 0.90, 0.968, 0.99.
    public var confidentNegatives: [Double] = RunPlan.confidentNegatives(rounds: 3)
    /// Predicted positives with a smaller confidence are not accepted, 0 to 1.
    public var minimumConfidence = 0.0
    /// An organ whose predicted volume on validation is over `guardRatio` times the annotated volume, or under one
    /// `guardRatio`-th of it, is withheld in that round. Above 1, at most 100.
    public var guardRatio = 2.0
    /// An organ with a smaller mean Dice on validation volumes is withheld in that round. From 0 to 1; 0 withholds none.
    public var minimumDice = 0.5
    /// An organ whose mean Dice fell by more since the round before, on the same validation volumes, is withheld. From 0 to 1.
    public var maximumDiceLoss = 0.05
    /// On fewer validation volumes nothing is decided about an organ's Dice, and it is withheld. At least 1.
    public var minimumValidationVolumes = 5
    /// Whether an organ of which nothing is decided is published all the same.
    public var publishUndecided = false
    /// A mask with a smaller predicted Dice is withheld. From 0 to 1; 0 withholds none.
    public var minimumQuality = 0.5
    /// A mask whose largest connected part has a smaller share of it is withheld. From 0 to 1; 0 withholds none.
    public var minimumLargestPart = 0.3
    /// The organs of whose predicted masks the largest connected part alone is kept. Each is an organ of the plan.
    public var keepLargestPart: [String] = []
    /// A mask that differs by more from that of the round before is withheld. From 0 to 1, which withholds none.
    public var maximumChange = 1.0
    /// An organ that is annotated in fewer training volumes is learned but always withheld. At least 1.
    public var minimumAnnotatedVolumes = 3

    public init(name: String, organs: [String], split: String) {
        (self.name, self.organs, self.split) = (name, organs, split)
    }

    /// Changes the number of relabellings and the schedules that follow from it.
    public mutating func setRounds(_ count: Int, gammaMax ceiling: Double = 1) {
        rounds = count
        gammaMax = ceiling
        gammas = Self.gammas(rounds: count, gammaMax: ceiling)
        confidentNegatives = Self.confidentNegatives(rounds: count)
    }

    /// Indices of the organs of whose predicted masks the largest part alone is kept.
    public var organsKeptInOnePart: Set<Int> { Set(organs.indices.filter { keepLargestPart.contains(organs[$0]) }) }

    /// Optimiser steps of a round.
    public func steps(inRound round: Int) -> Int { round == 0 ? stepsInRoundZero : stepsPerRound }

    /// Whether this round is the last, which publishes no labels.
    public func isLast(_ round: Int) -> Bool { round >= rounds }

    /// Accepted share of the positives of a round; nil for the last round.
    public func gamma(ofRound round: Int) -> Double? { gammas.indices.contains(round) ? gammas[round] : nil }

    /// Accepted share of the negatives of a round; 0 where there is none.
    public func confidentNegatives(ofRound round: Int) -> Double {
        confidentNegatives.indices.contains(round) ? confidentNegatives[round] : 0
    }

    static func gammas(rounds: Int, gammaMax: Double) -> [Double] {
        rounds < 1 ? [] : (1...rounds).map { Double($0) * gammaMax / Double(rounds) }
    }

    /// 1 − 0.1 · 0.1^(k / (rounds − 1)) for k = 0 …, rounded to three digits.
    static func confidentNegatives(rounds: Int) -> [Double] {
        (0..<max(0, rounds)).map { step in
            let rest = 0.1 * pow(0.1, Double(step) / Double(max(1, rounds - 1)))
            return ((1 - rest) * 1000).rounded() / 1000
        }
    }
}
