"""Millions of generated label states, loaded by COPY into the catalogue's own tables, with its triggers at work."""
import os
import random
import time

ORGANS = 100
ANNOTATED = 40  # Organs of a volume that its release labels; the others get pseudo labels.
DATASETS = 3
BATCH = 1000  # Volumes in a transaction of the bulk load.
SINGLES = 200  # Volumes with a transaction each, as `lacuna dataset import` does it.

TABLES = {
    "subject": "id, name",
    "object": "digest, bytes",
    "volume": "id, subject_id, identity, shape_x, shape_y, shape_z, modality, change_id",
    "source": "volume_id, release_id, case_name, file, file_sha256, file_bytes, affine, spacing, orientation, qform_code, "
              "sform_code, storage_type, change_id",
    "mask": "id, volume_id, organ_id, activity_id, content_sha256, object_digest, object_offset, object_length, voxels, box",
    "annotation": "volume_id, organ_id, release_id, status, origin, mask_id, change_id",
    "pseudo_label": "round_id, volume_id, organ_id, mask_id, checkpoint_id, confidence",
}


def digest(number):
    """A hash as COPY reads it."""
    return f"\\\\x{number:064x}"


class States:
    """Fills the database `name`, which has the schema and the organs, with about `states` label states.

    Volume v, its subject and its object have the number v. `rates` holds what was loaded a second.
    """

    def __init__(self, cluster, name, states, folder):
        self._cluster, self._name, self._folder = cluster, name, folder
        self._bulk = max(1, states // ORGANS)
        self.volumes = self._bulk + SINGLES
        self.count = self.volumes * ORGANS
        self.rates = {}
        self._random = random.Random(1)
        os.makedirs(folder, exist_ok=True)

    def load(self):
        self._make_releases()
        batches = [range(first, min(first + BATCH, self._bulk + 1)) for first in range(1, self._bulk + 1, BATCH)]
        seconds = sum(self._timed(self._import, change + 2, batch) for change, batch in enumerate(batches))
        self.rates["annotations"] = round(self._bulk * ANNOTATED / seconds)
        self._sql("select lacuna.compact_coverage()")
        self._sql("vacuum analyze")
        first = len(batches) + 2
        singles = [range(v, v + 1) for v in range(self._bulk + 1, self.volumes + 1)]
        seconds = self._timed(lambda file: [self._import(file, first + k, one) for k, one in enumerate(singles)])
        self.rates["singleVolumes"] = round(SINGLES / seconds, 1)
        self._sql("select setval('lacuna.change_id_seq', (select max(id) from lacuna.change))")

        self._start_run()
        pseudo = self.volumes * (ORGANS - ANNOTATED)
        rest = range(self._bulk + 1, self.volumes + 1)
        seconds = sum(self._timed(self._stage, batch) for batch in [*batches, rest])
        self.rates["pseudoLabels"] = round(pseudo / seconds)
        self._sql("analyze")
        self.rates["published"] = round(pseudo / self._timed(self._publish))
        self._sql("select lacuna.compact_coverage()")

    # Labels of a volume

    def _pairs(self, volume, annotated):
        return [i for i in range(ORGANS) if ((i + volume) % ORGANS < ANNOTATED) == annotated]

    def _is_absent(self, volume, organ):
        return (volume * 7 + organ * 13) % 4 == 0

    def _mask(self, volume, organ):
        return (volume - 1) * ORGANS + organ + 1

    # Scripts

    def _import(self, file, change, volumes):
        """A transaction with one change: the volumes, their sources, masks and annotations."""
        file.write("begin;\ninsert into lacuna.change (id, activity_id) overriding system value "
                   f"values ({change}, {self._activity});\n")
        found = [(v, i) for v in volumes for i in self._pairs(v, True)]
        self._copy(file, "subject", (f"{v}\tsubject {v}" for v in volumes))
        self._copy(file, "object", (f"{digest(v)}\t1000" for v in volumes))
        self._copy(file, "volume", (f"{v}\t{v}\t{digest(v)}\t512\t512\t200\tCT\t{change}" for v in volumes))
        self._copy(file, "source", (self._source(v, change) for v in volumes))
        self._copy(file, "mask", (self._mask_row(v, i) for v, i in found if not self._is_absent(v, i)))
        self._copy(file, "annotation", (self._annotation(v, i, change) for v, i in found))
        file.write("commit;\n")

    def _stage(self, file, volumes):
        found = [(v, i) for v in volumes for i in self._pairs(v, False)]
        self._copy(file, "mask", (self._mask_row(v, i) for v, i in found))
        self._copy(file, "pseudo_label", (self._pseudo(v, i) for v, i in found))

    def _copy(self, file, table, rows):
        file.write(f"copy lacuna.{table} ({TABLES[table]}) from stdin;\n")
        file.writelines(row + "\n" for row in rows)
        file.write("\\.\n")

    # Rows

    def _source(self, v, change):
        return (f"{v}\t{self._releases[v % DATASETS]}\tcase {v}\tcase{v}.nii.gz\t{digest(v)}\t1000\t"
                f"{{1,0,0,0,0,1,0,0,0,0,1,0}}\t{{1,1,1}}\tRAS\t1\t1\tint16\t{change}")

    def _mask_row(self, v, i):
        mask = self._mask(v, i)
        return (f"{mask}\t{v}\t{self._organs[i]}\t{self._activity}\t{digest(mask)}\t{digest(v)}\t{i * 10}\t10\t1000\t"
                "{0,0,0,10,10,10}")

    def _annotation(self, v, i, change):
        label = "absent\texpert\t\\N" if self._is_absent(v, i) else f"annotated\texpert\t{self._mask(v, i)}"
        return f"{v}\t{self._organs[i]}\t{self._releases[v % DATASETS]}\t{label}\t{change}"

    def _pseudo(self, v, i):
        return f"{self._round}\t{v}\t{self._organs[i]}\t{self._mask(v, i)}\t{self._checkpoint}\t{self._random.random():.4f}"

    # Before, between and after

    def _make_releases(self):
        self._organs = self._numbers(f"select id from lacuna.organ order by position limit {ORGANS}")
        assert len(self._organs) == ORGANS, "the standard organs"
        assert not self._numbers("select id from lacuna.change"), "an empty catalogue"
        self._sql(f"""
            insert into lacuna.activity (kind, program) values ('import', 'benchmark');
            insert into lacuna.dataset (name) select 'set' || i from generate_series(1, {DATASETS}) i;
            insert into lacuna.release (dataset_id, name, layout, origin, root, activity_id)
            select id, '1', 'btcv', 'expert', '/', (select max(id) from lacuna.activity) from lacuna.dataset;
            insert into lacuna.change (id, activity_id) overriding system value
            select 1, max(id) from lacuna.activity;
            insert into lacuna.split (name, method, change_id) values ('default', 'none', 1)""")
        self._releases = self._numbers("select id from lacuna.release order by id")
        self._activity = self._numbers("select max(id) from lacuna.activity")[0]

    def _start_run(self):
        run = self._numbers(f"""
            select lacuna.start_run('benchmark', '{{}}', '\\x00', 1, 'default', '{{expert}}', true, array_agg(key), '{{}}', '{{}}',
                '{{CT}}', '{{0.5}}', 'benchmark')
            from (select key from lacuna.organ order by position limit {ORGANS}) o""")[0]
        self._claim = self._sql(f"select job || ', ' || token from lacuna.claim_run({run}, 'benchmark', 36000)")
        self._round = self._numbers(f"select id from lacuna.round where run_id = {run} and number = 0")[0]
        self._checkpoint = self._numbers(f"""
            select lacuna.record_checkpoint({self._claim}, {self._round}, 'network', 'train', 1, '\\x{0:064x}', 1000)""")[0]

    def _publish(self, file):
        file.write(f"select lacuna.publish_round({self._claim}, {self._round}, 'planned', 'published', '{{}}', '{{}}');\n")

    # psql

    def _sql(self, text):
        return self._cluster.sql(self._name, text)

    def _numbers(self, text):
        return [int(line) for line in self._sql(text).splitlines()]

    def _timed(self, write, *arguments):
        """Seconds that psql takes for the script that `write` writes."""
        path = os.path.join(self._folder, "script.sql")
        with open(path, "w") as file:
            write(file, *arguments)
        began = time.perf_counter()
        self._cluster.psql(self._name, "-f", path)
        seconds = time.perf_counter() - began
        os.remove(path)
        return seconds
