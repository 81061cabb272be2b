internal import CCairo

extension Canvas {
    /// Draws connected lines.
    ///
    /// - Parameters:
    ///   - width: pixels.
    ///   - dash: lengths of strokes and gaps in pixels; empty for a solid line.
    package func polyline(_ points: [Point], _ colour: Colour, width: Double = 1, dash: [Double] = []) {
        trace(points)
        set(colour)
        cairo.functions.set_line_width(context, width)
        cairo.functions.set_line_join(context, CAIRO_LINE_JOIN_ROUND)
        cairo.functions.set_dash(context, dash, Int32(dash.count), 0)
        cairo.functions.stroke(context)
        cairo.functions.set_dash(context, [], 0, 0)
    }

    /// Fills the area within a closed line.
    ///
    /// - Parameter opacity: 0 to 1.
    package func polygon(_ points: [Point], _ colour: Colour, opacity: Double = 1) {
        trace(points)
        cairo.functions.close_path(context)
        set(colour, opacity)
        cairo.functions.fill(context)
    }

    /// - Parameters:
    ///   - radius: pixels.
    ///   - opacity: 0 to 1.
    package func disc(at centre: Point, radius: Double, _ colour: Colour, opacity: Double = 1) {
        cairo.functions.new_path(context)  // a text before it has left a point, to which the arc would be joined
        cairo.functions.arc(context, centre.x, centre.y, radius, 0, 2 * Double.pi)
        set(colour, opacity)
        cairo.functions.fill(context)
    }

    /// Writes a line of text upwards, centred on a point.
    package func writeUpwards(_ text: String, centre: Point, size: Double, _ colour: Colour) {
        cairo.functions.save(context)
        defer { cairo.functions.restore(context) }
        cairo.functions.translate(context, centre.x, centre.y)
        cairo.functions.rotate(context, -Double.pi / 2)
        write(text, x: -width(of: text, size: size) / 2, baseline: size * 0.35, size: size, colour)
    }

    private func trace(_ points: [Point]) {
        for (index, point) in points.enumerated() {
            if index == 0 {
                cairo.functions.move_to(context, point.x, point.y)
            } else {
                cairo.functions.line_to(context, point.x, point.y)
            }
        }
    }
}
