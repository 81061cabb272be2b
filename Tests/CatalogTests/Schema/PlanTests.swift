import Domain
import Postgres
import TestSupport
import Testing

@testable import Catalog
@testable import Jobs

/// Hot statements find their rows by an index: none reads a table that grows from end to end, nor do the functions and
/// triggers that it sets off. In a catalogue of 20,000 volumes and 400,000 label states.
@Suite struct PlanTests {
    /// What a page, a volume's labels or a table of counts may fetch; a table of this catalogue has 20,000 rows and more.
    private static let mostRows = 6000

    @Test func hotStatementsUseIndexes() async throws {
        try await World.with { world async throws in
            let large = try await LargeCatalogue.make(in: world)
            let tables = Set(try await world.root.ask("select relname from pg_class where reltuples > 1000"))
            for statement in large.managers { try await expectIndexes(statement, on: world.manager, tables) }
            for statement in large.trainers { try await expectIndexes(statement, on: world.trainer, tables) }
            try await expectRecordingUsesIndexes(world, large)
            try await expectCorrectionsUseIndexes(world, large)
        }
    }

    /// The statements of an import for a case: of a new volume, of a known volume, and of one that merges two subjects.
    private func expectRecordingUsesIndexes(_ world: World, _ large: LargeCatalogue) async throws {
        let context = CaseContext(release: large.release, activity: large.activity)
        var drawn = annotated("liver", 77_000_003)
        drawn.otherFiles = [1]
        for (what, scan, name, subject) in [
            ("new", 9_000_000, "new", "new"), ("known", 1_000_000, "again", "case1000000"),
            ("joined", 1_000_000, "joined", "k77"),
        ] {
            let rows = try await RowsTouched.by(world.manager) {
                try await world.manager.run(LockObjectsShared())
                try await world.manager.run(LockPointersShared())
                _ = try await world.catalog.write(
                    source(scan: scan, case: name, subject: subject),
                    [1, 2].map {
                        FileRecord(path: "labels/\(name)_\($0).nii.gz", sha256: digest(scan + $0), bytes: 10)
                    },
                    CaseLabels(
                        [annotated("liver", 77_000_001), absent("spleen"), shipped("pancreas", 77_000_002)],
                        annotators: [("annotation 1", [drawn])]), context)
            }
            #expect(rows.scanned == [], "\(what)")
            #expect(rows.fetched < Self.mostRows, "\(what)")
        }
    }

    /// Annotations of one volume by a person and by a partition.
    private func expectCorrectionsUseIndexes(_ world: World, _ large: LargeCatalogue) async throws {
        for index in LargeCatalogue.correcting.indices {
            let rows = try await RowsTouched.by(world.manager) {
                let change = try await world.manager.one(InsertChange(activity: large.activity))
                let statement = LargeCatalogue.corrections(
                    change, annotation: large.annotation, mask: large.mask)[index]
                try await run(statement, on: world.manager)
            }
            #expect(rows.scanned == [], "correction \(index)")
            #expect(rows.fetched < Self.mostRows, "correction \(index)")
        }
    }

    private func run<S: Statement>(_ statement: S, on connection: Connection) async throws {
        _ = try await connection.run(statement)
    }

    @Test func everyStatementIsHotOrExempt() async throws {
        let all = Set((managerStatements + trainerStatements).map { String(describing: $0) })
        let hot = Set(
            (LargeCatalogue.hot + LargeCatalogue.recording + LargeCatalogue.correcting).map { String(describing: $0) })
        let exempt = Set(LargeCatalogue.exempt.keys)
        #expect(all.subtracting(hot).subtracting(exempt).sorted() == [])
        #expect(hot.union(exempt).subtracting(all).sorted() == [])
        #expect(hot.intersection(exempt).sorted() == [])
    }

    private func expectIndexes<S: Statement>(
        _ statement: S, on connection: Connection, _ tables: Set<String>
    ) async throws {
        let plan = try await StatementPlan.of(statement, on: connection)
        #expect(plan.scanned.intersection(tables).sorted() == [], "\(S.self)")
        #expect(plan.rows.scanned == [], "\(S.self)")
        #expect(plan.rows.fetched < Self.mostRows, "\(S.self)")
    }
}
