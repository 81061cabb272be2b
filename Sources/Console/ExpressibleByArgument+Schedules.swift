public import ArgumentParser
public import Catalog

extension OverlapRule: ExpressibleByArgument {}

extension CatchUpRule: ExpressibleByArgument {}

extension AdoptionRule: ExpressibleByArgument {}

extension StartRule: ExpressibleByArgument {}

extension TimeWindow: ExpressibleByArgument {
    /// Such as `20:00-06:00`.
    public init?(argument: String) {
        let times = argument.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard times.count == 2, times.allSatisfy(Self.isTime) else { return nil }
        self.init(start: times[0], end: times[1])
    }

    private static func isTime(_ text: String) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2,
            parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let hour = Int(parts[0]), let minute = Int(parts[1])
        else { return false }
        return hour < 24 && minute < 60
    }
}

/// A duration as an option, such as `90s`, `10m` or `2h`.
package struct DurationArgument: ExpressibleByArgument, Sendable, Hashable, CustomStringConvertible {
    package let seconds: Double

    package init(seconds: Double) { self.seconds = seconds }

    package init?(argument: String) {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
        guard let last = argument.last, let unit = units[last], let count = Int(argument.dropLast()), count >= 0 else {
            return nil
        }
        self.init(seconds: Double(count) * unit)
    }

    package var defaultValueDescription: String { description }

    /// In the largest unit of which it is a multiple.
    package var description: String {
        let whole = Int(seconds)
        if whole > 0, whole % 3600 == 0 { return "\(whole / 3600)h" }
        if whole > 0, whole % 60 == 0 { return "\(whole / 60)m" }
        return "\(whole)s"
    }
}
