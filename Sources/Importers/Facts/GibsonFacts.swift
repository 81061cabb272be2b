internal import Documents

/// Gibson et al. (Zenodo 1169361): labels on images of two publishers, complete only within the box in `cropping.csv`.
///
/// The table counts voxels from the patient's front, from the patient's right (the left of the picture) and from the
/// foot, as the authors' published scripts crop their images.
struct GibsonFacts: RuleFacts {
    static let table = "cropping.csv"

    let release: String? = nil
    let findings: [ImportFinding]
    private let crops: [Key: AnnotatedCrop]

    /// The publisher of an image, named as the part of the layout rule's patterns that contains the case number.
    private enum Publisher: String, CaseIterable {
        case btcv, tcia
    }

    private struct Key: Hashable {
        let publisher: Publisher
        let number: Int

        init(publisher: Publisher, number: Int) { (self.publisher, self.number) = (publisher, number) }

        /// The key of a file by the named parts of its path; nil where they have no number.
        init?(_ parts: [String: String]) {
            for publisher in Publisher.allCases {
                guard let number = parts[publisher.rawValue].flatMap({ Int($0) }) else { continue }
                self.init(publisher: publisher, number: number)
                return
            }
            return nil
        }
    }

    init(_ evidence: RuleEvidence) throws(ImportError) {
        guard evidence.listing.files(in: "").contains(Self.table) else {
            crops = [:]
            findings = [
                ImportFinding(
                    .scope, file: Self.table,
                    problem: "the table of crops is missing, so every label is taken as complete in the whole image",
                    remedy: "put cropping.csv of the release beside the folders")
            ]
            return
        }
        let found = try Self.read(evidence.listing.folder.root + "/" + Self.table)
        let missing = evidence.match.labels.filter { label in Key(label.parts).map { found[$0] == nil } ?? false }
        crops = found
        findings = missing.isEmpty ? [] : [Self.withoutCrop(missing)]
    }

    func crop(_ parts: [String: String]) -> AnnotatedCrop? { Key(parts).flatMap { crops[$0] } }

    private static func withoutCrop(_ labels: [PathMatch]) -> ImportFinding {
        ImportFinding(
            .scope, file: table,
            problem: "labels without a row, which are taken as complete in the whole image: "
                + ImportError.list(labels.map(\.path)),
            remedy: "add their rows to the table")
    }

    private static func read(_ file: String) throws(ImportError) -> [Key: AnnotatedCrop] {
        let table = try DatasetText.table(file, named: Self.table)
        guard table.has("publisher", "original_id", "extent_ant", "extent_sup") else {
            throw .document(
                file: Self.table, table.missing("publisher", "original_id", "extent_ant", "extent_sup"))
        }
        var crops: [Key: AnnotatedCrop] = [:]
        for row in table.rows {
            guard let name = table.value("publisher", row), let number = table.number("original_id", row) else {
                continue
            }
            guard let front = table.range("extent_ant", "extent_post", row),
                let right = table.range("extent_left", "extent_right", row),
                let foot = table.range("extent_inf", "extent_sup", row)
            else {
                throw .wrongLine(
                    file: Self.table, line: row.line, problem: "the crop of \(name) \(number) is not a box")
            }
            let publisher: Publisher = name.uppercased() == "TCIA" ? .tcia : .btcv
            crops[Key(publisher: publisher, number: number)] = AnnotatedCrop(front: front, right: right, foot: foot)
        }
        return crops
    }
}

extension CSVTable {
    fileprivate func number(_ column: String, _ row: Row) -> Int? { value(column, row).flatMap { Int($0) } }

    fileprivate func range(_ lower: String, _ upper: String, _ row: Row) -> Range<Int>? {
        guard let from = number(lower, row), let to = number(upper, row), 0 <= from, from < to else { return nil }
        return from..<to
    }
}
