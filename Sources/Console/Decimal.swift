/// Decimal notation with a fixed number of places.
package enum Decimal {
    /// Rounded half away from zero; values beyond 15 digits and those that are not finite as Swift prints them.
    package static func fixed(_ value: Double, places: Int) -> String {
        let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
        guard let scaled = Int(exactly: (value * scale).rounded()), abs(scaled) < 1_000_000_000_000_000 else {
            return value.description
        }
        let digits = String(abs(scaled))
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        let sign = scaled < 0 ? "-" : ""
        return places == 0 ? sign + padded : sign + padded.dropLast(places) + "." + padded.suffix(places)
    }
}
