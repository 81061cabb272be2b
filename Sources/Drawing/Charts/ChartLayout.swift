/// The places of a chart's panels.
struct ChartLayout {
    struct Frame {
        let plot: Rectangle
        let showsXTitle: Bool
        let showsYTitle: Bool
    }

    /// Pixels.
    let height: Int
    let frames: [Frame]
    /// The width of the labels of y axes in pixels.
    let labelWidth: Double

    /// Pixels between a panel's edges and its plot, without labels of the y axis: the titles of axes and of the panel.
    private static let (top, bottom, right) = (28.0, 42.0, 18.0)

    init(_ chart: Chart, _ canvas: Canvas) {
        let (count, isGrid) = (max(1, chart.panels.count), chart.rows.isEmpty)
        let columns = isGrid ? Self.columns(of: count) : 1
        let rows = (count + columns - 1) / columns
        let header = ChartHeader(title: chart.title, subtitle: chart.subtitle, legend: chart.legend).height(canvas)
        let heights = Self.heights(chart, rows: rows, columns: columns, below: header)
        height = Int((header + heights.reduce(0, +)).rounded())
        let labels =
            chart.panels.enumerated().map { index, panel in
                let height = heights[index / columns] - Self.top - Self.bottom
                return ChartPanelView.labelWidth(panel.y, height: height, canvas)
            }.max() ?? 0
        labelWidth = labels
        let width = (Double(Chart.width) - 2 * ChartHeader.margin + 8) / Double(columns)
        frames = chart.panels.indices.map { index in
            let (row, column) = (index / columns, index % columns)
            let y = header + heights[..<row].reduce(0, +)
            // The title of the y axis is written in the first column alone, but all plots have the same width.
            let left = labels + 7 + (columns > 2 ? 18 : 26)
            let plot = Rectangle(
                x: ChartHeader.margin - 4 + Double(column) * width + left, y: y + Self.top,
                width: width - left - Self.right, height: heights[row] - Self.top - Self.bottom)
            return Frame(
                plot: plot, showsXTitle: index + columns >= count || !isGrid && index == count - 1,
                showsYTitle: column == 0)
        }
    }

    private static func columns(of panels: Int) -> Int { panels < 3 ? panels : panels <= 9 ? 3 : 4 }

    private static func heights(_ chart: Chart, rows: Int, columns: Int, below header: Double) -> [Double] {
        let room = Double(Chart.height) - header
        if !chart.rows.isEmpty {
            let all = chart.rows.reduce(0, +)
            return chart.rows.map { max(90, room * $0 / all) }
        }
        return Array(repeating: max(columns == 4 ? 160 : 200, room / Double(rows)), count: rows)
    }
}
