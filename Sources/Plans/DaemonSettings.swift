public import Domain

/// How the daemon itself behaves; not part of what makes a run the same run.
public struct DaemonSettings: SettingSection, Hashable {
    /// Seconds for which a claim is valid without a heartbeat.
    public var leaseSeconds = 60.0
    /// Folder of the local training cache; nil: `cache` in `LACUNA_HOME`.
    public var cache: String?
    /// Size of that cache in gigabytes (10⁹ bytes).
    public var cacheGigabytes = 200.0
    /// Memory for predictions that are used twice, in gigabytes (10⁹ bytes).
    public var predictionGigabytes = 2.0

    /// Minutes without a step, or a window of a prediction, after which the work counts as hanging.
    public var stallMinutes = 30.0

    public init() {}

    /// - Throws: `SettingError`.
    public init(_ values: [String: SettingValue]) throws(SettingError) { try apply(values) }

    public static let keys: [SettingKey<DaemonSettings>] = [
        .number(
            "leaseSeconds", \.leaseSeconds, .range(1...3600),
            "Seconds for which a claim is valid without a heartbeat."),
        .optionalText(
            "cache", \.cache, limits: "a folder",
            "Folder for images as raw voxels, which can be deleted. Not set: LACUNA_HOME/cache."),
        .number(
            "cacheGigabytes", \.cacheGigabytes, .range(0...1_000_000),
            "Size of that folder in gigabytes. Images used least recently are removed first; those in use may exceed it."
        ),
        .number(
            "predictionGigabytes", \.predictionGigabytes, .range(0...10_000),
            "Memory in gigabytes for predictions that are ranked over the round, so that they are not made twice."),
        .number(
            "stallMinutes", \.stallMinutes, .range(1...1440),
            "Minutes without a step, or a window of a prediction, after which the work counts as hanging: /healthz and the watchdog tell."
        ),
    ]
}
