internal import ArgumentParser

/// A round as an argument: `RUN/ROUND`.
struct RoundArgument: ExpressibleByArgument, Sendable {
    let run: String
    let round: Int

    init?(argument: String) {
        let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, let round = Int(parts[1]), round >= 0 else { return nil }
        (run, self.round) = (String(parts[0]), round)
    }
}
