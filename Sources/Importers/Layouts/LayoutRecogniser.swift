internal import Domain
internal import System

/// Recognises the layout of a folder by its structure and the keys of its description, never by its name.
public struct LayoutRecogniser {
    private let options: ImportOptions

    public init(options: ImportOptions = ImportOptions()) { self.options = options }

    /// The layout of a dataset's folder, or of a single label file.
    ///
    /// Reads folder listings and descriptions, and the headers of the folder's volumes where those are not sufficient.
    /// Blocks; keep it off the cooperative pool.
    /// - Throws: `unreadableFolder`; `unknownOrgan` for `ImportOptions.complete`; `unknownRelease`; `unrecognised` with
    ///   the known layouts; `holdsDatasets`; `ambiguous`; `notThisLayout`; and the errors of the layout's description.
    public func recognise(_ path: String) throws(ImportError) -> any Layout {
        guard let resolved = FilePath.resolved(path) else { throw .unreadableFolder(path) }
        if Folder.kind(of: resolved) == .other {
            throw .unusable(
                file: path, problem: "neither a folder nor a file", remedy: "name the folder of the dataset")
        }
        if let unknown = options.complete?.sorted().first(where: { options.ontology[$0] == nil }) {
            throw .unknownOrgan(file: path, organ: unknown.rawValue)
        }
        let unusable = UnusableEntries(in: resolved)
        try unusable.refuseDescriptions()
        let layout: any Layout
        do throws(ImportError) {
            layout = try recognise(resolved: resolved)
        } catch {
            throw unusable.all.first?.error ?? error
        }
        try checkRelease(of: layout, in: path)
        return layout
    }

    private func recognise(resolved: String) throws(ImportError) -> any Layout {
        if DatasetFolder.kind(of: resolved) == .file { return try singleFile(resolved) }
        let listing = FolderListing(try DatasetFolder(resolved))
        if let rule = options.description?.rule { return try own(rule, listing) }
        if let asked = options.layout { return try layout(asked, in: listing) }
        guard let reading = try only(listing) else { return try labelFiles(listing) }
        let layout = try reading.make()
        if let rules = layout as? RuleLayout { try refuseSiblings(of: rules, listing) }
        return layout
    }

    /// The only interpretation that matches; nil where none does.
    /// - Throws: `ambiguous`.
    private func only(_ listing: FolderListing) throws(ImportError) -> LayoutReading? {
        let readings = try LayoutReading.all(listing, options, asked: nil)
        let weaker = readings.reduce(into: Set<LayoutName>()) { $0.formUnion($1.overrides) }
        let fitting = readings.filter { !weaker.contains($0.name) }
        guard fitting.count < 2 else {
            throw .ambiguous(folder: listing.folder.root, readings: fitting.map(\.description))
        }
        return fitting.first
    }

    private func layout(_ asked: LayoutName, in listing: FolderListing) throws(ImportError) -> any Layout {
        if asked == .mapped { return try labelFiles(listing) }
        if asked == .dicom {
            guard let layout = SeriesLayout(listing, options: options, probe: TableProbe()) else {
                throw refuse(asked, listing.folder, "no folder contains DICOM slices")
            }
            return layout
        }
        let readings = try LayoutReading.all(listing, options, asked: asked)
        guard readings.count < 2 else {
            throw .ambiguous(folder: listing.folder.root, readings: readings.map(\.description))
        }
        if let reading = readings.first { return try reading.make() }
        if asked == .totalsegmentator { return try labelFiles(listing) }
        throw refuse(asked, listing.folder, "expected " + asked.recognisedBy)
    }

    /// The layout of the caller's own description.
    private func own(_ rule: LayoutRule, _ listing: FolderListing) throws(ImportError) -> any Layout {
        let source = try ImageSource(dataset: listing.folder, images: options.images)
        let match = RuleMatch(rule, in: listing, images: source)
        let labels = rule.kinds.flatMap(\.labels)
        guard !match.labels.isEmpty || !match.skipped.isEmpty else {
            let patterns = match.images.isEmpty ? rule.kinds.flatMap(\.images) + labels : labels
            throw refuse(.mapped, listing.folder, Self.unmatched(patterns, listing))
        }
        return try RuleLayout(rule, match, in: listing, options: options)
    }

    private static func unmatched(_ patterns: [PathPattern], _ listing: FolderListing) -> String {
        let found = listing.everyFile(depth: searchDepth).filter { !UnusedFiles.isText($0) }
        let folders = patterns.contains { !$0.matches(in: listing, folders: true).isEmpty }
        return "no file matches " + ImportError.list(patterns.map(\.description))
            + (folders ? ", but folders do" : "")
            + (found.isEmpty ? "" : "; the folder contains " + ImportError.list(found, limit: 5))
    }

    private func labelFiles(_ listing: FolderListing) throws(ImportError) -> any Layout {
        let probe = TableProbe()
        let folder = listing.folder
        let layout = try LabelFilesLayout(folder, options: options, probe: probe)
        if !layout.labelNames.isEmpty {
            // Labels do not wait for slices beside them.
            guard options.layout == nil, options.images == nil, layout.imageNames.isEmpty,
                let slices = SeriesLayout(listing, options: options, probe: TableProbe())
            else { return layout }
            return slices
        }
        if let failure = probe.failure { throw failure }
        if let asked = options.layout {
            throw refuse(asked, folder, "there is no label file with a label table or with a label map")
        }
        let inside = datasets(in: listing, except: [], depth: Self.searchDepth)
        guard inside.isEmpty else { throw .holdsDatasets(folder: folder.root, datasets: inside) }
        if let slices = SeriesLayout(listing, options: options, probe: TableProbe()) { return slices }
        try refuseOtherFormats(listing)
        if let tree = NaturalTree(listing.everyFile(depth: Self.searchDepth)) { throw tree.refusal(of: folder.root) }
        throw .unrecognised(
            folder: folder.root, lookedFor: LayoutName.allCases.map(\.recognisedBy), volumes: folder.volumes().count)
    }

    /// Names the reason where the folder has no NIfTI file, but a JSON text with a mistake or files in other formats.
    private func refuseOtherFormats(_ listing: FolderListing) throws(ImportError) {
        for name in listing.files(in: "") where name.hasSuffix(".json") {
            _ = try DatasetText.json(listing.folder.root + "/" + name, named: name)
        }
        let files = listing.everyFile(depth: Self.searchDepth)
        let others = files.filter(UnusedFiles.isOtherFormat)
        guard !others.isEmpty, !files.contains(where: SourceFile.isVolume) else { return }
        throw .unsupported(
            folder: listing.folder.root,
            what: "no NIfTI file, but files in formats that are not read: " + ImportError.list(others, limit: 5),
            remedy: "convert images and labels to NIfTI with 3D Slicer or SimpleITK")
    }

    private func singleFile(_ path: String) throws(ImportError) -> any Layout {
        let file = try ImageSource.singleFile(path)
        if path.hasSuffix(".json") { return try DatalistLayout(file, options: options) }
        let folder = try DatasetFolder(file.root)
        let probe = TableProbe()
        let hasTable = probe.hasTable(file)
        if let failure = probe.failure { throw failure }
        let layout = try LabelFilesLayout(folder, only: file.path, options: options, probe: probe)
        guard layout.map != nil || hasTable else {
            throw .unrecognised(
                folder: path, lookedFor: [LayoutName.totalsegmentator, .mapped].map(\.recognisedBy), volumes: 1)
        }
        return layout
    }

    // MARK: - Folders of datasets

    /// A rule may match files in one of several datasets of a folder; none of them is imported then.
    /// - Throws: `holdsDatasets`.
    private func refuseSiblings(of layout: RuleLayout, _ listing: FolderListing) throws(ImportError) {
        let used = Set(
            (layout.match.labels + layout.match.images).map { $0.path.split(separator: "/").first.map(String.init) })
        let others = datasets(in: listing, except: used, depth: 1)
        guard !others.isEmpty else { return }
        let own = used.compactMap { $0 }.filter { listing.folders(in: "").contains($0) }.sorted()
        throw .holdsDatasets(
            folder: listing.folder.root, datasets: own.map { "\($0) (\(layout.name.rawValue))" } + others)
    }

    /// How deep datasets are searched in a folder that is not a dataset, and in how many folders.
    private static let searchDepth = 4
    private static let searchedFolders = 200

    /// Subfolders that are datasets, with the names of their layouts, the nearest first.
    private func datasets(in listing: FolderListing, except used: Set<String?>, depth: Int) -> [String] {
        var open = listing.folders(in: "").filter { !used.contains($0) }.map { (path: $0, level: 1) }
        var (found, searched) = ([String](), 0)
        while searched < min(Self.searchedFolders, open.count) {
            let (path, level) = open[searched]
            searched += 1
            if let layout = try? layoutName(of: listing.folder.root + "/" + path) {
                found.append("\(path) (\(layout.rawValue))")
            } else if level < depth {
                open += listing.folders(in: path).map { (path: path + "/" + $0, level: level + 1) }
            }
        }
        return found
    }

    /// A folder's layout; nil where it has none.
    private func layoutName(of path: String) throws(ImportError) -> LayoutName? {
        let child = FolderListing(try DatasetFolder(path))
        if let reading = try only(child) { return reading.name }
        let tables = try LabelFilesLayout(child.folder, options: ImportOptions(), probe: TableProbe())
        return tables.labelNames.isEmpty ? nil : tables.name
    }

    private func checkRelease(of layout: any Layout, in path: String) throws(ImportError) {
        guard let release = options.publicRelease, options.map == nil, options.description == nil else { return }
        let known = layout.knownReleases
        guard known.isEmpty || known.contains(release) else {
            throw .unknownRelease(folder: path, release: release, known: known)
        }
    }

    private func refuse(_ layout: LayoutName, _ folder: DatasetFolder, _ reason: String) -> ImportError {
        .notThisLayout(folder: folder.root, layout: layout, reason: reason)
    }
}
