internal import Foundation

/// Numbers in the reasons of a plan.
package enum PlanNumber {
    /// With at most so many decimals, and no zeros at the end.
    package static func text(_ value: Double, places: Int) -> String {
        let fixed = String(format: "%.\(places)f", value)
        guard fixed.contains(".") else { return fixed }
        let short = fixed.reversed().drop { $0 == "0" }
        return String((short.first == "." ? short.dropFirst() : short).reversed())
    }

    /// In megabytes or gigabytes of 10^6 or 10^9 bytes, rounded up.
    package static func bytes(_ count: Int) -> String {
        count < 1_000_000_000
            ? "\((count + 999_999) / 1_000_000) MB" : "\(text((Double(count) / 1e8).rounded(.up) / 10, places: 1)) GB"
    }
}
