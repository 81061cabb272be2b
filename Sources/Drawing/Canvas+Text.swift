internal import CCairo

extension Canvas {
    package enum Weight: Hashable, Sendable { case normal, bold }

    private static let font = "DejaVu Sans"

    /// Writes one line of text that starts at `x`.
    ///
    /// - Parameters:
    ///   - baseline: y of the baseline of the text.
    ///   - size: height of the font in pixels.
    package func write(
        _ text: String, x: Double, baseline: Double, size: Double, _ colour: Colour = .white, weight: Weight = .normal
    ) {
        select(size, weight)
        set(colour)
        cairo.functions.move_to(context, x, baseline)
        cairo.functions.show_text(context, text)
    }

    /// Width of a line of text in pixels, to the start of a next letter.
    package func width(of text: String, size: Double, weight: Weight = .normal) -> Double {
        select(size, weight)
        var extents = cairo_text_extents_t()
        cairo.functions.text_extents(context, text, &extents)
        return extents.x_advance
    }

    /// The text, shortened with an ellipsis where it is wider than `limit` pixels.
    package func shortened(_ text: String, to limit: Double, size: Double, weight: Weight = .normal) -> String {
        if width(of: text, size: size, weight: weight) <= limit { return text }
        var rest = text
        while !rest.isEmpty, width(of: rest + "…", size: size, weight: weight) > limit { rest.removeLast() }
        return rest + "…"
    }

    private func select(_ size: Double, _ weight: Weight) {
        cairo.functions.select_font_face(
            context, Self.font, CAIRO_FONT_SLANT_NORMAL,
            weight == .bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
        cairo.functions.set_font_size(context, size)
    }
}
