public import Domain

/// How well the predicted Dice of a round agrees with the true Dice on held-out volumes.
public struct RoundQuality: Sendable, Hashable {
    /// The held-out masks with both.
    public var pairs: Int
    /// Rank correlation of the two, -1 to 1; nil where it is not defined.
    public var correlation: Double?
    /// The mean of the rank correlations within organs; nil where no organ has one.
    public var correlationWithin: Double?
    /// The rate at which the intervals are made to contain the true Dice, 0 to 1.
    public var intervalRate: Double
    /// The share of held-out masks whose interval contains the true Dice; nil without such masks.
    public var intervalCoverage: Double?

    public init(
        pairs: Int, correlation: Double?, correlationWithin: Double?, intervalRate: Double, intervalCoverage: Double?
    ) {
        (self.pairs, self.correlation, self.correlationWithin) = (pairs, correlation, correlationWithin)
        (self.intervalRate, self.intervalCoverage) = (intervalRate, intervalCoverage)
    }
}

public enum GuardOutcome: String, Sendable, Hashable, CaseIterable {
    case passed, failed
    /// There were too few data to decide.
    case undecided
}

/// The result of a guard of a round for one organ.
public struct GuardRecord: Sendable, Hashable {
    public var organ: OrganKey
    /// Its name, of letters and digits.
    public var `guard`: String
    /// What was measured; nil where nothing could be.
    public var value: Double?
    /// The limit of the configuration; nil where there is none.
    public var limit: Double?
    public var outcome: GuardOutcome

    public init(organ: OrganKey, guard name: String, value: Double?, limit: Double?, outcome: GuardOutcome) {
        (self.organ, self.guard, self.outcome) = (organ, name, outcome)
        (self.value, self.limit) = (value, limit)
    }
}

/// A withheld organ whose masks a person released.
public struct OrganOverride: Sendable, Hashable {
    public let organ: OrganKey
    public let revision: Revision
    public let who: String
    /// The operating system's user who ran the program; nil where it was not recorded.
    public let account: String?
    public let reason: String
    /// ISO 8601, in UTC.
    public let time: String
}
