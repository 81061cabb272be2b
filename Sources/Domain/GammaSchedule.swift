/// The share of predicted positives that a relabelling round believes: γₜ = maximum · t / T, none in round 0.
/// INERRANT's figures show three steps, positives only, growing; the numbers are ours (`docs/method.md`, section 2).
public struct GammaSchedule: Hashable, Sendable {
    /// T: the relabelling rounds after round 0.
    public let rounds: Int
    /// The share of the last round, in (0, 1]. At 1 the ranking has next to no leverage.
    public let maximum: Double

    /// - Precondition: at least one round, and a maximum in (0, 1].
    public init(rounds: Int = 3, maximum: Double = 1) {
        precondition(rounds > 0 && maximum > 0 && maximum <= 1, "a schedule of growing shares up to 1")
        (self.rounds, self.maximum) = (rounds, maximum)
    }

    /// The share for round 1...`rounds`; 0 for round 0, the maximum for any later round.
    public func gamma(round: Int) -> Double {
        maximum * Double(min(max(round, 0), rounds)) / Double(rounds)
    }
}
