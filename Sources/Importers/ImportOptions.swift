public import Domain

/// What the caller may say about a dataset.
public struct ImportOptions: Sendable {
    /// The dataset's name; the folder's name where nil.
    public var name: String?
    /// The release, as a shipped label map is called (`btcv`, `totalsegmentator-v1`); found from the files where nil.
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
}
