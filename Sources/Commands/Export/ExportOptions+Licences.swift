internal import Catalog
internal import Console
internal import Domain
internal import Exporters
internal import Postgres

extension ExportOptions {
    /// - Throws: a conflict, after a table of what stands in the way.
    func checkLicences(of selection: ExportSelection, _ output: Output) throws {
        let problems = gate.problems(selection.releases)
        if problems.isEmpty { return }
        output.report(problems, LicenceProblem.columns)
        let datasets = Set(problems.map(\.dataset)).sorted()
        throw CommandFailure(
            .conflict, "licences forbid this export: \(datasets.joined(separator: ", "))",
            remedy: "leave these datasets out, or accept their terms by name with --accept-licence")
    }

    /// What the activity keeps: where to, what of, on which terms.
    func parameters(
        format: String, output: String, _ selection: ExportSelection, _ report: ExportReport
    ) -> JSONText {
        let datasets = Set(selection.releases.map(\.dataset)).sorted()
        return JSONText(
            JSONRenderer.render(
                .object([
                    Cell.Field("format", format), Cell.Field("output", output),
                    Cell.Field("organs", selection.scheme.organs.map(\.rawValue)),
                    Cell.Field("merge", merge), Cell.Field("revision", selection.revision.number),
                    Cell.Field("split", split),
                    Cell.Field("cases", report.cases), Cell.Field("datasets", datasets),
                    Cell.Field("pseudo", includePseudo), Cell.Field("run", run),
                    Cell.Field("purpose", purpose.rawValue), Cell.Field("acceptedLicences", acceptLicence.sorted()),
                ])))
    }

    /// Says which folds validate on nothing.
    func note(emptyFolds: [Int], of selection: ExportSelection, _ output: Output) {
        let isTestOnly = !part.isEmpty && part.allSatisfy { $0.part == .test }
        guard !emptyFolds.isEmpty, !isTestOnly else { return }
        let folds = emptyFolds.map(String.init).joined(separator: ", ")
        output.note(
            selection.folds == 1
                ? "\nNo exported case is in the split's validation part: a trainer would draw folds of its own."
                : "\nNo exported case validates in fold \(folds) of \(selection.folds) (counted from 0).")
    }

    /// What a person has to know beyond the numbers.
    func note(_ selection: ExportSelection, _ report: ExportReport, _ output: Output) {
        let shared = LicenceGate.shareAlike(selection.releases)
        if shared.count == 1 {
            output.note("\nShare alike: pass this dataset on only under \(shared[0]).")
        } else if shared.count > 1 {
            output.note(
                "\nShare alike: the datasets ask for \(shared.joined(separator: " and ")); who passes this dataset on "
                    + "has to meet each, which different licences may not allow.")
        }
        if asOf != nil {
            output.note(
                "\nWhat was removed since is not exported, although coverage --as-of and mask list --as-of show it.")
        }
        if report.contested > 0 {
            output.note(
                "\n\(report.contested) voxels are claimed by two organs that exclude each other; they are ignore.")
        }
        if split == nil && Set(selection.cases.map(\.subject)).count < selection.cases.count {
            output.note(
                "\nSome subjects have several cases: give a --split, or a fold drawn by cases would validate on patients that it trains on."
            )
        }
    }
}

extension LicenceProblem {
    static var columns: [Column<LicenceProblem>] {
        [
            Column("dataset") { $0.dataset }, Column("licence") { $0.statement.text },
            Column("source") { $0.statement.source }, Column("kind", isShown: false) { $0.kind.rawValue },
            Column("problem") { $0.problem }, Column("remedy") { $0.remedy },
        ]
    }
}
