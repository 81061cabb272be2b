internal import CCairo

/// Draws pictures and encodes them as files.
package enum Picture {
    package enum Format: Hashable, Sendable { case png, svg }

    /// The longest side of a picture in pixels, in every format.
    package static let longestSide = 32_767

    /// The bytes of a picture file.
    ///
    /// The same drawing code serves both formats. Text is set in DejaVu Sans, and in SVG it is stored as outlines, which need no font.
    /// - Parameters:
    ///   - width: pixels, 1 to `longestSide`.
    ///   - height: pixels, 1 to `longestSide`.
    ///   - draw: draws on the canvas, which is valid only during the call.
    /// - Throws: `DrawingError`, and what `draw` throws.
    package static func encode(
        width: Int, height: Int, as format: Format, background: Colour = .black, draw: (Canvas) throws -> Void
    ) throws -> [UInt8] {
        guard max(width, height) <= longestSide else { throw DrawingError.tooLarge(width: width, height: height) }
        let cairo = try Cairo()
        let sink = ByteSink()
        return try withExtendedLifetime(sink) {
            let surface = cairo.surface(width: width, height: height, format, writingTo: sink)
            defer { cairo.functions.surface_destroy(surface) }
            try cairo.check(cairo.functions.surface_status(surface))
            let context = cairo.functions.create(surface)
            defer { cairo.functions.destroy(context) }
            let canvas = Canvas(cairo, context)
            canvas.fill(Rectangle(x: 0, y: 0, width: Double(width), height: Double(height)), background)
            try draw(canvas)
            try cairo.check(cairo.functions.status(context))
            try cairo.finish(surface, format, writingTo: sink)
            return sink.bytes
        }
    }

    /// What `body` finds out about sizes of text, before the size of a picture is known.
    ///
    /// - Throws: `DrawingError`, and what `body` throws.
    static func measuring<Result>(_ body: (Canvas) throws -> Result) throws -> Result {
        var result: Result?
        _ = try encode(width: 1, height: 1, as: .png) { result = try body($0) }
        guard let result else { preconditionFailure("a picture is drawn once") }
        return result
    }
}

/// Collects what Cairo writes.
private final class ByteSink {
    var bytes: [UInt8] = []

    var pointer: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    static let write: cairo_write_func_t = { sink, data, count in
        guard let sink, let data else { return CAIRO_STATUS_WRITE_ERROR }
        let collector = Unmanaged<ByteSink>.fromOpaque(sink).takeUnretainedValue()
        collector.bytes += UnsafeBufferPointer(start: data, count: Int(count))
        return CAIRO_STATUS_SUCCESS
    }
}

extension Cairo {
    fileprivate func surface(
        width: Int, height: Int, _ format: Picture.Format, writingTo sink: ByteSink
    ) -> OpaquePointer? {
        switch format {
        case .png: return functions.image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height))
        case .svg:
            let surface = functions.svg_surface_create_for_stream(
                ByteSink.write, sink.pointer, Double(width), Double(height))
            functions.svg_surface_set_document_unit(surface, CAIRO_SVG_UNIT_PX)
            return surface
        }
    }

    fileprivate func finish(
        _ surface: OpaquePointer?, _ format: Picture.Format, writingTo sink: ByteSink
    ) throws(DrawingError) {
        if format == .png {
            try check(functions.surface_write_to_png_stream(surface, ByteSink.write, sink.pointer))
        }
        functions.surface_finish(surface)
        try check(functions.surface_status(surface))
    }
}
