internal import Plans
internal import Synchronization

/// The settings of the daemon, which may be read again while it runs.
final class LiveSettings: Sendable {
    private let settings: Mutex<DaemonSettings>

    init(_ settings: DaemonSettings) { self.settings = Mutex(settings) }

    var value: DaemonSettings {
        get { settings.withLock { $0 } }
        set { settings.withLock { $0 = newValue } }
    }
}
