internal import Catalog
internal import Console
internal import Domain
internal import Glibc
internal import Importers

extension ImportSummary {
    /// Counts and problems for a person, one object for `--json`, one row a case or problem for `--csv`.
    func print(to output: Output) {
        Output.write(render(output.format, failure: nil, width: Output.width), to: STDOUT_FILENO)
        if output.format == .table { note(output) }
    }

    /// The report as text.
    /// - Parameters:
    ///   - failure: why the import did not come to its end; nil where it did.
    ///   - width: columns at which a person's lines break; nil: nowhere.
    func render(_ format: Output.Format, failure: CommandFailure?, width: Int? = nil) -> String {
        let output = Output(format: format)
        let rows = report.rows.map(ReportLine.init)
        switch format {
        case .json:
            let end = failure.map { [Cell.Field("error", $0.cell)] } ?? []
            return output.render(
                fields + [Cell.Field("complete", failure == nil)] + end + planFields
                    + [Cell.Field("cases", rows.map(\.cell))])
        case .csv: return output.render(rows + (failure.map { [ReportLine($0)] } ?? []), ReportLine.columns)
        case .table:
            let plan =
                isDryRun && !planned.isEmpty
                ? "\n"
                    + output.render(
                        planned, PlannedLabel.columns(hasAnnotators: planned.contains { $0.annotator != nil })) : ""
            let problems = rows.filter { $0.problem != nil } + (failure.map { [ReportLine($0)] } ?? [])
            return output.render(tableFields) + plan + ReportLine.blocks(problems, width: width)
        }
    }

    /// The report of an import that ended before it knew the layout.
    static func render(_ failure: CommandFailure?, _ format: Output.Format) -> String {
        let output = Output(format: format)
        let rows = failure.map { [ReportLine($0)] } ?? []
        return switch format {
        case .json:
            output.render([
                Cell.Field("complete", false), Cell.Field("error", failure?.cell), Cell.Field("cases", [Cell]()),
            ])
        case .csv: output.render(rows, ReportLine.columns)
        case .table: ReportLine.blocks(rows, width: nil)
        }
    }

    private func note(_ output: Output) {
        let waiting = report.count(.waiting)
        if isDryRun { return output.note("\nNothing was recorded: this was a dry run.") }
        if waiting > 0 && !(isStrict && report.failures > 0) {
            output.note(
                "\nCases that wait for their image: \(waiting); lacuna dataset waiting \(dataset) lists them.")
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
                "\nScans that the catalogue had under another name, and that are one volume with it now: \(knownScans); "
                    + "lacuna volume list shows the names.")
        }
        if isLicenceDisputed {
            output.note(
                "\nSources state different licences, which lacuna dataset show \(dataset) lists; an export of these labels "
                    + "will ask for --accept-licence \(dataset).")
        }
        if !unions.isEmpty {
            output.note(
                "\nSubjects that proved to be one and were joined: \(unions.count) (\(joined)); --json lists them.")
        }
    }

    /// `internal/0001 and internal/0002`, the first few.
    private var joined: String {
        let pairs = unions.map { $0.union.before.map(\.subject.name).joined(separator: " and ") }
        return pairs.prefix(3).joined(separator: ", ") + (pairs.count > 3 ? ", …" : "")
    }

    private var isLicenceDisputed: Bool {
        Set(([licence.text] + licence.others.map(\.text)).map { LicenceTerms($0) }).count > 1
    }

    private var fields: [Cell.Field] {
        heading + [
            Cell.Field("accepted", report.count(.accepted)), Cell.Field("unchanged", report.count(.unchanged)),
            Cell.Field("warned", report.count(.warned)), Cell.Field("waiting", report.count(.waiting)),
            Cell.Field("quarantined", report.count(.quarantined)), Cell.Field("refused", report.count(.refused)),
            Cell.Field("unrecorded", report.count(.unrecorded)),
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
            + (isDryRun
                ? [Cell.Field("dry run", true)]
                : [
                    Cell.Field("new volumes", newVolumes), Cell.Field("known scans", knownScans),
                    Cell.Field("new labels", newLabels),
                ] + (newDrawings.map { [Cell.Field("new labels of annotators", $0)] } ?? []))
    }

    private var heading: [Cell.Field] {
        [
            Cell.Field("dataset", dataset), Cell.Field("release", layout.release),
            Cell.Field("layout", layout.name.rawValue), Cell.Field("origin", origin.rawValue),
            Cell.Field("licence", licence.text),
        ]
    }

    private var changes: [Cell.Field] {
        [
            Cell.Field("newVolumes", newVolumes), Cell.Field("knownScans", knownScans),
            Cell.Field("newLabels", newLabels), Cell.Field("newAnnotatorLabels", newDrawings),
            Cell.Field("unions", unions.map(\.cell)),
        ]
    }

    private var planFields: [Cell.Field] {
        isDryRun ? [Cell.Field("labels", planned.map(\.cell))] : []
    }
}

extension CaseMerge {
    /// The kept and the joined subject as they were called, and what the union changed.
    fileprivate var cell: Cell {
        let names = union.before.map(\.subject.name)
        return .object(
            [Cell.Field("case", caseName), Cell.Field("kept", names[0]), Cell.Field("joined", names[1])] + union.changes
        )
    }
}

extension CommandFailure {
    fileprivate var cell: Cell {
        .object([Cell.Field("problem", problem), Cell.Field("file", file), Cell.Field("remedy", remedy)])
    }
}
