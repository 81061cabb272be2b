internal import DICOM
internal import Domain
internal import Exporters
internal import System

/// Writes the files of a raw dataset of nnU-Net v2.
struct NNUNetWriter: Sendable {
    let request: NNUNetExport.Request
    let selection: ExportSelection
    let labels: LabelMapWriter
    let converted: SeriesCache
    let work: BlockingWork

    struct Written: Sendable {
        /// The absolute path.
        let folder: String
        let report: ExportReport
        /// The number of cases that validate in any fold.
        let heldOut: Int
        /// The folds in which no case validates, counted from 0.
        let emptyFolds: [Int]
    }

    /// What the written cases add up to.
    private struct Contents: Sendable {
        var report: ExportReport
        var states: ExportedStates
        var cases: [NNUNetDataset.Case] = []
        var exported: [ExportCase] = []
        /// The first image that is not three-dimensional as nnU-Net will read it.
        var otherImage: (path: String, dimensions: Int)?

        /// The reader that can read all images.
        /// - Throws: `ExportError.unreadableImage` where none can.
        func reader() throws(ExportError) -> NNUNetReader {
            guard let sheared = report.sheared.first else { return .simpleITK }
            if let otherImage {
                throw .unreadableImage(otherImage.path, dimensions: otherImage.dimensions, shearedCase: sheared)
            }
            return .nibabel
        }

        init(_ selection: ExportSelection) {
            report = ExportReport(selection.scheme, selection.ontology)
            states = ExportedStates(selection.scheme, selection.ontology)
        }

        mutating func add(_ item: ExportCase, _ written: WrittenLabel, image: ImagePlacement.Placed) {
            report.add(item, written)
            if otherImage == nil, !image.isRewritten, written.imageDimensions != 3 {
                otherImage = (item.source.imagePath, written.imageDimensions)
            }
            states.add(item, written)
            exported.append(item)
            cases.append(
                .init(
                    name: item.name, image: image.path, validates: item.place?.validates ?? [],
                    leftOut: item.place?.leftOut ?? []))
        }
    }

    func write(to folder: String, _ progress: any ProgressSink) async throws -> Written {
        let channel = try channel()
        let staged = try await work.run { try StagedOutput(target: folder) }
        let meter = progress.begin("export", total: selection.cases.count)
        defer { meter.finish() }
        do {
            let contents = try await writeCases(staged, meter)
            return try await finish(contents, channel, staged)
        } catch {
            await work.run { staged.discard() }
            throw error
        }
    }

    private func writeCases(_ staged: StagedOutput, _ meter: any ProgressMeter) async throws -> Contents {
        let folder = try await work.run { try staged.subfolder("labelsTr") }
        let images = try await work.run { [request] in
            request.images == .reference ? nil : try staged.subfolder("imagesTr")
        }
        var contents = Contents(selection)
        for item in selection.cases {
            let written = try await labels.write(item, to: "\(folder)/\(item.name)\(NNUNetDataset.fileEnding)")
            if written.hasDecidedVoxels {
                let image = try await work.run { [request, converted] in
                    try ImagePlacement(request.images, folder: images, converted)
                        .place(item, dimensions: written.imageDimensions)
                }
                contents.add(item, written, image: image)
            }
            meter.advance()
        }
        return contents
    }

    private func finish(_ contents: Contents, _ channel: String, _ staged: StagedOutput) async throws -> Written {
        guard !contents.cases.isEmpty else { throw ExportSelection.nothingDecided }
        let emptyFolds = selection.foldsWithoutValidation(contents.exported)
        if !request.allowsEmptyFolds && emptyFolds.count < selection.folds { try requireNone(emptyFolds) }
        return try await work.run { [self] in
            try describe(contents, channel, staged)
            try NNUNetDataset.refuseTaken(id: request.datasetID, name: request.name, in: request.folder)
            try staged.publish()
            return Written(
                folder: FilePath.resolved(staged.target) ?? staged.target, report: contents.report,
                heldOut: contents.cases.count { !$0.validates.isEmpty }, emptyFolds: emptyFolds)
        }
    }

    /// nnU-Net draws validation batches from each fold and fails on an empty one.
    private func requireNone(_ emptyFolds: [Int]) throws {
        guard !emptyFolds.isEmpty else { return }
        let folds = emptyFolds.map(String.init).joined(separator: ", ")
        throw WorkflowError(
            .conflict,
            "no exported case validates in fold \(folds) of \(selection.folds) (counted from 0), and nnU-Net cannot train it",
            remedy:
                "export organs or datasets of the subjects in that fold, create a split with fewer folds, or write it "
                + "anyway with --allow-empty-folds")
    }

    private func describe(_ contents: Contents, _ channel: String, _ staged: StagedOutput) throws {
        let cases = contents.cases
        var dataset = NNUNetDataset(name: request.name, scheme: selection.scheme, channel: channel)
        dataset.reader = try contents.reader()
        dataset.usesIgnore = contents.report.ignored > 0
        dataset.listsImages =
            request.images == .reference || !cases.allSatisfy { $0.image.hasSuffix(NNUNetDataset.fileEnding) }
        dataset.remarks = selection.remarks + contents.states.members(withSubjects: true)
        try staged.write(dataset.description(cases).rendered(), as: "dataset.json")
        if let splits = NNUNetDataset.splits(cases, folds: selection.folds) {
            try staged.write(splits.rendered(), as: "splits_final.json")
        }
    }

    /// The one modality of all images: a dataset has one normalisation.
    private func channel() throws -> String {
        let modalities = Set(selection.cases.map(\.modality)).sorted()
        guard modalities.count == 1 else {
            throw WorkflowError(
                .badInput, "the images have several modalities: \(modalities.joined(separator: ", "))",
                remedy: "export one modality at a time with --dataset")
        }
        return modalities[0]
    }
}
