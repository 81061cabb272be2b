internal import Domain

/// The key `licence` of a description: a text, a list of texts, or objects with a text and its source.
struct StatedLicences: Decodable, Sendable {
    private let items: [Item]

    /// Never throws: a value of another type counts as no statement.
    init(from decoder: any Decoder) throws {
        if let one = try? Item(from: decoder) {
            items = [one]
        } else {
            items = (try? [Item](from: decoder)) ?? []
        }
    }

    /// The first statement, followed by the others; nil where there is none.
    /// - Parameter file: the description's name, recorded as the source.
    func licence(in file: String) -> Licence? {
        var seen = Set<LicenceStatement>()
        let all = items.filter { item in item.text.contains { !$0.isWhitespace } }
            .map { LicenceStatement(text: $0.text, source: $0.cited.map { "\(file), after \($0)" } ?? file) }
            .filter { seen.insert($0).inserted }
        return all.first.map { Licence(text: $0.text, source: $0.source, others: Array(all.dropFirst())) }
    }

    private struct Item: Decodable {
        let text: String
        /// The source that the description cites.
        let cited: String?

        enum Keys: String, CodingKey { case licence, license, name, source, dataset }

        init(from decoder: any Decoder) throws {
            if let text = try? String(from: decoder) {
                (self.text, cited) = (text, nil)
                return
            }
            let box = try decoder.container(keyedBy: Keys.self)
            func value(_ key: Keys) -> String? { try? box.decode(String.self, forKey: key) }
            text = try value(.licence) ?? value(.license) ?? box.decode(String.self, forKey: .name)
            let cited = [value(.dataset), value(.source)].compactMap { $0 }.joined(separator: ": ")
            self.cited = cited.isEmpty ? nil : cited
        }
    }
}
