internal import ArgumentParser
internal import Catalog
internal import Console
internal import Objects

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check that every object, image and waiting label that the catalogue names is there.",
        discussion: """
            Without --read-data only presence and sizes are looked at. Objects that no row names (orphans, left by killed \
            imports) do no harm; --sweep removes them. Damage makes the exit status 6.
            """)

    @OptionGroup var options: GlobalOptions

    @Flag(help: "Read everything: objects and files must hash right, every mask must decode and count right.")
    var readData = false

    @Flag(help: "Remove the objects that no row names.")
    var sweep = false

    func run() async throws {
        let findings = try await Session.with(options, warnsOfLostObjects: false) { session in
            let check = IntegrityCheck(
                catalog: session.catalog, store: try await Self.store(session),
                converted: session.converted, output: session.output,
                readsData: readData)
            var findings = try await check.run()
            if sweep { findings = findings.filter { $0.kind != .orphan } + (try await check.sweep()) }
            return findings
        }
        options.output.report(findings, IntegrityFinding.columns)
        let damaged = findings.count { $0.kind.isDamage }
        if damaged > 0 { throw ExitCode(ExitStatus.damaged.rawValue) }
        options.output.note(findings.isEmpty ? "Everything is there." : "Nothing is damaged.")
    }

    private static func store(_ session: Session) async throws -> ObjectFolder {
        do {
            return try await session.objectStore(create: false)
        } catch let error as ObjectStoreError {
            guard case .noStore = error, try await session.catalog.namesObjects() else { throw error }
            throw session.lostObjects
        }
    }
}

/// What a check found.
struct IntegrityFinding: Sendable, Hashable {
    enum Kind: String, Sendable {
        case missing, damaged, orphan, swept, stray

        var isDamage: Bool { self == .missing || self == .damaged }
    }

    let kind: Kind
    /// `object`, `mask`, `image`, `label` for one that waits for its image, or `converted` for a volume made of DICOM.
    let what: String
    let file: String
    let problem: String
    /// What it holds: `liver of DATASET/CASE` for an object, `DATASET/CASE` for an image; empty for what no row names.
    var contents: [String] = []

    func concerning(_ contents: [String]) -> IntegrityFinding {
        var copy = self
        copy.contents = contents
        return copy
    }

    /// For people: the first, and how many more.
    private var shown: String? {
        guard let first = contents.first else { return nil }
        return contents.count == 1 ? first : "\(first) and \(contents.count - 1) more"
    }

    static var columns: [Column<IntegrityFinding>] {
        [
            Column("kind") { $0.kind.rawValue }, Column("what") { $0.what }, Column("file") { $0.file },
            Column("problem") { $0.problem }, Column("concerns") { $0.shown },
            Column("contents", isShown: false) { $0.contents },
        ]
    }
}
