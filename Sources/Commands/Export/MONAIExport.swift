internal import Catalog
internal import Console
internal import DICOM
internal import Domain
internal import Exporters
internal import Glibc
internal import System

/// Writes a MONAI datalist and its label maps: all of it, or nothing.
struct MONAIExport: Sendable {
    let selection: ExportSelection
    let output: String
    let labelFolder: String
    /// Nil: the folder of the file.
    let dataRoot: String?
    let labels: LabelWriter

    struct Written: Sendable {
        /// The absolute path.
        let file: String
        let report: ExportReport
        let counts: [MONAIDatalist.List: Int]
        /// Folds, counted from 0, in which no case validates.
        let emptyFolds: [Int]
    }

    func write(_ console: Output) async throws -> Written {
        try requireOneFold()
        let staged = try StagedOutput(target: output)
        defer { staged.discard() }
        let bar = console.progress("export", total: selection.cases.count)
        defer { bar.finish() }
        let paths = try DataRoot(dataRoot ?? Self.parent(of: output))
        let folder = try staged.subfolder("labels")
        let final = Self.absolute(Self.parent(of: output)) + "/" + Self.name(of: labelFolder)
        var (list, report, taken) = (
            datalist, ExportReport(selection.scheme, selection.ontology), [ExportCase]()
        )
        var states = ExportedStates(selection.scheme, selection.ontology)
        let work = BlockingWork()
        for item in selection.cases {
            let (own, models) = try await work.run { [self] in try write(item, folder) }
            let (written, people) = (models ?? own, own.saysAnything)
            let image = try await work.run { [labels] in
                try labels.converted.volumeFile(at: item.source.path, digest: item.source.sha256)
            }
            bar.advance()
            guard written.saysAnything else { continue }
            report.add(item, written)
            states.add(item, own)
            taken.append(item)
            var entry = MONAIDatalist.Item(
                image: paths.relative(image), caseName: item.name, subject: item.subject)
            if people { entry.label = paths.relative("\(final)/\(Self.labelName(item))") }
            if models != nil { entry.pseudoLabel = paths.relative("\(final)/\(Self.pseudoName(item))") }
            entry.confidence = confidences(of: item)
            if selection.folds > 1 { entry.fold = item.place?.validates.first }
            list.append(entry, to: Self.list(of: item.place?.part))
        }
        guard report.cases > 0 else { throw ExportSelection.nothingDecided }
        list.remarks += states.members(withSubjects: false)
        try staged.write(list.json.rendered(), as: "datalist.json")
        try staged.publish([("labels", labelFolder), ("datalist.json", output)])
        return Written(
            file: Self.absolute(output), report: report, counts: list.items.mapValues(\.count),
            emptyFolds: selection.foldsWithoutValidation(taken))
    }

    /// A datalist has one fold a case, in which it validates; in all others a reader trains on it.
    private func requireOneFold() throws {
        guard selection.folds > 1 else { return }
        let torn = selection.cases.first { item in
            guard let place = item.place, place.part != .test else { return false }
            return place.validates.count > 1 || !place.leftOut.isEmpty
        }
        guard let torn else { return }
        throw CommandFailure(
            .conflict,
            "\(torn.name) validates in several folds or is in some of them only, which a datalist cannot say",
            remedy: "export fold by fold, such as --split NAME-0, or leave its dataset out with --dataset")
    }

    /// Writes the case's label maps, what people said and, where a model said something, what it adds. Blocks.
    private func write(_ item: ExportCase, _ folder: String) throws -> (own: WrittenLabel, withModels: WrittenLabel?) {
        let own = try labels.write(item, to: "\(folder)/\(Self.labelName(item))") { !$0.isModelMade }
        guard item.evidence.contains(where: { $0.isModelMade && labels.composer.concerns($0) }) else {
            return (own, nil)
        }
        let all = try labels.write(item, to: "\(folder)/\(Self.pseudoName(item))")
        return (own, all.saysAnything ? all : nil)
    }

    private var datalist: MONAIDatalist {
        let ontology = selection.ontology
        var list = MONAIDatalist(
            scheme: selection.scheme, names: selection.scheme.organs.map { ontology[$0]?.name ?? $0.rawValue })
        list.remarks = selection.remarks
        return list
    }

    private func confidences(of item: ExportCase) -> [(organ: String, value: Double)] {
        selection.scheme.organs.compactMap { organ in
            item.label(of: organ)?.confidence.map { (organ.rawValue, $0) }
        }
    }

    private static func labelName(_ item: ExportCase) -> String { item.name + NNUNetDataset.fileEnding }
    private static func pseudoName(_ item: ExportCase) -> String { "\(item.name)_pseudo\(NNUNetDataset.fileEnding)" }

    private static func list(of part: SplitPart?) -> MONAIDatalist.List {
        switch part {
        case .validation: .validation
        case .test: .testing
        case .train, .confidence, nil: .training
        }
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func name(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }

    private static func absolute(_ path: String) -> String { DataRoot.resolved(path) ?? path }
}

/// The folder that a datalist's paths are relative to.
struct DataRoot: Sendable {
    private let path: String

    /// - Throws: bad input for a folder that does not exist.
    init(_ path: String) throws {
        guard let resolved = Self.resolved(path) else {
            throw CommandFailure(.badInput, "no such folder", file: path, remedy: "make it, or name another")
        }
        self.path = resolved
    }

    /// The part behind the root of a path under it; any other path as it is.
    func relative(_ file: String) -> String {
        let prefix = path.hasSuffix("/") ? path : path + "/"
        return file.hasPrefix(prefix) ? String(file.dropFirst(prefix.count)) : file
    }

    /// The absolute path without links; nil where there is nothing.
    static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}
