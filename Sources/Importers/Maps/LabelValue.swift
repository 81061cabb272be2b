internal import Documents

/// A label value as people and programs write it in descriptions and tables.
enum LabelValue {
    /// The whole number: `1`, also written `01`, `+1` or `1.0`; nil for any other text.
    static func parse(_ text: some StringProtocol) -> Int? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 1 || !parts[1].isEmpty && parts[1].allSatisfy({ $0 == "0" }) else { return nil }
        return Int(parts[0])
    }

    /// - Parameters:
    ///   - keys: the keys of an object whose keys are values.
    ///   - object: the name of the object, for the lines of its keys.
    /// - Throws: `document` where two keys are one value in different spellings.
    static func refuseTwice(
        _ keys: some Sequence<String>, of object: String, in document: JSONDocument, file: String
    ) throws(ImportError) {
        let pairs = keys.compactMap { key in
            parse(key).map { (value: $0, key: key, line: document.line(of: [object, key])) }
        }
        var first: [Int: (key: String, line: Int)] = [:]
        for (value, key, line) in pairs.sorted(by: { ($0.line, $0.key) < ($1.line, $1.key) }) {
            if let other = first[value] {
                throw .document(
                    file: file,
                    DocumentProblem(
                        line: line,
                        "the value \(value) of \(object) occurs twice, as \(other.key) in line \(other.line) and as "
                            + "\(key) in line \(line)",
                        remedy: "keep one of the two"))
            }
            first[value] = (key, line)
        }
    }
}
