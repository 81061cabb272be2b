import TestSupport
import Testing

/// The real programs on a small catalogue, one after another, because each run uses the whole processor.
@Suite(.serialized) enum DaemonTests {}

/// The results of an undisturbed run.
struct WholeRun: Sendable {
    let labels: [String]
    let checkpoints: [String]
    let rounds: [String]
    let duration: Duration

    /// One for all tests that compare with it.
    static let shared = Task {
        let place = try await World.current.makePlace()
        let ending = try await place.daemon()
        try #require(ending.status == 0, "\(ending.errors)")
        return WholeRun(
            labels: try await place.labels(), checkpoints: try await place.checkpoints(),
            rounds: try await place.rounds(), duration: ending.duration)
    }

    /// Labels, rounds and the bits of every last checkpoint are the same.
    static func expect(sameAs place: Place, _ comment: Comment) async throws {
        let whole = try await shared.value
        expect(try await place.rounds(), whole.rounds, comment)
        expect(try await place.labels(), whole.labels, comment)
        expect(try await place.checkpoints(), whole.checkpoints, comment)
        #expect(try await place.number("select count(*) from lacuna.run where finished") == 1, comment)
    }

    /// Shows the rows that differ.
    private static func expect(_ rows: [String], _ expected: [String], _ comment: Comment) {
        let (added, missing) = (rows.filter { !expected.contains($0) }, expected.filter { !rows.contains($0) })
        #expect(rows == expected, "\(comment); added: \(added); missing: \(missing)")
    }
}

extension DaemonTests {
    @Suite struct WholeRunTests {
        @Test func aRunFillsTheGapsAndKeepsTheAnnotations() async throws {
            try await World.with { place in
                let before = try await place.annotations()
                let ending = try await place.daemon()
                #expect(ending.status == 0, "\(ending.errors)")
                try await place.expectInvariants(annotations: before, "after the run")
                let rounds = try await place.rounds()
                #expect(rounds[0].hasPrefix("0|published|true|") && rounds[1].hasPrefix("1|published|true|"))
                #expect(rounds[2] == "2|published|false|0")
                try await WholeRun.expect(sameAs: place, "two runs of one plan")
                #expect(
                    try await place.number("select count(*) from lacuna.evaluation where part = 'validation'") == 18)
                let all = try await place.rows("coverage")
                let liver = try #require(all.first { $0["organ"] as? String == "liver" })
                #expect(liver["pseudo"] as? Int == 2)
                #expect(liver["medianConfidence"] is Double)
                let shown = all.compactMap { $0["pseudo"] as? Int }.reduce(0, +)
                let kept = try await place.number(
                    """
                    select count(*) from lacuna.pseudo_label l join lacuna.round r on r.id = l.round_id and r.number = 0
                    where l.organ_id in (
                        select h.organ_id from lacuna.withheld_organ h join lacuna.round n on n.id = h.round_id and n.number = 1)
                    """)
                #expect(
                    rounds[1] == "1|published|true|\(shown - kept)", "organs that round 1 withheld keep their labels")

                let again = try await place.daemon()
                #expect(again.status == 0)
                #expect(again.errors.contains("all rounds are done"))
                try await WholeRun.expect(sameAs: place, "a finished run started again")
            }
        }

        @Test func eventsAreLoggedOnRequest() async throws {
            try await World.with { place in
                var file = RunFile()
                (file.rounds, file.stepsInRoundZero) = (0, 2)
                let ending = try await place.startDaemon(file, "--quiet", "--log-level", "info").end()
                #expect(ending.status == 0, "\(ending.errors)")
                let lines = ending.errors.split(separator: "\n").filter { $0.contains(" level=info ") }
                for event in ["run opened", "work began", "network trained", "round closed", "run finished"] {
                    #expect(lines.contains { $0.contains(event) }, "\(event) in \(ending.errors)")
                }
                #expect(lines.contains { $0.contains("round=0") && $0.contains("work=train") }, "\(ending.errors)")
                #expect(!ending.errors.contains("step finished"), "a level below is not logged")
            }
        }

        @Test func lineageWalksBothWays() async throws {
            try await World.with { place in
                let ending = try await place.daemon()
                try #require(ending.status == 0, "\(ending.errors)")
                let mask = try await place.ask(
                    """
                    select l.mask_id, l.checkpoint_id, m.parent_id from lacuna.pseudo_label l
                    join lacuna.round r on r.id = l.round_id join lacuna.mask m on m.id = l.mask_id
                    where r.number = 1 order by 1 limit 1
                    """
                )[0].split(separator: "|").map(String.init)
                let behind = nodes(try await place.rows("lineage", "mask:\(mask[0])"))
                #expect(behind.contains("checkpoint \(mask[1])"))
                #expect(behind.contains("mask \(mask[2])"))
                // Its inputs are the image of one of the six training volumes and the label files of all.
                let files = try await place.ask(
                    """
                    select distinct a.label_file_id from lacuna.run_input i join lacuna.annotation a on a.id = i.annotation_id
                    where i.part = 'train'
                    """)
                for file in files { #expect(behind.contains("label file \(file)")) }
                for kind in ["volume", "image file"] { #expect(behind.contains { $0.hasPrefix(kind) }) }

                let source = try await place.number(
                    """
                    select min(a.mask_id) from lacuna.run_input i join lacuna.annotation a on a.id = i.annotation_id
                    where i.part = 'train'
                    """
                )
                let derived = nodes(try await place.rows("lineage", "mask:\(source)", "--forward"))
                for id in try await place.ask("select id from lacuna.checkpoint") {
                    #expect(derived.contains("checkpoint \(id)"))
                }
                for id in try await place.ask("select mask_id from lacuna.pseudo_label") {
                    #expect(derived.contains("mask \(id)"))
                }
            }
        }

        private func nodes(_ rows: [[String: Any]]) -> Set<String> {
            Set(rows.map { "\($0["kind"] as? String ?? "") \($0["id"] as? Int ?? 0)" })
        }
    }
}
