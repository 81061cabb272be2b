internal import Cluster
internal import Objects
internal import Postgres

/// What a daemon misses that may come back by itself.
enum Absence {
    case server, objects

    /// Nil for an error that needs a person.
    ///
    /// - Parameter hasServed: whether the daemon has served before. A wrong folder or a missing program ends a new daemon, so that
    ///   somebody sees it; one that has served waits, because the same folder was there.
    init?(_ error: any Error, hasServed: Bool) {
        switch error {
        case let error as PostgresError where error.isTransient: self = .server
        case DaemonError.serverSilent: self = .server
        case is ClusterError where hasServed: self = .server
        case is ObjectStoreError where hasServed: self = .objects
        default: return nil
        }
    }

    /// For `/healthz`.
    var problem: StaticString {
        switch self {
        case .server: "the server cannot be reached"
        case .objects: "the object store cannot be used"
        }
    }
}
