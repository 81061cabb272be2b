internal import Domain

/// Tells which layout a folder has, by its structure and the keys of its description, never by its name.
public struct LayoutRecogniser {
    private let options: ImportOptions

    public init(options: ImportOptions = ImportOptions()) { self.options = options }

    /// The layout of a dataset's folder, or of a single label file.
    ///
    /// Reads folder listings and `dataset.json`; where neither tells, the headers of the volumes in the folder.
    /// Blocks; keep it off the cooperative pool.
    /// - Throws: `unreadableFolder`, `unknownOrgan` for the caller's own list, `unrecognised` (with what was looked for), `ambiguous`, `notThisLayout`, and what is
    ///   wrong with the description.
    public func recognise(_ path: String) throws(ImportError) -> any Layout {
        guard let resolved = DatasetFolder.resolve(path) else { throw .unreadableFolder(path) }
        if let stranger = options.complete?.sorted().first(where: { Ontology.standard[$0] == nil }) {
            throw .unknownOrgan(file: path, organ: stranger.rawValue)
        }
        if DatasetFolder.kind(of: resolved) == .file { return try singleFile(resolved) }
        let folder = try DatasetFolder(resolved)
        if let asked = options.layout { return try layout(asked, in: folder) }
        return try recognise(in: folder)
    }

    private func recognise(in folder: DatasetFolder) throws(ImportError) -> any Layout {
        let parts = BTCVLayout.parts(of: folder)
        let hasDescription = DecathlonLayout.fits(folder)
        let classes = hasDescription ? [] : ClassFolder.all(in: folder)
        var fitting: [LayoutName] = hasDescription ? [.msd] : []
        if !parts.isEmpty { fitting.append(.btcv) }
        if !classes.isEmpty { fitting.append(.totalsegmentator) }
        guard fitting.count < 2 else {
            throw .ambiguous(folder: folder.root, readings: fitting.map(\.recognisedBy))
        }
        switch fitting.first {
        case .msd: return try DecathlonLayout(folder, options: options)
        case .btcv: return try BTCVLayout(folder, parts: parts, options: options)
        case .totalsegmentator: return try ClassFilesLayout(folder, folders: classes, options: options)
        case .mapped, nil: return try labelFiles(folder)
        }
    }

    private func layout(_ asked: LayoutName, in folder: DatasetFolder) throws(ImportError) -> any Layout {
        switch asked {
        case .msd:
            guard DecathlonLayout.fits(folder) else { throw refuse(asked, folder, "there is no dataset.json") }
            return try DecathlonLayout(folder, options: options)
        case .btcv:
            let parts = BTCVLayout.parts(of: folder)
            guard !parts.isEmpty else { throw refuse(asked, folder, "there is no folder label with labelNNNN files") }
            return try BTCVLayout(folder, parts: parts, options: options)
        case .totalsegmentator:
            let classes = ClassFolder.all(in: folder)
            if !classes.isEmpty { return try ClassFilesLayout(folder, folders: classes, options: options) }
            return try labelFiles(folder)
        case .mapped:
            return try labelFiles(folder)
        }
    }

    private func labelFiles(_ folder: DatasetFolder) throws(ImportError) -> any Layout {
        let probe = TableProbe()
        let layout = try LabelFilesLayout(folder, options: options, hasTable: probe.hasTable)
        if !layout.labelNames.isEmpty { return layout }
        if let failure = probe.failure { throw failure }
        if let asked = options.layout {
            throw refuse(asked, folder, "there is no label file with a label table, and none that a map explains")
        }
        throw .unrecognised(folder: folder.root, lookedFor: LayoutName.allCases.map(\.recognisedBy))
    }

    private func singleFile(_ path: String) throws(ImportError) -> any Layout {
        let file = try ImageSource.singleFile(path)
        let folder = try DatasetFolder(file.root)
        let probe = TableProbe()
        let hasTable = probe.hasTable(file)
        if let failure = probe.failure { throw failure }
        let layout = try LabelFilesLayout(folder, only: file.path, options: options, hasTable: probe.hasTable)
        guard layout.map != nil || hasTable else {
            throw .unrecognised(folder: path, lookedFor: [LayoutName.totalsegmentator, .mapped].map(\.recognisedBy))
        }
        return layout
    }

    private func refuse(_ layout: LayoutName, _ folder: DatasetFolder, _ reason: String) -> ImportError {
        .notThisLayout(folder: folder.root, layout: layout, reason: reason)
    }
}
