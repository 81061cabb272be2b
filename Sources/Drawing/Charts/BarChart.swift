/// Grouped bars from the left, one group for each name. A missing value is a dash.
package struct BarChart: Sendable {
    package struct Group: Sendable {
        package let name: String
        /// One for each series; nil where the value is missing.
        package let values: [Double?]

        package init(_ name: String, _ values: [Double?]) { (self.name, self.values) = (name, values) }
    }

    package let title: String
    package let subtitle: String
    package let series: [String]
    package let axis: ChartAxis
    package let groups: [Group]

    private static let (barHeight, gap, longestName, textSize) = (11.0, 8.0, 220.0, 11.0)

    package init(title: String, subtitle: String = "", series: [String], axis: ChartAxis, groups: [Group]) {
        precondition(groups.allSatisfy { $0.values.count == series.count }, "a value for each series")
        (self.title, self.subtitle, self.series, self.axis, self.groups) = (title, subtitle, series, axis, groups)
    }

    /// The bytes of a picture file, as high as the groups need.
    ///
    /// - Throws: `DrawingError`.
    package func encode(as format: Picture.Format) throws -> [UInt8] {
        let header = ChartHeader(
            title: title, subtitle: subtitle,
            legend: ChartLegend(entries: series.enumerated().map { .init($1, colour($0), .area) }))
        let top = try Picture.measuring { header.height($0) } + 6
        let height = Int((top + Double(groups.count) * groupHeight + 48).rounded(.up))
        return try Picture.encode(width: Chart.width, height: height, as: format, background: .white) { canvas in
            header.draw(on: canvas)
            draw(below: top, canvas)
        }
    }

    private var groupHeight: Double { Double(series.count) * Self.barHeight + Self.gap }

    private func colour(_ series: Int) -> Colour { ChartColours.lines[series % ChartColours.lines.count] }

    private func draw(below top: Double, _ canvas: Canvas) {
        let names = groups.map { canvas.shortened($0.name, to: Self.longestName, size: Self.textSize) }
        let widest = names.map { canvas.width(of: $0, size: Self.textSize) }.max() ?? 0
        let left = ChartHeader.margin + widest + 10
        let plot = Rectangle(
            x: left, y: top, width: Double(Chart.width) - left - ChartHeader.margin - 34,
            height: Double(groups.count) * groupHeight)
        drawAxis(plot, canvas)
        for (index, group) in groups.enumerated() {
            let y = plot.y + Double(index) * groupHeight
            canvas.write(
                names[index], x: left - 10 - canvas.width(of: names[index], size: Self.textSize),
                baseline: y + groupHeight / 2 + 4, size: Self.textSize, ChartColours.ink)
            for (series, value) in group.values.enumerated() {
                draw(value, at: y + Self.gap / 2 + Double(series) * Self.barHeight, plot, colour(series), canvas)
            }
        }
    }

    private func draw(_ value: Double?, at y: Double, _ plot: Rectangle, _ colour: Colour, _ canvas: Canvas) {
        var (end, text) = (plot.x, "no value")
        if let value {
            end += axis.place(of: value) * plot.width
            canvas.fill(Rectangle(x: plot.x, y: y, width: end - plot.x, height: Self.barHeight - 1), colour)
            text = ChartAxis.text(value, decimals: 2)
        }
        canvas.write(text, x: end + 4, baseline: y + Self.barHeight - 2, size: 10, ChartColours.faint)
    }

    private func drawAxis(_ plot: Rectangle, _ canvas: Canvas) {
        for tick in axis.ticks(atMost: 6) {
            let x = plot.x + axis.place(of: tick) * plot.width
            canvas.line(
                from: Point(x, plot.y), to: Point(x, plot.y + plot.height), ChartColours.grid, width: 1)
            let text = axis.text(tick, atMost: 6)
            canvas.write(
                text, x: x - canvas.width(of: text, size: Self.textSize) / 2, baseline: plot.y + plot.height + 16,
                size: Self.textSize, ChartColours.faint)
        }
        let width = canvas.width(of: axis.title, size: Self.textSize)
        canvas.write(
            axis.title, x: plot.x + (plot.width - width) / 2, baseline: plot.y + plot.height + 34,
            size: Self.textSize, ChartColours.ink)
    }
}
