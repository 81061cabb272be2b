import Foundation
import Glibc
import Synchronization

struct SocketFailure: Error {
    let call: String
    let code = errno
}

/// A blocking TCP connection over the loopback address.
struct Client {
    let descriptor: Int32

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var name = Self.name(port: port)
        let connected = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw SocketFailure(call: "connect") }
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    static func name(port: Int) -> sockaddr_in {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = UInt16(port).bigEndian
        name.sin_addr.s_addr = inet_addr("127.0.0.1")
        return name
    }

    /// False where the other side has closed the connection.
    @discardableResult
    func send(_ text: String) -> Bool {
        Glibc.send(descriptor, text, text.utf8.count, Int32(MSG_NOSIGNAL)) == text.utf8.count
    }

    /// Everything until the other side closes the connection, or resets it.
    func rest() -> String {
        var (bytes, block) = ([UInt8](), [UInt8](repeating: 0, count: 65536))
        while case let count = recv(descriptor, &block, block.count, 0), count > 0 { bytes += block[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    func end() { close(descriptor) }

    /// The whole response to a request.
    static func ask(_ port: Int, _ request: String) throws -> String {
        let client = try Client(port: port)
        defer { client.end() }
        client.send(request)
        return client.rest()
    }
}

/// A listener on the loopback address that answers each connection with one text, after a whole request was read.
final class Listener: Sendable {
    let port: Int
    private let descriptor: Int32
    private let received = Mutex<[String]>([])

    init(answering answer: String?) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var (name, length) = (Client.name(port: 0), socklen_t(MemoryLayout<sockaddr_in>.size))
        let bound = withUnsafeMutablePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 8) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard bound else { throw SocketFailure(call: "bind") }
        (self.descriptor, port) = (descriptor, Int(UInt16(bigEndian: name.sin_port)))
        Thread.detachNewThread { [self] in serve(answer) }
    }

    /// The requests so far.
    var requests: [String] { received.withLock { $0 } }

    func end() {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    private func serve(_ answer: String?) {
        while case let connection = accept(descriptor, nil, nil), connection >= 0 {
            let request = Self.request(from: connection)
            received.withLock { $0.append(request) }
            guard let answer else { continue }  // stays open, without an answer
            _ = send(connection, answer, answer.utf8.count, Int32(MSG_NOSIGNAL))
            close(connection)
        }
        close(descriptor)
    }

    /// Head and body, by the length that the head names.
    private static func request(from connection: Int32) -> String {
        var (text, block) = ("", [UInt8](repeating: 0, count: 65536))
        while case let count = recv(connection, &block, block.count, 0), count > 0 {
            text += String(decoding: block[..<count], as: UTF8.self)
            guard let head = text.firstRange(of: "\r\n\r\n") else { continue }
            let length = text.lowercased().split(separator: "content-length: ").dropFirst().first
                .flatMap { Int($0.prefix { $0.isNumber }) }
            if text[head.upperBound...].utf8.count >= length ?? 0 { break }
        }
        return text
    }
}
