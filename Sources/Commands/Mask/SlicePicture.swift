internal import Console
internal import Domain
internal import Imaging

/// A picture of one axial slice: the image, then the masks of each column over it, with a legend below.
struct SlicePicture: Sendable {
    /// The masks of one origin, such as a round, in the order of the organs.
    struct Column: Sendable {
        let title: String
        private(set) var masks: [(organ: OrganKey, mask: BitVolume, confidence: Double?)] = []

        init(title: String) { self.title = title }

        mutating func add(_ organ: OrganKey, _ mask: BitVolume, confidence: Double? = nil) {
            masks.append((organ, mask, confidence))
        }
    }

    let title: String
    let image: ImageVolume
    let columns: [Column]
    /// The slice drawn, from 0 at the feet.
    let index: Int
    private let colours: [OrganKey: Colour]
    /// Columns and rows of the slice that show the patient.
    private let body: (columns: Range<Int>, rows: Range<Int>)

    /// - Parameter slice: nil chooses the slice that shows the most organs, and of those the most of them.
    /// - Precondition: the image has the slice.
    init(title: String, image: ImageVolume, columns: [Column], slice: Int?) {
        (self.title, self.image, self.columns) = (title, image, columns)
        index = slice ?? Self.fullestSlice(columns, image.shape)
        precondition((0..<image.shape.z).contains(index), "a slice of the image")
        var colours: [OrganKey: Colour] = [:]
        for organ in columns.flatMap({ $0.masks.map(\.organ) }) where colours[organ] == nil {
            colours[organ] = Palette.colour(colours.count)
        }
        self.colours = colours
        body = Self.body(in: image, VolumeSlice(image.shape, .axial, at: index))
    }

    // MARK: - Layout, in pixels

    private static let gap = 12
    private static let line = 22
    private static let head = 76

    private var panelWidth: Int { max(240, (1240 - Self.gap) / (columns.count + 1) - Self.gap) }
    private var slice: VolumeSlice { VolumeSlice(image.shape, .axial, at: index) }
    /// The whole slice, drawn so large that the patient fills a panel's width.
    private var sliceWidth: Int { panelWidth * slice.columns / body.columns.count }
    private var sliceHeight: Int { slice.height(forWidth: sliceWidth, spacing: image.spacing) }
    private var panelHeight: Int { sliceHeight * body.rows.count / slice.rows }

    func draw() -> Canvas {
        let rows = max(2, columns.map(\.masks.count).max() ?? 0)
        var canvas = Canvas(
            width: Self.gap + (columns.count + 1) * (panelWidth + Self.gap),
            height: Self.head + panelHeight + 2 * Self.gap + rows * Self.line, background: Colour(22, 24, 28))
        canvas.write(title, x: Self.gap, y: 14, scale: 3)
        drawPanel(&canvas, 0, "image", [])
        let facts = [
            "slice \(index) of 0 to \(image.shape.z - 1)",
            (0..<3).map { Self.short(image.spacing[$0]) }.joined(separator: " x ") + " mm",
        ]
        for (row, fact) in facts.enumerated() {
            canvas.write(fact, x: Self.gap, y: legendTop + row * Self.line, Self.faint, scale: 2)
        }
        for (position, column) in columns.enumerated() {
            drawPanel(&canvas, position + 1, column.title, column.masks.map { ($0.mask, colours[$0.organ] ?? .white) })
            drawLegend(&canvas, position + 1, column)
        }
        return canvas
    }

    private var legendTop: Int { Self.head + panelHeight + Self.gap }

    private func left(_ position: Int) -> Int { Self.gap + position * (panelWidth + Self.gap) }

    private func drawPanel(
        _ canvas: inout Canvas, _ position: Int, _ title: String, _ masks: [(mask: BitVolume, colour: Colour)]
    ) {
        let frame = Canvas.Frame(x: left(position), y: Self.head, width: panelWidth, height: panelHeight)
        canvas.write(title, x: frame.x, y: Self.head - 24, scale: 2)
        var whole = Canvas(width: sliceWidth, height: sliceHeight)
        let all = Canvas.Frame(x: 0, y: 0, width: sliceWidth, height: sliceHeight)
        whole.draw(slice, in: all) { image.voxels[$0] }
        for (mask, colour) in masks {
            whole.overlay(mask, on: slice, in: all, colour, style: .fill(opacity: 0.35))
            whole.overlay(mask, on: slice, in: all, colour)
        }
        copy(whole, into: &canvas, frame)
    }

    /// The part of the drawn slice that shows the patient.
    private func copy(_ whole: Canvas, into canvas: inout Canvas, _ frame: Canvas.Frame) {
        let x = body.columns.lowerBound * sliceWidth / slice.columns
        let y = body.rows.lowerBound * sliceHeight / slice.rows
        for row in 0..<min(frame.height, whole.height - y) {
            for column in 0..<min(frame.width, whole.width - x) {
                let at = 3 * ((y + row) * whole.width + x + column)
                canvas.set(
                    frame.x + column, frame.y + row,
                    Colour(whole.pixels[at], whole.pixels[at + 1], whole.pixels[at + 2]))
            }
        }
    }

    /// Colour, organ and, for a pseudo label, its confidence; faint where the organ is not in this slice.
    private func drawLegend(_ canvas: inout Canvas, _ position: Int, _ column: Column) {
        let x = left(position)
        if column.masks.isEmpty { canvas.write("none", x: x, y: legendTop, Self.faint, scale: 2) }
        if column.masks.contains(where: { $0.confidence != nil }) {
            let text = "confidence"
            canvas.write(text, x: x + panelWidth - Canvas.size(of: text).width, y: legendTop - 10, Self.faint)
        }
        for (row, entry) in column.masks.enumerated() {
            let y = legendTop + row * Self.line
            let isShown = Self.voxels(entry.mask, in: index) > 0
            canvas.fill(Canvas.Frame(x: x, y: y, width: 14, height: 14), colours[entry.organ] ?? .white)
            let colour = isShown ? Colour.white : Self.faint
            canvas.write(entry.organ.rawValue, x: x + 22, y: y, colour, scale: 2)
            guard let confidence = entry.confidence else { continue }
            let text = Decimal.fixed(confidence, places: 2)
            canvas.write(text, x: x + panelWidth - Canvas.size(of: text, scale: 2).width, y: y, colour, scale: 2)
        }
    }

    // MARK: -

    /// Columns and rows of which a tenth is brighter than fat, with a margin; everything where none is.
    private static func body(in image: ImageVolume, _ slice: VolumeSlice) -> (columns: Range<Int>, rows: Range<Int>) {
        var (columns, rows) = (Array(repeating: 0, count: slice.columns), Array(repeating: 0, count: slice.rows))
        for row in rows.indices {
            for column in columns.indices where image.voxels[slice.voxel(column: column, row: row)] > -200 {
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
            let shown = columns.flatMap { column in column.masks.map { ($0.organ, voxels($0.mask, in: z)) } }
            return (organs: Set(shown.filter { $0.1 > 0 }.map(\.0)).count, voxels: shown.reduce(0) { $0 + $1.1 })
        }
        return counts.indices.max { (counts[$0].organs, counts[$0].voxels) < (counts[$1].organs, counts[$1].voxels) }
            ?? 0
    }

    private static func voxels(_ mask: BitVolume, in z: Int) -> Int {
        let plane = mask.shape.x * mask.shape.y
        return (z * plane..<(z + 1) * plane).reduce(0) { $0 + (mask[$1] ? 1 : 0) }
    }

    /// At most two decimals, and none that say nothing.
    static func short(_ value: Double) -> String {
        var text = Decimal.fixed(value, places: 2)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    private static let faint = Colour(140, 146, 156)
}
