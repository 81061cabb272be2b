internal import Domain

/// What a description says under `licence`: a text, several, or objects that name a text and where that was read.
struct StatedLicences: Decodable, Sendable {
    private let items: [Item]

    /// Never throws: what is no text states nothing.
    init(from decoder: any Decoder) throws {
        if let one = try? Item(from: decoder) {
            items = [one]
        } else {
            items = (try? [Item](from: decoder)) ?? []
        }
    }

    /// The first statement with the others behind it; nil where there is none.
    /// - Parameter file: the description, where they were read.
    func licence(in file: String) -> Licence? {
        var seen = Set<LicenceStatement>()
        let all = items.filter { item in item.text.contains { !$0.isWhitespace } }
            .map { LicenceStatement(text: $0.text, source: $0.cited.map { "\(file), after \($0)" } ?? file) }
            .filter { seen.insert($0).inserted }
        return all.first.map { Licence(text: $0.text, source: $0.source, others: Array(all.dropFirst())) }
    }

    private struct Item: Decodable {
        let text: String
        /// Whom the description cites.
        let cited: String?

        enum Keys: String, CodingKey { case licence, license, name, source, dataset }

        init(from decoder: any Decoder) throws {
            if let text = try? String(from: decoder) {
                (self.text, cited) = (text, nil)
                return
            }
            let box = try decoder.container(keyedBy: Keys.self)
            func word(_ key: Keys) -> String? { try? box.decode(String.self, forKey: key) }
            text = try word(.licence) ?? word(.license) ?? box.decode(String.self, forKey: .name)
            let cited = [word(.dataset), word(.source)].compactMap { $0 }.joined(separator: ": ")
            self.cited = cited.isEmpty ? nil : cited
        }
    }
}
