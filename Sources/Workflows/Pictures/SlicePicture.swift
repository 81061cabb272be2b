internal import Domain
internal import Drawing
internal import Imaging

/// A picture of slices: the image, then the masks of each column over it, with a legend below.
struct SlicePicture: Sendable {
    /// One mask of a column.
    struct Entry: Sendable {
        let organ: OrganKey
        let mask: BitVolume
        /// Voxels of the mask that a network predicted without enough confidence; nil where there are none.
        let doubtful: BitVolume?
        /// 0 to 1; nil unless a round made the mask.
        let confidence: Double?
    }

    /// The masks of one origin, such as a round, in the order of the organs.
    struct Column: Sendable {
        let title: String
        private(set) var entries: [Entry] = []

        init(title: String) { self.title = title }

        /// - Parameter accepted: the validity mask of a prediction; nil: all voxels are accepted.
        mutating func add(
            _ organ: OrganKey, _ mask: BitVolume, confidence: Double? = nil, accepted: BitVolume? = nil
        ) {
            var doubtful = mask
            if let accepted { doubtful.subtract(accepted) }
            let hasDoubt = accepted != nil && !doubtful.isEmpty
            entries.append(
                Entry(organ: organ, mask: mask, doubtful: hasDoubt ? doubtful : nil, confidence: confidence))
        }
    }

    let title: String
    let image: ImageVolume
    let columns: [Column]
    /// At least one, of one scale.
    let views: [View]
    /// Whether the slices of a column are in lines; else each slice has a row of all columns.
    let isMosaic: Bool
    let colours: [OrganKey: Colour]
    let window: GreyWindow

    /// - Parameters:
    ///   - window: nil chooses that for soft tissue in a CT, and the percentiles 1 to 99 of another image.
    ///   - ontology: gives each organ its colour.
    /// - Precondition: the image has the slices.
    init(
        title: String, image: ImageVolume, columns: [Column], view: PictureView = .axial(slice: nil), isCT: Bool = true,
        window: GreyWindow? = nil, ontology: Ontology = .standard
    ) {
        (self.title, self.image, self.columns) = (title, image, columns)
        let organs = Set(columns.flatMap { $0.entries.map(\.organ) })
        colours = Dictionary(
            uniqueKeysWithValues: organs.map { ($0, Palette.organColour(ontology[$0]?.position ?? 1)) })
        let automatic = isCT ? GreyWindow.softTissue : GreyWindow(percentilesOf: image.voxels, count: image.shape.count)
        self.window = window ?? automatic
        views = Self.views(
            view, of: image, columns, above: isCT ? -200 : automatic.level - 0.4 * automatic.width)
        if case .mosaic = view { isMosaic = true } else { isMosaic = false }
    }

    /// The first slice, which is axial.
    var slice: VolumeSlice { views[0].slice }
}
