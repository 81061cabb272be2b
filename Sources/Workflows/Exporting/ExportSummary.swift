internal import Catalog
package import Domain
internal import Exporters

/// The result of an export, whatever its format.
package struct ExportSummary: Sendable {
    /// The absolute path of the written folder or file.
    package let output: String
    package let report: ExportReport
    /// The number of folds of the split; 0 without a split.
    package let folds: Int
    /// The folds in which no exported case validates, counted from 0.
    package let emptyFolds: [Int]
    /// The number of volumes left out because no voxel of them is decided.
    package let leftOut: Int
    /// The number of volumes whose subjects are in none of the exported parts of the split.
    package let outsideSplit: Int
    package let revision: Revision
    /// The recorded activity.
    package let activity: ActivityID
    package let notes: [ExportNote]
}

extension ExportSummary {
    /// Records the export in the catalogue.
    ///
    /// - Parameter format: `nnunet` or `monai`.
    static func record(
        _ written: (output: String, report: ExportReport, emptyFolds: [Int]), format: String,
        _ selection: ExportSelection, _ request: ExportRequest, _ catalog: LabelCatalog
    ) async throws -> ExportSummary {
        let datasets = Set(selection.releases.map(\.dataset)).sorted()
        let parameters: ActivityParameters = [
            "format": .text(format), "output": .text(written.output),
            "organs": .init(selection.scheme.organs.map(\.rawValue)),
            "classMapping": .init(request.classMappings.map(\.text)),
            "revision": .integer(Int(selection.revision.number)), "split": .init(request.split),
            "cases": .integer(written.report.cases), "datasets": .init(datasets),
            "pseudo": .flag(request.includesPseudoLabels), "run": .init(request.run),
            "purpose": .text(request.purpose.rawValue), "acceptedLicences": .init(request.acceptedLicences.sorted()),
        ]
        return ExportSummary(
            output: written.output, report: written.report, folds: selection.folds, emptyFolds: written.emptyFolds,
            leftOut: selection.unknown + selection.cases.count - written.report.cases,
            outsideSplit: selection.outsideSplit, revision: selection.revision,
            activity: try await catalog.recordExport(written.report.masks, parameters: parameters.json),
            notes: ExportNote.notes(
                on: selection, request, written.report, emptyFolds: written.emptyFolds,
                writesFolds: format == "nnunet", reader: format == "nnunet" ? NNUNetReader.nibabel.rawValue : nil))
    }
}
