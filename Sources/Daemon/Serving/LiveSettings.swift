internal import Plans
internal import Synchronization
internal import Workflows

/// The configuration of the daemon, which may be read again while it runs.
final class LiveSettings: Sendable {
    private let configuration: Mutex<DaemonConfiguration>

    init(_ configuration: DaemonConfiguration) { self.configuration = Mutex(configuration) }

    var value: DaemonSettings { configuration.withLock { $0.daemon } }
    /// The outside program that this daemon runs.
    var trainer: TrainerSettings { configuration.withLock { $0.trainer } }

    func replace(by new: DaemonConfiguration) -> ChangedKeys {
        configuration.withLock { configuration in
            defer { configuration = new }
            return ChangedKeys(from: configuration, to: new)
        }
    }
}
