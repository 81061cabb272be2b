public import Domain

/// The spellings of a catalogue's organs, and the only conversion of a spelling to a key.
public struct OrganNames: Sendable {
    private let keys: [String: OrganKey]
    private let spellings: [(spelling: String, key: OrganKey)]

    public init(_ organs: [OrganRow]) {
        spellings =
            organs.map { ($0.organ.rawValue, $0.organ) }
            + organs.flatMap { row in row.synonyms.map { ($0, row.organ) } }
            + organs.map { ($0.name, $0.organ) }
        keys = Dictionary(spellings.map { (Ontology.normalised($0.spelling), $0.key) }) { first, _ in first }
    }

    /// The organ of that key, synonym or name, whatever its case, blanks and punctuation.
    ///
    /// - Throws: `CatalogError.unknownOrgan` with the nearest keys.
    public func key(of name: String) throws(CatalogError) -> OrganKey {
        if let key = keys[Ontology.normalised(name)] { return key }
        let near = Spelling.nearest(to: name, among: spellings.map(\.spelling), limit: 12)
        var nearest: [OrganKey] = []
        for spelling in near {
            if let key = keys[Ontology.normalised(spelling)], !nearest.contains(key) { nearest.append(key) }
        }
        throw .unknownOrgan(name, nearest: Array(nearest.prefix(3)))
    }
}
