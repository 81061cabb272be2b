internal import CCairo

/// The area of a picture during `Picture.encode`. Coordinates are pixels from the top left corner; shapes outside are cut off.
package struct Canvas {
    let cairo: Cairo
    let context: OpaquePointer?

    init(_ cairo: Cairo, _ context: OpaquePointer?) { (self.cairo, self.context) = (cairo, context) }

    /// - Parameter opacity: 0 to 1.
    package func fill(_ area: Rectangle, _ colour: Colour, opacity: Double = 1) {
        set(colour, opacity)
        cairo.functions.rectangle(context, area.x, area.y, area.width, area.height)
        cairo.functions.fill(context)
    }

    /// - Parameter width: pixels.
    package func line(from start: Point, to end: Point, _ colour: Colour, width: Double = 1) {
        set(colour)
        cairo.functions.set_line_width(context, width)
        cairo.functions.move_to(context, start.x, start.y)
        cairo.functions.line_to(context, end.x, end.y)
        cairo.functions.stroke(context)
    }

    /// Draws only inside `area` during `body`.
    package func clipped(to area: Rectangle, _ body: () throws -> Void) rethrows {
        cairo.functions.save(context)
        defer { cairo.functions.restore(context) }
        cairo.functions.rectangle(context, area.x, area.y, area.width, area.height)
        cairo.functions.clip(context)
        try body()
    }

    func set(_ colour: Colour, _ opacity: Double = 1) {
        cairo.functions.set_source_rgba(
            context, Double(colour.red) / 255, Double(colour.green) / 255, Double(colour.blue) / 255, opacity)
    }
}
