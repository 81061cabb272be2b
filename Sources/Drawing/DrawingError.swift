/// Why a picture cannot be drawn.
package enum DrawingError: Error, Hashable, Sendable {
    /// A library that is loaded on demand is missing or too old.
    case libraryMissing(name: String, package: String)
    /// A side is longer than `Picture.longestSide`, in pixels.
    case tooLarge(width: Int, height: Int)
    /// Cairo refused; the text is Cairo's own.
    case failed(String)
}
