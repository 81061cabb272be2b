/// PostgreSQL's `numeric` in binary: base-10000 digits, as written by `numeric_send`.
struct Numeric: CustomStringConvertible {
    private var digits: [Int16]
    /// Power of 10000 of the first digit.
    private var weight: Int
    private var isNegative: Bool
    private var isNaN = false
    private var isInfinite = false
    /// Decimal places to show.
    private var scale: Int

    private static let negative: UInt16 = 0x4000
    private static let nan: UInt16 = 0xC000
    private static let positiveInfinity: UInt16 = 0xD000
    private static let negativeInfinity: UInt16 = 0xF000

    /// Nil when the bytes have another form.
    /// - Precondition: at least eight bytes.
    init?(_ bytes: UnsafeRawBufferPointer) {
        let count = Int(bytes.bigEndian(Int16.self, at: 0))
        guard count >= 0, bytes.count == 8 + 2 * count else { return nil }
        weight = Int(bytes.bigEndian(Int16.self, at: 2))
        let sign = bytes.bigEndian(UInt16.self, at: 4)
        scale = Int(bytes.bigEndian(UInt16.self, at: 6))
        isNegative = sign == Self.negative || sign == Self.negativeInfinity
        isNaN = sign == Self.nan
        isInfinite = sign == Self.positiveInfinity || sign == Self.negativeInfinity
        digits = (0..<count).map { bytes.bigEndian(Int16.self, at: 8 + 2 * $0) }
    }

    /// The value if it is a whole number of 64 bits.
    var integer: Int64? {
        guard !isNaN, !isInfinite, digits.count <= weight + 1 || digits.isEmpty else { return nil }
        var value: Int64 = 0
        for position in 0..<max(0, digits.isEmpty ? 0 : weight + 1) {
            let digit = position < digits.count ? Int64(digits[position]) : 0
            let (product, overflow) = value.multipliedReportingOverflow(by: 10000)
            let (sum, carry) = product.addingReportingOverflow(isNegative ? -digit : digit)
            if overflow || carry { return nil }
            value = sum
        }
        return value
    }

    /// The nearest double.
    var double: Double { Double(description) ?? .nan }

    var description: String {
        if isNaN { return "nan" }
        if isInfinite { return isNegative ? "-inf" : "inf" }
        var text = isNegative ? "-" : ""
        text += weight < 0 ? "0" : (0...weight).map { padded($0, first: $0 == 0) }.joined()
        guard scale > 0 else { return text }
        let places = (0..<(scale + 3) / 4).map { padded(weight + 1 + $0, first: false) }.joined()
        return text + "." + places.prefix(scale)
    }

    /// The four decimals of one base-10000 digit; the first is not padded.
    private func padded(_ position: Int, first: Bool) -> String {
        let digit = String(digits.indices.contains(position) ? digits[position] : 0)
        return first ? digit : String(repeating: "0", count: 4 - digit.count) + digit
    }
}
