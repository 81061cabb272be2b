/// A timestamp in the server's binary form: microseconds since 2000-01-01 00:00 (UTC for `timestamptz`).
struct Timestamp {
    let microsecondsSince2000: Int64

    static let epochInSeconds: Int64 = 946_684_800

    var secondsSince1970: Double { Double(microsecondsSince2000) / 1e6 + Double(Self.epochInSeconds) }

    /// `2026-11-23T06:00:15.250000`, always with six decimals; `infinity` and `-infinity` as in the server's text form.
    var iso8601: String {
        if microsecondsSince2000 == .max { return "infinity" }
        if microsecondsSince2000 == .min { return "-infinity" }
        let (days, micros) = Self.floorDivide(microsecondsSince2000, 86_400_000_000)
        let (year, month, day) = Self.civil(daysSince1970: days + Self.epochInSeconds / 86_400)
        let seconds = micros / 1_000_000
        let date = "\(Self.pad(year, 4))-\(Self.pad(month, 2))-\(Self.pad(day, 2))"
        let time = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { Self.pad($0, 2) }.joined(separator: ":")
        return "\(date)T\(time).\(Self.pad(micros % 1_000_000, 6))"
    }

    /// Proleptic Gregorian date, by eras of 400 years that begin on 1 March.
    private static func civil(daysSince1970: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = floorDivide(daysSince1970 + 719_468, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    private static func floorDivide(_ value: Int64, _ by: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: by)
        return remainder < 0 ? (quotient - 1, remainder + by) : (quotient, remainder)
    }

    private static func pad(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

/// The text form of a uuid.
enum UUIDText {
    private static let digits = Array("0123456789abcdef".utf8)

    /// Sixteen bytes as `8-4-4-4-12` lower-case hexadecimal digits.
    static func format(_ bytes: UnsafeRawBufferPointer) -> String {
        var text: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text.append(UInt8(ascii: "-")) }
            text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The sixteen bytes; nil for anything but 32 hexadecimal digits with any hyphens.
    static func parse(_ text: String) -> [UInt8]? {
        let nibbles = text.unicodeScalars.filter { $0 != "-" }.map { Character($0).hexDigitValue }
        guard nibbles.count == 32, !nibbles.contains(nil) else { return nil }
        let values = nibbles.compactMap(\.self)
        return stride(from: 0, to: 32, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
    }
}
