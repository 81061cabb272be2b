internal import CPNG
internal import Glibc

/// Reads PNG pictures as 8-bit grey values, top row first.
public enum PNGReader {
    public struct Picture: Sendable, Hashable {
        public let width: Int
        public let height: Int
        /// One byte per pixel, row by row.
        public let pixels: [UInt8]
    }

    /// Reads a picture of at most `limitInPixels` pixels.
    /// - Throws: `unreadable`, `empty` and the other errors of `FileBytes`, `notPNG`, `claimTooLarge`.
    public static func read(_ path: String, limitInPixels: Int = 1 << 26) throws -> Picture {
        var bytes = FileBytes()
        try bytes.read(path, limit: 4 * limitInPixels)
        try bytes.refuseImpostors(path)
        return try decode(bytes.bytes, file: path, limitInPixels: limitInPixels)
    }

    /// Decodes a picture.
    /// - Parameter file: the name in errors.
    /// - Throws: `notPNG`, `claimTooLarge`.
    public static func decode(
        _ bytes: UnsafeRawBufferPointer, file: String, limitInPixels: Int = 1 << 26
    ) throws -> Picture {
        var image = png_image()
        image.version = png_uint_32(PNG_IMAGE_VERSION)
        defer { png_image_free(&image) }
        guard png_image_begin_read_from_memory(&image, bytes.baseAddress, bytes.count) != 0 else {
            throw ImagingError.notPNG(file: file)
        }
        let (width, height) = (Int(image.width), Int(image.height))
        guard width * height <= limitInPixels else {
            throw ImagingError.claimTooLarge(file: file, dimensions: [width, height], limitInBytes: limitInPixels)
        }
        image.format = 0
        var pixels = [UInt8](repeating: 0, count: width * height)
        guard png_image_finish_read(&image, nil, &pixels, 0, nil) != 0 else { throw ImagingError.notPNG(file: file) }
        return Picture(width: width, height: height, pixels: pixels)
    }
}
