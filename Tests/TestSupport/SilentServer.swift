internal import Glibc
internal import Testing

/// A port of this machine that takes connections and never answers, as a server that hangs.
public final class SilentServer: Sendable {
    public let port: Int
    private let listener: Int32

    /// - Throws: where no port is free.
    public init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let number = listener
        let isOpen = withUnsafeMutableBytes(of: &address) { bytes in
            let place = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            var length = size
            return bind(number, place, size) == 0 && listen(number, 16) == 0
                && getsockname(number, place, &length) == 0
        }
        port = Int(in_port_t(bigEndian: address.sin_port))
        try #require(isOpen, "no socket listens")
    }

    deinit { close(listener) }

    /// Waits until a program connects; its connection is never closed. Blocks.
    public func takeConnection() { _ = accept(listener, nil, nil) }
}
