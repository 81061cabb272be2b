internal import Domain
internal import Drawing
internal import Imaging

extension SlicePicture {
    private static let faint = Colour(140, 146, 156)
    private static let textSize = 13.0

    /// The bytes of the picture file.
    /// - Throws: `DrawingError`.
    func encode(as format: Picture.Format) throws -> [UInt8] {
        let layout = Layout(self)
        let grey = greySlice
        return try Picture.encode(
            width: layout.width, height: layout.height, as: format, background: Colour(22, 24, 28)
        ) { canvas in
            let title = canvas.shortened(
                title, to: Double(layout.width) - 2 * Layout.gap, size: 20, weight: .bold)
            canvas.write(title, x: Layout.gap, baseline: 34, size: 20, weight: .bold)
            draw(grey, "image", at: layout.panel(0), layout, canvas)
            drawScale(in: layout.panel(0), layout, canvas)
            writeFacts(layout, canvas)
            for (position, column) in columns.enumerated() {
                let panel = layout.panel(position + 1)
                draw(grey, column.title, column.entries, at: panel, layout, canvas)
                writeLegend(of: column, below: panel, layout, canvas)
            }
        }
    }

    private var greySlice: GreyImage {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(slice.rows * slice.columns)
        for row in 0..<slice.rows {
            for column in 0..<slice.columns {
                pixels.append(window.grey(image.voxels[slice.voxel(column: column, row: row)]))
            }
        }
        return GreyImage(width: slice.columns, height: slice.rows, pixels: pixels)
    }

    private func outline(of mask: BitVolume) -> MaskOutline {
        MaskOutline(width: slice.columns, height: slice.rows) { mask[slice.voxel(column: $0, row: $1)] }
    }

    private func draw(
        _ grey: GreyImage, _ title: String, _ entries: [Entry] = [], at panel: Rectangle, _ layout: Layout,
        _ canvas: Canvas
    ) {
        let heading = canvas.shortened(title, to: panel.width, size: 14)
        canvas.write(heading, x: panel.x, baseline: panel.y - 10, size: 14)
        let area = layout.slice(self, in: panel)
        canvas.clipped(to: panel) {
            canvas.draw(grey, in: area)
            for entry in entries { draw(entry, in: area, canvas) }
        }
        writeSides(in: panel, canvas)
    }

    /// Doubtful voxels are pale.
    private func draw(_ entry: Entry, in area: Rectangle, _ canvas: Canvas) {
        let (mask, colour) = (outline(of: entry.mask), colours[entry.organ] ?? .white)
        if let doubtful = entry.doubtful {
            var accepted = entry.mask
            accepted.subtract(doubtful)
            canvas.fill(outline(of: accepted), in: area, colour, opacity: 0.35)
            canvas.fill(outline(of: doubtful), in: area, colour, opacity: 0.1)
        } else {
            canvas.fill(mask, in: area, colour, opacity: 0.35)
        }
        canvas.stroke(mask, in: area, colour)
    }

    /// The patient's right, R, is on the left.
    private func writeSides(in panel: Rectangle, _ canvas: Canvas) {
        let baseline = panel.y + panel.height / 2
        canvas.write("R", x: panel.x + 4, baseline: baseline, size: 14, weight: .bold)
        let width = canvas.width(of: "L", size: 14, weight: .bold)
        canvas.write("L", x: panel.x + panel.width - width - 4, baseline: baseline, size: 14, weight: .bold)
    }

    /// A bar of a round length in the lower left corner.
    private func drawScale(in panel: Rectangle, _ layout: Layout, _ canvas: Canvas) {
        let pixelsPerMillimetre = layout.voxel.width / slice.steps(spacing: image.spacing).across
        let lengths = [100.0, 50, 20, 10, 5, 2, 1]
        guard let length = lengths.first(where: { $0 * pixelsPerMillimetre < panel.width / 3 }) else { return }
        let (left, bottom) = (panel.x + 10, panel.y + panel.height - 10)
        let right = left + length * pixelsPerMillimetre
        canvas.line(from: Point(left, bottom), to: Point(right, bottom), .white, width: 2)
        canvas.write("\(Int(length)) mm", x: left, baseline: bottom - 6, size: 11)
    }

    /// The slice, the spacing and the window, below the image.
    private func writeFacts(_ layout: Layout, _ canvas: Canvas) {
        let spacing = (0..<3).map { Self.short(image.spacing[$0]) }.joined(separator: " × ")
        let facts = [
            "slice \(slice.index) of 0 to \(image.shape.z - 1)", "\(spacing) mm",
            "window \(Self.short(window.width)), level \(Self.short(window.level))",
        ]
        for (line, fact) in facts.enumerated() {
            canvas.write(
                fact, x: layout.panel(0).x, baseline: layout.baseline(line + 1), size: Self.textSize, Self.faint)
        }
    }

    /// Colour, organ and, for a pseudo label, its confidence; faint where the organ is not in this slice.
    private func writeLegend(of column: Column, below panel: Rectangle, _ layout: Layout, _ canvas: Canvas) {
        func writeOnTheRight(_ text: String, line: Int, size: Double, _ colour: Colour) {
            canvas.write(
                text, x: panel.x + panel.width - canvas.width(of: text, size: size), baseline: layout.baseline(line),
                size: size, colour)
        }
        if column.entries.isEmpty {
            canvas.write("none", x: panel.x, baseline: layout.baseline(1), size: Self.textSize, Self.faint)
        }
        if column.entries.contains(where: { $0.confidence != nil }) {
            writeOnTheRight("confidence", line: 0, size: 11, Self.faint)
        }
        if column.entries.contains(where: { $0.doubtful != nil }) {
            canvas.write("pale: not accepted", x: panel.x, baseline: layout.baseline(0), size: 11, Self.faint)
        }
        for (line, entry) in column.entries.enumerated() {
            let baseline = layout.baseline(line + 1)
            let colour = outline(of: entry.mask).isEmpty ? Self.faint : .white
            canvas.fill(
                Rectangle(x: panel.x, y: baseline - 11, width: 13, height: 13), colours[entry.organ] ?? .white)
            let name = canvas.shortened(entry.organ.rawValue, to: panel.width - 70, size: Self.textSize)
            canvas.write(name, x: panel.x + 20, baseline: baseline, size: Self.textSize, colour)
            if let confidence = entry.confidence {
                writeOnTheRight(Self.fixed(confidence), line: line + 1, size: Self.textSize, colour)
            }
        }
    }

    /// Two decimals.
    private static func fixed(_ value: Double) -> String {
        let hundredths = Int((abs(value) * 100).rounded())
        return (value < 0 && hundredths > 0 ? "-" : "")
            + "\(hundredths / 100).\(hundredths % 100 / 10)\(hundredths % 10)"
    }

    /// At most two decimals, without trailing zeros.
    static func short(_ value: Double) -> String {
        var text = fixed(value)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }
}
