/// Options of an embedded server.
public struct ClusterOptions: Sendable, Hashable {
    /// Database roles that the calling user may log in as; the superuser is always one.
    public var logins: [String] = ["lacuna", "lacunad"]
    /// The database that is created with the cluster.
    public var database = "lacuna"
    /// The folder of root's clusters, one subfolder for each.
    public var rootFolder = "/var/lib/lacuna"
    /// Folders with server programs, searched besides the distribution's own.
    public var binaryFolders: [String] = []
    /// Server settings, which override the defaults; the values are passed unchanged.
    public var settings: [String: String] = [:]
    /// How long a start or a stop waits for another one.
    public var lockPatience = Duration.seconds(120)
    /// How long a start waits for a server that shows no progress.
    public var startPatience = Duration.seconds(300)
    /// How long a stop waits for sessions to end and for the last checkpoint, before it ends the server without a checkpoint.
    public var stopPatience = Duration.seconds(60)
    /// How long a stop waits for a server that starts or recovers, before it ends the recovery, which the next start repeats.
    public var recoveryStopPatience = Duration.seconds(10)
    /// Whether `initdb` waits for the disk.
    public var syncsInitialisation = true

    public init() {}

    /// For tests: nothing waits for the disk, and data do not survive a power failure.
    public static var forTests: ClusterOptions {
        var options = ClusterOptions()
        options.syncsInitialisation = false
        options.settings = [
            "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "shared_buffers": "32MB",
            "max_connections": "400", "max_wal_size": "2GB",
        ]
        return options
    }

    /// Local socket only; errors are not logged, because their texts quote values.
    static let defaults = [
        "listen_addresses": "", "port": "5432", "shared_buffers": "128MB", "max_connections": "50",
        "unix_socket_permissions": "0700", "timezone": "UTC", "log_timezone": "UTC", "log_min_messages": "log",
        "log_min_error_statement": "panic", "log_checkpoints": "off",
    ]
}
