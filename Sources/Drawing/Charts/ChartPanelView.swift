/// Draws a panel within an area of a canvas.
struct ChartPanelView {
    static let textSize = 11.0
    private static let titleSize = 12.0

    let panel: ChartPanel
    /// The area between the axes.
    let plot: Rectangle
    /// Whether the titles of the axes are written.
    let showsXTitle: Bool
    let showsYTitle: Bool
    /// The width of the labels of the y axis in pixels.
    let labelWidth: Double
    let canvas: Canvas

    func draw() {
        drawTitle()
        drawGrid()
        drawAxes()
        // Markers on an axis may extend beyond it.
        canvas.clipped(
            to: Rectangle(x: plot.x - 6, y: plot.y - 6, width: plot.width + 12, height: plot.height + 12)
        ) {
            for mark in panel.marks { draw(mark) }
        }
        if panel.marks.isEmpty { drawNote() }
    }

    // MARK: - Places

    func point(_ x: Double, _ y: Double) -> Point {
        Point(
            plot.x + panel.x.place(of: x) * plot.width, plot.y + (1 - panel.y.place(of: y)) * plot.height)
    }

    /// As many ticks as have room for their labels.
    private var xTicks: Int {
        for count in stride(from: 10, to: 1, by: -1) {
            let ticks = panel.x.ticks(atMost: count)
            let widest = ticks.map { width(panel.x.text($0, atMost: count)) }.max() ?? 0
            let gap = ticks.count > 1 ? panel.x.place(of: ticks[1]) - panel.x.place(of: ticks[0]) : 1
            if widest + 10 <= gap * plot.width { return count }
        }
        return 1
    }

    private var yTicks: Int { Self.yTicks(height: plot.height) }

    /// The most steps of a y axis of that many pixels.
    static func yTicks(height: Double) -> Int { max(1, min(6, Int(height / 28))) }

    private func width(_ text: String) -> Double { canvas.width(of: text, size: Self.textSize) }

    // MARK: - Frame

    private func drawTitle() {
        guard !panel.title.isEmpty else { return }
        let left = labelWidth + 7
        canvas.write(
            canvas.shortened(panel.title, to: left + plot.width + 14, size: Self.titleSize, weight: .bold),
            x: plot.x - left,
            baseline: plot.y - 12, size: Self.titleSize, ChartColours.ink, weight: .bold)
    }

    private func drawGrid() {
        for tick in panel.y.ticks(atMost: yTicks) {
            let place = point(panel.x.lower, tick)
            canvas.line(
                from: place, to: Point(plot.x + plot.width, place.y), ChartColours.grid, width: 1)
            let text = panel.y.text(tick, atMost: yTicks)
            canvas.write(
                text, x: plot.x - 7 - width(text), baseline: place.y + 4, size: Self.textSize, ChartColours.faint)
        }
    }

    private func drawAxes() {
        let (bottom, count) = (plot.y + plot.height, xTicks)
        canvas.line(
            from: Point(plot.x, bottom), to: Point(plot.x + plot.width, bottom), ChartColours.faint, width: 1)
        for tick in panel.x.ticks(atMost: count) {
            let x = point(tick, panel.y.lower).x
            canvas.line(from: Point(x, bottom), to: Point(x, bottom + 4), ChartColours.faint, width: 1)
            let text = panel.x.text(tick, atMost: count)
            canvas.write(
                text, x: x - width(text) / 2, baseline: bottom + 17, size: Self.textSize, ChartColours.faint)
        }
        if showsXTitle {
            canvas.write(
                panel.x.title, x: plot.x + (plot.width - width(panel.x.title)) / 2, baseline: bottom + 35,
                size: Self.textSize, ChartColours.ink)
        }
        if showsYTitle {
            canvas.writeUpwards(
                canvas.shortened(panel.y.title, to: plot.height + 30, size: Self.textSize),
                centre: Point(plot.x - 7 - labelWidth - 13, plot.y + plot.height / 2), size: Self.textSize,
                ChartColours.ink)
        }
    }

    /// The width of the widest label of a y axis in pixels.
    ///
    /// - Parameter height: of the axis, in pixels.
    static func labelWidth(_ axis: ChartAxis, height: Double, _ canvas: Canvas) -> Double {
        let steps = yTicks(height: height)
        return axis.ticks(atMost: steps).map { canvas.width(of: axis.text($0, atMost: steps), size: textSize) }.max()
            ?? 0
    }

    private func drawNote() {
        canvas.write(
            panel.note, x: plot.x + (plot.width - width(panel.note)) / 2, baseline: plot.y + plot.height / 2,
            size: Self.textSize, ChartColours.faint)
    }
}
