public import Domain
import Glibc

/// How the predicted positives of an organ are ranked.
public enum ConfidenceMethod: String, Sendable, Hashable, CaseIterable, Codable {
    /// A head that corrects the segmentation's own logit, trained on predicted positives, starting at no correction.
    case residual
    /// The segmentation's probability itself.
    case probability
}

/// Which predicted positives compete for the top fraction.
public enum RankingPool: String, Sendable, Hashable, CaseIterable, Codable {
    /// Those of one organ in one volume.
    case volume
    /// Those of one organ in all volumes together.
    case pooled
}

/// Everything that decides what a run does: pure data, kept with the run, so that a run can be repeated.
///
/// A plan numbers its rounds from 0 to `rounds`. Round 0 trains on known voxels alone; round t ≥ 1 goes on from the
/// weights of round t − 1 and trains on the annotations and the labels that round t − 1 published. A round fits its
/// confidence, evaluates on the validation part and then, all but the last, relabels with its own network and publishes:
/// round t publishes with `gammas[t]`. The last round publishes no labels. The defaults are ours, not the paper's.
public struct RunPlan: Sendable, Hashable, Codable {
    /// Unique in the catalogue, 1 to 64 letters, digits, `-`, `_` or `.`.
    public var name: String
    /// All randomness of the run follows from it; at most 2⁶³ − 1.
    public var seed: UInt64 = 1
    /// Number of relabellings T, 0 to 100; the run has T + 1 rounds. With 0 it trains once and publishes nothing: the
    /// comparison that learns from annotations alone.
    public var rounds: Int = 3
    /// Share of the ranked positives that becomes believed, one per relabelling, each in (0, gammaMax] and none smaller
    /// than the one before. By default k · gammaMax / T for k = 1 … T: 1/3, 2/3, 1.
    public var gammas: [Double] = RunPlan.gammas(rounds: 3, gammaMax: 1)
    /// Ceiling of `gammas`, in (0, 1].
    public var gammaMax: Double = 1
    /// Optimiser steps of round 0, at least 1. Its teacher should have reached its plateau.
    public var stepsInRoundZero: Int = 2000
    /// Optimiser steps of each later round, at least 1.
    public var stepsPerRound: Int = 1000
    /// Optimiser steps of the confidence head per round, at least 1; of no effect with `probability`.
    public var confidenceSteps: Int = 300
    /// Keys of the organs to learn, at least one, none twice.
    public var organs: [String]
    /// What counts as an organ of the plan, or as a whole of some of them: in each volume the first of the list that is
    /// annotated or absent there. An organ that is not named counts as itself alone, so that its variants stay apart. Each
    /// list has at least one organ; no organ stands in two lists, and none of another name that the plan learns.
    public var merge: [String: [String]] = [:]
    /// Name of the split whose parts train, confidence and validation the run uses. It never reads the test part.
    public var split: String
    /// Annotations of these origins are known; labels that a release shipped as a model's count only if `model` is here.
    public var knownOrigins: [LabelOrigin] = [.expert, .assisted, .reviewed]
    /// Modalities taken, at least one.
    public var modalities: [String] = ["CT"]
    /// Whether subjects in no part of the split are trained on.
    public var trainsOnUnassigned: Bool = false
    public var confidence: ConfidenceMethod = .residual
    public var rankingPool: RankingPool = .volume
    /// Share of the predicted negatives, least probable first, that becomes known per relabelling, each in [0, 1). Empty
    /// for none. By default from 0.90 to 0.99 in steps that shrink the rest by one factor: 0.90, 0.968, 0.99.
    public var confidentNegatives: [Double] = RunPlan.confidentNegatives(rounds: 3)
    /// An organ whose predicted volume on validation is over `guardRatio` times the annotated, or under one
    /// `guardRatio`-th of it, is not relabelled in that round. Above 1, at most 100.
    public var guardRatio: Double = 2
    /// An organ that is annotated in fewer training volumes is learned but never relabelled. At least 1.
    public var minimumAnnotatedVolumes: Int = 3

    public init(name: String, organs: [String], split: String) {
        (self.name, self.organs, self.split) = (name, organs, split)
    }

    /// Changes the number of relabellings with the schedules that follow from it.
    public mutating func setRounds(_ count: Int, gammaMax ceiling: Double = 1) {
        rounds = count
        gammaMax = ceiling
        gammas = Self.gammas(rounds: count, gammaMax: ceiling)
        confidentNegatives = Self.confidentNegatives(rounds: count)
    }

    /// Optimiser steps of a round.
    public func steps(inRound round: Int) -> Int { round == 0 ? stepsInRoundZero : stepsPerRound }

    /// Whether this round is the last, which publishes no labels.
    public func isLast(_ round: Int) -> Bool { round >= rounds }

    /// The share of positives with which a round publishes; nil for the last round.
    public func gamma(ofRound round: Int) -> Double? { gammas.indices.contains(round) ? gammas[round] : nil }

    /// The share of negatives that a round publishes as known; 0 where there is none.
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
