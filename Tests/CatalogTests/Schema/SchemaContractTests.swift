import Domain
import Postgres
import TestSupport
import Testing

@testable import Catalog

/// Every table is explained, every state is one of a closed set, and what queries read of recorded parameters is in columns.
@Suite struct SchemaContractTests {
    @Test func tablesViewsTypesAndCallableFunctionsHaveComments() async throws {
        try await World.with { world async throws in
            let relations = try await world.root.ask(
                """
                select c.relname from pg_class c where c.relnamespace = 'lacuna'::regnamespace and c.relkind in ('r', 'v')
                and coalesce(obj_description(c.oid, 'pg_class'), '') !~ '^[A-Z0-9].*\\.$' order by 1
                """)
            #expect(relations == [])
            let types = try await world.root.ask(
                """
                select t.typname from pg_type t where t.typnamespace = 'lacuna'::regnamespace and t.typtype = 'e'
                and obj_description(t.oid, 'pg_type') is null order by 1
                """)
            #expect(types == [])
            let functions = try await world.root.ask(
                """
                select p.oid::regprocedure from pg_proc p
                where p.pronamespace = 'lacuna'::regnamespace and p.prorettype <> 'trigger'::regtype
                and (has_function_privilege('lacuna_manager', p.oid, 'execute')
                     or has_function_privilege('lacuna_trainer', p.oid, 'execute'))
                and obj_description(p.oid, 'pg_proc') is null order by 1
                """)
            #expect(functions == [])
        }
    }

    @Test func illegalStatesAreRefused() async throws {
        try await World.with { world async throws in
            let volume = try await world.catalog.add("A", scan: 1, [annotated("liver", 1)]).volume
            try await world.catalog.split("s", [(volume, .train)])
            let held = try await world.start("r")
            _ = try await world.checkpoint(held, 0)
            for (statement, code) in [
                ("update lacuna.round set state = 'calibrated'", "22P02"),
                ("insert into lacuna.activity (kind, program) values ('sleeping', 'x')", "23514"),
                ("insert into lacuna.organ_link (part_id, whole_id, relation) values (1, 2, 'near')", "23514"),
                ("update lacuna.organ set laterality = 'middle'", "23514"),
                ("update lacuna.organ set position = 0", "23514"),
                ("update lacuna.volume set modality = 'US'", "23514"),
                ("update lacuna.release set layout = ''", "23514"),
                ("update lacuna.checkpoint set kind = 'weights'", "23514"),
                ("update lacuna.checkpoint set part = 'test'", "23514"),
                ("insert into lacuna.annotation_policy (kind, change_id) values ('newest', 1)", "23514"),
                ("insert into lacuna.coverage_scope (kind) values ('folder')", "22P02"),
                ("insert into lacuna.coverage_scope (kind) values ('dataset')", "23514"),
                ("insert into lacuna.coverage_scope (kind) values ('catalogue')", "23505"),
                ("insert into lacuna.withheld_organ (round_id, organ_id, reason) values (1, 1, ' ')", "23514"),
            ] {
                #expect(try await world.root.refusal(of: statement) == code, "\(statement)")
            }
            let annotation = """
                insert into lacuna.annotation (volume_id, organ_id, status, origin, change_id, rater, partitioned)
                values (\(volume), 2, 'absent', 'expert', 1,
                """
            #expect(try await world.root.refusal(of: annotation + " '', false)") == "23514")
            #expect(try await world.root.refusal(of: annotation + " 'r1', true)") == "23514")
        }
    }

    /// The scopes of datasets, splits and rounds are there as soon as the things are, and counts are of scopes alone.
    @Test func everyCountIsOfAScope() async throws {
        try await World.with { world async throws in
            let volumes = [
                try await world.catalog.add("A", scan: 1, [annotated("liver", 1)]).volume,
                try await world.catalog.add("B", scan: 2, [annotated("liver", 2)]).volume,
            ]
            try await world.catalog.split("s", [(volumes[0], .train)])
            let held = try await world.start("r", organs: ["spleen"], unassigned: true)
            let checkpoint = try await world.checkpoint(held, 0)
            try await world.stage(held, 0, checkpoint, volumes[0], [("spleen", 3, 0.9)])
            try await world.publish(held, 0)
            try await world.root.execute("select lacuna.compact_coverage()")
            let kinds = "select kind, count(*) from lacuna.coverage_scope group by kind order by kind"
            #expect(try await world.manager.ask(kinds) == ["catalogue|1", "dataset|2", "split|5", "round|3"])
            for table in [
                "coverage_delta", "confidence_delta", "volume_delta", "coverage_sum", "confidence_sum",
                "confidence_median",
                "volume_sum",
            ] {
                let rows = "select count(*) from lacuna.\(table)"
                #expect(try await world.manager.number(rows) > 0, "\(table)")
                let stray = rows + " where scope_id not in (select id from lacuna.coverage_scope)"
                #expect(try await world.manager.number(stray) == 0, "\(table)")
            }
            for statement in ["delete from lacuna.coverage_scope", "update lacuna.coverage_scope set part = 'test'"] {
                #expect(try await world.root.refusal(of: statement) == "LA002", "\(statement)")
            }
        }
    }

    @Test func whatQueriesReadOfActivitiesIsInColumns() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let activity = try await catalog.startActivity(
                .import,
                parameters: JSONText(#"{"reason": "a new release", "accepted": ["axes", "sides"], "cases": 3}"#))
            let kept = "select reason, array_to_string(accepted, ',') from lacuna.activity where id = \(activity)"
            #expect(try await world.manager.ask(kept) == ["a new release|axes,sides"])
            let plain = try await catalog.startActivity(.import)
            #expect(
                try await world.manager.number(
                    "select count(*) from lacuna.activity where id = \(plain) and reason is null and accepted = '{}'")
                    == 1)

            try await catalog.add("A", scan: 1, [annotated("liver", 1)])
            let export = try await catalog.recordExport(
                [MaskID(1)], parameters: JSONText(#"{"format": "monai", "output": "/out/x", "datasets": ["A"]}"#))
            let row = "select format, output, array_to_string(datasets, ',') from lacuna.export"
            #expect(try await world.manager.ask(row + " where activity_id = \(export)") == ["monai|/out/x|A"])
            let nameless = try await refusal {
                _ = try await catalog.recordExport([MaskID(1)], parameters: JSONText(#"{"format": "monai"}"#))
            }
            #expect(nameless == "23502")
            #expect(
                try await refusal { _ = try await catalog.startActivity(.import, parameters: JSONText("[]")) }
                    == "23514")
        }
    }

    @Test func theClassMappingAndWithheldOrgansAreRows() async throws {
        try await World.with { world async throws in
            let first = try await world.catalog.add("A", scan: 1, [annotated("spleen", 1)]).volume
            let second = try await world.catalog.add("B", scan: 2, [annotated("pancreas", 2), annotated("liver", 3)])
                .volume
            try await world.catalog.split("s", [(first, .train), (second, .train)])
            var start = world.runStart("r", organs: ["liver", "stomach"])
            start.classMapping = ["liver": ["pancreas", "liver", "spleen"]]
            let run = try await world.training.startRun(start)
            #expect(try await world.catalog.mergedOrgans(run: "r") == ["liver": ["pancreas", "liver", "spleen"]])
            let inputs = """
                select i.volume_id, a.organ_id from lacuna.run_input i join lacuna.annotation a on a.id = i.annotation_id
                where i.run_id = \(run.id) and i.organ_id = 1 order by 1
                """
            #expect(try await world.root.ask(inputs) == ["\(first)|2", "\(second)|3"])

            var unknown = world.runStart("q", organs: ["liver"])
            unknown.classMapping = ["liver": ["moon"]]
            #expect(try await refusal { _ = try await world.training.startRun(unknown) } == "LA004")

            let held = try await world.start("w", organs: ["spleen", "stomach"])
            try await world.publish(held, 0, withheld: ["stomach"])
            #expect(try await world.catalog.withheld(run: "w", round: 0) == ["stomach": "flooding"])
            #expect(try await world.catalog.withheld(run: "r", round: 0) == [:])
        }
    }

    /// A side is marked by a column and not by a rater's name, and does not replace the annotation of its release.
    @Test func partitionedAnnotationsAreASourceOfTheirOwn() async throws {
        try await World.with { world async throws in
            let volume = try await world.catalog.add("A", scan: 1, [annotated("liver", 1), annotated("spleen", 2)])
                .volume
            let sides = try await world.catalog.partitionCandidates(of: "liver", into: ["spleen", "pancreas"])
            #expect(sides.map(\.labelledSides) == [["spleen"]])
            let activity = try await world.catalog.startActivity(.partition)
            _ = try await world.catalog.recordPartition(of: sides[0], activity: activity) {
                ["spleen": mask(7), "pancreas": mask(8)]
            }
            let rows = """
                select organ_id, rater is null, partitioned, release_id from lacuna.annotation
                where volume_id = \(volume) and organ_id > 1 order by id
                """
            #expect(try await world.manager.ask(rows) == ["2|true|false|1", "2|true|true|1", "3|true|true|1"])
            let versions = try await world.catalog.labelVersions(volume: volume, organ: "spleen")
            #expect(Set(versions.map(\.source)) == ["A 1", "A 1, partitioned by side"])
            #expect(try await world.catalog.undoPartition(activity, parameters: JSONText("{}"))?.labels == 2)
            #expect(try await world.catalog.labelVersions(volume: volume, organ: "spleen").map(\.source) == ["A 1"])
        }
    }
}
