import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Monitoring

@Suite struct ServerTests {
    private let metrics = LacunaMetrics()
    private let clock = HandClock()
    private let health: Health

    init() {
        let clock = clock
        health = Health { clock.now }
    }

    /// Runs `body` with the port of a server.
    private func withServer(
        lifetime: Duration = .seconds(10), body: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        let (ports, sender) = AsyncStream<Int>.makeStream()
        var server = MetricsServer(port: 0, registry: metrics.registry, health: health) { sender.yield($0) }
        server.lifetime = lifetime
        try await withServices(server) {
            let port = try #require(await ports.first { _ in true })
            try await body(port)
        }
    }

    @Test func metricsAreServed() async throws {
        metrics.published(["liver": 2])
        let text = metrics.registry.text()
        try await withServer { port in
            let response = try Client.ask(port, "GET /metrics?x=1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(response.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(response.contains("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"))
            #expect(response.hasSuffix("\r\n\r\n" + text))
            let head = try Client.ask(port, "HEAD /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(head.contains("Content-Length: \(text.utf8.count)\r\n") && head.hasSuffix("\r\n\r\n"))
        }
    }

    @Test func healthIsServed() async throws {
        let (health, clock) = (health, clock)
        health.watch(.heartbeat, within: .seconds(20))
        try await withServer { port in
            let well = try Client.ask(port, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(well.hasPrefix("HTTP/1.1 200 OK\r\n") && well.contains("Content-Type: application/json\r\n"))
            #expect(well.hasSuffix("\r\n\r\n{\"problems\":{},\"status\":\"well\"}\n"))
            clock.advance(.seconds(60))
            let failing = try Client.ask(port, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(failing.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
            #expect(
                failing.hasSuffix(
                    "{\"problems\":{\"heartbeat\":\"no report for 60 s; the limit is 20 s\"},\"status\":\"failing\"}\n")
            )
        }
    }

    @Test func otherPagesAndMethodsAreRefused() async throws {
        try await withServer { port in
            for (request, status) in [
                ("GET / HTTP/1.1", 404), ("GET /metrics/../../etc/passwd HTTP/1.1", 404),
                ("GET /metricsx HTTP/1.1", 404),
                ("DELETE /metrics HTTP/1.1", 405), ("BREW /healthz HTTP/1.1", 400), ("POST /nothing HTTP/1.1", 404),
                ("nonsense", 400), ("GET /\(String(repeating: "a", count: 100_000)) HTTP/1.1", 400),
            ] {
                let response = try Client.ask(port, request + "\r\nHost: localhost\r\n\r\n")
                #expect(response.hasPrefix("HTTP/1.1 \(status) "), "\(request.prefix(40)): \(response.prefix(60))")
            }
            let post = try Client.ask(
                port, "POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody")
            #expect(post.hasPrefix("HTTP/1.1 405 ") && post.contains("Allow: GET, HEAD\r\n"))
        }
    }

    @Test func largeHeadsAndBodiesAreRefused() async throws {
        try await withServer { port in
            let large = String(repeating: "x", count: 20_000)
            let head = try Client.ask(port, "GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: \(large)\r\n\r\n")
            #expect(!head.contains(" 200 "), "\(head.prefix(60))")
            let client = try Client(port: port)
            defer { client.end() }
            client.send("POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n")
            while client.send(String(repeating: "y", count: 65536)) {}
            let again = try Client.ask(port, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(again.hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test func slowClientsAreCutOff() async throws {
        try await withServer(lifetime: .milliseconds(300)) { port in
            let start = ContinuousClock.now
            let (silent, half) = (try Client(port: port), try Client(port: port))
            half.send("GET /metrics HTTP/1.1\r\nHost:")
            for client in [silent, half] {
                #expect(!client.rest().contains(" 200 "))
                client.end()
            }
            #expect(ContinuousClock.now - start < .seconds(20))
            let answer = try Client.ask(port, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test func connectionsBeyondTheLimitAreClosed() async throws {
        try await withServer { port in
            let open = try (0..<MetricsServer.connectionLimit).map { _ in try Client(port: port) }
            let refused = try Client(port: port)
            #expect(refused.rest() == "")
            refused.end()
            for client in open { client.end() }
            try await awaits("a free place") {
                try Client.ask(port, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").hasPrefix("HTTP/1.1 200 ")
            }
        }
    }

    @Test func everyRequestOfManyIsAnswered() async throws {
        try await withServer { port in
            try await withThrowingTaskGroup(of: Int.self) { tasks in
                for _ in 0..<4 {
                    tasks.addTask {
                        try (0..<300).count { _ in
                            try Client.ask(port, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                                .hasSuffix("\"status\":\"well\"}\n")
                        }
                    }
                }
                for try await answered in tasks { #expect(answered == 300) }
            }
        }
    }

    @Test func onlyTheLoopbackAddressIsBound() async throws {
        try await withServer { port in
            let digits = String(port, radix: 16, uppercase: true)
            let place = ":" + String(repeating: "0", count: 4 - digits.count) + digits
            let lines = try ["tcp", "tcp6"].flatMap { file in
                try String(contentsOfFile: "/proc/net/\(file)", encoding: .utf8).split(separator: "\n")
            }
            let listening = lines.map { $0.split(separator: " ") }.filter { $0.count > 3 && $0[3] == "0A" }
            let addresses = listening.map { String($0[1]) }.filter { $0.hasSuffix(place) }
            #expect(addresses == ["0100007F" + place])
        }
    }

    @Test func aPortInUseIsNamed() async throws {
        let listener = try Listener(answering: nil)
        defer { listener.end() }
        let server = MetricsServer(port: listener.port, registry: metrics.registry, health: health)
        let expected = MonitoringError.portUnavailable(port: listener.port, reason: "Address already in use")
        await #expect(throws: expected) { try await server.run() }
    }
}
