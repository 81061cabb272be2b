public import Domain

/// 8-bit RGB.
public struct Colour: Sendable, Hashable {
    public let red, green, blue: UInt8

    public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) { (self.red, self.green, self.blue) = (red, green, blue) }

    public static let black = Colour(0, 0, 0)
    public static let white = Colour(255, 255, 255)
}

/// A picture to draw slices, masks and labels on; the origin is at the top left.
public struct Canvas: Sendable {
    /// A rectangle of pixels.
    public struct Frame: Sendable, Hashable {
        public let x, y, width, height: Int

        public init(x: Int, y: Int, width: Int, height: Int) {
            (self.x, self.y, self.width, self.height) = (x, y, width, height)
        }
    }

    public enum MaskStyle: Sendable, Hashable {
        /// Only the border, one pixel wide.
        case outline
        /// The whole mask, mixed with what is below; 0 to 1.
        case fill(opacity: Double)
    }

    public let width: Int
    public let height: Int
    /// Red, green, blue of each pixel, row by row from the top.
    public private(set) var pixels: [UInt8]

    public init(width: Int, height: Int, background: Colour = .black) {
        precondition(width > 0 && height > 0, "a picture has pixels")
        (self.width, self.height) = (width, height)
        pixels = []
        pixels.reserveCapacity(3 * width * height)
        for _ in 0..<width * height { pixels += [background.red, background.green, background.blue] }
    }

    /// Sets one pixel, mixing with what is there; pixels outside are ignored.
    public mutating func set(_ x: Int, _ y: Int, _ colour: Colour, opacity: Double = 1) {
        guard x >= 0, y >= 0, x < width, y < height else { return }
        let at = 3 * (y * width + x)
        for (i, part) in [colour.red, colour.green, colour.blue].enumerated() {
            pixels[at + i] = UInt8((Double(pixels[at + i]) * (1 - opacity) + Double(part) * opacity).rounded())
        }
    }

    public mutating func fill(_ frame: Frame, _ colour: Colour) {
        for y in frame.y..<frame.y + frame.height {
            for x in frame.x..<frame.x + frame.width { set(x, y, colour) }
        }
    }

    /// Draws a slice of grey values, nearest voxel per pixel.
    /// - Parameter value: the value of a canonical voxel by its linear index, for CT in HU.
    public mutating func draw(
        _ slice: VolumeSlice, in frame: Frame, window: GreyWindow = .softTissue, value: (Int) -> Double
    ) {
        for y in 0..<frame.height {
            for x in 0..<frame.width {
                let grey = window.grey(
                    value(slice.voxel(column: x * slice.columns / frame.width, row: y * slice.rows / frame.height)))
                set(frame.x + x, frame.y + y, Colour(grey, grey, grey))
            }
        }
    }

    /// Draws a mask over a slice drawn in the same frame.
    /// - Precondition: the mask has the slice's shape.
    public mutating func overlay(
        _ mask: BitVolume, on slice: VolumeSlice, in frame: Frame, _ colour: Colour, style: MaskStyle = .outline
    ) {
        precondition(mask.shape == slice.shape, "a mask of the slice's volume")
        func isSet(_ x: Int, _ y: Int) -> Bool {
            guard x >= 0, y >= 0, x < frame.width, y < frame.height else { return false }
            return mask[slice.voxel(column: x * slice.columns / frame.width, row: y * slice.rows / frame.height)]
        }
        for y in 0..<frame.height {
            for x in 0..<frame.width where isSet(x, y) {
                switch style {
                case .fill(let opacity): set(frame.x + x, frame.y + y, colour, opacity: opacity)
                case .outline:
                    let inner = isSet(x - 1, y) && isSet(x + 1, y) && isSet(x, y - 1) && isSet(x, y + 1)
                    if !inner { set(frame.x + x, frame.y + y, colour) }
                }
            }
        }
    }

    /// Writes text with its top left corner at (x, y) in the built-in font; lower case appears as capitals.
    public mutating func write(_ text: String, x: Int, y: Int, _ colour: Colour = .white, scale: Int = 1) {
        var left = x
        for character in text {
            let rows = BitmapFont.rows(of: character)
            for (row, bits) in rows.enumerated() {
                for column in 0..<BitmapFont.width where bits >> UInt8(BitmapFont.width - 1 - column) & 1 == 1 {
                    fill(Frame(x: left + column * scale, y: y + row * scale, width: scale, height: scale), colour)
                }
            }
            left += (BitmapFont.width + 1) * scale
        }
    }

    /// Pixels that a text takes, without the gap behind its last letter.
    public static func size(of text: String, scale: Int = 1) -> (width: Int, height: Int) {
        (max(0, text.count * (BitmapFont.width + 1) - 1) * scale, BitmapFont.height * scale)
    }
}
