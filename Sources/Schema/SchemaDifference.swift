/// A property of the schema that differs from what the migrations make.
public struct SchemaDifference: Hashable, Sendable, CustomStringConvertible {
    /// The object, such as `function lacuna.lease()`.
    public let subject: String
    /// What differs, one clause: `the owner is postgres instead of lacuna_owner`.
    public let problem: String

    public var description: String { "\(subject): \(problem)" }
}

/// Properties of the schema by object and name; a property with several values has them joined.
struct SchemaFacts {
    private(set) var subjects: [String: [String: String]] = [:]

    mutating func add(_ subject: String, _ property: String, _ value: String) {
        let other = subjects[subject]?[property]
        subjects[subject, default: [:]][property] = other.map { "\($0), \(value)" } ?? value
    }

    /// What the migrations make.
    ///
    /// - Parameter major: of the server; what another major version writes differently is left out.
    static func expected(on major: Int) -> SchemaFacts {
        var facts = SchemaFacts()
        for line in ExpectedSchema.facts.split(separator: "\n") {
            let parts = line.split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 3, isComparable(parts[1], on: major) else { continue }
            facts.add(parts[0], parts[1], parts[2])
        }
        return facts
    }

    static func isComparable(_ property: String, on major: Int) -> Bool {
        property != "text" || major == ExpectedSchema.major
    }

    /// The differences of `actual`, by object.
    func differences(_ actual: SchemaFacts) -> [SchemaDifference] {
        Set(subjects.keys).union(actual.subjects.keys).sorted().flatMap { subject in
            Self.differences(subject, subjects[subject], actual.subjects[subject])
        }
    }

    private static func differences(
        _ subject: String, _ expected: [String: String]?, _ actual: [String: String]?
    ) -> [SchemaDifference] {
        guard let expected else { return [SchemaDifference(subject: subject, problem: "no migration makes it")] }
        guard let actual else { return [SchemaDifference(subject: subject, problem: "it is missing")] }
        return Set(expected.keys).union(actual.keys).sorted().compactMap { property in
            let (wanted, found) = (expected[property], actual[property])
            if wanted == found { return nil }
            return SchemaDifference(subject: subject, problem: describe(property, found: found, wanted: wanted))
        }
    }

    private static func describe(_ property: String, found: String?, wanted: String?) -> String {
        switch property {
        case "source", "text": "the \(property) was changed"
        default: "\(property) is \(found ?? "none") instead of \(wanted ?? "none")"
        }
    }
}
