internal import ArgumentParser
internal import Console
internal import Domain
internal import Workflows

struct ExportMONAI: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "monai", abstract: "Write a datalist for MONAI, with label maps in a folder beside it.",
        discussion: """
            The datalist refers to the images by their paths, relative to the data root where they are in it. The label of \
            a case contains the annotations. With --include-pseudo, pseudo_label contains the annotations completed by \
            pseudo labels, and confidence has the confidence of each organ. Without --part, all parts of a split are exported.

            EXAMPLE:
              $ lacuna export monai --output abdomen.json \\
                  --organs liver,spleen --split main
              file                       /data/abdomen.json
              cases                      10
              training                   6
              validation                 2
              testing                    2
              …
              not in the exported parts  0
              …

              organ   values  annotated  absent  pseudo  unlabelled  voxels
              liver   1              10       0       0           0   20462
              spleen  2               4       0       0           6     923
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var export: ExportOptions

    @Option(
        help: .value("file", "File to write, .json. Label maps are written into the folder of its name with _labels."))
    var output: String

    @Option(help: .value("folder", "Folder that paths are relative to. (default: the folder of the file)"))
    var dataRoot: String?

    func validate() throws {
        guard output.hasSuffix(".json"), !output.hasSuffix("/.json"), output != ".json" else {
            throw ValidationError("--output must end in .json.")
        }
    }

    func run() async throws {
        try await Session.with(options) { session in
            let request = MONAIExport.Request(
                export: try await export.request(in: session.catalog), file: output, dataRoot: dataRoot)
            let result = try await session.output.reportingLicences {
                try await MONAIExport(session.workspace).run(request)
            }
            let summary = result.summary
            summary.report.print(
                [
                    Cell.Field("file", summary.output), Cell.Field("cases", summary.report.cases),
                    Cell.Field("training", result.training), Cell.Field("validation", result.validation),
                    Cell.Field("testing", result.testing),
                ] + summary.fields(for: session.output.format), to: session.output)
            session.output.note(summary.notes)
        }
    }
}
