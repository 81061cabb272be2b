internal import Domain
package import Workflows

extension ExportReport {
    private static var columns: [Column<OrganCount>] {
        [
            Column("organ") { $0.organ.rawValue }, Column("values") { $0.values },
            Column("annotated") { $0.annotated }, Column("absent") { $0.absent }, Column("pseudo") { $0.pseudo },
            Column("unlabelled") { $0.unlabelled }, Column("voxels", in: .whereItFits()) { $0.voxels },
        ]
    }

    /// Writes the fields and the table of organs, or one object.
    package func print(_ fields: [Cell.Field], to output: Output) {
        guard output.format == .table else {
            return output.report(fields + [Cell.Field("organs", organs.map(Self.columns.object(of:)))])
        }
        output.report(fields)
        output.separate()
        output.report(organs, Self.columns)
    }
}

extension ExportSummary {
    /// The last fields of every export's report.
    package func fields(for format: Output.Format) -> [Cell.Field] {
        let empty: Cell = format == .table ? emptyFolds.map { "fold \($0)" }.cell : emptyFolds.cell
        return [
            Cell.Field("emptyFolds", empty, title: "without validation"), Cell.Field("leftOut", leftOut),
            Cell.Field("outsideSplit", outsideSplit, title: "not in the exported parts"),
            Cell.Field("ignoredPercent", Cell.number(report.ignoredPercent, places: 1)),
            Cell.Field("contested", report.contested), Cell.Field("sheared", report.sheared),
            Cell.Field("revision", revision.number),
            Cell.Field("activity", activity.rawValue),
        ]
    }
}

extension ExportNote {
    fileprivate var text: String {
        switch self {
        case .shareAlike(let licences) where licences.count == 1:
            "Share alike: distribute this dataset only under \(licences[0])."
        case .shareAlike(let licences):
            "Share alike: the datasets require \(licences.joined(separator: " and ")). Whoever distributes this dataset "
                + "has to meet all of them, which different licences may not allow."
        case .laterRemovalsLeftOut:
            "Data removed since that revision are not exported, although coverage --as-of and mask list --as-of show them."
        case .lockedLeftOut(let count):
            "Volumes of locked test subjects that are left out: \(count). --part test of a split exports those of its part test."
        case .contestedVoxels(let count):
            "\(count) voxels belong to two organs that exclude each other; they are ignore."
        case .shearedGrids(let cases, let reader):
            "The grids of \(ExportNote.listing(cases)) are sheared: their axes are not at right angles. Tools of ITK and SimpleITK "
                + "refuse such files"
                + (reader.map { "; dataset.json therefore names nnU-Net's reader \($0)." }
                    ?? ". MONAI reads them with LoadImaged(reader=\"NibabelReader\").")
                + " For other tools, resample image and labels to a rectangular grid first."
        case .subjectsWithSeveralCases:
            "Some subjects have several cases. Give a --split: folds drawn by case would validate on patients that they "
                + "train on."
        case .noValidationCase:
            "No exported case is in the validation part of the split; a trainer would draw its own folds."
        case .noFoldsFile(onlyTest: true):
            "No splits_final.json was written, because the part test neither trains nor validates."
        case .noFoldsFile(onlyTest: false):
            "No splits_final.json was written, because no exported case is in a validation part; nnU-Net would draw its own "
                + "folds. Export the part validation too, or create a split with one."
        case .emptyFolds(let folds, let count):
            "No exported case validates in fold \(folds.map(String.init).joined(separator: ", ")) of \(count) "
                + "(counted from 0)."
        }
    }
}

extension ExportNote {
    /// At most ten names, and the number of the others.
    fileprivate static func listing(_ names: [String]) -> String {
        names.prefix(10).joined(separator: ", ") + (names.count > 10 ? " and \(names.count - 10) more" : "")
    }
}

extension Output {
    /// Writes the notes of an export.
    package func note(_ notes: [ExportNote]) {
        for note in notes { self.note("\n" + note.text) }
    }

    /// Runs an export. Where licences forbid it, reports their statements before the error.
    package func reportingLicences<Result>(_ export: () async throws -> Result) async throws -> Result {
        do {
            return try await export()
        } catch let refusal as LicenceRefusal {
            report(refusal.problems, LicenceProblem.columns)
            throw refusal.error
        }
    }
}

extension LicenceProblem {
    fileprivate static var columns: [Column<LicenceProblem>] {
        [
            Column("dataset") { $0.dataset }, Column("licence") { $0.statement.text },
            Column("source") { $0.statement.source }, Column("kind", in: .wideOnly) { $0.kind.rawValue },
            Column("problem") { $0.problem }, Column("remedy") { $0.remedy },
        ]
    }
}
