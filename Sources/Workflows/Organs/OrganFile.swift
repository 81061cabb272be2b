internal import Documents
internal import Domain

/// The organs of a CSV file with a header, such as `lacuna organ list --csv` writes. `key` and `name` are required.
enum OrganFile {
    private static let columns: Set<String> = [
        "key", "name", "snomed", "laterality", "lesion", "lesion_of", "part_of", "division_of", "overlaps",
        "variant_of", "synonyms",
    ]
    /// Other names of columns, among them those of `lacuna organ list`.
    private static let otherNames = [
        "organ": "key", "side": "laterality", "partof": "part_of", "divisionof": "division_of",
        "variantof": "variant_of", "lesionof": "lesion_of",
    ]

    /// - Parameter firstPosition: the position of the first organ; the others follow.
    /// - Throws: `WorkflowError` of kind `badInput` that names the line.
    static func parse(_ text: String, file: String, firstPosition: Int) throws -> Ontology {
        let table = try CSVTable(text, file: file)
        let header = table.header.map { Ontology.normalised($0) }.map { otherNames[$0] ?? $0 }
        guard header.contains("key"), header.contains("name"), Set(header).isSubset(of: columns) else {
            throw failure(file, "the header must name the columns key and name, and may name \(others)")
        }
        var organs: [Organ] = []
        var links: [OrganLink] = []
        var synonyms: [OrganSynonym] = []
        for line in table.rows {
            let row = Dictionary(zip(header, line.fields), uniquingKeysWith: { first, _ in first })
            let organ = try organ(row, position: firstPosition + organs.count, file: file, line: line.line)
            organs.append(organ)
            links += try self.links(of: organ.key, row, file: file, line: line.line)
            let spellings = entries(row["synonyms"])
            try requireWords([organ.key.rawValue, organ.name] + spellings, file: file, line: line.line)
            synonyms += spellings.map { OrganSynonym(spelling: $0, key: organ.key) }
        }
        guard !organs.isEmpty else { throw failure(file, "the file lists no organ") }
        return Ontology(organs: organs, links: links, synonyms: synonyms)
    }

    /// An organ named in several columns has the relation of the first of them.
    private static func links(
        of key: OrganKey, _ row: [String: String], file: String, line: Int
    ) throws -> [OrganLink] {
        guard entries(row["variant_of"]).count < 2 else {
            throw failure(file, "line \(line): an organ can be a variant of only one organ")
        }
        let relations: [(String, OrganRelation)] = [
            ("division_of", .division), ("part_of", .within), ("overlaps", .overlaps), ("variant_of", .variant),
        ]
        var seen: Set<String> = []
        return relations.flatMap { column, relation in
            entries(row[column]).filter { seen.insert($0).inserted }
                .map { OrganLink(part: key, whole: OrganKey($0), relation: relation) }
        }
    }

    private static func organ(_ row: [String: String], position: Int, file: String, line: Int) throws -> Organ {
        guard let key = row["key"], !key.isEmpty, isKey(key) else {
            throw failure(
                file,
                "line \(line): a key consists of letters, digits and underscores and begins with a lower case letter")
        }
        let side = row["laterality"].flatMap { $0.isEmpty ? nil : $0 } ?? "none"
        guard let laterality = Laterality(rawValue: side) else {
            throw failure(file, "line \(line): laterality must be none, left or right")
        }
        let hosts = entries(row["lesion_of"])
        guard hosts.count < 2 else {
            throw failure(file, "line \(line): an organ can be a lesion of only one organ")
        }
        guard let stated = truth(row["lesion"]) else {
            throw failure(file, "line \(line): lesion must be yes or no")
        }
        let host = hosts.first
        let isLesion = host != nil || stated
        let category = isLesion ? "49755003" : "123037004"
        let code = row["snomed"].flatMap { $0.isEmpty ? nil : OrganCode(category: category, type: $0) }
        return Organ(
            key: OrganKey(key), name: row["name"].flatMap { $0.isEmpty ? nil : $0 } ?? key, position: position,
            code: code, laterality: laterality,
            isLesion: isLesion, host: host.map { OrganKey($0) })
    }

    private static func requireWords(_ words: [String], file: String, line: Int) throws {
        for word in words {
            guard let problem = OrganWord.problem(word) else { continue }
            let shown = word.unicodeScalars.count > 40 ? "\(word.prefix(40))…" : word
            throw failure(file, "line \(line): the key, name or synonym \(shown) \(problem)")
        }
    }

    /// False for an empty field; nil for any other word than those of yes and no.
    private static func truth(_ field: String?) -> Bool? {
        switch (field ?? "").lowercased() {
        case "yes", "true", "1": true
        case "no", "false", "0", "": false
        default: nil
        }
    }

    /// Whether the catalogue accepts a key.
    private static func isKey(_ text: String) -> Bool {
        guard let first = text.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else { return false }
        return text.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }

    private static var others: String { columns.subtracting(["key", "name"]).sorted().joined(separator: ", ") }

    /// Entries of a field, separated by semicolons or written as `["a", "b"]`, as `lacuna organ list` does.
    private static func entries(_ field: String?) -> [String] {
        guard let field, field.hasPrefix("["), field.hasSuffix("]") else {
            return (field ?? "").split(separator: ";").map { CSVRecords.trimmed($0) }.filter { !$0.isEmpty }
        }
        return field.dropFirst().dropLast().split(separator: ",").map { CSVRecords.trimmed($0) }
            .map { $0.count > 1 && $0.hasPrefix("\"") && $0.hasSuffix("\"") ? String($0.dropFirst().dropLast()) : $0 }
            .filter { !$0.isEmpty }
    }

    private static func failure(_ file: String, _ problem: String) -> WorkflowError {
        WorkflowError(.badInput, problem, file: file, remedy: "correct the file; nothing was changed")
    }
}
