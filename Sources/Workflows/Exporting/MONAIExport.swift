internal import Catalog
internal import Domain
internal import Exporters
internal import System

/// Writes a MONAI datalist and its label maps: all of it or nothing.
package struct MONAIExport: Sendable {
    package struct Request: Sendable {
        package var export: ExportRequest
        /// The path of the datalist, which ends in `.json`. Label maps are written into the folder of its name with `_labels`.
        package var file: String
        /// The folder that paths are relative to; nil: the folder of the datalist.
        package var dataRoot: String?

        package init(export: ExportRequest, file: String, dataRoot: String? = nil) {
            (self.export, self.file, self.dataRoot) = (export, file, dataRoot)
        }

        var labelFolder: String { String(file.dropLast(".json".count)) + "_labels" }
    }

    package struct Result: Sendable {
        package let summary: ExportSummary
        /// The number of cases in each list.
        package let training: Int
        package let validation: Int
        package let testing: Int
    }

    private let workspace: Workspace

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// - Throws: `LicenceRefusal`; `WorkflowError` of kind `conflict` for a case that a datalist cannot place in one fold, `badInput`
    ///   where nothing can be exported or the output is inside a dataset; `ExportError.exists` and others; `CatalogError` for
    ///   unknown names.
    package func run(_ request: Request) async throws -> Result {
        let work = BlockingWork()
        try await work.run {
            for path in [request.file, request.labelFolder] { try StagedOutput.refuse(existing: path) }
        }
        let selection = try await ExportSelector.select(request.export, parts: Set(SplitPart.allCases), workspace)
        try await OutputTarget(path: request.file, mayOverwrite: true).check(in: workspace.catalog)
        try selection.checkLicences(request.export)
        let labels = LabelMapWriter(
            composer: LabelComposer(scheme: selection.scheme, ontology: selection.ontology),
            masks: try await workspace.masks(), converted: workspace.converted)
        let written = try await MONAIWriter(
            request: request, selection: selection, labels: labels, converted: workspace.converted, work: work
        ).write(workspace.progress)
        let summary = try await ExportSummary.record(
            (written.file, written.report, written.emptyFolds), format: "monai", selection, request.export,
            workspace.catalog)
        return Result(
            summary: summary, training: written.counts[.training] ?? 0, validation: written.counts[.validation] ?? 0,
            testing: written.counts[.testing] ?? 0)
    }
}
