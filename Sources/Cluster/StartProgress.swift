internal import Glibc

/// Whether a server that does not accept connections yet does anything: its log grows, or its processes use the processor.
struct StartProgress {
    private struct Sign: Equatable {
        var logSize: Int
        var ticks: Int
    }

    private let paths: ClusterPaths
    private var sign: Sign
    private var moment = ContinuousClock.now
    private var lastLook = ContinuousClock.now

    init(paths: ClusterPaths) {
        self.paths = paths
        sign = Self.look(paths)
    }

    /// The time since the last sign of progress. Looks at most once a second.
    mutating func silence() -> Duration {
        let now = ContinuousClock.now
        guard now - lastLook > .seconds(1) else { return now - moment }
        lastLook = now
        let found = Self.look(paths)
        if found != sign { (sign, moment) = (found, now) }
        return now - moment
    }

    private static func look(_ paths: ClusterPaths) -> Sign {
        var entry = stat()
        let size = stat(paths.log, &entry) == 0 ? Int(entry.st_size) : 0
        return Sign(logSize: size, ticks: ServerProcess.ticks(in: paths.data))
    }
}
