/// One key of a section of a configuration: its name, type, limits and purpose, and how it is read and written.
public struct SettingKey<Section: SettingSection>: Sendable {
    public let name: String
    /// Such as `integer` or `list of texts`.
    public let type: String
    /// The values that are allowed, as a phrase that completes "give …".
    public let limits: String
    public let purpose: String
    /// Whether a configuration must have the key.
    public let isRequired: Bool
    /// The value of a section; nil where it is not set.
    public let read: @Sendable (Section) -> SettingValue?
    /// The limits, and the form of a value where it is of another.
    func limits(beside value: SettingValue) -> String {
        switch value {
        case .list, .map: limits
        case _ where type.hasPrefix("list"): "a list, such as [\(value)]: \(limits)"
        case _ where type.hasPrefix("map"): "a mapping, such as {organ: [organ, organ]}: \(limits)"
        default: limits
        }
    }

    /// False where the value is not allowed; the section is then unchanged.
    let write: @Sendable (inout Section, SettingValue) -> Bool
}

/// A section of a configuration as a struct of values, each described once by a key.
public protocol SettingSection: Sendable {
    /// All keys, in the order of the documentation and of `apply`.
    static var keys: [SettingKey<Self>] { get }
}

extension SettingSection {
    /// The values that are set, by key.
    public var values: [String: SettingValue] {
        var values: [String: SettingValue] = [:]
        for key in Self.keys { values[key.name] = key.read(self) }
        return values
    }

    /// Overwrites what `values` contains and keeps the rest.
    ///
    /// - Throws: `SettingError.unknown`, `.invalid` for the first value that its key does not allow by itself.
    public mutating func apply(_ values: [String: SettingValue]) throws(SettingError) {
        try Self.requireKnown(values)
        for key in Self.keys {
            guard let value = values[key.name], !key.write(&self, value) else { continue }
            throw .invalid(key: key.name, value: value.description, limits: key.limits(beside: value))
        }
    }

    /// Requires that every key is one of the section.
    /// - Throws: `SettingError.unknown` for the first that is not, by name.
    public static func requireKnown(_ values: [String: SettingValue]) throws(SettingError) {
        for name in values.keys.sorted() where !keys.contains(where: { $0.name == name }) {
            throw .unknown(key: name, known: keys.map(\.name))
        }
    }

    /// Checks every value by itself.
    /// - Throws: `SettingError.invalid`.
    public func validateKeys() throws(SettingError) {
        var copy = self
        try copy.apply(values)
    }

    /// Checks a rule that joins several values.
    /// - Parameter others: the keys of the other values.
    /// - Throws: `SettingError.invalid` with `key`, its value and `limits` where `holds` is false, and with the other keys.
    public func require(
        _ holds: Bool, _ key: String, _ limits: String, beside others: [String] = []
    ) throws(SettingError) {
        if holds { return }
        throw .invalid(
            key: key, value: text(of: key), limits: limits,
            others: Dictionary(uniqueKeysWithValues: others.map { ($0, text(of: $0)) }))
    }

    private func text(of key: String) -> String { values[key]?.description ?? "not set" }
}

/// A value or key that a configuration does not allow.
public enum SettingError: Error, Hashable, Sendable {
    /// There is no key of this name in the section.
    case unknown(key: String, known: [String])
    /// A required key is not given.
    case missing(key: String, limits: String)
    /// A value is outside its limits, which depend on the values of the other keys.
    case invalid(key: String, value: String, limits: String, others: [String: String] = [:])
}
