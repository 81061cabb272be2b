internal import Synchronization

/// The values of metrics, kept in memory, for any number of threads.
///
/// Label values are given in the order of `MetricFamily.labels`. A family that is not registered, a wrong number of label values and a
/// counter that falls are mistakes of the programmer.
public final class MetricRegistry: Sendable {
    private let families: [MetricFamily]
    private let values: Mutex<[String: [[String]: Series]]>

    /// The value of one combination of label values.
    enum Series: Sendable {
        case value(Double)
        /// Observations up to each bound of the family, not cumulated, their number and their sum.
        case histogram(counts: [Int], count: Int, sum: Double)
    }

    /// Families without labels begin with the value 0, except gauges, which are unknown until they are set.
    public init(_ families: [MetricFamily]) {
        precondition(Set(families.map(\.name)).count == families.count, "each family has its own name")
        self.families = families.sorted { $0.name < $1.name }
        var values: [String: [[String]: Series]] = [:]
        for family in families {
            let isZero = family.labels.isEmpty && family.kind != .gauge
            values[family.name] = isZero ? [[]: Self.zero(family)] : [:]
        }
        self.values = Mutex(values)
    }

    /// Adds to a counter.
    public func add(_ amount: Double = 1, to family: MetricFamily, _ labels: [String] = []) {
        precondition(family.kind == .counter && amount >= 0, "a counter only grows")
        change(family, labels) { series in
            guard case .value(let value) = series else { return series }
            return .value(value + amount)
        }
    }

    /// Sets a gauge.
    public func set(_ family: MetricFamily, to value: Double, _ labels: [String] = []) {
        precondition(family.kind == .gauge, "only a gauge is set")
        change(family, labels) { _ in .value(value) }
    }

    /// Sets a gauge for these label values, and removes all others.
    public func replace(_ family: MetricFamily, with series: [[String]: Double]) {
        precondition(family.kind == .gauge, "only a gauge is set")
        precondition(series.keys.allSatisfy { $0.count == family.labels.count }, "each label has a value")
        values.withLock { $0[family.name] = series.mapValues { .value($0) } }
    }

    /// Adds an observation to a histogram.
    public func observe(_ value: Double, in family: MetricFamily, _ labels: [String] = []) {
        guard case .histogram(let bounds) = family.kind else {
            preconditionFailure("only a histogram takes observations")
        }
        change(family, labels) { series in
            guard case .histogram(var counts, let count, let sum) = series else { return series }
            if let place = bounds.firstIndex(where: { value <= $0 }) { counts[place] += 1 }
            return .histogram(counts: counts, count: count + 1, sum: sum + value)
        }
    }

    /// All values in Prometheus' text format, version 0.0.4, by name and labels.
    public func text() -> String {
        let values = values.withLock { $0 }
        return families.map { MetricText.lines(of: $0, values[$0.name] ?? [:]) }.joined()
    }

    private func change(_ family: MetricFamily, _ labels: [String], _ body: (Series) -> Series) {
        precondition(labels.count == family.labels.count, "each label has a value")
        values.withLock { values in
            guard let known = values[family.name] else { preconditionFailure("the family is registered") }
            values[family.name]?[labels] = body(known[labels] ?? Self.zero(family))
        }
    }

    private static func zero(_ family: MetricFamily) -> Series {
        guard case .histogram(let bounds) = family.kind else { return .value(0) }
        return .histogram(counts: bounds.map { _ in 0 }, count: 0, sum: 0)
    }
}
