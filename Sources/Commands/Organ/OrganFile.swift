internal import Console
internal import Domain

/// Organs in a CSV file of the user's, comma-separated without quoting.
enum OrganFile {
    private static let columns: Set<String> = ["key", "name", "snomed", "laterality", "lesion", "part_of", "synonyms"]

    /// - Parameter firstPosition: the position of the first organ; the others follow.
    /// - Throws: a failure that names the line.
    static func parse(_ text: String, file: String, firstPosition: Int) throws -> Ontology {
        let lines = text.split(whereSeparator: \.isNewline).map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        let header = lines.first?.map { Ontology.normalised($0) } ?? []
        guard header.contains("key"), header.contains("name"), Set(header).isSubset(of: columns) else {
            throw failure(file, "the first line names the columns key and name, and of the others only \(others)")
        }
        var organs: [Organ] = []
        var links: [OrganLink] = []
        var synonyms: [OrganSynonym] = []
        for (number, fields) in lines.enumerated().dropFirst() {
            guard fields.count == header.count else {
                throw failure(file, "line \(number + 1) has \(fields.count) fields, the header \(header.count)")
            }
            let row = Dictionary(zip(header, fields.map { trimmed($0) }), uniquingKeysWith: { first, _ in first })
            let organ = try organ(row, position: firstPosition + organs.count, file: file, line: number + 1)
            organs.append(organ)
            links += entries(row["part_of"]).map { OrganLink(part: organ.key, whole: OrganKey($0), relation: .within) }
            synonyms += entries(row["synonyms"]).map { OrganSynonym(spelling: $0, key: organ.key) }
        }
        guard !organs.isEmpty else { throw failure(file, "it lists no organ") }
        return Ontology(organs: organs, links: links, synonyms: synonyms)
    }

    private static func organ(_ row: [String: String], position: Int, file: String, line: Int) throws -> Organ {
        guard let key = row["key"], !key.isEmpty, key == Ontology.normalised(key) else {
            throw failure(file, "line \(line): a key is lower case letters, digits and underscores")
        }
        let side = row["laterality"].flatMap { $0.isEmpty ? nil : $0 } ?? "none"
        guard let laterality = Laterality(rawValue: side) else {
            throw failure(file, "line \(line): laterality is none, left or right")
        }
        let isLesion = ["yes", "true", "1"].contains(row["lesion"] ?? "")
        let category = isLesion ? "49755003" : "123037004"
        let code = row["snomed"].flatMap { $0.isEmpty ? nil : OrganCode(category: category, type: $0) }
        return Organ(
            key: OrganKey(key), name: row["name"] ?? key, position: position, code: code, laterality: laterality,
            isLesion: isLesion)
    }

    private static var others: String { columns.subtracting(["key", "name"]).sorted().joined(separator: ", ") }

    private static func entries(_ field: String?) -> [String] {
        (field ?? "").split(separator: ";").map { trimmed($0) }.filter { !$0.isEmpty }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    private static func failure(_ file: String, _ problem: String) -> CommandFailure {
        CommandFailure(.badInput, problem, file: file, remedy: "correct the file; nothing was changed")
    }
}
