/// An 8-bit grey image, row-major, top row first.
package struct GreyImage: Hashable, Sendable {
    package let width: Int
    package let height: Int
    /// `width * height` values, 0 (black) to 255 (white).
    package let pixels: [UInt8]

    /// - Precondition: `pixels` has `width * height` values.
    package init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(pixels.count == width * height, "one value per pixel")
        (self.width, self.height, self.pixels) = (width, height, pixels)
    }
}
