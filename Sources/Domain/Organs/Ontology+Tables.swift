extension Ontology {
    /// The organs that Lacuna ships with; read from the generated tables at first use.
    public static let standard: Ontology = {
        do {
            return try Ontology(
                organs: OntologyData.organs, links: OntologyData.relations, synonyms: OntologyData.synonyms)
        } catch {
            preconditionFailure("the generated ontology is invalid: \(error)")
        }
    }()

    /// Parses the three tables of `ontology/`: comma-separated without quoting, with a header line.
    ///
    /// - Parameters:
    ///   - organs: `position,key,name,category,type,modifier,laterality,lesion_of`; a lesion has category 49755003.
    ///   - links: `part,whole,kind` with kind `division`, `within` or `overlaps`.
    ///   - synonyms: `synonym,key`.
    /// - Throws: `malformedRow` for the first invalid row. Consistency is checked by `validate()`.
    public init(organs: String, links: String, synonyms: String) throws(OntologyProblem) {
        let rows = try OrganTable(name: "ontology.csv", columns: 8, text: organs).map(OrganRow.init)
        let codes = Dictionary(rows.map { ($0.key, $0.code) }, uniquingKeysWith: { first, _ in first })
        self.init(
            organs: rows.map { $0.organ(regionCode: $0.host.flatMap { codes[$0] ?? nil }) },
            links: try OrganTable(name: "part_of.csv", columns: 3, text: links).map { fields in
                OrganRelation(rawValue: fields[2]).map {
                    OrganLink(part: OrganKey(fields[0]), whole: OrganKey(fields[1]), relation: $0)
                }
            },
            synonyms: try OrganTable(name: "synonyms.csv", columns: 2, text: synonyms).map {
                OrganSynonym(spelling: $0[0], key: OrganKey($0[1]))
            })
    }
}

/// A comma-separated table with a header line and no quoting; blank lines are skipped.
struct OrganTable {
    let name: String
    let columns: Int
    let text: String

    func map<Row>(_ read: ([String]) -> Row?) throws(OntologyProblem) -> [Row] {
        var rows: [Row] = []
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where index > 0 && !line.isEmpty {
            let fields = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
                .map { String(Substring($0)) }
            guard fields.count == columns, let row = read(fields) else {
                throw .malformedRow(table: name, line: index + 1, text: String(Substring(line)))
            }
            rows.append(row)
        }
        return rows
    }
}

private struct OrganRow {
    static let lesionCategory = "49755003"

    let position: Int
    let key: OrganKey
    let name: String
    let category: String
    let code: OrganCode?
    let laterality: Laterality
    let host: OrganKey?

    init?(_ fields: [String]) {
        guard let position = Int(fields[0]), !fields[1].isEmpty, let laterality = Laterality(rawValue: fields[6]) else {
            return nil
        }
        (self.position, self.laterality) = (position, laterality)
        (key, name, category) = (OrganKey(fields[1]), fields[2], fields[3])
        let modifier = fields[5].isEmpty ? nil : fields[5]
        code = fields[4].isEmpty ? nil : OrganCode(category: category, type: fields[4], modifier: modifier)
        host = fields[7].isEmpty ? nil : OrganKey(fields[7])
    }

    func organ(regionCode: OrganCode?) -> Organ {
        Organ(
            key: key, name: name, position: position, code: code, laterality: laterality,
            isLesion: category == Self.lesionCategory, host: host, regionCode: regionCode)
    }
}
