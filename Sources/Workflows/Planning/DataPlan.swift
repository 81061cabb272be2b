package import Domain
package import Plans

/// A configuration that was derived from training volumes, with the reason for each value.
package struct DataPlan: Sendable {
    /// A key that the plan sets.
    package struct Entry: Hashable, Sendable {
        package let section, key: String
        package let value: SettingValue
        /// A sentence without a full stop.
        package let reason: String

        package init(_ section: String, _ key: String, _ value: SettingValue, _ reason: String) {
            (self.section, self.key, self.value, self.reason) = (section, key, value, reason)
        }
    }

    /// An image of the sample that could not be read.
    package struct UnreadImage: Hashable, Sendable {
        package let file, problem: String
    }

    /// By section, in the order in which they are printed.
    package let entries: [Entry]
    /// The number of training volumes.
    package let volumes: Int
    /// The number of volumes whose intensities were read.
    package let sampledVolumes: Int
    package let unread: [UnreadImage]
    package let grid: PlannedGrid
    package let network: PlannedNetwork
    /// What is unusual, as sentences.
    package let warnings: [String]

    /// The sections of a configuration.
    package var sections: [String: [String: SettingValue]] {
        Dictionary(grouping: entries, by: \.section).mapValues { entries in
            Dictionary(uniqueKeysWithValues: entries.map { ($0.key, $0.value) })
        }
    }
}
