internal import Foundation
internal import Synchronization

/// Ports on which nothing listens.
public enum FreePort {
    /// The next port of this test process. Below those that the system gives out by itself, which another test could get in between.
    private static let nextPort = Mutex(20_000 + Int(getpid()) % 10_000)

    /// There is none.
    public struct Missing: Error {}

    /// - Throws: `Missing` where none is found.
    public static func next() throws -> Int {
        for _ in 0..<100 {
            let port = nextPort.withLock { next in
                next += 1
                return next
            }
            if isFree(port) { return port }
        }
        throw Missing()
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in6()
        (address.sin6_family, address.sin6_port) = (sa_family_t(AF_INET6), UInt16(port).bigEndian)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) == 0
            }
        }
    }
}
