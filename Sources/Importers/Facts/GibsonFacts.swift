/// Gibson et al. (Zenodo 1169361): labels of two publishers, complete only within the box of `cropping.csv`.
///
/// The table counts voxels from the front, from the right of the patient (the left of the picture) and from the foot,
/// as the authors' published scripts cut their images.
struct GibsonFacts: RuleFacts {
    static let table = "cropping.csv"

    let release: String? = nil
    let findings: [ImportFinding]
    /// By publisher's part name and number.
    private let crops: [Key: AnnotatedCrop]

    private struct Key: Hashable {
        let part: String
        let number: Int
    }

    init(_ evidence: RuleEvidence) throws(ImportError) {
        guard evidence.listing.files(in: "").contains(Self.table) else {
            crops = [:]
            findings = [
                ImportFinding(
                    .scope, file: Self.table,
                    problem: "the table of crops is missing, so that nothing says where the labels are complete",
                    remedy:
                        "put cropping.csv of the release beside the folders; without it every label is taken as complete"
                )
            ]
            return
        }
        crops = try Self.read(evidence.listing.folder.root + "/" + Self.table)
        findings = []
    }

    func crop(_ parts: [String: String]) -> AnnotatedCrop? {
        for part in ["btcv", "tcia"] {
            if let number = parts[part].flatMap({ Int($0) }) { return crops[Key(part: part, number: number)] }
        }
        return nil
    }

    private static func read(_ file: String) throws(ImportError) -> [Key: AnnotatedCrop] {
        guard let table = CSVRows(file: file), table.has("publisher", "original_id", "extent_ant", "extent_sup") else {
            throw .unreadableDescription(file: Self.table, reason: "the columns publisher and extent_… are missing")
        }
        var crops: [Key: AnnotatedCrop] = [:]
        for row in table.rows {
            guard let publisher = table.value("publisher", row), let number = table.number("original_id", row) else {
                continue
            }
            guard let front = table.range("extent_ant", "extent_post", row),
                let right = table.range("extent_left", "extent_right", row),
                let foot = table.range("extent_inf", "extent_sup", row)
            else {
                throw .unreadableDescription(file: Self.table, reason: "the crop of \(publisher) \(number) is no box")
            }
            let part = publisher.uppercased() == "TCIA" ? "tcia" : "btcv"
            crops[Key(part: part, number: number)] = AnnotatedCrop(front: front, right: right, foot: foot)
        }
        return crops
    }
}

extension CSVRows {
    fileprivate func number(_ column: String, _ row: [String]) -> Int? { value(column, row).flatMap { Int($0) } }

    fileprivate func range(_ lower: String, _ upper: String, _ row: [String]) -> Range<Int>? {
        guard let from = number(lower, row), let to = number(upper, row), 0 <= from, from < to else { return nil }
        return from..<to
    }
}
