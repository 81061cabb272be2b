internal import Documents
internal import Domain

/// AMOS: the modality is read from a table with a column `modality` beside the folders, else derived from the case
/// number (501 to 600 are MR). In MR cases bladder and prostate are not annotated.
struct AMOSFacts: RuleFacts {
    private let modalities: [Int: Modality]
    let findings: [ImportFinding]

    private static let magnetic = 501...600
    private static let notInMR: Set<OrganKey> = ["urinary_bladder", "prostate_or_uterus"]

    init(_ evidence: RuleEvidence) throws(ImportError) {
        var tables = Self.tables(evidence.listing)
        modalities = tables.modalities
        let numbers = evidence.match.labels.compactMap { $0.parts["case"].flatMap { Int($0) } }
        let guessed = numbers.filter { [modalities] in modalities[$0] == nil }
        guard !guessed.isEmpty, evidence.options.modality == nil else {
            findings = tables.findings
            return
        }
        let count = guessed.count(where: Self.magnetic.contains)
        tables.findings.append(
            ImportFinding(
                .description, file: evidence.listing.folder.name,
                problem: "modality derived from the case number (501 to 600 are MR): \(count) MR, "
                    + "\(guessed.count - count) CT",
                remedy: "if this is wrong, put a table with the columns amos_id and modality beside the folders"))
        findings = tables.findings
    }

    func modality(_ parts: [String: String]) -> Modality? {
        guard let number = parts["case"].flatMap({ Int($0) }) else { return nil }
        return modalities[number] ?? (Self.magnetic.contains(number) ? .mr : .ct)
    }

    func scope(_ parts: [String: String], _ modality: Modality) -> LabelScope? {
        modality == .mr ? .except(Self.notInMR) : nil
    }

    /// Case number to modality, from every table in the folder with both columns; a table that cannot be read is reported.
    private static func tables(
        _ listing: FolderListing
    ) -> (modalities: [Int: Modality], findings: [ImportFinding]) {
        var found: (modalities: [Int: Modality], findings: [ImportFinding]) = ([:], [])
        for name in listing.files(in: "") where name.lowercased().hasSuffix(".csv") {
            do throws(ImportError) {
                let table = try DatasetText.table(listing.folder.root + "/" + name, named: name)
                for row in table.rows {
                    let id = table.value("amos_id", row) ?? table.value("id", row)
                    guard let number = id.flatMap({ Int($0) }), let term = table.value("modality", row) else {
                        continue
                    }
                    found.modalities[number] = Modality(term: term)
                }
            } catch {
                found.findings.append(
                    ImportFinding(.description, file: name, problem: error.problem, remedy: error.remedy))
            }
        }
        return found
    }
}
