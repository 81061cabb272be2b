internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Exporters
internal import Workflows

struct ExportNNUNet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nnunet", abstract: "Write a raw dataset of nnU-Net v2.",
        discussion: """
            Label maps lie on the grids of their images. A voxel of which not everything is known has the value ignore, \
            which nnU-Net leaves out of its loss. An organ that holds another exported organ is a region. With a split \
            that has a validation part, splits_final.json has one fold, and with a cross-validation all of its folds; copy it \
            beside the preprocessed dataset.

              lacuna export nnunet --output nnUNet_raw --dataset-id 123 --name Abdomen --organs liver,spleen
            """)

    enum Images: String, CaseIterable, ExpressibleByArgument { case reference, copy, link }

    @OptionGroup var options: GlobalOptions
    @OptionGroup var export: ExportOptions

    @Option(help: "Make the dataset's folder in this folder.")
    var output: String

    @Option(help: "Give the dataset this number, 1 to 999.")
    var datasetId: Int

    @Option(help: "Give the dataset this name, of letters, digits and underscores.")
    var name: String

    @Option(help: "Name the images where they lie, or put a copy or a symbolic link into imagesTr.")
    var images: Images = .reference

    @Flag(help: "Write folds in which no exported case validates; nnU-Net cannot train those.")
    var allowEmptyFolds = false

    func validate() throws {
        let parts = Set(export.part.map(\.part))
        if parts.contains(.test) && parts.count > 1 {
            throw ValidationError("Test subjects are exported alone, so that nothing trains on them.")
        }
        guard (1...999).contains(datasetId) else { throw ValidationError("--dataset-id is 1 to 999.") }
        let isWord = name.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isWord, !name.isEmpty else {
            throw ValidationError("--name has letters, digits and underscores only.")
        }
    }

    func run() async throws {
        try await Session.with(options) { session in
            let folder = "\(output)/\(NNUNetDataset.folderName(id: datasetId, name: name))"
            try StagedOutput.refuse(existing: folder)
            let selection = try await ExportSelection.make(
                export, parts: [.train, .confidence, .validation], session)
            try ExportTarget(path: folder, mayOverwrite: true).check(
                outside: try await session.catalog.datasets().map(\.root))
            try export.checkLicences(of: selection, session.output)
            let writer = NNUNetExport(
                selection: selection, name: name, images: images,
                labels: LabelWriter(
                    composer: LabelComposer(scheme: selection.scheme, ontology: selection.ontology),
                    store: try await session.objectStore(create: false), converted: session.converted),
                allowsEmptyFolds: allowEmptyFolds)
            let written = try await writer.write(to: folder, session.output)
            let activity = try await session.catalog.recordExport(
                written.report.masks,
                parameters: export.parameters(format: "nnunet", output: written.folder, selection, written.report))
            written.report.print(
                [
                    Cell.Field("folder", written.folder), Cell.Field("cases", written.report.cases),
                    Cell.Field("heldOut", written.heldOut), Cell.Field("folds", selection.folds),
                    Cell.Field("emptyFolds", written.emptyFolds),
                    Cell.Field("leftOut", selection.unknown + written.undecided),
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
