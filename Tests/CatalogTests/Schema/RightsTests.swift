import Catalog
import Domain
import Postgres
import TestSupport
import Testing

/// The privileges of the logins, read from the system catalogue, so that new tables are covered too.
@Suite struct RightsTests {
    @Test func theTrainerHasNoWritePrivilegeOnAnyRelation() async throws {
        try await World.with { world async throws in
            let writable = try await world.root.ask(
                """
                select c.relname, p.privilege from pg_class c
                join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'lacuna'
                cross join unnest(array['insert', 'update', 'delete', 'truncate', 'references', 'trigger']) as p (privilege)
                where c.relkind in ('r', 'v', 'm', 'p', 'f') and (has_table_privilege('lacunad', c.oid, p.privilege)
                    or (p.privilege in ('insert', 'update', 'references') and has_any_column_privilege('lacunad', c.oid, p.privilege)))
                order by 1
                """)
            #expect(writable == [])
            #expect(try await tables(world).count > 30)
        }
    }

    @Test func nobodyButTheOwnerMayDeleteOrTruncateAnything() async throws {
        try await World.with { world async throws in
            let rights = try await world.root.ask(
                """
                select r.rolname, c.relname, p.privilege from pg_class c
                join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'lacuna'
                cross join unnest(array['lacuna', 'lacunad', 'lacuna_stranger']) as r (rolname)
                cross join unnest(array['delete', 'truncate', 'trigger']) as p (privilege)
                where c.relkind in ('r', 'v', 'm', 'p', 'f') and has_table_privilege(r.rolname, c.oid, p.privilege)
                """)
            #expect(rights == [])
        }
    }

    @Test func everyTableRefusesTheTrainersWrites() async throws {
        try await World.with { world async throws in
            for table in try await tables(world) {
                for script in [
                    "insert into lacuna.\(table) default values", "delete from lacuna.\(table)",
                    "truncate lacuna.\(table) cascade", "copy lacuna.\(table) from stdin",
                    "copy lacuna.\(table) from program 'true'", "alter table lacuna.\(table) disable trigger all",
                    "alter table lacuna.\(table) add column x integer", "drop table lacuna.\(table) cascade",
                    "do $$ begin lock lacuna.\(table) in access exclusive mode; end $$",
                    "create rule r as on insert to lacuna.\(table) do instead nothing",
                    "create trigger t before insert on lacuna.\(table) execute function lacuna.refuse_rewriting()",
                ] {
                    let state = try await world.trainer.refusal(of: script)
                    #expect(state == "42501", "\(script)")
                }
                let column = try await world.root.ask(
                    """
                    select attname from pg_attribute
                    where attrelid = 'lacuna.\(table)'::regclass and attnum > 0 and attidentity = '' limit 1
                    """)[0]
                let update = "update lacuna.\(table) set \(column) = \(column)"
                #expect(try await world.trainer.refusal(of: update) == "42501", "\(update)")
            }
        }
    }

    @Test func theTrainerCannotChangeItsSessionOrMakeObjects() async throws {
        try await World.with { world async throws in
            for script in [
                "set session_replication_role = replica", "set role lacuna_owner", "set role lacuna_manager",
                "set session authorization postgres", "create table lacuna.mine ()",
                "create function lacuna.mine() returns void language sql as ''", "create view lacuna.mine as select 1",
                "create table public.mine ()", "create schema mine", "alter schema lacuna rename to mine",
                "grant lacuna_owner to lacunad", "alter role lacunad superuser", "create extension plperl",
                "grant all on lacuna.annotation to lacunad",
                "create or replace function lacuna.current_revision() returns bigint language sql as 'select 0::bigint'",
                "alter function lacuna.hold_claim(bigint, bigint, bigint) security invoker",
                "alter default privileges for role lacuna_owner grant all on tables to lacunad",
            ] {
                let state = try await world.trainer.refusal(of: script)
                #expect(state != nil, "\(script)")
            }
        }
    }

    @Test func theTrainerSeesNoLabelsOutsideItsAPI() async throws {
        try await World.with { world async throws in
            for table in [
                "annotation", "annotation_current", "mask", "run_input", "shipped_label", "shipped_current", "object",
                "label_file", "label_map_entry", "subject_alias", "lineage_edge", "subject", "volume", "source",
                "split",
                "split_member", "locked_subject", "activity", "coverage_delta", "coverage_snapshot", "coverage_sum",
                "confidence_delta", "volume_delta", "surplus_delta", "schedule", "schedule_history", "tick",
                "schedule_action", "review", "review_current", "reviewable_mask", "rejected_mask",
                "test_opening", "test_evaluation", "test_exclusion", "test_result",
            ] {
                let state = try await world.trainer.refusal(of: "select * from lacuna.\(table)")
                #expect(state == "42501", "\(table)")
                #expect(try await world.trainer.refusal(of: "copy lacuna.\(table) to stdout") == "42501", "\(table)")
            }
            let states = "select * from lacuna.label_states(lacuna.current_revision())"
            #expect(try await world.trainer.refusal(of: states) == "42501")
        }
    }

    @Test func functionsAreClosedToThePublicAndPinned() async throws {
        try await World.with { world async throws in
            let functions = """
                from pg_proc p join pg_namespace n on n.oid = p.pronamespace and n.nspname = 'lacuna'
                """
            #expect(
                try await world.root.ask(
                    "select p.oid::regprocedure \(functions) where has_function_privilege('lacuna_stranger', p.oid, 'execute') order by 1"
                )
                    == [])
            #expect(
                try await world.root.ask(
                    """
                    select p.oid::regprocedure \(functions) where p.prosecdef
                    and not coalesce('search_path=pg_catalog, lacuna, pg_temp' = any (p.proconfig), false)
                    """) == [])
            #expect(try await world.root.number("select count(*) \(functions) and p.prosecdef") > 20)
            #expect(
                try await world.root.ask(
                    "select p.oid::regprocedure \(functions) where pg_get_userbyid(p.proowner) <> 'lacuna_owner'") == []
            )
        }
    }

    @Test func theTrainerCallsItsOwnFunctionsOnly() async throws {
        try await World.with { world async throws in
            let callable = try await world.root.ask(
                """
                select p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace and n.nspname = 'lacuna'
                where has_function_privilege('lacunad', p.oid, 'execute') order by 1
                """)
            #expect(
                callable == [
                    "adopt_if_better", "advance_round", "annotated_sizes", "claim_jobs", "claim_round_jobs",
                    "claim_run",
                    "compact_coverage", "complete_job",
                    "current_revision", "discard_checkpoint",
                    "enqueue_volumes", "expire_leases", "fail_job", "finish_run", "fire_ticks", "heartbeat",
                    "hold_claim", "hold_job", "images_of_job", "lost_inputs", "masks_of_job",
                    "object_lock", "pointer_lock", "publish_round", "purged_images", "record_checkpoint",
                    "record_descriptor", "record_evaluation", "record_guards", "record_quality", "record_selection",
                    "record_validation", "release_claim",
                    "round_labels", "round_masks", "run_labels",
                    "run_volumes",
                    "stage_pseudo_labels", "start_run", "tick_of_job", "volume_results",
                ])
            for call in [
                "roll_back(1, null, null, 'x', 'x')", "override_organs(1, '{liver}', 'x', 'x')",
                "release_masks(1, 1, '{1}')", "carry_labels(1, 1)", "adopt_run(1, 'x')", "merge_subjects(1, 2, 1)",
                "append_deltas(1, null)", "enqueue_images('verify')", "move_pointers(1, '{1}', '{1}')",
                "start_activity('import', 'x', '{}')",
                "move_volumes(1, '{1}', '{1}', '{1}')", "open_change('import')",
                "decide_review(1, 'liver', 'accept', 1, 'ann', null, null, null, 'x')", "hide_mask(1, 1)",
                "annotate_reviewed(1, 1::smallint, 'ann', 1, null, 1, false)",
                "require_reviewable(1, 1::smallint, 'accept', 1)",
                "open_test_part(1, null, 'x')", "test_volumes(1)", "test_labels(1)", "subjects_read_by(1)",
                "test_part(1)", "test_exclusions(1)",
                "record_test_evaluation(1, 0.8, '{1}', '{liver}', '{1}', '{1}', '{1}', '{1}', '{1}', '{1}', '{1}', '{1}')",
                "newest_published_round()", "review_readers(1, 1::smallint, 1, 'ann')",
            ] {
                #expect(try await world.trainer.refusal(of: "select lacuna.\(call)") == "42501", "\(call)")
            }
        }
    }

    /// Names in the session's own schema come last on the pinned path, so that they shadow nothing.
    @Test func shadowingNamesDoNotReachIntoDefinersFunctions() async throws {
        try await World.with { world async throws in
            let volume = try await world.catalog.add("A", scan: 1, [annotated("liver", 1)]).volume
            try await world.catalog.split("s", [(volume, .train)])
            try await world.trainer.execute(
                """
                create temporary table job as select 1::bigint as id, 1::bigint as run_id, 99::bigint as token;
                create temporary table run_input (run_id bigint, volume_id bigint, organ_id smallint);
                create temporary table round as select 1::bigint as id, 1::bigint as run_id;
                create function pg_temp.hold_claim(bigint, bigint, bigint) returns bigint language sql as 'select 1::bigint';
                create function pg_temp.current_revision() returns bigint language sql as 'select -5::bigint';
                set search_path = pg_temp, lacuna, pg_catalog;
                """)
            let held = try await world.start("r")
            #expect(held.run.revision.number > 0)
            let state = try await world.trainer.refusal(
                of: "select lacuna.advance_round(1, 99, 1, 'planned', 'trained', '{}')")
            #expect(state == "LA001")
            let checkpoint = try await world.checkpoint(held, 0)
            let replaced = try await refusal {
                try await world.stage(held, 0, checkpoint, volume, [("liver", 9, 0.5)])
            }
            #expect(replaced == "LA007")
        }
    }

    @Test func aStrangerHasNothing() async throws {
        try await World.with { world async throws in
            let stranger = try await world.connect(as: "lacuna_stranger")
            for table in try await tables(world) where table != "migration" {
                #expect(try await stranger.refusal(of: "select * from lacuna.\(table)") == "42501", "\(table)")
            }
        }
    }

    @Test func theDaemonRefusesMoreRightsThanItNeeds() async throws {
        try await World.with { world async throws in
            try await world.training.requireTrainerRole()
            for connection in [world.manager, world.root] {
                await #expect(throws: TrainingCatalogError.self) {
                    try await TrainingCatalog(connection, program: "x").requireTrainerRole()
                }
            }
        }
    }

    private func tables(_ world: World) async throws -> [String] {
        try await world.root.ask(
            "select c.relname from pg_class c where c.relnamespace = 'lacuna'::regnamespace and c.relkind in ('r', 'p') order by 1"
        )
    }
}
