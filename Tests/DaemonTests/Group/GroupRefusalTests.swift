import Foundation
import TestSupport
import Testing

extension ServiceTests {
    /// What cannot be done by several processes, and environments that name none.
    @Suite struct GroupRefusalTests {
        private static let member = Place.member(0, of: 2, port: 29500)

        private func expect(
            _ ending: Ending, _ status: Int32, _ words: String..., location: SourceLocation = #_sourceLocation
        ) {
            #expect(ending.status == status, "\(ending.errors)", sourceLocation: location)
            for word in words + ["\n  remedy: "] {
                #expect(ending.errors.contains(word), "\(word) in \(ending.errors)", sourceLocation: location)
            }
        }

        @Test func whatOneProcessDoesIsRefused() async throws {
            try await World.with { place in
                for arguments in [["run", "--reproduce", "r/0"], ["serve", "--log-level", "error"]] {
                    let ending = try await RunningProgram(
                        "lacunad", arguments + ["--database", place.target("lacunad"), "--home", place.home],
                        environment: Self.member
                    ).end()
                    #expect(ending.status == 3, "\(ending.errors)")
                    #expect(ending.errors.contains("WORLD_SIZE is 2, but only lacunad run --once"), "\(ending.errors)")
                }
            }
        }

        @Test func anOutsideProgramIsRefused() async throws {
            try await World.with { place in
                let ending = try await place.startOutside(OutsideRun(), environment: Self.member).end()
                expect(ending, 3, "WORLD_SIZE is 2, but the run is trained by the outside program of trainer.command")
                #expect(try await place.ask("select count(*) from lacuna.run") == ["0"])
            }
        }

        @Test(arguments: ["RANK", "MASTER_ADDR", "MASTER_PORT"])
        func aMissingVariableIsNamed(name: String) async throws {
            try await World.with { place in
                var environment = Self.member
                environment[name] = nil
                expect(
                    try await place.startDaemon(environment: environment).end(), 3,
                    "this process has no place among those of the training: \(name) is not set", "unset WORLD_SIZE")
            }
        }

        @Test func aPortInUseIsNamed() async throws {
            try await World.with { place in
                let busy = try BusyPort()
                let ending = try await place.startDaemon(
                    environment: Place.member(0, of: 2, port: busy.number)
                ).end()
                expect(ending, 3, "process 0 of 2 did not meet the others at 127.0.0.1:\(busy.number)", "MASTER_PORT")
                #expect(try await place.ask("select count(*) from lacuna.run") == ["0"])
            }
        }
    }
}

/// A port on which this process listens.
private final class BusyPort: Sendable {
    let number: Int
    private let descriptor: Int32

    init() throws {
        number = try FreePort.next()
        descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in6()
        (address.sin6_family, address.sin6_port) = (sa_family_t(AF_INET6), UInt16(number).bigEndian)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
        try #require(bound == 0 && listen(descriptor, 1) == 0)
    }

    deinit { close(descriptor) }
}
