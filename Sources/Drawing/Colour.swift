/// 8-bit sRGB.
package struct Colour: Hashable, Sendable {
    package let red, green, blue: UInt8

    package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) { (self.red, self.green, self.blue) = (red, green, blue) }

    package static let black = Colour(0, 0, 0)
    package static let white = Colour(255, 255, 255)
}
