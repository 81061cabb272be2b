internal import Foundation

/// An event to be notified: names of runs, schedules and organs, numbers and constant words; no patient data.
public struct HookEvent: Sendable, Hashable {
    public enum Kind: String, Sendable, CaseIterable, Encodable {
        case roundPublished = "round-published"
        /// Organs of a round were withheld.
        case labelsWithheld = "labels-withheld"
        case roundFailed = "round-failed"
        case runFailed = "run-failed"
        case runFinished = "run-finished"
        /// The run was cancelled, because data or labels that it trains on were withdrawn.
        case dataWithdrawn = "data-withdrawn"
        case scheduleFailed = "schedule-failed"
    }

    public var kind: Kind
    public var run: String?
    public var schedule: String?
    public var round: Int?
    public var revision: Int64?
    /// Number of published labels.
    public var labels: Int?
    /// Published labels by organ.
    public var organs: [String: Int]?
    /// Reasons by withheld organ.
    public var withheld: [String: String]?
    public var reason: String?

    public init(_ kind: Kind, run: String? = nil) { (self.kind, self.run) = (kind, run) }

    /// One JSON object with the members that are known, and the time of the event.
    func json(at time: WallTime) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts and numbers are always encodable.
        return Array((try? encoder.encode(Message(event: self, time: time.text))) ?? Data()) + [UInt8(ascii: "\n")]
    }

    private struct Message: Encodable {
        let event: HookEvent
        let time: String

        enum Key: String, CodingKey {
            case event, time, run, schedule, round, revision, labels, organs, withheld, reason
        }

        func encode(to encoder: any Encoder) throws {
            var members = encoder.container(keyedBy: Key.self)
            try members.encode(event.kind, forKey: .event)
            try members.encode(time, forKey: .time)
            try members.encodeIfPresent(event.run, forKey: .run)
            try members.encodeIfPresent(event.schedule, forKey: .schedule)
            try members.encodeIfPresent(event.round, forKey: .round)
            try members.encodeIfPresent(event.revision, forKey: .revision)
            try members.encodeIfPresent(event.labels, forKey: .labels)
            try members.encodeIfPresent(event.organs, forKey: .organs)
            try members.encodeIfPresent(event.withheld, forKey: .withheld)
            try members.encodeIfPresent(event.reason, forKey: .reason)
        }
    }
}
