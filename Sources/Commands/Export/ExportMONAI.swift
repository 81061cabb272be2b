internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Exporters
internal import Workflows

struct ExportMONAI: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "monai", abstract: "Write a datalist for MONAI, with label maps in a folder beside it.",
        discussion: """
            Images are named where they lie. Paths are relative to the data root where they are under it, else absolute. \
            label holds what people said; with --include-pseudo, pseudo_label holds the same with a model's labels in what \
            they left open, and confidence says how sure the model is of each organ.

              lacuna export monai --output abdomen.json --organs liver,spleen --split main
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var export: ExportOptions

    @Option(help: "Write this file, .json; the labels go into a folder of its name and _labels.")
    var output: String

    @Option(help: "Write paths relative to this folder (default: the folder of the file).")
    var dataRoot: String?

    func validate() throws {
        guard output.hasSuffix(".json"), !output.hasSuffix("/.json"), output != ".json" else {
            throw ValidationError("--output ends in .json.")
        }
    }

    func run() async throws {
        try await Session.with(options) { session in
            let labels = String(output.dropLast(5)) + "_labels"
            for path in [output, labels] { try StagedOutput.refuse(existing: path) }
            let parts = Set(SplitPart.allCases)
            let selection = try await ExportSelection.make(export, parts: parts, session)
            try ExportTarget(path: output, mayOverwrite: true).check(
                outside: try await session.catalog.datasets().map(\.root))
            try export.checkLicences(of: selection, session.output)
            let writer = MONAIExport(
                selection: selection, output: output, labelFolder: labels, dataRoot: dataRoot,
                labels: LabelWriter(
                    composer: LabelComposer(scheme: selection.scheme, ontology: selection.ontology),
                    store: try await session.objectStore(create: false), converted: session.converted))
            let written = try await writer.write(session.output)
            let activity = try await session.catalog.recordExport(
                written.report.masks,
                parameters: export.parameters(format: "monai", output: written.file, selection, written.report))
            written.report.print(
                [
                    Cell.Field("file", written.file), Cell.Field("cases", written.report.cases),
                    Cell.Field("training", written.counts[.training] ?? 0),
                    Cell.Field("validation", written.counts[.validation] ?? 0),
                    Cell.Field("testing", written.counts[.testing] ?? 0),
                    Cell.Field("emptyFolds", written.emptyFolds),
                    Cell.Field("leftOut", selection.unknown + selection.cases.count - written.report.cases),
                    Cell.Field("outsideSplit", selection.outsideSplit),
                    Cell.Field("ignoredPercent", Cell.number(written.report.ignoredShare, places: 1)),
                    Cell.Field("contested", written.report.contested),
                    Cell.Field("revision", selection.revision.number), Cell.Field("activity", activity.rawValue),
                ], to: session.output)
            export.note(selection, written.report, session.output)
            export.note(emptyFolds: written.emptyFolds, of: selection, session.output)
        }
    }
}
