/// Prometheus' text format, version 0.0.4.
enum MetricText {
    static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    /// The lines of a family: help, type, and one line for each value.
    static func lines(of family: MetricFamily, _ values: [[String]: MetricRegistry.Series]) -> String {
        var text = "# HELP \(family.name) \(escapedHelp(family.help))\n# TYPE \(family.name) \(family.typeName)\n"
        for (labels, series) in values.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            let pairs = zip(family.labels, labels).map { ($0, $1) }
            switch series {
            case .value(let value): text += line(family.name, pairs, value)
            case .histogram(let counts, let count, let sum):
                text += histogram(family, pairs, counts, count, sum)
            }
        }
        return text
    }

    private static func histogram(
        _ family: MetricFamily, _ labels: [(String, String)], _ counts: [Int], _ count: Int, _ sum: Double
    ) -> String {
        guard case .histogram(let bounds) = family.kind else { return "" }
        var (text, total) = ("", 0)
        for (bound, inside) in zip(bounds + [.infinity], counts + [0]) {
            total = bound.isFinite ? total + inside : count
            text += line(family.name + "_bucket", labels + [("le", number(bound))], Double(total))
        }
        return text + line(family.name + "_sum", labels, sum) + line(family.name + "_count", labels, Double(count))
    }

    private static func line(_ name: String, _ labels: [(String, String)], _ value: Double) -> String {
        let inner = labels.map { "\($0.0)=\"\(escapedValue($0.1))\"" }.joined(separator: ",")
        return name + (labels.isEmpty ? "" : "{\(inner)}") + " \(number(value))\n"
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        guard value.isFinite else { return value > 0 ? "+Inf" : "-Inf" }
        return value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : value.description
    }

    private static func escapedHelp(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }

    private static func escapedValue(_ text: String) -> String {
        escapedHelp(text).replacing("\"", with: "\\\"")
    }
}
