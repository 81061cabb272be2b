public import Domain
public import Postgres

/// What becomes of a tick while a run of its schedule is open.
public enum OverlapRule: String, Sendable, CaseIterable {
    case skip, queue
}

/// What becomes of ticks that no daemon was there for: all are skipped, or the newest of them runs.
public enum CatchUpRule: String, Sendable, CaseIterable {
    case none, once
}

/// Whether a scheduled run becomes the current one by itself.
public enum AdoptionRule: String, Sendable, CaseIterable {
    case never
    case ifBetter = "if-better"
}

/// What round 0 of a scheduled run starts from: new weights, or those of the schedule's previous run.
public enum StartRule: String, Sendable, CaseIterable {
    case scratch, previous
}

/// A schedule to be created.
public struct NewSchedule: Sendable {
    public var name: String
    /// The sections of the configuration as a JSON object.
    public var configuration: JSONText
    public var split: String
    /// The origins whose annotations are used.
    public var origins: [LabelOrigin]
    public var trainsUnassigned: Bool
    public var modalities: [String]
    public var organs: [OrganKey]
    /// The organs whose annotations are used for an organ, the preferred one first.
    public var classMapping: [OrganKey: [OrganKey]]
    public var trigger = ScheduleTrigger()
    public var overlap = OverlapRule.skip
    public var catchUp = CatchUpRule.none
    public var adopt = AdoptionRule.never
    /// The loss of mean paired Dice of an organ up to which a run is not worse, 0 to 1.
    public var adoptionMargin = 0.02
    /// Organs with fewer volumes that both runs were evaluated on are not compared.
    public var adoptionVolumes = 5
    public var startFrom = StartRule.scratch
    /// Hours after which a run is stopped; nil: no limit.
    public var maximumHours: Double?

    public init(
        name: String, configuration: JSONText, split: String, origins: [LabelOrigin], trainsUnassigned: Bool,
        modalities: [String], organs: [OrganKey], classMapping: [OrganKey: [OrganKey]]
    ) {
        (self.name, self.configuration, self.split, self.origins) = (name, configuration, split, origins)
        (self.trainsUnassigned, self.modalities) = (trainsUnassigned, modalities)
        (self.organs, self.classMapping) = (organs, classMapping)
    }
}

/// When a schedule makes runs.
public struct ScheduleTrigger: Sendable, Hashable {
    /// A cron expression; nil: not by time.
    public var cron: String?
    /// The IANA name of the zone of `cron` and the window.
    public var timeZone = "UTC"
    /// The number of new annotations; nil: not by data.
    public var whenNew: Int?
    /// Seconds without a revision after which new annotations are counted.
    public var quietSeconds = 60.0
    /// The local times, `HH:MM`, from and up to which runs may start; nil: at any time.
    public var window: TimeWindow?
    /// A run by time is delayed by up to as many seconds.
    public var jitterSeconds = 0.0

    public init() {}
}

/// A part of the day; it goes over midnight where the end is before the start.
public struct TimeWindow: Sendable, Hashable, CustomStringConvertible {
    /// `HH:MM`.
    public let start, end: String

    public init(start: String, end: String) { (self.start, self.end) = (start, end) }

    public var description: String { "\(start)-\(end)" }
}

/// An instant, as a JSON result and as a table shows it.
public struct ScheduleInstant: Sendable, Hashable {
    /// ISO 8601, UTC.
    public let utc: String
    /// `YYYY-MM-DD HH:MM` in the time zone of the schedule; followed by ` UTC`, and in UTC, where the server does not know the zone.
    public let local: String
}

/// What became of a tick.
public enum TickOutcome: String, Sendable, CaseIterable {
    case waiting, running, done
    /// Its job is not tried again until a person retries it.
    case failed
    case cancelled, skipped
}

/// A schedule with its state.
public struct ScheduleRow: Sendable, Hashable {
    public let id: Int64
    public let name: String
    public let trigger: ScheduleTrigger
    public let isPaused: Bool
    /// The next instants of `cron`, at most three.
    public let next: [ScheduleInstant]
    /// The newest tick; nil before the first.
    public let last: LastTick?

    public struct LastTick: Sendable, Hashable {
        public let instant: ScheduleInstant
        public let outcome: TickOutcome
        public let run: String?
    }
}

/// All of a schedule.
public struct ScheduleDetail: Sendable, Hashable {
    public let overlap: OverlapRule
    public let catchUp: CatchUpRule
    public let adopt: AdoptionRule
    public let adoptionMargin: Double
    public let adoptionVolumes: Int
    public let startFrom: StartRule
    public let maximumHours: Double?
    public let organs: [OrganKey]
    public let split: String
    /// The sections of the configuration.
    public let configuration: JSONText
    /// Annotations that the next run would use and that are newer than `trainedRevision`.
    public let newAnnotations: Int
    /// The revision that the last finished run trained on; before the first one that of the schedule's creation.
    public let trainedRevision: Revision
}

/// What a person did with a schedule.
public struct ScheduleActionRow: Sendable, Hashable {
    /// ISO 8601, UTC.
    public let time: String
    public let action: String
    public let agent: String
    public let account: String?
    public let reason: String?
    public let run: String?
}

/// A tick of a schedule.
public struct TickRow: Sendable, Hashable {
    public let schedule: String
    public let instant: ScheduleInstant
    public let cause: String
    public let outcome: TickOutcome
    /// Why it is skipped, failed, cancelled or still waits.
    public let reason: String?
    /// The name of its run, which may not exist yet; nil for a tick that was skipped at once.
    public let run: String?
    /// The revision whose annotations the run trained on.
    public let revision: Revision?
    public let newAnnotations: Int?
    /// The number of missed ticks that the row represents.
    public let missed: Int?
    public let job: JobID?
    public let attempts: Int?
    /// Whether the run became the current one by itself, or waits for a person.
    public let adoption: AdoptionDecision?
    public let adoptionReason: String?
}

/// Whether a scheduled run became the current one by itself, or waits for a person.
public enum AdoptionDecision: String, Sendable {
    case adopted, proposed
}

/// A scheduled run that waits for a person to adopt it.
public struct AdoptionProposal: Sendable, Hashable {
    public let run: String
    public let currentRun: String?
    public let reason: String
    /// The id of its schedule.
    public let schedule: Int64?
}

/// What was decided of a scheduled run at its end.
public struct RunDecision: Sendable, Hashable {
    /// The run that was the current one; nil: none.
    public let currentRun: String?
    public let decision: AdoptionDecision
    public let reason: String
}

/// What `fireTicks` did and foresees.
public struct FiredTicks: Sendable, Hashable {
    /// Seconds until something may be due; nil where nothing is foreseen.
    public let secondsToNext: Double?
    /// Ticks that run.
    public let fired: Int
    /// Ticks that no daemon was there for.
    public let missed: Int
}

/// What the holder of a scheduled run's job does.
public struct ScheduledRun: Sendable, Hashable {
    public let schedule: String
    public let number: Int
    /// cron, data, run-now or catch-up.
    public let cause: String
    public let name: String
    /// The sections of the configuration, with another name of the run.
    public let configuration: JSONText
    /// The run from whose weights round 0 starts; nil: from scratch.
    public let previousRun: String?
    public let adopt: AdoptionRule
    public let maximumHours: Double?
    /// What is left of them since the run first started, or was started again by a person; nil: no limit.
    public let secondsLeft: Double?
    /// From 1.
    public let attempt: Int
}

/// The mean held-out Dice of an organ over the volumes that a run and the current run were both evaluated on.
public struct AdoptionComparison: Sendable, Hashable {
    public let organ: OrganKey
    public let volumes: Int
    public let currentDice: Double
    public let dice: Double
    /// The loss of Dice up to which the run is not worse.
    public let margin: Double
    /// Whether the volumes are enough.
    public let isCompared: Bool
    public let isWorse: Bool
}
