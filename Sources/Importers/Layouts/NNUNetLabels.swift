internal import Documents

/// The key `labels` of nnU-Net's description: names with their values; `{"1": "liver"}` where it is written the other way round.
struct NNUNetLabels: Decodable, Sendable {
    private let written: [String: Value]

    /// A number, a list of numbers for a region, a number in quotation marks, or a name.
    private enum Value: Decodable {
        case values([Int])
        case text(String)
        case other

        init(from decoder: any Decoder) throws {
            if let one = try? Int(from: decoder) {
                self = .values([one])
            } else if let text = try? String(from: decoder) {
                self = LabelValue.parse(text).map { .values([$0]) } ?? .text(text)
            } else {
                self = (try? [Int](from: decoder)).map(Value.values) ?? .other
            }
        }
    }

    init(from decoder: any Decoder) throws { written = try [String: Value](from: decoder) }

    /// The keys of the object.
    var keys: [String] { Array(written.keys) }

    /// Whether a name has a value.
    var hasValues: Bool {
        !isInverted && written.values.contains { if case .values = $0 { true } else { false } }
    }

    /// Whether every key is a number and every value a name.
    var isInverted: Bool {
        !written.isEmpty
            && written.allSatisfy { key, value in
                if case .text = value { LabelValue.parse(key) != nil } else { false }
            }
    }

    /// The values of each name, ordered by name.
    /// - Parameters:
    ///   - document: the text of the description, for the lines of mistakes.
    ///   - file: its name.
    /// - Throws: `document` for a label that is neither a whole number from 0, nor a list of them.
    func values(in document: JSONDocument, _ file: String) throws(ImportError) -> [(name: String, values: [Int])] {
        if isInverted { return inverted }
        return try written.sorted { $0.key < $1.key }.map { name, value throws(ImportError) in
            guard case .values(let values) = value, !values.isEmpty, values.allSatisfy({ $0 >= 0 }) else {
                throw .document(
                    file: file,
                    DocumentProblem(
                        line: document.line(of: ["labels", name]),
                        "the value of the label \(name) is not a whole number from 0, or a list of them",
                        remedy: "correct its value"))
            }
            return (name, values)
        }
    }

    /// Equal names of several values are one label.
    private var inverted: [(name: String, values: [Int])] {
        let pairs = written.compactMap { key, value -> (name: String, value: Int)? in
            guard case .text(let name) = value, let number = LabelValue.parse(key), number >= 0 else { return nil }
            return (name, number)
        }
        return Dictionary(grouping: pairs, by: \.name).map { ($0.key, $0.value.map(\.value).sorted()) }
            .sorted { $0.name < $1.name }
    }
}
