internal import Glibc

/// A datagram socket as systemd opens it for notifications.
public final class NotifySocket: Sendable {
    public struct Failure: Error {
        public let code: Int32
    }

    private let descriptor: Int32

    /// - Parameter name: a path, or a name with a leading `@`.
    /// - Throws: `Failure` where the name is taken.
    public init(_ name: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(name.utf8).enumerated().map { $0 == 0 && $1 == UInt8(ascii: "@") ? 0 : $1 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(2 + bytes.count)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        guard bound == 0 else { throw Failure(code: errno) }
    }

    deinit { close(descriptor) }

    /// The next notification; nil if none comes within the time.
    public func next(within limit: Duration = .seconds(60)) -> String? {
        var event = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&event, 1, Int32(limit / .milliseconds(1))) > 0 else { return nil }
        var block = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &block, block.count, 0)
        return String(decoding: block[..<max(0, count)], as: UTF8.self)
    }

    /// Waits for a notification, without blocking the thread.
    public func waits(for text: String) async throws {
        try await awaits(text) { next(within: .zero) == text }
    }
}
