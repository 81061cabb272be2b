public import Domain

/// What the caller may say about a dataset.
public struct ImportOptions: Sendable {
    /// The dataset's name; the folder's name where nil.
    public var name: String?
    /// The release, as a shipped label map is called (`btcv`, `totalsegmentator-v1`), or a version of one (`btcv+corrected`);
    /// found from the files where nil.
    public var release: String?
    /// The layout; recognised where nil.
    public var layout: LayoutName?
    /// A file or folder that holds the images, where they do not lie beside the labels.
    public var images: String?
    /// What the images show; the layout's where nil.
    public var modality: Modality?
    /// Who stands behind the labels; the release's default where nil.
    public var origin: LabelOrigin?
    /// The meaning of label values and class names; the release's where nil.
    public var map: LabelMap?
    /// The organs that are complete in this dataset; all that it declares where nil. An organ outside this list stays
    /// unlabelled, also where it has voxels.
    public var complete: Set<OrganKey>?
    /// Variants that this release means by the names of organs: what would be recorded as the organ is recorded as its
    /// variant. Keys are the organs that the layout or map names.
    public var meanings: [OrganKey: OrganKey] = [:]
    /// Every organ that a name may mean, and the order of labels.
    public var ontology: Ontology = .standard
    /// Which organs are decided in a case, where `complete` does not say; the layout's scope where nil.
    public var scope: LabelScope?
    /// What the caller's own description of the dataset says; the options above go before it.
    public var description: DatasetMap?
    /// What the caller accepts that would be held back otherwise.
    public var accepted: [Acceptance] = []
    /// Whether the masks of single annotators are recorded too, beside the labels that hold.
    public var annotators = false
    /// Whether one bad case refuses the whole import; for the caller, the importer treats cases one by one.
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

    /// The release whose label map and facts hold: `btcv` of `btcv+corrected`.
    var publicRelease: String? { release.map { String($0.prefix { $0 != "+" }) } }

    /// The caller's scope, if any.
    var givenScope: LabelScope? { complete.map(LabelScope.only) ?? scope ?? description?.scope }
    /// The caller's modality, if any.
    var givenModality: Modality? { modality ?? description?.modality }

    /// Who stands behind the labels of a dataset in general.
    public func origin(of layout: any Layout) -> LabelOrigin { origin ?? description?.origin ?? layout.defaultOrigin }

    /// Organs whose labels are of another origin; none where the caller gives one origin for all.
    public func origins(of layout: any Layout) -> [OrganKey: LabelOrigin] {
        if origin != nil { return [:] }
        guard let description else { return layout.origins }
        return description.origin == nil
            ? layout.origins.merging(description.origins) { _, own in own } : description.origins
    }

    /// The terms on which the labels are given, the caller's before the layout's.
    public func licence(of layout: any Layout) -> Licence { description?.licence ?? layout.licence }

    /// Whether an import with these options may read files anew that an earlier one recorded.
    public var changesReading: Bool {
        map != nil || complete != nil || scope != nil || description != nil || modality != nil || !meanings.isEmpty
            || !accepted.isEmpty
    }

    /// What the release means by an organ's name.
    func meaning(of organ: OrganKey) -> OrganKey { meanings[organ] ?? organ }

    /// The meaning of values as it is recorded.
    public func meaning(of entries: [LabelMap.Entry]) -> [LabelMap.Entry] {
        entries.map { LabelMap.Entry(value: $0.value, name: $0.name, organs: $0.organs.map(meaning)) }
    }

    /// - Throws: `undeclaredOrgan` where the caller calls an organ complete, or gives it a meaning, that no label file of
    ///   the cases names. Files that declare their labels in their own headers may name any.
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
