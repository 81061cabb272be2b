internal import CPNG

/// Writes 8-bit RGB pictures.
public enum PNGWriter {
    /// Writes `canvas` as PNG, atomically.
    /// - Throws: `pictureFailed`, `unwritable`.
    public static func write(_ canvas: Canvas, to path: String) throws {
        var image = png_image()
        image.version = png_uint_32(PNG_IMAGE_VERSION)
        image.width = png_uint_32(canvas.width)
        image.height = png_uint_32(canvas.height)
        image.format = png_uint_32(PNG_FORMAT_FLAG_COLOR)
        defer { png_image_free(&image) }
        var size = 0
        guard png_image_write_to_memory(&image, nil, &size, 0, canvas.pixels, 0, nil) != 0 else {
            throw ImagingError.pictureFailed(file: path)
        }
        var bytes = [UInt8](repeating: 0, count: size)
        guard png_image_write_to_memory(&image, &bytes, &size, 0, canvas.pixels, 0, nil) != 0 else {
            throw ImagingError.pictureFailed(file: path)
        }
        try bytes[..<size].withUnsafeBytes { try ImageFile.write([$0], to: path) }
    }
}
