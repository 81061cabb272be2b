import Catalog
import Domain
import Postgres
import TestSupport
import Testing

/// The order of revisions is the order in which changes become visible.
@Suite struct RevisionTests {
    @Test func whoCommitsFirstHasTheSmallerRevision() async throws {
        try await World.with { world async throws in
            try await world.manager.execute("insert into lacuna.activity (kind, program) values ('import', 'x')")
            let early = try await world.connect(as: "lacuna")
            let late = try await world.connect(as: "lacuna")
            for connection in [early, late] {
                try await connection.execute("begin; insert into lacuna.change (activity_id) values (1)")
            }
            try await late.execute("commit")
            #expect(try await world.manager.ask("select id, revision from lacuna.change order by id") == ["2|1"])
            try await early.execute("commit")
            #expect(
                try await world.manager.ask("select id, revision from lacuna.change order by id") == ["1|2", "2|1"])
        }
    }

    @Test func aRollbackLeavesNoGap() async throws {
        try await World.with { world async throws in
            try await world.manager.execute("insert into lacuna.activity (kind, program) values ('import', 'x')")
            for end in ["commit", "rollback", "set constraints all immediate; rollback", "commit"] {
                try await world.manager.execute("begin; insert into lacuna.change (activity_id) values (1); \(end)")
            }
            #expect(try await world.manager.ask("select revision from lacuna.change order by revision") == ["1", "2"])
        }
    }

    /// What a watcher sees only grows at its end: it never finds a change before one that it has seen.
    @Test func aWatcherNeverSeesASmallerRevisionLater() async throws {
        try await World.with { world async throws in
            try await world.manager.execute("insert into lacuna.activity (kind, program) values ('import', 'x')")
            let writers = [
                try await world.connect(as: "lacuna"), try await world.connect(as: "lacuna"),
                try await world.connect(as: "lacuna"), try await world.connect(as: "lacuna"),
            ]
            let watcher = world.root
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, writer) in writers.enumerated() {
                    group.addTask {
                        for attempt in 0..<25 {
                            let end = (attempt + number) % 5 == 0 ? "rollback" : "commit"
                            try await writer.execute(
                                "begin; insert into lacuna.change (activity_id) values (1); \(end)")
                        }
                    }
                }
                var seen: [String] = []
                while seen.count < 80 {
                    let now = try await watcher.ask(
                        "select id, revision from lacuna.change order by revision nulls last")
                    #expect(Array(now.prefix(seen.count)) == seen)
                    seen = now
                }
                try await group.waitForAll()
            }
            #expect(
                try await watcher.ask("select min(revision), max(revision), count(*) from lacuna.change") == ["1|80|80"]
            )
        }
    }
}
