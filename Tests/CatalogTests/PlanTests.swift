import Catalog
import Domain
import Postgres
import TestSupport
import Testing

/// Hot statements find their rows by an index: none reads a whole table that grows.
@Suite struct PlanTests {
    @Test func hotStatementsUseIndexes() async throws {
        try await World.with { world async throws in
            try await load(world)
            for (name, query) in [
                (
                    "volume by identity",
                    "select id from lacuna.volume where identity = decode(lpad('ff', 64, '0'), 'hex')"
                ),
                ("states of a volume and organ", "select * from lacuna.label_states(1000000, 77, 1::smallint)"),
                ("coverage after compaction", "select * from lacuna.coverage_counts()"),
                (
                    "pseudo labels of a volume",
                    "select * from lacuna.pseudo_label where volume_id = 77 and organ_id = 1"
                ),
                ("pseudo labels of a round", "select * from lacuna.pseudo_label where round_id = 1 and volume_id = 5"),
                ("claim", "select from lacuna.job where id = 1 and token = 1 for key share"),
                ("subject", "select subject_id from lacuna.subject_alias where dataset_id = 1 and key = 'k77'"),
                (
                    "masks of an object",
                    "select id from lacuna.mask where object_digest = decode(lpad('1', 64, '0'), 'hex')"
                ),
                ("case", "select id from lacuna.source where release_id = 1 and case_name = 'c77' and volume_id = 77"),
            ] {
                let plan = try await world.root.ask("select * from pg_temp.plan($q$\(query)$q$)")
                #expect(plan == [], "\(name)")
            }
        }
    }

    /// Some thousand volumes, annotated and relabelled, compacted and analysed; and a function that names the tables of
    /// more than a hundred rows that a query's plan reads from end to end.
    private func load(_ world: World) async throws {
        try await world.catalog.add("A", scan: 1_000_000)
        try await world.catalog.split("s", [(VolumeID(1), .train)])
        let held = try await world.start("r")
        let checkpoint = try await world.checkpoint(held, 0)
        try await world.root.execute(
            """
            set search_path = lacuna, pg_catalog;
            begin;
            insert into change (activity_id) values (1);
            insert into subject (name) select 's' || n from generate_series(1, 4000) n;
            insert into subject_alias select 1, 'k' || id, id from subject where name like 's%';
            insert into volume (subject_id, identity, shape_x, shape_y, shape_z, modality, change_id)
            select id, decode(lpad(to_hex(id), 64, '0'), 'hex'), 9, 9, 9, 'CT', (select max(id) from change) from subject
            where name like 's%';
            insert into source (volume_id, release_id, case_name, file, file_sha256, file_bytes, affine, spacing, orientation,
                qform_code, sform_code, storage_type, change_id)
            select v.id, 1, 'c' || v.id, 'f', v.identity, 1, array_fill(1, array[12]), '{1,1,1}', 'RAS', 0, 1, 'int16', change_id
            from volume v where v.id > 1;
            insert into object (digest, bytes) select decode(lpad(to_hex(n), 64, '0'), 'hex'), 1 from generate_series(1, 4000) n;
            insert into mask (volume_id, organ_id, activity_id, content_sha256, object_digest, object_offset, object_length,
                voxels, box)
            select v.id, o.id, 1, v.identity, decode(lpad(to_hex(v.id - 1), 64, '0'), 'hex'), 0, 1, 1, '{0,0,0,1,1,1}'
            from volume v cross join organ o where v.id > 1;
            insert into annotation (volume_id, organ_id, release_id, status, origin, mask_id, change_id)
            select volume_id, organ_id, 1, 'annotated', 'expert', id, (select max(id) from change) from mask where organ_id < 3;
            insert into pseudo_label (round_id, volume_id, organ_id, mask_id, checkpoint_id, confidence)
            select \(held.rounds[0].id), volume_id, organ_id, id, \(checkpoint), 0.5 from mask where organ_id >= 3;
            commit;
            select compact_coverage();
            reset search_path;
            create function pg_temp.plan(query text) returns setof text language plpgsql as $f$
            declare
                line text;
                relation text;
            begin
                for line in execute 'explain ' || query loop
                    relation := substring(line from 'Seq Scan on (\\w+)');
                    if relation is not null and (select reltuples > 100 from pg_class
                        where relname = relation and relnamespace = 'lacuna'::regnamespace) then
                        return next line;
                    end if;
                end loop;
            end $f$;
            """)
        try await world.root.execute("analyze")
    }
}
