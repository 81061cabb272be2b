/// A chart of one panel, or of several in a grid.
package struct Chart: Sendable {
    /// Pixels.
    package static let width = 800
    /// Pixels, of a chart whose panels fit.
    package static let height = 500

    package let title: String
    /// A line below the title; empty for none.
    package let subtitle: String
    package let legend: ChartLegend
    package let panels: [ChartPanel]
    /// The heights of the rows of panels, relative to each other; empty: a grid of equal panels.
    package let rows: [Double]

    package init(
        title: String, subtitle: String = "", legend: [ChartLegend.Entry] = [], panels: [ChartPanel],
        rows: [Double] = []
    ) {
        precondition(rows.isEmpty || rows.count == panels.count, "a height for each panel")
        (self.title, self.subtitle, self.panels, self.rows) = (title, subtitle, panels, rows)
        self.legend = ChartLegend(entries: legend)
    }

    /// The bytes of a picture file.
    ///
    /// - Throws: `DrawingError`.
    package func encode(as format: Picture.Format) throws -> [UInt8] {
        let layout = try Picture.measuring { ChartLayout(self, $0) }
        return try Picture.encode(
            width: Self.width, height: layout.height, as: format, background: .white
        ) { canvas in
            ChartHeader(title: title, subtitle: subtitle, legend: legend).draw(on: canvas)
            for (panel, frame) in zip(panels, layout.frames) {
                ChartPanelView(
                    panel: panel, plot: frame.plot, showsXTitle: frame.showsXTitle, showsYTitle: frame.showsYTitle,
                    labelWidth: layout.labelWidth, canvas: canvas
                ).draw()
            }
        }
    }
}
