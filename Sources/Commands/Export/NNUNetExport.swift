internal import Console
internal import Domain
internal import Exporters
internal import System

/// Writes a raw dataset of nnU-Net v2: all of it, or nothing.
struct NNUNetExport: Sendable {
    let selection: ExportSelection
    let name: String
    let images: ExportNNUNet.Images
    let labels: LabelWriter
    /// Whether folds may be written that nnU-Net cannot train, since nothing validates in them.
    let allowsEmptyFolds: Bool

    struct Written: Sendable {
        /// The absolute path.
        let folder: String
        let report: ExportReport
        /// Cases that validate, in whichever fold.
        let heldOut: Int
        /// Cases in which no voxel could be decided.
        let undecided: Int
        /// Folds, counted from 0, in which no case validates.
        let emptyFolds: [Int]
    }

    func write(to folder: String, _ output: Output) async throws -> Written {
        let channel = try channel()
        let staged = try StagedOutput(target: folder)
        let bar = output.progress("export", total: selection.cases.count)
        defer { bar.finish() }
        do {
            return try await write(staged, channel, bar)
        } catch {
            staged.discard()
            throw error
        }
    }

    private func write(_ staged: StagedOutput, _ channel: String, _ bar: ProgressBar) async throws -> Written {
        let folder = try staged.subfolder("labelsTr")
        let imageFolder = images == .reference ? nil : try staged.subfolder("imagesTr")
        let work = BlockingWork()
        var report = ExportReport(selection.scheme, selection.ontology)
        var states = ExportedStates(selection.scheme, selection.ontology)
        var (cases, taken): ([NNUNetDataset.Case], [ExportCase]) = ([], [])
        for item in selection.cases {
            let (written, image) = try await work.run { [labels, images] in
                let path = "\(folder)/\(item.name)\(NNUNetDataset.fileEnding)"
                let written = try labels.write(item, to: path)
                guard written.saysAnything else { return (written, "") }
                return (written, try ImagePlacement(images, folder: imageFolder, labels.converted).place(item))
            }
            bar.advance()
            guard written.saysAnything else { continue }
            report.add(item, written)
            states.add(item, written)
            taken.append(item)
            cases.append(
                .init(
                    name: item.name, image: image, validates: item.place?.validates ?? [],
                    leftOut: item.place?.leftOut ?? []))
        }
        guard !cases.isEmpty else { throw ExportSelection.nothingDecided }
        let emptyFolds = selection.foldsWithoutValidation(taken)
        if !allowsEmptyFolds && emptyFolds.count < selection.folds { try requireNone(emptyFolds) }
        try describe(cases, report, states, channel, staged)
        try staged.publish()
        return Written(
            folder: DataRoot.resolved(staged.target) ?? staged.target, report: report,
            heldOut: cases.count { !$0.validates.isEmpty }, undecided: selection.cases.count - cases.count,
            emptyFolds: emptyFolds)
    }

    /// nnU-Net draws validation batches from the list of a fold and ends with an error where that is empty.
    private func requireNone(_ emptyFolds: [Int]) throws {
        guard !emptyFolds.isEmpty else { return }
        let folds = emptyFolds.map(String.init).joined(separator: ", ")
        throw CommandFailure(
            .conflict,
            "no exported case validates in fold \(folds) of \(selection.folds) (counted from 0), which nnU-Net could not train",
            remedy:
                "export what the subjects of that fold have (organs, datasets), make a split with fewer folds, or accept it "
                + "with --allow-empty-folds")
    }

    private func describe(
        _ cases: [NNUNetDataset.Case], _ report: ExportReport, _ states: ExportedStates, _ channel: String,
        _ staged: StagedOutput
    ) throws {
        var dataset = NNUNetDataset(name: name, scheme: selection.scheme, channel: channel)
        dataset.usesIgnore = report.ignored > 0
        dataset.listsImages = images == .reference || !cases.allSatisfy { $0.image.hasSuffix(NNUNetDataset.fileEnding) }
        dataset.remarks = selection.remarks + states.members(withSubjects: true)
        try staged.write(dataset.description(cases).rendered(), as: "dataset.json")
        if let splits = NNUNetDataset.splits(cases, folds: selection.folds) {
            try staged.write(splits.rendered(), as: "splits_final.json")
        }
    }

    /// What all images show; a mixture has no one normalisation.
    private func channel() throws -> String {
        let modalities = Set(selection.cases.map(\.modality)).sorted()
        guard modalities.count == 1 else {
            throw CommandFailure(
                .badInput, "the images are of several kinds: \(modalities.joined(separator: ", "))",
                remedy: "export one kind at a time with --dataset")
        }
        return modalities[0]
    }
}
