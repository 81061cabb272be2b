import Foundation
import Glibc
import TestSupport
import Testing

@testable import Monitoring

@Suite struct EncryptedWebhookTests {
    /// A server of `openssl` with a certificate that nobody has signed.
    @Test func theCertificateOfAServerMustBeTrusted() async throws {
        let folder = TemporaryFolder.make("encrypted")
        try await Self.makeCertificate(in: folder)
        let listener = try Listener(answering: nil)
        listener.end()
        let server = try Self.serve(folder, port: listener.port)
        while !Self.listens(listener.port), server.isRunning { try await Task.sleep(for: .milliseconds(50)) }
        let hook = try #require(Webhook("https://localhost:\(listener.port)/token"))
        await #expect(throws: HookFailure.unreachable) {
            try await hook.deliver(Array("message".utf8), within: .seconds(30))
        }
        let ending = await server.end()
        #expect(ending.errors.contains("alert unknown ca"), "\(ending.errors)")
        #expect(ending.output == "")
    }

    private static func makeCertificate(in folder: String) async throws {
        let ending = try await RunningProgram(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                "subjectAltName=DNS:localhost", "-keyout", "\(folder)/key", "-out", "\(folder)/certificate",
            ]
        ).end()
        try #require(ending.status == 0, "\(ending.errors)")
    }

    /// Accepts one connection and prints what it receives.
    private static func serve(_ folder: String, port: Int) throws -> RunningProgram {
        try RunningProgram(
            "/usr/bin/openssl",
            [
                "s_server", "-accept", "\(port)", "-key", "\(folder)/key", "-cert", "\(folder)/certificate", "-naccept",
                "1", "-quiet",
            ])
    }

    private static func listens(_ port: Int) -> Bool {
        guard let lines = try? String(contentsOfFile: "/proc/net/tcp6", encoding: .utf8) else { return false }
        return lines.contains(String(format: ":%04X ", port))
    }
}
