internal import Glibc

/// Two connected ends that no other program inherits, not even one that another thread starts at the same moment: as long as
/// somebody holds the writing end, its reader waits.
public struct PrivatePipe: Sendable {
    public let reader: Int32
    public let writer: Int32

    /// - Returns: nil where the process has no more descriptors.
    public init?() {
        // A pipe gets its close-on-exec flag only later, which leaves a moment in between.
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        var ends: [Int32] = [0, 0]
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { return nil }
        (reader, writer) = (ends[0], ends[1])
    }
}
