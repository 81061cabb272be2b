internal import Glibc

/// A pipe that no other program inherits, not even one that another thread starts at the same moment. An inherited writing end
/// would keep the reader waiting.
public struct PrivatePipe: Sendable {
    public let reader: Int32
    public let writer: Int32

    /// - Returns: nil if the process has no free descriptors.
    public init?() {
        // pipe() sets no close-on-exec flag; setting it afterwards leaves a gap.
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        var ends: [Int32] = [0, 0]
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { return nil }
        (reader, writer) = (ends[0], ends[1])
    }
}
