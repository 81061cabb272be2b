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
    /// - Parameter remarks: findings of the catalogue.
    mutating func note(_ item: InspectedCase, _ outcome: RecordedCase, _ remarks: [ImportFinding]) {
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
            + merges.compactMap { ImportFinding($0, dataset: dataset, file: item.image.file.file.path) }
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

    /// Adds a line for each annotator of the case whose files were quarantined.
    mutating func noteQuarantined(_ item: InspectedCase) {
        for annotator in item.drawn.quarantined {
            report.record("\(item.files.name), \(annotator.annotator)", .quarantined(annotator.error))
        }
    }

    /// Adds what a dry run would record of a case.
    mutating func plan(_ item: InspectedCase, _ remarks: [ImportFinding]) {
        planned += PlannedLabel.all(of: item)
        report.record(item.files.name, CaseOutcome(item.findings + remarks))
        noteQuarantined(item)
    }
}
