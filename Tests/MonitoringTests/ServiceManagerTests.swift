import Glibc
import TestSupport
import Testing

@testable import Monitoring

@Suite struct ServiceManagerTests {
    private let process: Int32 = 4711

    @Test func notificationsAreDatagrams() throws {
        let folder = TemporaryFolder.make("notify")
        for name in ["\(folder)/socket", "@lacuna-tests-\(getpid())"] {
            let socket = try NotifySocket(name)
            let manager = try #require(try ServiceManager(environment: ["NOTIFY_SOCKET": name], process: process))
            #expect(manager.notify(.ready, .status("round 0:\ntraining")))
            #expect(socket.next() == "READY=1\nSTATUS=round 0: training")
            #expect(manager.notify(.reloading(microseconds: 12)))
            #expect(socket.next() == "RELOADING=1\nMONOTONIC_USEC=12")
            #expect(manager.watchdogTime == nil)
        }
        let gone = try #require(
            try ServiceManager(environment: ["NOTIFY_SOCKET": "\(folder)/none"], process: process))
        #expect(!gone.notify(.ready))
    }

    @Test func theEnvironmentIsRead() throws {
        func read(_ extra: [String: String]) throws(MonitoringError) -> ServiceManager? {
            try ServiceManager(environment: ["NOTIFY_SOCKET": "/run/x"].merging(extra) { $1 }, process: process)
        }
        #expect(try ServiceManager(environment: [:], process: process) == nil)
        #expect(try read(["WATCHDOG_USEC": "3000000"])?.watchdogTime == .seconds(3))
        #expect(try read(["WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "4711"])?.watchdogTime == .seconds(3))
        #expect(try read(["WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "4712"])?.watchdogTime == nil)
        for wrong in ["0", "-1", "x", ""] {
            #expect(throws: MonitoringError.invalidWatchdogTime) { try read(["WATCHDOG_USEC": wrong]) }
        }
        for wrong in ["run/x", "@", "vsock:2:1", "/" + String(repeating: "x", count: 107)] {
            #expect(throws: MonitoringError.invalidNotifySocket) { try read(["NOTIFY_SOCKET": wrong]) }
        }
    }

    @Test func theWatchdogIsFedWhileAllIsWell() async throws {
        let name = "@lacuna-watchdog-\(getpid())"
        let socket = try NotifySocket(name)
        let manager = try #require(
            try ServiceManager(environment: ["NOTIFY_SOCKET": name, "WATCHDOG_USEC": "20000"], process: process))
        let clock = HandClock()
        let health = Health { clock.now }
        health.watch(.progress, within: .seconds(60))
        health.watch(.database, within: .seconds(3600))
        try await withServices(ServiceManagerService(manager, health: health, logger: silentLogger)) {
            try await socket.waits(for: "READY=1")
            try await socket.waits(for: "WATCHDOG=1")
            health.fail(.database, "the server cannot be reached")
            try await socket.waits(for: "STATUS=database: the server cannot be reached")
            #expect(socket.next() == "WATCHDOG=1", "a reported failure is no hang")
            health.report(.database)
            clock.advance(.seconds(61))
            let silence = "STATUS=progress: no report for 61 s; the limit is 60 s"
            try await socket.waits(for: silence)
            for _ in 0..<5 { #expect(socket.next() == silence, "the watchdog is not fed") }
            health.report(.progress)
            try await socket.waits(for: "WATCHDOG=1")
        }
        try await socket.waits(for: "STOPPING=1")
    }
}
