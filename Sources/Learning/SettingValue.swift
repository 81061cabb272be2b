/// A setting as a configuration file gives it, before anything is checked.
public enum SettingValue: Hashable, Sendable, CustomStringConvertible {
    case flag(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case list([Double])

    public var description: String {
        switch self {
        case .flag(let value): String(value)
        case .integer(let value): String(value)
        case .number(let value): String(value)
        case .text(let value): value
        case .list(let values): "[" + values.map { Self.short($0) }.joined(separator: ", ") + "]"
        }
    }

    var asNumber: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value) where value.isFinite: value
        default: nil
        }
    }

    var asInteger: Int? {
        switch self {
        case .integer(let value): value
        case .number(let value): Int(exactly: value)
        default: nil
        }
    }

    var asList: [Double]? {
        if case .list(let values) = self, values.allSatisfy(\.isFinite) { values } else { nil }
    }

    private static func short(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? String(value) }
}

/// One setting: its name, what it does, what it allows, and how it gets into `LearningSettings`.
public struct SettingKey: Sendable {
    public let name: String
    public let purpose: String
    public let allowed: String
    /// The default, as a configuration file would give it.
    public var standard: SettingValue { read(LearningSettings()) }
    public let read: @Sendable (LearningSettings) -> SettingValue
    /// False where the value is not allowed.
    let write: @Sendable (inout LearningSettings, SettingValue) -> Bool
}

extension SettingKey {
    static func integer(
        _ name: String, _ path: any WritableKeyPath<LearningSettings, Int> & Sendable, _ range: ClosedRange<Int>,
        _ purpose: String
    ) -> SettingKey {
        SettingKey(
            name: name, purpose: purpose, allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)",
            read: { .integer($0[keyPath: path]) },
            write: { settings, value in
                guard let number = value.asInteger, range.contains(number) else { return false }
                settings[keyPath: path] = number
                return true
            })
    }

    static func number(
        _ name: String, _ path: any WritableKeyPath<LearningSettings, Double> & Sendable, _ range: ClosedRange<Double>,
        _ purpose: String
    ) -> SettingKey {
        SettingKey(
            name: name, purpose: purpose, allowed: "a number from \(range.lowerBound) to \(range.upperBound)",
            read: { .number($0[keyPath: path]) },
            write: { settings, value in
                guard let number = value.asNumber, range.contains(number) else { return false }
                settings[keyPath: path] = number
                return true
            })
    }

    static func flag(
        _ name: String, _ path: any WritableKeyPath<LearningSettings, Bool> & Sendable, _ purpose: String
    ) -> SettingKey {
        SettingKey(
            name: name, purpose: purpose, allowed: "true or false", read: { .flag($0[keyPath: path]) },
            write: { settings, value in
                guard case .flag(let flag) = value else { return false }
                settings[keyPath: path] = flag
                return true
            })
    }

    static func choice<C: RawRepresentable & CaseIterable & Sendable>(
        _ name: String, _ path: any WritableKeyPath<LearningSettings, C> & Sendable, _ purpose: String
    ) -> SettingKey where C.RawValue == String {
        SettingKey(
            name: name, purpose: purpose, allowed: C.allCases.map(\.rawValue).joined(separator: ", "),
            read: { .text($0[keyPath: path].rawValue) },
            write: { settings, value in
                guard case .text(let text) = value, let choice = C(rawValue: text) else { return false }
                settings[keyPath: path] = choice
                return true
            })
    }

    static func integers(
        _ name: String, _ path: any WritableKeyPath<LearningSettings, [Int]> & Sendable, count: ClosedRange<Int>,
        _ range: ClosedRange<Int>, _ purpose: String
    ) -> SettingKey {
        SettingKey(
            name: name, purpose: purpose,
            allowed: "\(count.lowerBound) to \(count.upperBound) whole numbers from \(range.lowerBound) to \(range.upperBound)",
            read: { .list($0[keyPath: path].map(Double.init)) },
            write: { settings, value in
                guard let list = value.asList, count.contains(list.count) else { return false }
                let numbers = list.compactMap { Int(exactly: $0) }
                guard numbers.count == list.count, numbers.allSatisfy(range.contains) else { return false }
                settings[keyPath: path] = numbers
                return true
            })
    }

    static func numbers(
        _ name: String, _ path: any WritableKeyPath<LearningSettings, [Double]> & Sendable, count: ClosedRange<Int>,
        _ range: ClosedRange<Double>, _ purpose: String
    ) -> SettingKey {
        SettingKey(
            name: name, purpose: purpose,
            allowed: "\(count.lowerBound) to \(count.upperBound) numbers from \(range.lowerBound) to \(range.upperBound)",
            read: { .list($0[keyPath: path]) },
            write: { settings, value in
                guard let list = value.asList, count.contains(list.count), list.allSatisfy(range.contains) else {
                    return false
                }
                settings[keyPath: path] = list
                return true
            })
    }
}
