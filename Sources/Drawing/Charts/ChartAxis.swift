internal import Glibc

/// The range of a chart's axis, with ticks at round numbers.
package struct ChartAxis: Hashable, Sendable {
    package let title: String
    package let lower: Double
    package let upper: Double
    /// Whether only whole numbers have ticks.
    package let isWhole: Bool

    /// Covers the range exactly. An empty range is widened by a half on either side.
    package init(_ title: String, _ lower: Double, _ upper: Double, isWhole: Bool = false) {
        self.title = title
        self.isWhole = isWhole
        (self.lower, self.upper) = lower < upper ? (lower, upper) : (lower - 0.5, lower + 0.5)
    }

    /// From zero to the next round number above a count.
    package static func counting(_ title: String, upTo count: Double) -> ChartAxis {
        let step = ChartAxis(title, 0, max(1, count), isWhole: true).step(atMost: 6)
        return ChartAxis(title, 0, max(1, (count / step).rounded(.up)) * step, isWhole: true)
    }

    /// Ascending multiples of one, two or five times a power of ten.
    ///
    /// - Parameter count: the most steps that the range is divided into.
    package func ticks(atMost count: Int) -> [Double] {
        let step = step(atMost: count)
        let tolerance = 1e-9 * step
        return stride(from: (lower / step - 1e-9).rounded(.up), through: (upper + tolerance) / step, by: 1)
            .map { $0 == 0 ? 0 : $0 * step }
    }

    /// The number as the axis writes it, with the decimals of its ticks and commas between thousands.
    package func text(_ tick: Double, atMost count: Int) -> String {
        var (rest, decimals) = (step(atMost: count), 0)
        while decimals < 6, abs(rest - rest.rounded()) > 1e-6 * rest { (rest, decimals) = (rest * 10, decimals + 1) }
        return Self.text(tick, decimals: decimals)
    }

    package static func text(_ number: Double, decimals: Int) -> String {
        let unit = (0..<decimals).reduce(1) { power, _ in power * 10 }
        let scaled = Int((abs(number) * Double(unit)).rounded())
        let (whole, fraction) = (String(scaled / unit), String(scaled % unit))
        var grouped = ""
        for (index, digit) in whole.enumerated() {
            if index > 0, (whole.count - index) % 3 == 0 { grouped += "," }
            grouped.append(digit)
        }
        let sign = number < 0 && scaled > 0 ? "−" : ""
        guard decimals > 0 else { return sign + grouped }
        return sign + grouped + "." + String(repeating: "0", count: decimals - fraction.count) + fraction
    }

    /// The share of the axis below a number, 0 to 1 within the range.
    package func place(of number: Double) -> Double { (number - lower) / (upper - lower) }

    private func step(atMost count: Int) -> Double {
        let rough = (upper - lower) / Double(max(1, count))
        let power = pow(10, log10(rough).rounded(.down))
        let step = power * ([1, 2, 5].first { $0 * power >= rough * (1 - 1e-9) } ?? 10)
        return isWhole ? max(1, step.rounded()) : step
    }
}
