internal import Domain
internal import Drawing
internal import Imaging

extension SlicePicture {
    static let faint = Colour(140, 146, 156)

    /// The bytes of the picture file.
    /// - Throws: `DrawingError`.
    func encode(as format: Picture.Format) throws -> [UInt8] {
        let layout = Layout(self)
        let greys = views.map(grey)
        return try Picture.encode(
            width: layout.width, height: layout.height, as: format, background: Colour(22, 24, 28)
        ) { canvas in
            let title = canvas.shortened(
                title, to: Double(layout.width) - 2 * Layout.gap, size: 20, weight: .bold)
            canvas.write(title, x: Layout.gap, baseline: 34, size: 20, weight: .bold)
            for cell in layout.cells { draw(cell, greys[cell.view], layout, canvas) }
            if let first = layout.cells.first { drawScale(in: first, layout, canvas) }
            writeFacts(layout, canvas)
            for (position, column) in columns.enumerated() { writeLegend(of: column, position + 1, layout, canvas) }
        }
    }

    private func grey(_ view: View) -> GreyImage {
        let slice = view.slice
        var pixels: [UInt8] = []
        pixels.reserveCapacity(slice.rows * slice.columns)
        for row in 0..<slice.rows {
            for column in 0..<slice.columns {
                pixels.append(window.grey(image.voxels[slice.voxel(column: column, row: row)]))
            }
        }
        return GreyImage(width: slice.columns, height: slice.rows, pixels: pixels)
    }

    func outline(of mask: BitVolume, in slice: VolumeSlice) -> MaskOutline {
        MaskOutline(width: slice.columns, height: slice.rows) { mask[slice.voxel(column: $0, row: $1)] }
    }

    private func draw(_ cell: Layout.Cell, _ grey: GreyImage, _ layout: Layout, _ canvas: Canvas) {
        let (panel, slice) = (cell.panel, views[cell.view].slice)
        if cell.isHeaded {
            let heading = canvas.shortened(cell.column.map { columns[$0].title } ?? "image", to: panel.width, size: 14)
            canvas.write(heading, x: panel.x, baseline: panel.y - 10, size: 14)
        }
        let area = layout.slice(self, in: cell)
        canvas.fill(panel, .black)
        canvas.clipped(to: panel) {
            canvas.draw(grey, in: area)
            if cell.column == nil { drawOtherPlanes(over: slice, in: area, canvas) }
            for entry in cell.column.map({ columns[$0].entries }) ?? [] { draw(entry, slice, in: area, canvas) }
        }
        writeSides(of: slice.plane, in: panel, canvas)
        if views.count > 1 {
            canvas.write(Self.name(of: slice), x: panel.x + 6, baseline: panel.y + 17, size: 12)
        }
    }

    /// Doubtful voxels are pale.
    private func draw(_ entry: Entry, _ slice: VolumeSlice, in area: Rectangle, _ canvas: Canvas) {
        let (mask, colour) = (outline(of: entry.mask, in: slice), colours[entry.organ] ?? .white)
        if let doubtful = entry.doubtful {
            var accepted = entry.mask
            accepted.subtract(doubtful)
            canvas.fill(outline(of: accepted, in: slice), in: area, colour, opacity: 0.35)
            canvas.fill(outline(of: doubtful, in: slice), in: area, colour, opacity: 0.1)
        } else {
            canvas.fill(mask, in: area, colour, opacity: 0.35)
        }
        canvas.stroke(mask, in: area, colour)
    }

    /// Where the other planes cut this one.
    private func drawOtherPlanes(over slice: VolumeSlice, in area: Rectangle, _ canvas: Canvas) {
        guard !isMosaic else { return }
        for other in views.map(\.slice) where other.plane != slice.plane {
            guard let (isAcross, share) = slice.cut(by: other) else { continue }
            if isAcross {
                let y = area.y + share * area.height
                canvas.line(from: Point(area.x, y), to: Point(area.x + area.width, y), Self.faint, width: 0.7)
            } else {
                let x = area.x + share * area.width
                canvas.line(from: Point(x, area.y), to: Point(x, area.y + area.height), Self.faint, width: 0.7)
            }
        }
    }

    /// The patient's right, R, is on the left; in a sagittal slice the front, A, is.
    private func writeSides(of plane: VolumeSlice.Plane, in panel: Rectangle, _ canvas: Canvas) {
        let (left, right) = plane == .sagittal ? ("A", "P") : ("R", "L")
        let baseline = panel.y + panel.height / 2
        canvas.write(left, x: panel.x + 4, baseline: baseline, size: 14, weight: .bold)
        let width = canvas.width(of: right, size: 14, weight: .bold)
        canvas.write(right, x: panel.x + panel.width - width - 4, baseline: baseline, size: 14, weight: .bold)
    }

    /// A bar of a round length in the lower left corner.
    private func drawScale(in cell: Layout.Cell, _ layout: Layout, _ canvas: Canvas) {
        let panel = cell.panel
        let pixelsPerMillimetre =
            layout.voxels[cell.view].width / views[cell.view].slice.steps(spacing: image.spacing).across
        let lengths = [100.0, 50, 20, 10, 5, 2, 1]
        guard let length = lengths.first(where: { $0 * pixelsPerMillimetre < panel.width / 3 }) else { return }
        let (left, bottom) = (panel.x + 10, panel.y + panel.height - 10)
        let right = left + length * pixelsPerMillimetre
        canvas.line(from: Point(left, bottom), to: Point(right, bottom), .white, width: 2)
        canvas.write("\(Int(length)) mm", x: left, baseline: bottom - 6, size: 11)
    }
}

extension VolumeSlice {
    /// Where another plane cuts this one: whether the line goes across, and its place as a share of the height or width.
    fileprivate func cut(by other: VolumeSlice) -> (isAcross: Bool, share: Double)? {
        let index = Double(other.index) + 0.5
        switch (plane, other.plane) {
        case (.axial, .coronal): return (true, 1 - index / Double(shape.y))
        case (.axial, .sagittal), (.coronal, .sagittal): return (false, 1 - index / Double(shape.x))
        case (.coronal, .axial), (.sagittal, .axial): return (true, 1 - index / Double(shape.z))
        case (.sagittal, .coronal): return (false, 1 - index / Double(shape.y))
        default: return nil
        }
    }
}
