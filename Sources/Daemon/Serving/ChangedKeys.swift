internal import Domain
internal import Plans
internal import Workflows

/// The keys whose values differ between two configurations of a daemon.
struct ChangedKeys {
    /// Those in force at once.
    let now: [String]
    /// Those in force for jobs that begin later.
    let later: [String]

    init(from old: DaemonConfiguration, to new: DaemonConfiguration) {
        let daemon = Self.differences("daemon", old.daemon, new.daemon)
        now = daemon.filter(Self.live.contains) + Self.differences("notify", old.notify, new.notify)
        later =
            daemon.filter { !Self.live.contains($0) } + Self.differences("trainer", old.trainer, new.trainer)
    }

    private static let live = ["daemon.leaseSeconds"]

    private static func differences<Section: SettingSection>(_ name: String, _ old: Section, _ new: Section) -> [String]
    {
        Section.keys.filter { $0.read(old) != $0.read(new) }.map { "\(name).\($0.name)" }
    }
}
