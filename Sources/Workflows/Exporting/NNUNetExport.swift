internal import Catalog
internal import Domain
internal import Exporters
internal import System

/// Writes a raw dataset of nnU-Net v2: all of it or nothing.
package struct NNUNetExport: Sendable {
    package struct Request: Sendable {
        package var export: ExportRequest
        /// The folder in which the dataset's folder is created.
        package var folder: String
        /// 1 to 999.
        package var datasetID: Int
        /// ASCII letters, digits and underscores.
        package var name: String
        package var images = ImagePlacement.Method.reference
        /// Whether folds without validation cases may be written. nnU-Net cannot train them.
        package var allowsEmptyFolds = false

        package init(export: ExportRequest, folder: String, datasetID: Int, name: String) {
            (self.export, self.folder, self.datasetID, self.name) = (export, folder, datasetID, name)
        }

        package static func allows(datasetID: Int) -> Bool { (1...999).contains(datasetID) }

        package static func allows(name: String) -> Bool {
            !name.isEmpty
                && name.utf8.allSatisfy {
                    switch $0 {
                    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                        true
                    default: false
                    }
                }
        }
    }

    package struct Result: Sendable {
        package let summary: ExportSummary
        /// The number of cases that validate in any fold.
        package let heldOut: Int
        /// Another dataset of the same number beside the export, by its path; nil where there is none.
        package let sameNumber: String?
    }

    private let workspace: Workspace

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// - Throws: `LicenceRefusal`; `WorkflowError` of kind `usage` for a number or name that nnU-Net does not accept, `conflict`
    ///   for folds without validation cases, `badInput` where nothing can be exported or the output is inside a dataset;
    ///   `ExportError.exists`, `.numberTaken` and others; `CatalogError` for unknown names.
    package func run(_ request: Request) async throws -> Result {
        guard Request.allows(datasetID: request.datasetID), Request.allows(name: request.name) else {
            throw WorkflowError(
                .usage, "nnU-Net has no dataset \(request.datasetID) named \(request.name)",
                remedy: "choose a number from 1 to 999 and a name of letters, digits and underscores")
        }
        let folder = "\(request.folder)/\(NNUNetDataset.folderName(id: request.datasetID, name: request.name))"
        let work = BlockingWork()
        try await work.run {
            try StagedOutput.refuse(existing: folder)
            try NNUNetDataset.refuseTaken(id: request.datasetID, name: request.name, in: request.folder)
        }
        let selection = try await ExportSelector.select(
            request.export, parts: [.train, .confidence, .validation], workspace)
        try await OutputTarget(path: folder, mayOverwrite: true).check(in: workspace.catalog)
        try selection.checkLicences(request.export)
        let labels = LabelMapWriter(
            composer: LabelComposer(scheme: selection.scheme, ontology: selection.ontology),
            masks: try await workspace.masks(), converted: workspace.converted)
        let written = try await NNUNetWriter(
            request: request, selection: selection, labels: labels, converted: workspace.converted, work: work
        ).write(to: folder, workspace.progress)
        let summary = try await ExportSummary.record(
            (written.folder, written.report, written.emptyFolds), format: "nnunet", selection, request.export,
            workspace.catalog)
        let sameNumber = await work.run {
            NNUNetDataset.other(id: request.datasetID, name: request.name, in: request.folder)
        }
        return Result(summary: summary, heldOut: written.heldOut, sameNumber: sameNumber)
    }
}
