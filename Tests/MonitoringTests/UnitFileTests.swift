import Foundation
import TestSupport
import Testing

/// The unit files of `Scripts/systemd`.
@Suite struct UnitFileTests {
    private static let folder = "\(packageRoot)/Scripts/systemd"
    private static let analyser = "/usr/bin/systemd-analyze"

    private func text(_ name: String) throws -> String {
        try String(contentsOfFile: "\(Self.folder)/\(name)", encoding: .utf8)
    }

    @Test(.enabled(if: access(UnitFileTests.analyser, X_OK) == 0, "needs systemd-analyze"))
    func systemdAcceptsThem() throws {
        let folder = TemporaryFolder.make("units")
        for name in try FileManager.default.contentsOfDirectory(atPath: Self.folder) {
            // The programs need not be installed.
            let text = try text(name).replacing(/\/usr\/local\/bin\/lacunad?\b/, with: "/bin/true")
            try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
        }
        let names = ["lacunad.service", "lacunad@gpu0.service", "lacuna-verify.service", "lacuna-verify.timer"]
        let outcome = try ChildProcess.run(Self.analyser, ["verify"] + names.map { "\(folder)/\($0)" })
        #expect(outcome.status == 0 && outcome.errors == "", "\(outcome.errors)")
    }

    /// The daemons of one machine differ by their variables only.
    @Test func theTemplateIsTheUnitWithItsOwnVariables() throws {
        let unit = try text("lacunad.service").split(separator: "[Unit]")[1]
        let template = try text("lacunad@.service").split(separator: "[Unit]")[1]
        #expect(
            template.replacing("lacunad-%i.env", with: "lacunad.env").replacing("daemon %i", with: "daemon") == unit)
    }

    @Test func theyAreConfined() throws {
        for name in ["lacunad.service", "lacuna-verify.service"] {
            let lines = try text(name).split(separator: "\n")
            for line in ["NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=", "User=lacuna"] {
                #expect(lines.contains { $0 == line }, "\(line) in \(name)")
            }
        }
    }
}
