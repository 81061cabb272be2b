internal import ArgumentParser
internal import Console
internal import Domain
internal import Workflows

struct ExportNNUNet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nnunet", abstract: "Write a raw dataset of nnU-Net v2.",
        discussion: """
            Label maps are on the grids of their images. A voxel that is not labelled for every exported organ has the \
            value ignore, which nnU-Net leaves out of its loss. An organ that contains another exported organ is a region. \
            With a split that has a validation part, splits_final.json has one fold; with a cross-validation it has all \
            folds. Copy it into the folder of the preprocessed dataset. Without --part, all parts of a split but test are exported.

            EXAMPLE:
              $ lacuna export nnunet --output . --dataset-id 7 --name Abdomen \\
                  --organs liver,spleen --split main
              folder                     /data/Dataset007_Abdomen
              cases                      8
              held out                   2
              folds of the split         1
              without validation         -
              …
              not in the exported parts  2
              …

              organ   values  annotated  absent  pseudo  unlabelled  voxels
              liver   1               8       0       0           0   16295
              spleen  2               4       0       0           4     923
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var export: ExportOptions

    @Option(help: .value("folder", "Folder in which the dataset's folder is created."))
    var output: String

    @Option(help: .value("number", "Number of the dataset, 1 to 999."))
    var datasetId: Int

    @Option(help: "Name of the dataset, made of letters, digits and underscores.")
    var name: String

    @Option(
        help: .value("method", "Refer to the images by their paths, or put copies or symbolic links into imagesTr."))
    var images = ImagePlacement.Method.reference

    @Flag(help: "Write folds without a validation case, which nnU-Net cannot train.")
    var allowEmptyFolds = false

    func validate() throws {
        let parts = Set(export.part)
        if parts.contains(.test) && parts.count > 1 {
            throw ValidationError("Export test subjects by themselves, so that nothing trains on them.")
        }
        guard NNUNetExport.Request.allows(datasetID: datasetId) else {
            throw ValidationError("--dataset-id must be 1 to 999.")
        }
        guard NNUNetExport.Request.allows(name: name) else {
            throw ValidationError("--name must consist of letters, digits and underscores.")
        }
    }

    func run() async throws {
        try await Session.with(options) { session in
            var request = NNUNetExport.Request(
                export: try await export.request(in: session.catalog), folder: output, datasetID: datasetId, name: name)
            (request.images, request.allowsEmptyFolds) = (images, allowEmptyFolds)
            let result = try await session.output.reportingLicences {
                try await NNUNetExport(session.workspace).run(request)
            }
            let summary = result.summary
            summary.report.print(
                [
                    Cell.Field("folder", summary.output), Cell.Field("cases", summary.report.cases),
                    Cell.Field("heldOut", result.heldOut),
                    Cell.Field("folds", summary.folds, title: "folds of the split"),
                ] + summary.fields(for: session.output.format), to: session.output)
            session.output.note(summary.notes)
            if let other = result.sameNumber {
                session.output.warn(
                    "\(other) has the same number, by which nnU-Net finds datasets: give nnU-Net only one of the two")
            }
        }
    }
}

extension ImagePlacement.Method: ExpressibleByArgument {}
