import Foundation
import Glibc
import TestSupport
import Testing

extension ServiceTests {
    /// A host that takes connections and never answers.
    @Suite struct SilentServerTests {
        @Test func aStopWhileConnectingIsAnswered() async throws {
            let server = try SilentServer()
            let home = TemporaryFolder.make("silent")
            let daemon = try RunningProgram(
                "lacunad",
                ["serve", "--home", home, "--database", "host=127.0.0.1 port=\(server.port) connect_timeout=0"],
                limit: .seconds(60))
            await Self.connection(to: server)
            let start = ContinuousClock.now
            daemon.signal(SIGTERM)
            let ending = await daemon.end()
            #expect(ContinuousClock.now - start < .seconds(10))
            #expect(ending.status == 0, "\(ending.errors)")
        }

        /// The programs wait for the same server, so that the one with the shortest limit ends first.
        @Test func theTimeToConnectIsLimited() async throws {
            let server = try SilentServer()
            let home = TemporaryFolder.make("silent")
            try "[slow]\nconnect_timeout=2\n".write(toFile: "\(home)/services", atomically: true, encoding: .utf8)
            func connect(_ target: String = "", _ environment: [String: String] = [:]) throws -> RunningProgram {
                try RunningProgram(
                    "lacuna",
                    ["coverage", "--home", home, "--database", "host=127.0.0.1 port=\(server.port) \(target)"],
                    environment: environment, limit: .seconds(60))
            }
            let standard = try connect()
            let own = [
                try connect("connect_timeout=2"), try connect("", ["PGCONNECT_TIMEOUT": "2"]),
                try connect("service=slow", ["PGSERVICEFILE": "\(home)/services"]),
            ]
            let limit = await standard.end()
            #expect(limit.status == 7, "\(limit.errors)")
            #expect(limit.errors.contains("timeout expired"), "\(limit.errors)")
            for program in own {
                let ending = await program.end()
                #expect(ending.status == 7 && ending.duration < limit.duration, "\(ending.errors)")
            }
        }

        private static func connection(to server: SilentServer) async {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    server.takeConnection()
                    continuation.resume()
                }
            }
        }
    }
}
