internal import CCairo

extension Canvas {
    /// Scales an image to `area` with bilinear interpolation; both sides scale separately, so that pixels need not be square.
    package func draw(_ image: GreyImage, in area: Rectangle) {
        let surface = surface(of: image)
        defer { cairo.functions.surface_destroy(surface) }
        clipped(to: area) {
            cairo.functions.translate(context, area.x, area.y)
            cairo.functions.scale(context, area.width / Double(image.width), area.height / Double(image.height))
            cairo.functions.set_source_surface(context, surface, 0, 0)
            let pattern = cairo.functions.get_source(context)
            cairo.functions.pattern_set_filter(pattern, CAIRO_FILTER_BILINEAR)
            // Without it the outermost pixels are blended with transparent black.
            cairo.functions.pattern_set_extend(pattern, CAIRO_EXTEND_PAD)
            cairo.functions.paint(context)
        }
    }

    /// A surface of Cairo's with the image's pixels.
    private func surface(of image: GreyImage) -> OpaquePointer? {
        let surface = cairo.functions.image_surface_create(
            CAIRO_FORMAT_RGB24, Int32(image.width), Int32(image.height))
        cairo.functions.surface_flush(surface)
        guard let data = cairo.functions.image_surface_get_data(surface) else { return surface }
        let stride = Int(cairo.functions.image_surface_get_stride(surface))
        for row in 0..<image.height {
            let line = UnsafeMutableRawPointer(data + row * stride)
            for column in 0..<image.width {
                let grey = UInt32(image.pixels[row * image.width + column])
                line.storeBytes(of: grey << 16 | grey << 8 | grey, toByteOffset: 4 * column, as: UInt32.self)
            }
        }
        cairo.functions.surface_mark_dirty(surface)
        return surface
    }
}
