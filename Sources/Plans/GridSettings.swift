public import Domain

/// The grid on which a run learns.
public struct GridSettings: SettingSection, Hashable {
    /// Millimetres per voxel along x, y, z; nil: each volume's own.
    public var spacing: [Double]?

    public init() {}

    /// - Throws: `SettingError`.
    public init(_ values: [String: SettingValue]) throws(SettingError) { try apply(values) }

    public static let keys: [SettingKey<GridSettings>] = [
        .optionalNumbers(
            "spacing", \.spacing, count: 3, .range(0.1...20),
            "Millimetres per voxel along x, y, z of the training grid. Not set: each volume's own spacing.")
    ]
}
