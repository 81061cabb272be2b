import Testing

/// The real programs on a small catalogue. One after another: each run wants the processor for itself.
@Suite(.serialized) enum DaemonTests {}

/// What a run that nothing disturbs ends with.
struct WholeRun: Sendable {
    let labels: [String]
    let checkpoints: [String]
    let rounds: [String]
    let duration: Duration

    /// One for all tests that compare with it.
    static let shared = Task {
        let place = try await World.shared.makePlace()
        let ending = try await place.daemon()
        try #require(ending.status == 0, "\(ending.errors)")
        return WholeRun(
            labels: try await place.labels(), checkpoints: try await place.checkpoints(),
            rounds: try await place.rounds(), duration: ending.duration)
    }

    /// Labels, rounds and the bits of every last checkpoint are the same.
    static func expect(sameAs place: Place, _ comment: Comment) async throws {
        let whole = try await shared.value
        #expect(try await place.rounds() == whole.rounds, comment)
        #expect(try await place.labels() == whole.labels, comment)
        #expect(try await place.checkpoints() == whole.checkpoints, comment)
        #expect(try await place.number("select count(*) from lacuna.run where finished") == 1, comment)
    }
}

extension DaemonTests {
    @Suite struct WholeRunTests {
        @Test func aRunFillsTheGapsAndKeepsWhatItFound() async throws {
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
                #expect(rounds[1] == "1|published|true|\(shown)", "what round 1 held back is withdrawn")

                let again = try await place.daemon()
                #expect(again.status == 0)
                #expect(again.errors.contains("all rounds are done"))
                try await WholeRun.expect(sameAs: place, "a finished run started again")
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
                // One of the six training volumes lies behind it by its image, the labels of all by their files.
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
