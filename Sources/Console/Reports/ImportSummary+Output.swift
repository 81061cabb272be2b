internal import Catalog
internal import Domain
internal import Glibc
internal import Importers
package import Workflows

extension ImportSummary {
    /// The exit status of the program.
    package var status: ExitStatus {
        switch completion {
        case .complete: .done
        case .partial: .partlyDone
        case .failed: .badInput
        }
    }

    /// A table of counts and problems, one object for `--json`, one row for each case or problem for `--csv`.
    package func print(to output: Output) {
        Output.write(render(output, failure: nil, width: Output.width), to: STDOUT_FILENO)
        if output.format == .table { note(output) }
    }

    /// The report as text.
    /// - Parameters:
    ///   - failure: the error that ended the import; nil where it was completed.
    ///   - width: columns at which lines of text break; nil: nowhere.
    func render(_ output: Output, failure: CommandFailure?, width: Int? = nil) -> String {
        let rows = report.rows.map(ReportLine.init)
        switch output.format {
        case .json:
            let end = failure.map { [Cell.Field("error", $0.cell)] } ?? []
            return output.render(
                fields + [Cell.Field("complete", failure == nil)] + end + planFields
                    + [Cell.Field("cases", rows.map(\.cell))])
        case .csv: return output.render(rows + (failure.map { [ReportLine($0)] } ?? []), ReportLine.columns)
        case .table:
            let columns = PlannedLabel.columns(hasAnnotators: planned.contains { $0.annotator != nil })
            let plan = isDryRun && !planned.isEmpty ? "\n" + output.render(planned, columns) : ""
            let problems = rows.filter { $0.problem != nil } + (failure.map { [ReportLine($0)] } ?? [])
            return output.render(tableFields) + plan + ReportLine.blocks(problems, width: width)
        }
    }

    /// The report of an import that ended before it recognised the layout.
    static func render(_ failure: CommandFailure?, _ output: Output) -> String {
        let rows = failure.map { [ReportLine($0)] } ?? []
        return switch output.format {
        case .json:
            output.render([
                Cell.Field("complete", false), Cell.Field("error", failure?.cell), Cell.Field("cases", [Cell]()),
            ])
        case .csv: output.render(rows, ReportLine.columns)
        case .table: ReportLine.blocks(rows, width: nil)
        }
    }

    private func note(_ output: Output) {
        for note in notes { output.note("\n" + note) }
    }

    private var notes: [String] {
        let (waiting, isRefused) = (report.count(.waiting), isStrict && report.failures > 0)
        if isDryRun { return ["Nothing was recorded: this was a dry run."] }
        var notes: [String] = []
        if waiting > 0 && !isRefused {
            notes.append("Cases that wait for their image: \(waiting); lacuna dataset waiting \(dataset) lists them.")
        }
        let hasChanged = recorded > 0 || newWaiting > 0
        if report.cases.isEmpty { return ["Nothing was imported: the folder contains no case of this layout."] }
        if !hasChanged && report.failures == 0 {
            return notes + ["Nothing changed: every case is recorded already."]
        }
        if recorded == 0 && isRefused {
            return notes + ["Nothing was recorded: with --strict, one failed case prevents the import."]
        }
        if report.failures > 0 && !hasChanged { notes.append("Nothing was recorded.") }
        return notes + remarks
    }

    private var remarks: [String] {
        var remarks: [String] = []
        if knownScans > 0 {
            remarks.append(
                "Scans that the catalogue had under another name, now one volume each: \(knownScans); lacuna volume list "
                    + "shows the names.")
        }
        if heldLabels > 0 {
            remarks.append(
                "Labels that are held, because another source contradicts them: \(heldLabels); lacuna label conflicts --held "
                    + "lists them.")
        }
        if isLicenceDisputed {
            remarks.append(
                "The sources state different licences, listed by lacuna dataset show \(dataset); exports of these labels "
                    + "require --accept-licence \(dataset).")
        }
        if !subjectMerges.isEmpty {
            remarks.append(
                "Subjects found to be one patient and merged: \(subjectMerges.count) (\(mergedNames)); --json lists them."
            )
        }
        return remarks
    }

    /// `internal/0001 and internal/0002`, the first few.
    private var mergedNames: String {
        let pairs = subjectMerges.map { $0.merge.before.map(\.subject.name).joined(separator: " and ") }
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

    /// For the table, in which accepted cases include those with a warning.
    private var tableFields: [Cell.Field] {
        let unrecorded = report.count(.unrecorded)
        return heading + [
            Cell.Field("accepted", report.count(.accepted) + report.count(.warned)),
            Cell.Field("accepted with a warning", report.count(.warned)),
            Cell.Field("unchanged", report.count(.unchanged)),
            Cell.Field("waiting", report.count(.waiting)), Cell.Field("quarantined", report.count(.quarantined)),
            Cell.Field("refused", report.count(.refused)),
        ] + (unrecorded > 0 ? [Cell.Field("valid, not recorded", unrecorded)] : [])
            + (isDryRun
                ? [Cell.Field("dry run", true)]
                : [
                    Cell.Field("new volumes", newVolumes), Cell.Field("known scans", knownScans),
                    Cell.Field("new labels", newLabels),
                ] + (newAnnotatorLabels.map { [Cell.Field("new labels of annotators", $0)] } ?? []))
    }

    private var heading: [Cell.Field] {
        [
            Cell.Field("dataset", dataset), Cell.Field("release", release),
            Cell.Field("layout", layout.rawValue), Cell.Field("origin", origin.rawValue),
            Cell.Field("licence", licence.text),
        ]
    }

    private var changes: [Cell.Field] {
        [
            Cell.Field("newVolumes", newVolumes), Cell.Field("knownScans", knownScans),
            Cell.Field("newLabels", newLabels), Cell.Field("heldLabels", heldLabels),
            Cell.Field("newAnnotatorLabels", newAnnotatorLabels),
            Cell.Field("subjectMerges", subjectMerges.map(\.cell)),
        ]
    }

    private var planFields: [Cell.Field] {
        isDryRun ? [Cell.Field("labels", planned.map(\.cell))] : []
    }
}

extension CaseMerge {
    /// The former names of the kept and the merged subject, and what the merge changed.
    fileprivate var cell: Cell {
        let names = merge.before.map(\.subject.name)
        return .object(
            [Cell.Field("case", caseName), Cell.Field("kept", names[0]), Cell.Field("joined", names[1])] + merge.changes
        )
    }
}

extension CommandFailure {
    fileprivate var cell: Cell {
        .object([Cell.Field("problem", problem), Cell.Field("file", file), Cell.Field("remedy", remedy)])
    }
}

extension PlannedLabel {
    /// - Parameter hasAnnotators: whether tables show the annotator.
    fileprivate static func columns(hasAnnotators: Bool) -> [Column<PlannedLabel>] {
        [
            Column("case") { $0.caseName }, Column("subject", in: .whereItFits(rank: 1)) { $0.subject },
            Column("modality", in: .whereItFits(rank: 2)) { $0.modality.rawValue },
            Column("organ") { $0.organ?.rawValue }, Column("status") { $0.status.rawValue },
            Column("origin") { $0.origin?.rawValue },
            Column("annotator", in: hasAnnotators ? .always : .wideOnly) { $0.annotator },
            Column("voxels") { $0.voxels },
            Column("millilitres", in: .whereItFits()) { $0.millilitres },
            Column("partial", in: .whereItFits(rank: 1)) { $0.isPartial },
        ]
    }

    fileprivate var cell: Cell { Self.columns(hasAnnotators: true).object(of: self) }
}
