/// Title, subtitle and legend at the top of a chart.
struct ChartHeader {
    static let margin = 16.0
    private static let (titleSize, subtitleSize) = (15.0, 11.5)

    let title: String
    let subtitle: String
    let legend: ChartLegend

    private var room: Double { Double(Chart.width) - 2 * Self.margin }

    /// Pixels.
    func height(_ canvas: Canvas) -> Double {
        26 + (subtitle.isEmpty ? 0 : 18) + Double(legend.lines(within: room, canvas).count) * ChartLegend.lineHeight
            + 10
    }

    func draw(on canvas: Canvas) {
        canvas.write(
            canvas.shortened(title, to: room, size: Self.titleSize, weight: .bold), x: Self.margin, baseline: 26,
            size: Self.titleSize, ChartColours.ink, weight: .bold)
        if !subtitle.isEmpty {
            canvas.write(
                canvas.shortened(subtitle, to: room, size: Self.subtitleSize), x: Self.margin, baseline: 44,
                size: Self.subtitleSize, ChartColours.faint)
        }
        legend.draw(at: Point(Self.margin, subtitle.isEmpty ? 34 : 52), within: room, canvas)
    }
}
