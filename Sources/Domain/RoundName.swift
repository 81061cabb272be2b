/// The name of a round as people write it: `RUN/ROUND`, where the round is a number from 0.
public struct RoundName: Hashable, Sendable, CustomStringConvertible {
    public let run: String
    public let round: Int

    /// Nil for another text. A number has at most nine digits and no sign.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, (1...9).contains(parts[1].utf8.count),
            parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let round = Int(parts[1])
        else { return nil }
        (run, self.round) = (String(parts[0]), round)
    }

    public var description: String { "\(run)/\(round)" }
}
