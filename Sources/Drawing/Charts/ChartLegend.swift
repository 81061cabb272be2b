/// The names of what a chart shows, in lines below its title.
package struct ChartLegend: Sendable {
    package enum Sample: Sendable {
        case line(marker: ChartMarker?, isDashed: Bool)
        case area
    }

    package struct Entry: Sendable {
        package let name: String
        package let colour: Colour
        package let sample: Sample

        package init(_ name: String, _ colour: Colour, _ sample: Sample) {
            (self.name, self.colour, self.sample) = (name, colour, sample)
        }
    }

    static let lineHeight = 18.0
    private static let (textSize, longestName, sampleWidth, gap) = (11.0, 180.0, 28.0, 18.0)

    let entries: [Entry]

    /// The entries of each line.
    func lines(within width: Double, _ canvas: Canvas) -> [[Entry]] {
        var (lines, room) = ([[Entry]](), 0.0)
        for entry in entries {
            let needed = self.width(of: entry, canvas)
            if lines.isEmpty || needed > room {
                lines.append([])
                room = width
            }
            lines[lines.count - 1].append(entry)
            room -= needed
        }
        return lines
    }

    func draw(at corner: Point, within width: Double, _ canvas: Canvas) {
        for (line, entries) in lines(within: width, canvas).enumerated() {
            var x = corner.x
            let middle = corner.y + (Double(line) + 0.5) * Self.lineHeight
            for entry in entries {
                draw(entry, Point(x, middle), canvas)
                x += self.width(of: entry, canvas)
            }
        }
    }

    private func name(of entry: Entry, _ canvas: Canvas) -> String {
        canvas.shortened(entry.name, to: Self.longestName, size: Self.textSize)
    }

    private func width(of entry: Entry, _ canvas: Canvas) -> Double {
        Self.sampleWidth + canvas.width(of: name(of: entry, canvas), size: Self.textSize) + Self.gap
    }

    private func draw(_ entry: Entry, _ left: Point, _ canvas: Canvas) {
        switch entry.sample {
        case .area:
            canvas.fill(Rectangle(x: left.x + 4, y: left.y - 6, width: 16, height: 12), entry.colour)
        case .line(let marker, let isDashed):
            canvas.polyline(
                [left, Point(left.x + 22, left.y)], entry.colour, width: 2, dash: isDashed ? [6, 4] : [])
            if let marker { canvas.mark(Point(left.x + 11, left.y), marker, entry.colour) }
        }
        canvas.write(
            name(of: entry, canvas), x: left.x + Self.sampleWidth, baseline: left.y + 4, size: Self.textSize,
            ChartColours.ink)
    }
}
