public import Domain

/// The options of an import: what the caller specifies about a dataset.
public struct ImportOptions: Sendable {
    /// The dataset's name; the folder's name where nil.
    public var name: String?
    /// The release: the name of a shipped label map (`btcv`, `totalsegmentator-v1`), or a version of one
    /// (`btcv+corrected`); derived from the files where nil.
    public var release: String?
    /// The layout; recognised where nil.
    public var layout: LayoutName?
    /// A file or folder with the images, where they are not beside the labels.
    public var images: String?
    /// Modality of the images; the layout's where nil.
    public var modality: Modality?
    /// Label origin; the release's default where nil.
    public var origin: LabelOrigin?
    /// The meaning of label values and class names; the release's where nil.
    public var map: LabelMap?
    /// The organs that are annotated completely in this dataset; all that it declares where nil. An organ outside this
    /// list stays unlabelled, even where it has voxels.
    public var complete: Set<OrganKey>?
    /// Organ to variant: labels of the organ in this release are recorded as labels of the variant. Keys are the organs
    /// that the layout or map names.
    public var meanings: [OrganKey: OrganKey] = [:]
    /// The organs and spellings by which names are resolved, and the order of labels.
    public var ontology: Ontology = .standard
    /// Which organs were examined in each case, where `complete` is nil; the layout's scope where nil.
    public var scope: LabelScope?
    /// The caller's own description of the dataset; the options above take precedence over it.
    public var description: DatasetMap?
    /// Proposals that the caller accepts; without them the cases concerned are quarantined.
    public var accepted: [Acceptance] = []
    /// Whether the masks of single annotators are recorded too, beside the dataset's labels.
    public var annotators = false
    /// Whether one bad case makes the whole import fail. The caller enforces it: the importer treats cases one by one.
    public var strict: Bool

    public init(
        name: String? = nil, release: String? = nil, layout: LayoutName? = nil, images: String? = nil,
        modality: Modality? = nil, origin: LabelOrigin? = nil, map: LabelMap? = nil, complete: Set<OrganKey>? = nil,
        strict: Bool = false
    ) {
        (self.name, self.release, self.layout, self.images) = (name, release, layout, images)
        self.modality = modality
        (self.origin, self.map, self.complete, self.strict) = (origin, map, complete, strict)
    }

    /// The release whose label map and facts apply: `btcv` for `btcv+corrected`.
    var publicRelease: String? { release.map { String($0.prefix { $0 != "+" }) } }

    /// The caller's scope, if any.
    var givenScope: LabelScope? { complete.map(LabelScope.only) ?? scope ?? description?.scope }
    /// The caller's modality, if any.
    var givenModality: Modality? { modality ?? description?.modality }

    /// The default label origin of a dataset.
    public func origin(of layout: any Layout) -> LabelOrigin { origin ?? description?.origin ?? layout.defaultOrigin }

    /// Organs whose labels are of another origin; none where the caller gives one origin for all.
    public func origins(of layout: any Layout) -> [OrganKey: LabelOrigin] {
        if origin != nil { return [:] }
        guard let description else { return layout.origins }
        return description.origin == nil
            ? layout.origins.merging(description.origins) { _, own in own } : description.origins
    }

    /// The licence of the labels; the caller's takes precedence over the layout's.
    public func licence(of layout: any Layout) -> Licence { description?.licence ?? layout.licence }

    /// Whether files that an earlier import recorded must be read again under these options.
    public var changesReading: Bool {
        map != nil || complete != nil || scope != nil || description != nil || modality != nil || !meanings.isEmpty
            || !accepted.isEmpty
    }

    /// The organ or variant under which labels of `organ` are recorded.
    func meaning(of organ: OrganKey) -> OrganKey { meanings[organ] ?? organ }

    /// Label map entries with organs replaced by the variants of `meanings`, as they are recorded.
    public func meaning(of entries: [LabelMap.Entry]) -> [LabelMap.Entry] {
        entries.map { LabelMap.Entry(value: $0.value, name: $0.name, organs: $0.organs.map(meaning)) }
    }

    /// Checks that every organ named in `complete`, `meanings` or the description occurs in the label files.
    /// - Throws: `undeclaredOrgan` for an organ that no label file of the cases names. Files that declare their labels
    ///   in their own headers may name any.
    public func check(against cases: [CaseFiles], in folder: String) throws(ImportError) {
        var declared: Set<OrganKey> = []
        for file in cases.lazy.flatMap(\.labels) {
            switch file.reading {
            case .values(let map, _): declared.formUnion(map.organs)
            case .oneClass(let organs): declared.formUnion(organs)
            case .declared: return
            }
        }
        var asked = Set(meanings.keys)
        if case .only(let organs)? = givenScope { asked.formUnion(organs) }
        guard !declared.isEmpty, let stranger = asked.subtracting(declared).sorted().first else { return }
        throw .undeclaredOrgan(folder: folder, organ: stranger.rawValue, declared: declared.map(\.rawValue).sorted())
    }
}
