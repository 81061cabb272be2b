internal import CCairo

extension Canvas {
    /// Fills a mask whose whole grid covers `area`.
    ///
    /// - Parameter opacity: 0 to 1.
    package func fill(_ mask: MaskOutline, in area: Rectangle, _ colour: Colour, opacity: Double) {
        trace(mask, in: area)
        set(colour, opacity)
        cairo.functions.set_fill_rule(context, CAIRO_FILL_RULE_EVEN_ODD)
        cairo.functions.fill(context)
    }

    /// Draws the borders of a mask whose whole grid covers `area`.
    ///
    /// - Parameter width: pixels, half of them on either side of the border.
    package func stroke(_ mask: MaskOutline, in area: Rectangle, _ colour: Colour, width: Double = 1) {
        trace(mask, in: area)
        set(colour)
        cairo.functions.set_line_width(context, width)
        cairo.functions.set_line_join(context, CAIRO_LINE_JOIN_ROUND)
        cairo.functions.stroke(context)
    }

    private func trace(_ mask: MaskOutline, in area: Rectangle) {
        let (across, down) = (area.width / Double(mask.width), area.height / Double(mask.height))
        for polygon in mask.polygons {
            for (index, corner) in polygon.enumerated() {
                let (x, y) = (area.x + Double(corner.column) * across, area.y + Double(corner.row) * down)
                if index == 0 {
                    cairo.functions.move_to(context, x, y)
                } else {
                    cairo.functions.line_to(context, x, y)
                }
            }
            cairo.functions.close_path(context)
        }
    }
}
