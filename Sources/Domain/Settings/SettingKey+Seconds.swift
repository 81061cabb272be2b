extension SettingKey {
    /// A time in seconds, which a person may write with a unit: `90`, `90s`, `1.5min`, `2h`.
    public static func seconds(
        _ name: String, _ path: SettingPath<Section, Double>, _ range: ClosedRange<Double>, _ purpose: String
    ) -> SettingKey {
        let ends = [range.lowerBound, range.upperBound].map { SettingValue.number($0).description }
        return SettingKey(
            name, path, type: "time",
            limits: "\(ends[0]) to \(ends[1]) seconds, or a number with ms, s, min or h, such as 90s", purpose,
            read: { .number($0) },
            parse: { value in value.asSeconds.flatMap { range.contains($0) ? $0 : nil } })
    }
}

extension SettingValue {
    /// A number of seconds, or a number with a unit.
    fileprivate var asSeconds: Double? {
        if let number = asNumber { return number }
        guard let text = asText, let end = text.firstIndex(where: { !$0.isNumber && $0 != "." }),
            let number = Double(text[..<end])
        else { return nil }
        let units = ["ms": 0.001, "s": 1, "min": 60, "h": 3600]
        return units[String(text[end...].drop { $0 == " " })].map { number * $0 }
    }
}
