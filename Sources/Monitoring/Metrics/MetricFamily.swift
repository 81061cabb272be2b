/// A metric with its labels: the name, the meaning and the kind of what a program counts or measures.
public struct MetricFamily: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// Only grows while the process runs. The name ends in `_total`.
        case counter
        case gauge
        /// Counts observations up to each bound, ascending, and sums them.
        case histogram(bounds: [Double])
    }

    public let name: String
    public let kind: Kind
    /// One sentence for people.
    public let help: String
    /// The names of the labels, in the order in which values are given.
    public let labels: [String]

    public init(_ name: String, _ kind: Kind, _ help: String, labels: [String] = []) {
        (self.name, self.kind, self.help, self.labels) = (name, kind, help, labels)
    }

    var typeName: String {
        switch kind {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }
}
