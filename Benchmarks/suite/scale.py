"""A catalogue of a million volumes and thirty million label states: loading, coverage, lists, a round, a split."""
import os
import time

from .catalogue import ANNOTATED, KNOWN, SHIPPED, TABLES, Catalogue
from .measure import cores, interleaved, measure, median, spread
from .server import Server

NAME = "million"
LOADED = 2000  # Volumes of one measured load.
TRIGGERED = [*TABLES, "pseudo_label", "round"]


def run(programs, report, options):
    server = Server(programs.lacuna, os.path.join(programs.work, "server"))
    try:
        server.pin(set(cores()[-1:]))
        volumes = options.volumes or 1_000_000
        catalogue = Catalogue(server, NAME, volumes)
        if not server.exists(NAME):
            report.note(f"Generating {volumes} volumes with {volumes * KNOWN} label states …")
            catalogue.build()
            states = volumes * (ANNOTATED + SHIPPED)
            for what, seconds in catalogue.seconds.items():
                report.add("scale", f"{what} of {states} label states with all their rows", seconds, "s")
            Rounds(server, catalogue).first()
            _split(server, report, volumes)
        parts = {
            "reading": lambda: _reading(programs, report, server, volumes, options.rounds or 20),
            "loading": lambda: _loading(report, server, catalogue, options.rounds or 5),
            "relabelling": lambda: _relabelling(report, server, catalogue, options.rounds or 3),
        }
        for part in options.parts or parts:
            parts[part]()
    finally:
        server.stop()


# Loading

def _loading(report, server, catalogue, rounds):
    """Volumes with all their rows, in one transaction, with our triggers and without; both with keys."""
    firsts = iter(range(catalogue.volumes + 1, 1 << 40, LOADED))
    bodies = {name: (lambda name=name: _load(server, catalogue, range(first := next(firsts), first + LOADED), name))
              for name in ["ours", "raw"]}
    found = interleaved(rounds, bodies)
    ours, raw = median(found["ours"]), median(found["raw"])
    states = LOADED * (ANNOTATED + SHIPPED)
    report.add("scale", f"loading {states} more label states with all their rows", ours, "s", peer=raw, at_most=1 / 0.8,
               peer_name="the same COPY into the same tables with their keys, without triggers",
               statesPerSecond=round(states / ours), spread=spread(found["ours"]), peerSpread=spread(found["raw"]))


def _load(server, catalogue, volumes, how):
    change = int(server.sql(NAME, "select max(id) + 1 from lacuna.change"))
    rows = catalogue.rows(change)
    head = "" if how == "ours" else _without_triggers()
    head += f"insert into lacuna.change (id, activity_id) overriding system value select {change}, min(id) from lacuna.activity;\n"
    parts = [(table, columns, rows.of(table, volumes)) for table, columns in TABLES.items()]
    return _script(server, head, parts, "")


def _without_triggers():
    return "".join(f"alter table lacuna.{table} disable trigger user;\n" for table in TRIGGERED)


def _script(server, head, parts, tail):
    """Seconds of a transaction that is rolled back; the rows to copy are written before the clock starts."""
    text = [head]
    for table, columns, lines in parts:
        text += [f"copy lacuna.{table} ({columns}) from stdin;\n", *lines, "\\.\n"]
    script = "begin;\n" + "".join(text) + tail + "\nrollback;\n"
    server.sql(NAME, "checkpoint")
    began = time.perf_counter()
    server.psql(NAME, input=script)
    return time.perf_counter() - began


# Reading

def _reading(programs, report, server, volumes, rounds):
    target = server.target(NAME)
    for by in ["organ", "dataset", "split", "round"]:
        _command(programs, report, server, ["coverage", "--by", by, "--json", "--database", target], "coverage_",
                 f"coverage --by {by}", 10, rounds)
    places = {"first": 0, "middle": volumes // 2, "last": volumes - 100}
    for place, after in places.items():
        page = ["volume", "list", "--limit", "100", "--after", str(after), "--json", "--database", target]
        _command(programs, report, server, page, "with page as", f"volume list, {place} page of 100", 20, rounds)
    page = ["volume", "list", "--dataset", "set7", "--limit", "100", "--after", str(volumes // 2), "--json", "--database",
            target]
    _command(programs, report, server, page, "named as", "volume list --dataset, middle page of 100", 20, rounds)
    _command(programs, report, server, ["volume", "show", str(volumes // 2), "--json", "--database", target], "lacuna",
             "volume show", None, rounds)


def _command(programs, report, server, arguments, part, what, target, rounds):
    """A command as a whole process, and of it the server's time for the statements that have `part` in their text."""
    core = set(cores()[-1:])
    measure([programs.lacuna, *arguments], on=core)
    server.sql(NAME, "select pg_stat_statements_reset()")
    walls = [measure([programs.lacuna, *arguments], on=core).wall * 1000 for _ in range(rounds)]
    spent = float(server.sql(NAME, f"""
        select coalesce(sum(total_plan_time + total_exec_time), 0) / {rounds} from pg_stat_statements s
        join pg_database d on d.oid = s.dbid and d.datname = '{NAME}'
        where query like '%{part}%' and query not like '%pg_stat_statements%'"""))
    report.add("scale", f"{what}: planning and running in the server", spent, "ms", target=target)
    report.add("scale", f"{what}: whole process", median(walls), "ms", spread=spread(walls))


# A split

def _split(server, report, volumes):
    began = time.perf_counter()
    server.sql(NAME, """
        begin;
        set constraints lacuna.splits_are_counted deferred;
        insert into lacuna.change (activity_id) select min(id) from lacuna.activity where kind = 'import';
        insert into lacuna.split (name, method, change_id) select 'default', 'holdout', max(id) from lacuna.change;
        insert into lacuna.split_member
        select (select max(id) from lacuna.split), id,
            case when id % 10 < 8 then 'train' when id % 10 = 8 then 'validation' else 'test' end::lacuna.split_part
        from lacuna.subject;
        set constraints lacuna.splits_are_counted immediate;
        commit""")
    report.add("scale", f"making and counting a split of {volumes} subjects", time.perf_counter() - began, "s")
    server.sql(NAME, "select lacuna.compact_coverage()")
    server.sql(NAME, "vacuum analyze lacuna.split_member")


# Rounds

class Rounds:
    """A run whose rounds relabel one organ of every volume: a million states, scattered over all of every index."""

    COLUMNS = "round_id, volume_id, organ_id, mask_id, checkpoint_id, confidence"
    APART = 1_000_000_000  # Between the numbers of two rounds' masks.

    def __init__(self, server, catalogue):
        self._server, self._catalogue = server, catalogue

    def first(self):
        """Starts the run and publishes its first round."""
        self._server.sql(NAME, f"""
            insert into lacuna.change (activity_id) select min(id) from lacuna.activity where kind = 'import';
            insert into lacuna.split (name, method, change_id) select 'none', 'none', max(id) from lacuna.change;
            select lacuna.start_run('benchmark', '{{}}', '\\x00', 1, 'none', '{{expert}}', true,
                array(select key from lacuna.organ order by position limit 100), '{{}}', '{{}}', '{{MR}}', '{{0.5,1}}', 'benchmark');
            select lacuna.record_checkpoint(j.job, j.token, r.id, 'network', 'train', 1, '\\x{0:064x}', 1000)
            from lacuna.claim_run((select max(id) from lacuna.run), 'benchmark', 36000) j
            join lacuna.round r on r.number = 0""")
        text = ["begin;\n"]
        for table, columns, lines in self.parts(0):
            text += [f"copy lacuna.{table} ({columns}) from stdin;\n", *lines, "\\.\n"]
        self._server.psql(NAME, input="".join(text) + self.publish(0) + "\ncommit;\n")
        self._server.sql(NAME, "select lacuna.compact_coverage()")
        for table in ["mask", "pseudo_label"]:
            self._server.sql(NAME, f"vacuum analyze lacuna.{table}")

    def parts(self, number):
        """The rows that a round stages."""
        rows, every = self._catalogue.rows(0), range(1, self._catalogue.volumes + 1)
        shift, round = number * self.APART, self._id(number)
        masks = (line for v in every for line in rows.masks(v, [KNOWN - 1], shift))
        checkpoint = self._server.sql(NAME, "select max(id) from lacuna.checkpoint")
        return [("mask", TABLES["mask"], masks), ("pseudo_label", self.COLUMNS, rows.pseudo_labels(every, round, checkpoint, shift))]

    def publish(self, number):
        return (f"select lacuna.publish_round(id, token, {self._id(number)}, 'planned', 'published', '{{}}', '{{}}') from lacuna.job "
                "where run_id = (select max(id) from lacuna.run);")

    def point(self, number):
        """The minimum of a publication: the pointers."""
        return f"update lacuna.pseudo_pointer set round_id = {self._id(number)};"

    def _id(self, number):
        return int(self._server.sql(NAME, f"select max(id) from lacuna.round where number = {number}"))


UPDATED = """
    create schema peer;
    create table peer.state (
        volume int4 not null, organ int2 not null, status int2 not null, origin int2 not null, round int2 not null,
        confidence float4 not null);
    insert into peer.state
    select * from (
        select volume_id, organ_id, 1, 1, 0, 0 from lacuna.annotation_current
        union all select volume_id, organ_id, 3, 4, 0, 0 from lacuna.shipped_current
        union all select volume_id, organ_id, 3, 4, 1, confidence from lacuna.pseudo_label) s (volume, organ)
    order by volume, organ;
    alter table peer.state add primary key (volume, organ);
    create table peer.changed as select volume, organ from peer.state where round = 1;
    create unique index on peer.changed (volume, organ);
    vacuum analyze peer.state, peer.changed"""
UPDATE = """
    update peer.state s set status = 4, round = 2, confidence = 0.9 from peer.changed c
    where (s.volume, s.organ) = (c.volume, c.organ);"""


def _relabelling(report, server, catalogue, rounds):
    """One round each way, in turn; each is rolled back, and its tables are vacuumed before the next."""
    made, states = Rounds(server, catalogue), catalogue.volumes
    if server.sql(NAME, "select count(*) from pg_namespace where nspname = 'peer'") == "0":
        for statement in UPDATED.split(";"):
            server.sql(NAME, statement)
    ways = {
        "ours": lambda: _script(server, "", made.parts(1), made.publish(1)),
        "rows": lambda: _script(server, _without_triggers(), made.parts(1), made.point(1)),
        "update": lambda: _script(server, "", [], UPDATE),
    }
    found = interleaved(rounds, {way: lambda body=body: _swept(server, body) for way, body in ways.items()})
    peers = {"rows": "the same rows and pointers without triggers",
             "update": "an update of as many rows of one table of all states, by its key"}
    for way, name in peers.items():
        report.add("scale", f"a round of {states} label states, staged and published", median(found["ours"]), "s",
                   peer=median(found[way]), at_most=1.3, peer_name=name, spread=spread(found["ours"]),
                   peerSpread=spread(found[way]))


def _swept(server, body):
    """Vacuums first: dead rows of the last round would slow down the next."""
    for table in ["lacuna.mask", "lacuna.pseudo_label", "lacuna.pseudo_pointer", "peer.state"]:
        server.sql(NAME, f"vacuum {table}")
    return body()
