internal import Domain
internal import FoundationEssentials

/// AMOS: what an image shows is in no NIfTI header. A table with a column `modality` beside the folders decides, else
/// the number: 501 to 600 are MR. An MR case has neither bladder nor prostate annotated.
struct AMOSFacts: RuleFacts {
    private let modalities: [Int: Modality]
    let findings: [ImportFinding]

    private static let magnetic = 501...600
    private static let notInMR: Set<OrganKey> = ["urinary_bladder", "prostate_or_uterus"]

    init(_ evidence: RuleEvidence) throws(ImportError) {
        modalities = Self.table(evidence.listing)
        let numbers = evidence.match.labels.compactMap { $0.parts["case"].flatMap { Int($0) } }
        let guessed = numbers.filter { [modalities] in modalities[$0] == nil }
        guard !guessed.isEmpty, evidence.options.modality == nil else {
            findings = []
            return
        }
        let count = guessed.count(where: Self.magnetic.contains)
        findings = [
            ImportFinding(
                .description, file: evidence.listing.folder.name,
                problem: "modality taken from the number (501 to 600 are MR): \(count) MR, \(guessed.count - count) CT",
                remedy: "put a table with the columns amos_id and modality beside the folders if this is wrong")
        ]
    }

    func modality(_ parts: [String: String]) -> Modality? {
        guard let number = parts["case"].flatMap({ Int($0) }) else { return nil }
        return modalities[number] ?? (Self.magnetic.contains(number) ? .mr : .ct)
    }

    func scope(_ parts: [String: String], _ modality: Modality) -> LabelScope? {
        modality == .mr ? .except(Self.notInMR) : nil
    }

    /// Number to modality from every table in the folder that has both columns.
    private static func table(_ listing: FolderListing) -> [Int: Modality] {
        var found: [Int: Modality] = [:]
        for name in listing.files(in: "") where name.hasSuffix(".csv") {
            guard let rows = CSVRows(file: listing.folder.root + "/" + name) else { continue }
            for row in rows.rows {
                let id = rows.value("amos_id", row) ?? rows.value("id", row)
                guard let number = id.flatMap({ Int($0) }), let word = rows.value("modality", row) else { continue }
                found[number] = Modality(word: word)
            }
        }
        return found
    }
}

/// A table with a line of column names; fields between commas, in double quotes where they hold one.
struct CSVRows {
    let rows: [[String]]
    private let columns: [String: Int]

    init?(file: String) {
        guard let bytes = FileManager.default.contents(atPath: file) else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map(Self.fields)
        guard let head = lines.first else { return nil }
        columns = Dictionary(
            head.enumerated().map { ($1.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
        rows = Array(lines.dropFirst())
    }

    func has(_ names: String...) -> Bool { names.allSatisfy { columns[$0] != nil } }

    /// The field of that column; nil where the row is shorter or the field empty.
    func value(_ column: String, _ row: [String]) -> String? {
        guard let index = columns[column], index < row.count, !row[index].isEmpty else { return nil }
        return row[index]
    }

    private static func fields(_ line: Substring) -> [String] {
        var (fields, field, quoted) = ([String](), "", false)
        for character in line {
            switch character {
            case "\"": quoted.toggle()
            case "," where !quoted:
                fields.append(field)
                field = ""
            default: field.append(character)
            }
        }
        fields.append(field)
        return fields.map { String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
    }
}
