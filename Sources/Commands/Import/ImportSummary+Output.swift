internal import Console
internal import Domain
internal import Importers

extension ImportSummary {
    /// Counts and problems for a person, one object for `--json`, one row a case or problem for `--csv`.
    func print(to output: Output) {
        switch output.format {
        case .json: output.report(fields + planFields + [Cell.Field("cases", report.rows.map(\.cell))])
        case .csv: output.report(report.rows, ImportReport.Row.columns)
        case .table:
            output.report(tableFields)
            if isDryRun && !planned.isEmpty {
                Output.write("\n", to: 1)
                output.report(planned, PlannedLabel.columns)
            }
            let problems = report.rows.filter { $0.problem != nil }
            if !problems.isEmpty { Output.write("\n" + problems.map(\.lines).joined(separator: "\n"), to: 1) }
            note(output)
        }
    }

    private func note(_ output: Output) {
        if isDryRun { return output.note("\nNothing was recorded: this was a dry run.") }
        if report.count(.waiting) > 0 {
            output.note(
                "\nCases that wait for their image, and are no volumes before: \(report.count(.waiting)). "
                    + "lacuna dataset waiting \(dataset) lists them.")
        }
        if recorded == 0 && newWaiting == 0 && report.failures == 0 {
            return output.note("\nNothing changed: every case is recorded already.")
        }
        if report.failures > 0 && recorded == 0 && isStrict {
            return output.note("\nNothing was recorded: with --strict one failure refuses all.")
        }
        if report.failures > 0 && recorded == 0 && newWaiting == 0 { output.note("\nNothing was recorded.") }
        if knownScans > 0 {
            output.note(
                "\nKnown under another name, each one volume with several sources now: \(knownScans) of the scans.")
        }
        if joinedSubjects > 0 { output.note("Subjects that proved to be one and were joined: \(joinedSubjects).") }
    }

    private var fields: [Cell.Field] {
        heading + [
            Cell.Field("accepted", report.count(.accepted)), Cell.Field("unchanged", report.count(.unchanged)),
            Cell.Field("warned", report.count(.warned)), Cell.Field("waiting", report.count(.waiting)),
            Cell.Field("quarantined", report.count(.quarantined)),
            Cell.Field("refused", report.count(.refused)), Cell.Field("unrecorded", report.count(.unrecorded)),
        ] + changes + [Cell.Field("dryRun", isDryRun)]
    }

    /// For a person, who counts a case with a warning as accepted.
    private var tableFields: [Cell.Field] {
        let unrecorded = report.count(.unrecorded)
        return heading + [
            Cell.Field("accepted", report.count(.accepted) + report.count(.warned)),
            Cell.Field("of these warned", report.count(.warned)), Cell.Field("unchanged", report.count(.unchanged)),
            Cell.Field("waiting", report.count(.waiting)), Cell.Field("quarantined", report.count(.quarantined)),
            Cell.Field("refused", report.count(.refused)),
        ] + (unrecorded > 0 ? [Cell.Field("sound, not recorded", unrecorded)] : [])
            + (isDryRun ? [Cell.Field("dry run", true)] : changes)
    }

    private var heading: [Cell.Field] {
        [
            Cell.Field("dataset", dataset), Cell.Field("release", layout.release),
            Cell.Field("layout", layout.name.rawValue), Cell.Field("origin", origin.rawValue),
        ]
    }

    private var changes: [Cell.Field] {
        [
            Cell.Field("newVolumes", newVolumes), Cell.Field("knownScans", knownScans),
            Cell.Field("newLabels", newLabels),
        ]
    }

    private var planFields: [Cell.Field] {
        isDryRun ? [Cell.Field("labels", planned.map(\.cell))] : []
    }
}

extension ImportReport.Row {
    fileprivate static var columns: [Column<ImportReport.Row>] {
        [
            Column("case") { $0.case }, Column("outcome") { $0.outcome.rawValue }, Column("file") { $0.file },
            Column("problem") { $0.problem }, Column("remedy") { $0.remedy },
        ]
    }

    fileprivate var cell: Cell { .object(Self.columns.map { Cell.Field($0.key, $0.value(self)) }) }

    /// `refused img0003` and three indented lines.
    fileprivate var lines: String {
        let head = "\(outcome.rawValue) \(`case` ?? "(the dataset)")\n"
        let parts = [("file", file), ("problem", problem), ("remedy", remedy)]
        return head + parts.map { name, text in text.map { "  \(name): \($0)\n" } ?? "" }.joined()
    }
}
