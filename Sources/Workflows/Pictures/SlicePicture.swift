internal import Domain
internal import Drawing
internal import Imaging

/// A picture of one axial slice: the image, then the masks of each column over it, with a legend below.
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
    /// The slice drawn, from 0 at the feet.
    let slice: VolumeSlice
    /// Columns and rows of the slice that show the patient.
    let body: (columns: Range<Int>, rows: Range<Int>)
    let colours: [OrganKey: Colour]
    let window: GreyWindow

    /// - Parameters:
    ///   - index: nil chooses the slice that shows the most organs, and among equals the most voxels of them.
    ///   - window: nil chooses that for soft tissue in a CT, and the percentiles 1 to 99 of another image.
    ///   - ontology: gives each organ its colour.
    /// - Precondition: the image has the slice.
    init(
        title: String, image: ImageVolume, columns: [Column], slice index: Int?, isCT: Bool = true,
        window: GreyWindow? = nil, ontology: Ontology = .standard
    ) {
        (self.title, self.image, self.columns) = (title, image, columns)
        slice = VolumeSlice(image.shape, .axial, at: index ?? Self.fullestSlice(columns, image.shape))
        let organs = Set(columns.flatMap { $0.entries.map(\.organ) })
        colours = Dictionary(
            uniqueKeysWithValues: organs.map { ($0, Palette.organColour(ontology[$0]?.position ?? 1)) })
        let automatic = isCT ? GreyWindow.softTissue : GreyWindow(percentilesOf: image.voxels, count: image.shape.count)
        self.window = window ?? automatic
        body = Self.body(in: image, slice, above: isCT ? -200 : automatic.level - 0.4 * automatic.width)
    }

    /// Columns and rows of which more than a tenth is above a value, denser than fat in a CT, with a margin; all where none is.
    private static func body(
        in image: ImageVolume, _ slice: VolumeSlice, above threshold: Double
    ) -> (columns: Range<Int>, rows: Range<Int>) {
        var (columns, rows) = (Array(repeating: 0, count: slice.columns), Array(repeating: 0, count: slice.rows))
        for row in rows.indices {
            for column in columns.indices where image.voxels[slice.voxel(column: column, row: row)] > threshold {
                columns[column] += 1
                rows[row] += 1
            }
        }
        func range(_ counts: [Int], of length: Int) -> Range<Int> {
            guard let first = counts.firstIndex(where: { $0 * 10 > length }),
                let last = counts.lastIndex(where: { $0 * 10 > length }), last - first > counts.count / 4
            else { return counts.indices }
            let margin = counts.count / 25 + 1
            return max(0, first - margin)..<min(counts.count, last + 1 + margin)
        }
        return (range(columns, of: slice.rows), range(rows, of: slice.columns))
    }

    private static func fullestSlice(_ columns: [Column], _ shape: GridShape) -> Int {
        let counts = (0..<shape.z).map { z in
            let shown = columns.flatMap { $0.entries.map { ($0.organ, voxels($0.mask, in: z)) } }
            return (organs: Set(shown.filter { $0.1 > 0 }.map(\.0)).count, voxels: shown.reduce(0) { $0 + $1.1 })
        }
        return counts.indices.max { (counts[$0].organs, counts[$0].voxels) < (counts[$1].organs, counts[$1].voxels) }
            ?? 0
    }

    private static func voxels(_ mask: BitVolume, in z: Int) -> Int {
        let plane = mask.shape.x * mask.shape.y
        return (z * plane..<(z + 1) * plane).reduce(0) { $0 + (mask[$1] ? 1 : 0) }
    }
}
