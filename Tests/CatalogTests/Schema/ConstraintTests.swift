import Catalog
import Domain
import Postgres
import TestSupport
import Testing

/// Constraints on rows.
@Suite struct ConstraintTests {
    @Test func aMaskFitsItsVolumeItsOrganAndItself() async throws {
        try await World.with { world async throws in
            try await world.catalog.add("A", scan: 1, [annotated("liver", 1)])
            try await world.catalog.add("A", scan: 2, [annotated("liver", 2)])
            let good = [
                "volume_id": "1", "organ_id": "1", "activity_id": "1", "content_sha256": hex(1),
                "object_digest": "(select digest from lacuna.object limit 1)", "object_offset": "0",
                "object_length": "1",
                "voxels": "1", "box": "'{0,0,0,1,1,1}'",
            ]
            #expect(try await world.manager.refusal(of: insert("mask", good)) == nil)
            for (column, value, state) in [
                ("content_sha256", "'\\x00'", "23514"), ("object_digest", hex(99), "23503"),
                ("object_offset", "-1", "23514"),
                ("object_length", "0", "23514"), ("object_length", "101", "23514"), ("object_offset", "100", "23514"),
                ("voxels", "-1", "23514"), ("voxels", "2", "23514"),
                ("known_voxels", "-1", "23514"), ("known_voxels", "1001", "23514"), ("box", "'{0,0,0,1,1}'", "23514"),
                ("box", "'{0,0,0,1,1,null}'", "23514"), ("box", "'{2,0,0,1,1,1}'", "23514"),
                ("box", "'{-1,0,0,1,1,1}'", "23514"), ("box", "'{0,0,0,11,1,1}'", "23514"),
                ("box", "'{0,0,0,1,1,11}'", "23514"), ("volume_id", "99", "23503"), ("organ_id", "99", "23503"),
                ("parent_id", "2", "23503"), ("activity_id", "9999", "23503"),
            ] {
                var row = good
                row[column] = value
                #expect(try await world.manager.refusal(of: insert("mask", row)) == state, "\(column) = \(value)")
            }
        }
    }

    @Test func anActivityHasTheLoginAndTheTimeOfItsSession() async throws {
        try await World.with { world async throws in
            try await world.manager.execute(
                """
                insert into lacuna.activity (kind, agent, account, program, started_at)
                values ('import', 'somebody', 'somebody', 'x', '2001-01-01')
                """)
            let newest = try await world.root.ask(
                "select agent, account, started_at > now() - interval '1 hour' from lacuna.activity order by id desc limit 1"
            )
            #expect(newest == ["lacuna|-|true"])
        }
    }

    @Test func whatAPersonRecordsBelongsToAnActivityOfTheSameLogin() async throws {
        try await World.with { world async throws in
            try await world.root.execute("insert into lacuna.activity (kind, program) values ('import', 'x')")
            let foreign = try await world.root.ask("select max(id) from lacuna.activity")[0]
            let change = "insert into lacuna.change (activity_id) values (\(foreign))"
            #expect(try await world.manager.refusal(of: change) == "LA015")
            let unguarded = try await world.root.ask(
                """
                select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'activity_id'
                where c.relnamespace = 'lacuna'::regnamespace and c.relkind = 'r' and has_table_privilege('lacuna', c.oid, 'insert')
                  and not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'activities_are_of_the_login')
                """)
            #expect(unguarded == [])
        }
    }

    @Test(arguments: ["dataset", "split"])
    func aNameOfAFolderOrWithInvisibleMarksIsRefused(_ table: String) async throws {
        try await World.with { world async throws in
            try await world.manager.execute("insert into lacuna.activity (kind, program) values ('import', 'x')")
            let change = "insert into lacuna.change (activity_id) select max(id) from lacuna.activity; "
            let (opening, columns, values) =
                table == "split"
                ? (change, "name, method, change_id", ", 'x', (select max(id) from lacuna.change)") : ("", "name", "")
            for (name, state) in [
                ("'..'", "23514"), ("'a/b'", "23514"), ("'  '", "23514"), ("' a'", "23514"), ("e'a\\u200b'", "23514"),
                ("e'a\\u202eb'", "23514"),
                ("e'a\\nb'", "23514"), ("repeat('x', 201)", "23514"), ("'Männer 3..4'", nil),
            ] as [(String, String?)] {
                let insert = "\(opening)insert into lacuna.\(table) (\(columns)) values (\(name)\(values))"
                #expect(try await world.manager.refusal(of: insert) == state, "\(name)")
            }
        }
    }

    @Test func storedBytesKeepTheirKindAndSize() async throws {
        try await World.with { world async throws in
            try await world.manager.execute("select lacuna.store_object(sha256('a'), 'annotation', 5)")
            for (call, state) in [
                ("sha256('a'), 'annotation', 5", nil), ("sha256('a'), 'annotation', 6", "LA011"),
                ("sha256('a'), 'checkpoint', 5", "LA011"), ("sha256('b'), 'annotation', 0", "23514"),
            ] as [(String, String?)] {
                #expect(try await world.manager.refusal(of: "select lacuna.store_object(\(call))") == state, "\(call)")
            }
            let direct = "insert into lacuna.object (digest, kind, bytes) values (sha256('c'), 'annotation', 1)"
            #expect(try await world.manager.refusal(of: direct) == "42501")
        }
    }

    @Test func anAnnotationSaysOneThing() async throws {
        try await World.with { world async throws in
            try await world.catalog.add("A", scan: 1, [annotated("liver", 1), shipped("spleen", 2)])
            try await world.catalog.add("A", scan: 2)
            let good = [
                "volume_id": "1", "organ_id": "1", "release_id": "1", "status": "'annotated'", "origin": "'expert'",
                "mask_id": "1", "change_id": "(select max(id) from lacuna.change)",
            ]
            #expect(try await world.manager.refusal(of: change + insert("annotation", good)) == nil)
            for (column, value) in [
                ("status", "'pseudo'"), ("status", "'absent'"), ("status", "'unlabelled'"), ("origin", "'model'"),
                ("mask_id", "null"), ("mask_id", "2"), ("mask_id", "99"), ("organ_id", "2"), ("volume_id", "2"),
                ("extent", "'{0,0,0}'"), ("status", "'guessed'"),
            ] {
                var row = good
                row[column] = value
                let state = try await world.manager.refusal(of: change + insert("annotation", row))
                #expect(state?.hasPrefix("23") == true || state == "22P02", "\(column) = \(value): \(state ?? "taken")")
            }
        }
    }

    @Test func aPseudoLabelHasAMaskOfItsVolumeAndAFractionForConfidence() async throws {
        try await World.with { world async throws in
            let volume = try await world.catalog.add("A", scan: 1).volume
            try await world.catalog.split("s", [(volume, .train)])
            let held = try await world.start("r")
            let checkpoint = try await world.checkpoint(held, 0)
            for confidence in [-0.01, 1.01, .nan] {
                let state = try await refusal {
                    try await world.stage(held, 0, checkpoint, volume, [("liver", 9, confidence)])
                }
                #expect(state == "23514", "\(confidence)")
            }
            try await world.stage(held, 0, checkpoint, volume, [("liver", 9, 1)])
            // Again does no harm: a daemon that was stopped stages anew what it does not remember.
            try await world.stage(held, 0, checkpoint, volume, [("liver", 10, 0.5)])
            #expect(try await world.manager.ask("select confidence from lacuna.pseudo_label") == ["1"])
        }
    }

    @Test func anEmptyPseudoMaskIsPseudoAndNotAbsent() async throws {
        try await World.with { world async throws in
            let volume = try await world.catalog.add("A", scan: 1).volume
            try await world.catalog.split("s", [(volume, .train)])
            let held = try await world.start("r")
            let checkpoint = try await world.checkpoint(held, 0)
            try await world.stage(held, 0, checkpoint, volume, [("liver", 1, nil)])
            try await world.publish(held, 0)
            let label = try #require(try await world.catalog.labels().first)
            #expect(label.status == .pseudo && label.voxels == 0 && label.confidence == nil)
            try await expectTrueCoverage(world)
        }
    }

    private let change = "insert into lacuna.change (activity_id) values (1);"

    private func hex(_ n: Int) -> String { "'\\x\(digest(n))'" }

    private func insert(_ table: String, _ row: [String: String]) -> String {
        "insert into lacuna.\(table) (\(row.keys.joined(separator: ", "))) values (\(row.values.joined(separator: ", ")))"
    }
}
