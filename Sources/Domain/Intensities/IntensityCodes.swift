/// How the values of an image are kept in 16 bits: value = code · `scale` + `offset`.
public struct IntensityCodes: Hashable, Sendable {
    public let scale, offset: Double

    /// The code is the value, for whole numbers of 16 bits such as Hounsfield units.
    public static let exact = IntensityCodes(scale: 1, offset: 0)

    public init(scale: Double, offset: Double) { (self.scale, self.offset) = (scale, offset) }

    /// Spreads all codes evenly from the smallest value to the largest, so that a value is kept to half of 1/65535 of the range.
    ///
    /// - Precondition: `minimum` is below `maximum`; both are finite.
    public init(from minimum: Double, to maximum: Double) {
        precondition(minimum < maximum, "an image has two values")
        scale = (maximum - minimum) / Double(UInt16.max)
        offset = minimum - Double(Int16.min) * scale
    }

    /// The nearest code; the first or last one for a value beyond all codes.
    @inline(__always)
    public func code(_ value: Float) -> Int16 {
        let code = self == .exact ? Double(value) : (Double(value) - offset) / scale
        return Int16(max(-32768, min(32767, code.rounded())))
    }

    public func value(_ code: Int16) -> Double { Double(code) * scale + offset }
}
