import Foundation

/// The commands of `docs/operations.md`, by section.
struct OperationsPage {
    struct Section {
        let title: String
        /// The indented lines, without the indentation.
        let commands: [String]
    }

    let sections: [Section]

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/operations.md"), encoding: .utf8)
        var sections: [Section] = []
        var (title, commands) = ("", [String]())
        for line in (text + "\n## ").split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("## ") || line.hasPrefix("### ") {
                if !commands.isEmpty { sections.append(Section(title: title, commands: commands)) }
                title = String(line.drop { $0 == "#" || $0 == " " })
                commands = []
            } else if line.hasPrefix("    ") {
                commands.append(String(line.dropFirst(4)))
            }
        }
        self.sections = sections
    }

    /// Sections that this test does not run, with the reason.
    static let leftOut = [
        "Fuzzing": "an hour of work on a build of its own",
        "Backup": "BackupTests run these commands", "Restore": "BackupTests run these commands",
        "Who may read the files": "changes the group of an existing home",
        "Waiting for others": "shows output; LockTests compare it",
        "Metrics and health": "ObservationTests ask a running daemon",
        "Logs": "shows output; ObservationTests compare it",
        "Notifications to people": "a configuration; ObservationTests read one",
        "systemd": "changes the services of this machine; UnitFileTests check the units",
        "Several processes": "GroupRunTests and TorchrunTests start such processes",
        "An altered schema": "AlteredSchemaTests run this command", "Moving": "BackupTests move a catalogue",
    ]

    /// Lines that are not run, by their beginning, with the reason.
    static let omitted = [
        "sudo groupadd ": "would change the groups of this machine",
        "sudo usermod ": "would change the users of this machine",
        "PGUSER=trainer lacunad run ": "trains for minutes; DaemonTests run it",
    ]

    /// Texts that are replaced, with what and why.
    static let substituted = [
        (
            text: "sudo -u postgres ", by: "PGUSER=postgres ",
            reason: "the test's server lets the tests' user be its superuser"
        ),
        (
            text: "sudo install --directory --group=lacuna", by: "install --directory --group=$GROUP",
            reason: "there is no group lacuna"
        ),
        (text: "LACUNA_GROUP=lacuna", by: "LACUNA_GROUP=$GROUP", reason: "there is no group lacuna"),
        (text: "PGHOST=db.example.org", by: "PGHOST=$SERVER", reason: "the test's server"),
        (text: "/srv/lacuna", by: "$SHARED", reason: "a folder of the test"),
        (text: "data/internal", by: "$DATA/internal", reason: "generated data"),
        (text: "data/heldout", by: "$DATA/heldout", reason: "generated data"),
    ]

    /// The commands of a section as the test runs them.
    func script(_ title: String) -> String {
        let lines = sections.first { $0.title == title }?.commands ?? []
        return lines.filter { line in !Self.omitted.keys.contains { line.hasPrefix($0) } }.map { line in
            Self.substituted.reduce(line) { $0.replacing($1.text, with: $1.by) }
        }.joined(separator: "\n")
    }
}
