"""A generated catalogue of a million volumes with thirty million label states."""
import os
import subprocess
import time

ORGANS = 100
ANNOTATED, SHIPPED, PSEUDO = 12, 17, 1  # Label states of a volume: 30 of 100.
KNOWN = ANNOTATED + SHIPPED + PSEUDO
DATASETS = 20
BATCH = 1000  # Volumes in a transaction.

TABLES = {
    "subject": "id, name",
    "object": "digest, bytes",
    "volume": "id, subject_id, identity, orientation_blind, clipped, shape_x, shape_y, shape_z, modality, change_id",
    "source": "volume_id, release_id, case_name, file, file_sha256, file_bytes, affine, spacing, orientation, qform_code, "
              "sform_code, storage_type, change_id",
    "mask": "id, volume_id, organ_id, activity_id, content_sha256, object_digest, object_offset, object_length, voxels, box",
    "annotation": "volume_id, organ_id, release_id, status, origin, mask_id, change_id",
    "shipped_label": "volume_id, organ_id, release_id, mask_id, change_id",
}
DERIVED = ["volume_dataset", "annotation_current", "shipped_current"]


def digest(number):
    """A hash as COPY reads it."""
    return "\\\\x%064x" % number


class Rows:
    """The rows of volume v; v, its subject and its object have the number v. Lines in the format of COPY."""

    def __init__(self, organs, activity, change):
        self._organs, self._activity, self.change = organs, activity, change

    def of(self, table, volumes):
        return getattr(self, "_" + table)(volumes)

    def _organ(self, v, k):
        return self._organs[(v * 7 + k) % ORGANS]

    def _subject(self, volumes):
        return (f"{v}\tsubject {v}\n" for v in volumes)

    def _object(self, volumes):
        return (f"{digest(v)}\t1000\n" for v in volumes)

    def _volume(self, volumes):
        return (f"{v}\t{v}\t{d}\t{d}\t{d}\t512\t512\t200\tCT\t{self.change}\n" for v in volumes for d in [digest(v)])

    def _source(self, volumes):
        return (f"{v}\t{v % DATASETS + 1}\tcase {v}\timages/case{v}.nii.gz\t{digest(v)}\t1000\t{{1,0,0,0,0,1,0,0,0,0,1,0}}\t"
                f"{{1,1,1}}\tRAS\t1\t1\tint16\t{self.change}\n" for v in volumes)

    def _mask(self, volumes):
        return (line for v in volumes for line in self.masks(v, range(ANNOTATED + SHIPPED)))

    def masks(self, v, numbers, shift=0, activity=None):
        """The masks of some of a volume's states; every fourth annotated organ is absent. `shift` makes others of them."""
        bytes_of, made = digest(v), activity or self._activity
        for k in numbers:
            if k >= ANNOTATED or (v + k) % 4:
                mask = v * KNOWN + k + shift
                yield (f"{mask}\t{v}\t{self._organ(v, k)}\t{made}\t{digest(mask)}\t{bytes_of}\t{k * 10}\t10\t1000\t"
                       "{0,0,0,10,10,10}\n")

    def _annotation(self, volumes):
        for v in volumes:
            release = v % DATASETS + 1
            for k in range(ANNOTATED):
                label = f"annotated\texpert\t{v * KNOWN + k}" if (v + k) % 4 else "absent\texpert\t\\N"
                yield f"{v}\t{self._organ(v, k)}\t{release}\t{label}\t{self.change}\n"

    def _shipped_label(self, volumes):
        for v in volumes:
            for k in range(ANNOTATED, ANNOTATED + SHIPPED):
                yield f"{v}\t{self._organ(v, k)}\t{v % DATASETS + 1}\t{v * KNOWN + k}\t{self.change}\n"

    def pseudo_labels(self, volumes, round, checkpoint, shift=0):
        """One a volume, so that a round touches every part of every index."""
        k = KNOWN - 1
        for v in volumes:
            yield f"{round}\t{v}\t{self._organ(v, k)}\t{v * KNOWN + k + shift}\t{checkpoint}\t{(v * 31) % 1000 / 1000}\n"


class Catalogue:
    """Builds the database `name`: all rows without keys, then the keys, then the rows that triggers would have written."""

    def __init__(self, server, name, volumes):
        self._server, self.name, self.volumes = server, name, volumes
        self.seconds = {}

    def build(self):
        self._server.make(self.name)
        self._prepare()
        keys = self._take_keys()
        rows = self.rows(self.change)
        self.seconds["raw COPY"] = sum(
            self.copy(table, TABLES[table], rows.of(table, range(1, self.volumes + 1))) for table in TABLES)
        self._derive()
        self.seconds["keys"] = self._timed(keys)
        self._count()
        self._sql("vacuum analyze")

    def rows(self, change):
        organs = self._numbers(f"select id from lacuna.organ order by position limit {ORGANS}")
        return Rows(organs, self._numbers("select min(id) from lacuna.activity where kind = 'import'")[0], change)

    def copy(self, table, columns, lines):
        """Seconds of a COPY through psql."""
        began = time.perf_counter()
        child = subprocess.Popen(
            ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", self._server.target(self.name), "-c",
             f"copy lacuna.{table} ({columns}) from stdin"], stdin=subprocess.PIPE, text=True)
        child.stdin.writelines(lines)
        child.stdin.close()
        if child.wait() != 0:
            raise SystemExit(f"COPY into {table} failed")
        return time.perf_counter() - began

    @property
    def change(self):
        return self._numbers("select min(id) from lacuna.change")[0]

    def _prepare(self):
        self._sql(f"""
            insert into lacuna.activity (kind, program) values ('import', 'benchmark');
            insert into lacuna.dataset (name) select 'set' || i from generate_series(1, {DATASETS}) i;
            insert into lacuna.release (dataset_id, name, layout, origin, root, activity_id)
            select id, '1', 'btcv', 'expert', '/data/' || name, (select max(id) from lacuna.activity) from lacuna.dataset;
            insert into lacuna.change (activity_id) select max(id) from lacuna.activity""")

    def _take_keys(self):
        """Drops constraints, indexes and triggers of the tables that are filled. Returns the script that restores them."""
        tables = ", ".join(f"'lacuna.{table}'::regclass" for table in [*TABLES, *DERIVED])
        ask = lambda query: [line for line in self._sql(query).splitlines() if line]
        foreign = ask(f"""
            select format('alter table %s add constraint %I %s|alter table %s drop constraint %I', conrelid::regclass, conname,
                pg_get_constraintdef(oid), conrelid::regclass, conname)
            from pg_constraint where contype = 'f' and (conrelid in ({tables}) or confrelid in ({tables}))""")
        unique = ask(f"""
            select format('alter table %s add constraint %I %s|alter table %s drop constraint %I', conrelid::regclass, conname,
                pg_get_constraintdef(oid), conrelid::regclass, conname)
            from pg_constraint where contype in ('p', 'u') and conrelid in ({tables})""")
        plain = ask(f"""
            select pg_get_indexdef(indexrelid) || '|drop index ' || indexrelid::regclass from pg_index i
            where indrelid in ({tables}) and not exists (select from pg_constraint where conindid = i.indexrelid)""")
        for line in foreign + unique + plain:
            self._sql(line.split("|")[1])
        names = [*TABLES, *DERIVED]
        self._sql(";".join(f"alter table lacuna.{table} disable trigger user" for table in names))
        back = [line.split("|")[0] for line in unique + plain + foreign]
        return ";\n".join(back + [f"alter table lacuna.{table} enable trigger user" for table in names])

    def _derive(self):
        """What the triggers derive, by sets."""
        self._sql("""
            insert into lacuna.volume_dataset
            select s.volume_id, r.dataset_id from lacuna.source s join lacuna.release r on r.id = s.release_id;
            insert into lacuna.annotation_current
            select volume_id, organ_id, id, status, origin, false from lacuna.annotation;
            insert into lacuna.shipped_current select volume_id, organ_id, id from lacuna.shipped_label;
            select setval('lacuna.mask_id_seq', (select max(id) from lacuna.mask));
            select setval('lacuna.volume_id_seq', (select max(id) from lacuna.volume));
            select setval('lacuna.subject_id_seq', (select max(id) from lacuna.subject));
            alter table lacuna.coverage_delta disable trigger user""")

    def _count(self):
        """The counts, as one change: history that was loaded at once."""
        self._sql("""
            analyze;
            begin;
            insert into lacuna.change (activity_id) select min(id) from lacuna.activity where kind = 'import';
            with state as (
                select m.dataset_id, a.organ_id, a.status, a.origin, count(*) as n
                from lacuna.annotation_current a join lacuna.volume_dataset m using (volume_id) group by 1, 2, 3, 4
                union all
                select m.dataset_id, s.organ_id, 'pseudo', 'model', count(*)
                from lacuna.shipped_current s join lacuna.volume_dataset m using (volume_id) group by 1, 2
                union all
                select m.dataset_id, u.part_id, 'unlabelled', 'expert', count(*) from (
                    select distinct a.volume_id, d.part_id
                    from lacuna.annotation_current a
                    join lacuna.organ_link d on d.whole_id = a.organ_id and d.relation = 'division'
                    left join lacuna.annotation_current p on p.volume_id = a.volume_id and p.organ_id = d.part_id
                    where a.status = 'annotated' and p.volume_id is null) u
                join lacuna.volume_dataset m using (volume_id) group by 1, 2
            )
            insert into lacuna.coverage_delta
            select (select max(id) from lacuna.change), e.id, organ_id, status, origin, false, sum(n)
            from state join lacuna.coverage_scope e on e.dataset_id = state.dataset_id or e.kind = 'catalogue' group by 2, 3, 4, 5;
            insert into lacuna.volume_delta
            select (select max(id) from lacuna.change), e.id, count(*), count(*)
            from lacuna.volume_dataset m join lacuna.coverage_scope e on e.dataset_id = m.dataset_id or e.kind = 'catalogue'
            group by 2;
            commit;
            alter table lacuna.coverage_delta enable trigger user;
            select lacuna.compact_coverage()""")

    def _sql(self, text):
        return self._server.sql(self.name, text)

    def _numbers(self, text):
        return [int(line) for line in self._sql(text).splitlines()]

    def _timed(self, script):
        began = time.perf_counter()
        self._server.psql(self.name, input=script)
        return time.perf_counter() - began
