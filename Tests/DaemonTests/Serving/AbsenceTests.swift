import Cluster
import Foundation
import Glibc
import TestSupport
import Testing

extension ServiceTests {
    /// What a daemon that has served waits for.
    @Suite struct AbsenceTests {
        @Test func anObjectStoreThatIsAwayAtAReconnectIsAwaited() async throws {
            try await World.with { place in
                let daemon = try place.serve()
                #expect(await daemon.reports("daemon serves"))
                guard case .running(let server) = place.cluster.status() else {
                    return #expect(Bool(false), "no server")
                }
                try FileManager.default.moveItem(atPath: place.objects, toPath: "\(place.objects).away")
                kill(server, SIGQUIT)  // an immediate shutdown
                #expect(await daemon.reports("database unreachable"))
                try await place.cluster.start()
                #expect(await daemon.reports("object store unreachable"))
                try FileManager.default.moveItem(atPath: "\(place.objects).away", toPath: place.objects)
                try await awaits("a daemon that serves again") { served(daemon) || !daemon.isRunning }
                #expect(daemon.isRunning, "\(daemon.text)")
                await daemon.stops()
            }
        }

        /// The embedded server cannot be started, because its folder can be entered by others.
        @Test func anEmbeddedServerThatDoesNotStartIsAwaited() async throws {
            try await World.with { place in
                let home = "\(place.folder)/embedded"
                let options = ["--home", home]
                let imported = try await RunningProgram(
                    "lacuna", ["dataset", "import", "\(place.data)/internal"] + options
                ).end()
                try #require(imported.status == 0, "\(imported.errors)")
                let daemon = try RunningProgram("lacunad", ["serve"] + options)
                #expect(await daemon.reports("daemon serves"))
                let cluster = try EmbeddedCluster(home: home)
                try #require(chmod("\(cluster.folder)/server", 0o755) == 0)
                guard case .running(let server) = cluster.status() else { return #expect(Bool(false), "no server") }
                kill(server, SIGQUIT)
                #expect(await daemon.reports("is not a folder that only its user can enter"))
                try #require(chmod("\(cluster.folder)/server", 0o700) == 0)
                try await awaits("a daemon that serves again") { served(daemon) || !daemon.isRunning }
                #expect(daemon.isRunning, "\(daemon.text)")
                await daemon.stops()
                #expect(try await RunningProgram("lacuna", ["database", "drop", "--yes"] + options).end().status == 0)
            }
        }

        /// Nobody would see a new daemon that waits for a folder that was misspelt.
        @Test func aNewDaemonEndsWithoutAnObjectStore() async throws {
            try await World.with { place in
                let ending = try await place.serve("--objects", "\(place.folder)/nowhere").end()
                #expect(ending.status == 7, "\(ending.errors)")
                #expect(ending.errors.contains("there is no object store here"), "\(ending.errors)")
            }
        }

        private func served(_ daemon: RunningProgram) -> Bool {
            daemon.text.components(separatedBy: "daemon serves").count > 2
        }
    }
}
