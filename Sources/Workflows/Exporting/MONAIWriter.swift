internal import Catalog
internal import DICOM
internal import Domain
internal import Exporters
internal import System

/// Writes the datalist and the label maps of a MONAI export.
struct MONAIWriter: Sendable {
    let request: MONAIExport.Request
    let selection: ExportSelection
    let labels: LabelMapWriter
    let converted: SeriesCache
    let work: BlockingWork

    struct Written: Sendable {
        /// The absolute path.
        let file: String
        let report: ExportReport
        let counts: [MONAIDatalist.List: Int]
        /// The folds in which no case validates, counted from 0.
        let emptyFolds: [Int]
    }

    /// The label maps of one case: of the annotations, and of the annotations completed by pseudo labels where there are any.
    private struct CaseLabels {
        let annotations: WrittenLabel
        let withPseudoLabels: WrittenLabel?

        var complete: WrittenLabel { withPseudoLabels ?? annotations }

        /// Whether a label map that is listed contains `ignore`.
        var usesIgnore: Bool {
            annotations.hasDecidedVoxels && annotations.ignored > 0 || (withPseudoLabels?.ignored ?? 0) > 0
        }
    }

    /// What the written cases add up to.
    private struct Contents: Sendable {
        var list: MONAIDatalist
        var report: ExportReport
        var states: ExportedStates
        var exported: [ExportCase] = []
    }

    /// Where paths of the datalist lead.
    private struct Paths: Sendable {
        let root: DataRoot
        /// The absolute path of the finished folder of label maps.
        let labelFolder: String
        /// The names of all cases, in lower case.
        let caseNames: Set<String>

        /// The name of the label map with pseudo labels; no label map of another case has it.
        func pseudoName(_ item: ExportCase) -> String {
            var name = "\(item.name)_pseudo"
            while caseNames.contains(name.lowercased()) { name += "_" }
            return name + NNUNetDataset.fileEnding
        }
    }

    func write(_ progress: any ProgressSink) async throws -> Written {
        try requireOneFold()
        let staged = try await work.run { [request] in try StagedOutput(target: request.file) }
        let meter = progress.begin("export", total: selection.cases.count)
        defer { meter.finish() }
        do {
            let contents = try await writeCases(staged, meter)
            let written = try await finish(contents, staged)
            await work.run { staged.discard() }
            return written
        } catch {
            await work.run { staged.discard() }
            throw error
        }
    }

    private func writeCases(_ staged: StagedOutput, _ meter: any ProgressMeter) async throws -> Contents {
        let paths = try await work.run { [self] in try makePaths() }
        let folder = try await work.run { try staged.subfolder("labels") }
        var contents = Contents(
            list: emptyList, report: ExportReport(selection.scheme, selection.ontology),
            states: ExportedStates(selection.scheme, selection.ontology))
        for item in selection.cases {
            let written = try await writeLabels(of: item, folder, paths)
            let image = try await work.run { [converted] in
                try converted.volumeFile(at: item.source.imagePath, digest: item.source.sha256)
            }
            meter.advance()
            guard written.complete.hasDecidedVoxels else { continue }
            contents.report.add(item, written.complete)
            contents.states.add(item, written.annotations)
            contents.exported.append(item)
            if written.usesIgnore { contents.list.usesIgnore = true }
            contents.list.append(entry(of: item, written, image, paths), to: Self.list(of: item.place?.part))
        }
        return contents
    }

    private func makePaths() throws -> Paths {
        let parent = FilePath.parent(of: request.file)
        return Paths(
            root: try DataRoot(request.dataRoot ?? parent),
            labelFolder: (FilePath.resolved(parent) ?? parent) + "/" + FilePath.name(of: request.labelFolder),
            caseNames: Set(selection.cases.map { $0.name.lowercased() }))
    }

    /// Writes the label map of the annotations, and another one where pseudo labels concern the exported organs.
    private func writeLabels(of item: ExportCase, _ folder: String, _ paths: Paths) async throws -> CaseLabels {
        let annotations = try await labels.write(item, to: "\(folder)/\(Self.labelName(item))") { !$0.isModelMade }
        guard item.evidence.contains(where: { $0.isModelMade && labels.composer.concerns($0) }) else {
            return CaseLabels(annotations: annotations, withPseudoLabels: nil)
        }
        let all = try await labels.write(item, to: "\(folder)/\(paths.pseudoName(item))")
        return CaseLabels(annotations: annotations, withPseudoLabels: all.hasDecidedVoxels ? all : nil)
    }

    private func entry(
        of item: ExportCase, _ written: CaseLabels, _ image: String, _ paths: Paths
    ) -> MONAIDatalist.Item {
        var entry = MONAIDatalist.Item(
            image: paths.root.relative(image), caseName: item.name, subject: item.subject)
        if written.annotations.hasDecidedVoxels {
            entry.label = paths.root.relative("\(paths.labelFolder)/\(Self.labelName(item))")
        }
        if written.withPseudoLabels != nil {
            entry.pseudoLabel = paths.root.relative("\(paths.labelFolder)/\(paths.pseudoName(item))")
        }
        entry.confidence = selection.scheme.organs.compactMap { organ in
            item.label(of: organ)?.confidence.map { (organ.rawValue, $0) }
        }
        if selection.folds > 1 { entry.fold = item.place?.validates.first }
        return entry
    }

    private func finish(_ contents: Contents, _ staged: StagedOutput) async throws -> Written {
        guard contents.report.cases > 0 else { throw ExportSelection.nothingDecided }
        var list = contents.list
        list.remarks += contents.states.members(withSubjects: false)
        let (text, counts) = (list.json.rendered(), list.items.mapValues(\.count))
        let file = try await work.run { [request] in
            try staged.write(text, as: "datalist.json")
            try staged.publish([("labels", request.labelFolder), ("datalist.json", request.file)])
            return FilePath.resolved(request.file) ?? request.file
        }
        return Written(
            file: file, report: contents.report, counts: counts,
            emptyFolds: selection.foldsWithoutValidation(contents.exported))
    }

    /// A datalist gives one fold per case, in which it validates; it trains in all others.
    private func requireOneFold() throws {
        guard selection.folds > 1 else { return }
        let unplaceable = selection.cases.first { item in
            guard let place = item.place, place.part != .test else { return false }
            return place.validates.count > 1 || !place.leftOut.isEmpty
        }
        guard let unplaceable else { return }
        throw WorkflowError(
            .conflict,
            "\(unplaceable.name) validates in several folds or is missing in some, and a datalist has one fold per case",
            remedy: "export each fold by itself, such as --split NAME-0, or leave its dataset out with --dataset")
    }

    private var emptyList: MONAIDatalist {
        let ontology = selection.ontology
        let names = selection.scheme.organs.compactMap { organ in ontology[organ].map { (organ, $0.name) } }
        var list = MONAIDatalist(scheme: selection.scheme, names: Dictionary(uniqueKeysWithValues: names))
        list.remarks = selection.remarks
        return list
    }

    private static func labelName(_ item: ExportCase) -> String { item.name + NNUNetDataset.fileEnding }

    private static func list(of part: SplitPart?) -> MONAIDatalist.List {
        switch part {
        case .validation: .validation
        case .test: .testing
        case .train, .confidence, nil: .training
        }
    }
}
