internal import Catalog
internal import Importers

extension ImportSummary {
    mutating func noteUnchanged(_ name: String) { report.record(name, .unchanged) }

    /// Adds a case that could not be read or recorded.
    mutating func note(_ name: String, _ error: ImportError) {
        currentCase = nil
        report.record(name, CaseOutcome(error))
    }

    /// Adds a recorded case.
    /// - Parameters:
    ///   - remarks: findings of the catalogue.
    ///   - subject: the key by which a table names the subject; nil: that of the layout.
    mutating func note(
        _ item: InspectedCase, _ outcome: RecordedCase, _ remarks: [ImportFinding], subject: String?
    ) {
        currentCase = nil
        recorded += outcome.isUnchanged ? 0 : 1
        newVolumes += outcome.isNewVolume ? 1 : 0
        knownScans += outcome.isNewSource && !outcome.isNewVolume ? 1 : 0
        newLabels += outcome.newLabels
        heldLabels += outcome.held.count
        newAnnotatorLabels = newAnnotatorLabels.map { $0 + outcome.annotators.reduce(0) { $0 + $1.newLabels } }
        let merges = outcome.merges.map { CaseMerge(caseName: item.files.name, merge: $0) }
        subjectMerges += merges
        let findings =
            item.findings + remarks + ImportFinding.all(takenBack: outcome.takenBack, item.files)
            + outcome.annotators.flatMap { ImportFinding.all(takenBack: $0.takenBack, by: $0.name, item.files) }
            + merges.compactMap { merge in
                let file = item.image.file.file.path
                let union = subject.map { TableOutcome.Union(key: $0, caseName: merge.caseName, merge: merge.merge) }
                return ImportFinding(merge, dataset: dataset, file: file)
                    ?? union.map { ImportFinding($0, dataset: dataset, folder: file) }
            }
        report.record(item.files.name, outcome.isUnchanged ? .unchanged : CaseOutcome(findings))
        noteQuarantined(item)
    }

    /// Adds what identifiers showed about subjects, and the joins that they caused.
    mutating func note(_ findings: [ImportFinding], _ merges: [CaseMerge]) {
        subjectMerges += merges
        recorded += merges.isEmpty ? 0 : 1
        report.findings += findings
        report.findings += merges.compactMap { ImportFinding($0, dataset: dataset, file: $0.caseName) }
    }

    /// Adds what a table of subjects changed.
    /// - Parameter findings: those that are reported already are left out.
    mutating func note(_ outcome: TableOutcome, _ findings: [ImportFinding]) {
        let merges = outcome.unions.map { CaseMerge(caseName: $0.caseName, merge: $0.merge) }
        subjectMerges += merges
        recorded += outcome.isChanged ? 1 : 0
        report.findings += findings.filter { !report.findings.contains($0) }
    }

    /// Adds a line for each annotator of the case whose files were quarantined.
    mutating func noteQuarantined(_ item: InspectedCase) {
        for annotator in item.drawn.quarantined {
            report.record("\(item.files.name), \(annotator.annotator)", .quarantined(annotator.error))
        }
    }

    /// Adds what a dry run would record of a case.
    /// - Parameter subject: the key by which a table names the subject; nil: that of the layout.
    mutating func plan(_ item: InspectedCase, _ remarks: [ImportFinding], subject: String?) {
        planned += PlannedLabel.all(of: item, subject: subject)
        report.record(item.files.name, CaseOutcome(item.findings + remarks))
        noteQuarantined(item)
    }
}
