/// A pair of axes with what is drawn on them.
package struct ChartPanel: Sendable {
    /// Above the axes; empty for none.
    package let title: String
    package let x: ChartAxis
    package let y: ChartAxis
    package let marks: [ChartMark]
    /// Written in the middle of a panel without marks.
    package let note: String

    package init(title: String = "", x: ChartAxis, y: ChartAxis, marks: [ChartMark], note: String = "no value") {
        (self.title, self.x, self.y, self.marks, self.note) = (title, x, y, marks, note)
    }
}
