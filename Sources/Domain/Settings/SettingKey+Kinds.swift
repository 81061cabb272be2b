/// The interval of numbers that a key allows.
public struct NumberLimits: Sendable {
    let text: String
    let contains: @Sendable (Double) -> Bool

    /// `range`, both ends included.
    public static func range(_ range: ClosedRange<Double>) -> NumberLimits {
        NumberLimits(text: "\(short(range.lowerBound)) to \(short(range.upperBound))") { range.contains($0) }
    }

    /// Without the lower end, with the upper one.
    public static func above(_ lower: Double, to upper: Double) -> NumberLimits {
        NumberLimits(text: "above \(short(lower)) to \(short(upper))") { $0 > lower && $0 <= upper }
    }

    /// With the lower end, without the upper one.
    public static func from(_ lower: Double, below upper: Double) -> NumberLimits {
        NumberLimits(text: "\(short(lower)) to below \(short(upper))") { $0 >= lower && $0 < upper }
    }

    private static func short(_ value: Double) -> String { SettingValue.number(value).description }
}

/// A writable property that may cross threads.
public typealias SettingPath<Section, Value> = any WritableKeyPath<Section, Value> & Sendable

extension SettingKey {
    init<Value>(
        _ name: String, _ path: SettingPath<Section, Value>, type: String, limits: String, _ purpose: String,
        isRequired: Bool = false, read: @escaping @Sendable (Value) -> SettingValue?,
        parse: @escaping @Sendable (SettingValue) -> Value?
    ) {
        self.init(
            name: name, type: type, limits: limits, purpose: purpose, isRequired: isRequired,
            read: { read($0[keyPath: path]) },
            write: { section, value in
                guard let parsed = parse(value) else { return false }
                section[keyPath: path] = parsed
                return true
            })
    }

    public static func flag(_ name: String, _ path: SettingPath<Section, Bool>, _ purpose: String) -> SettingKey {
        SettingKey(name, path, type: "flag", limits: "true or false", purpose, read: { .flag($0) }, parse: \.asFlag)
    }

    public static func integer(
        _ name: String, _ path: SettingPath<Section, Int>, _ range: ClosedRange<Int>, _ purpose: String
    ) -> SettingKey {
        SettingKey(
            name, path, type: "integer", limits: "\(range.lowerBound) to \(range.upperBound)", purpose,
            read: { .integer($0) }, parse: { $0.asInteger.flatMap { range.contains($0) ? $0 : nil } })
    }

    public static func number(
        _ name: String, _ path: SettingPath<Section, Double>, _ limits: NumberLimits, _ purpose: String
    ) -> SettingKey {
        SettingKey(
            name, path, type: "number", limits: limits.text, purpose, read: { .number($0) },
            parse: { $0.asNumber.flatMap { limits.contains($0) ? $0 : nil } })
    }

    public static func choice<Choice: RawRepresentable & CaseIterable & Sendable>(
        _ name: String, _ path: SettingPath<Section, Choice>, _ purpose: String
    ) -> SettingKey where Choice.RawValue == String {
        SettingKey(
            name, path, type: "choice", limits: alternatives(Choice.allCases.map(\.rawValue)), purpose,
            read: { .text($0.rawValue) }, parse: { $0.asText.flatMap(Choice.init) })
    }

    /// - Parameters:
    ///   - limits: a phrase for `allows`.
    ///   - allows: whether a text is allowed.
    public static func text(
        _ name: String, _ path: SettingPath<Section, String>, limits: String, _ purpose: String,
        isRequired: Bool = false, allows: @escaping @Sendable (String) -> Bool
    ) -> SettingKey {
        SettingKey(
            name, path, type: "text", limits: limits, purpose, isRequired: isRequired, read: { .text($0) },
            parse: { $0.asText.flatMap { allows($0) ? $0 : nil } })
    }

    /// A text that need not be set.
    public static func optionalText(
        _ name: String, _ path: SettingPath<Section, String?>, limits: String, _ purpose: String
    ) -> SettingKey {
        SettingKey(
            name, path, type: "text", limits: limits, purpose, read: { $0.map { .text($0) } },
            parse: { value in value.asText.flatMap { $0.isEmpty ? nil : .some($0) } })
    }

    /// A text that a value can be made of.
    public static func text<Value: LosslessStringConvertible & Sendable>(
        _ name: String, _ path: SettingPath<Section, Value>, limits: String, _ purpose: String
    ) -> SettingKey {
        SettingKey(
            name, path, type: "text", limits: limits, purpose, read: { .text($0.description) },
            parse: { $0.asText.flatMap(Value.init) })
    }

    public static func integers(
        _ name: String, _ path: SettingPath<Section, [Int]>, count: ClosedRange<Int>, _ range: ClosedRange<Int>,
        _ purpose: String
    ) -> SettingKey {
        SettingKey(
            name, path, type: "list of integers",
            limits: "\(length(count)), each \(range.lowerBound) to \(range.upperBound)", purpose,
            read: { .list($0.map { .integer($0) }) },
            parse: {
                $0.asList(\.asInteger).flatMap { count.contains($0.count) && $0.allSatisfy(range.contains) ? $0 : nil }
            })
    }

    /// - Parameter lengthText: a phrase for the number of values, in place of one made from `count`.
    public static func numbers(
        _ name: String, _ path: SettingPath<Section, [Double]>, count: ClosedRange<Int>, _ limits: NumberLimits,
        _ purpose: String, lengthText: String? = nil
    ) -> SettingKey {
        SettingKey(
            name, path, type: "list of numbers", limits: "\(lengthText ?? length(count)), each \(limits.text)", purpose,
            read: { .list($0.map { .number($0) }) },
            parse: {
                $0.asList(\.asNumber).flatMap { count.contains($0.count) && $0.allSatisfy(limits.contains) ? $0 : nil }
            })
    }

    /// Numbers that need not be set.
    public static func optionalNumbers(
        _ name: String, _ path: SettingPath<Section, [Double]?>, count: Int, _ limits: NumberLimits, _ purpose: String
    ) -> SettingKey {
        SettingKey(
            name, path, type: "list of numbers", limits: "\(count) numbers, each \(limits.text)", purpose,
            read: { $0.map { .list($0.map { .number($0) }) } },
            parse: { value in
                value.asList(\.asNumber).flatMap {
                    $0.count == count && $0.allSatisfy(limits.contains) ? .some($0) : nil
                }
            })
    }

    /// One text or more, none empty, none twice.
    ///
    /// - Parameters:
    ///   - allowsNone: whether the list may be empty.
    ///   - allows: whether a text is allowed.
    public static func texts(
        _ name: String, _ path: SettingPath<Section, [String]>, limits: String, _ purpose: String,
        isRequired: Bool = false, allowsNone: Bool = false,
        allows: @escaping @Sendable (String) -> Bool = { !$0.isEmpty }
    ) -> SettingKey {
        SettingKey(
            name, path, type: "list of texts", limits: limits, purpose, isRequired: isRequired,
            read: { .list($0.map { .text($0) }) },
            parse: {
                $0.asTexts.flatMap { (isSet($0) || allowsNone && $0.isEmpty) && $0.allSatisfy(allows) ? $0 : nil }
            })
    }

    /// One text or more in their order, which need not be set.
    public static func optionalTexts(
        _ name: String, _ path: SettingPath<Section, [String]?>, limits: String, _ purpose: String
    ) -> SettingKey {
        SettingKey(
            name, path, type: "list of texts", limits: limits, purpose,
            read: { $0.map { .list($0.map { .text($0) }) } },
            parse: { value in value.asTexts.flatMap { $0.isEmpty ? nil : .some($0) } })
    }

    /// One choice or more, none twice.
    public static func choices<Choice: RawRepresentable & CaseIterable & Hashable & Sendable>(
        _ name: String, _ path: SettingPath<Section, [Choice]>, _ purpose: String
    ) -> SettingKey where Choice.RawValue == String {
        let all = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return SettingKey(
            name, path, type: "list of choices", limits: "one or more of \(all), none twice", purpose,
            read: { .list($0.map { .text($0.rawValue) }) },
            parse: { $0.asList { $0.asText.flatMap(Choice.init) }.flatMap { isSet($0) ? $0 : nil } })
    }

    public static func textLists(
        _ name: String, _ path: SettingPath<Section, [String: [String]]>, limits: String, _ purpose: String
    ) -> SettingKey {
        SettingKey(
            name, path, type: "map of lists", limits: limits, purpose,
            read: { .map($0.mapValues { .list($0.map { .text($0) }) }) }, parse: \.asTextLists)
    }

    private static func alternatives(_ names: [String]) -> String {
        guard let last = names.last, names.count > 1 else { return names.joined() }
        return names.dropLast().joined(separator: ", ") + " or " + last
    }

    private static func length(_ count: ClosedRange<Int>) -> String {
        "\(count.lowerBound) to \(count.upperBound) values"
    }

    private static func isSet<Element: Hashable>(_ values: [Element]) -> Bool {
        !values.isEmpty && Set(values).count == values.count
    }
}
