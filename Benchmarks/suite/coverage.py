"""Coverage over millions of label states: in the database, and through `lacuna coverage`."""
import os
import re

from .measure import cores, interleaved, measure, median, spread
from .states import States

# What a session asks; `\\timing` counts from sending the query to its last row.
QUERIES = {
    "counts, in the database": ("select * from lacuna.coverage_counts()", 5),
    "counts with the median confidence, in the database": (
        "select * from lacuna.coverage_counts() c left join lacuna.coverage_confidence() m using (scope_id, organ_id)", 30),
    "counts as of the revision before publication": (
        "select * from lacuna.coverage_counts((select max(revision) - 1 from lacuna.change))", None),
}
SCAN = """
    select organ_id, status, count(*) from lacuna.annotation_current group by 1, 2
    union all
    select l.organ_id, 'pseudo', count(*) from lacuna.pseudo_label l
    join lacuna.pseudo_pointer p on (p.organ_id, p.round_id) = (l.organ_id, l.round_id) group by 1"""
SCAN_MEDIAN = """
    select l.organ_id, percentile_cont(0.5) within group (order by l.confidence) from lacuna.pseudo_label l
    join lacuna.pseudo_pointer p on (p.organ_id, p.round_id) = (l.organ_id, l.round_id) group by 1"""


def run(programs, report, options):
    cluster, name = programs.cluster, f"states_{options.states}"
    cluster.pin(set(cores()))
    if not cluster.exists(name):
        _make(cluster, name, programs, report, options)
    rounds = options.rounds or 50
    scans = {"counts": _queries(cluster, name, SCAN, 3), "median": _queries(cluster, name, SCAN_MEDIAN, 3)}
    for what, (query, target) in QUERIES.items():
        times = _queries(cluster, name, query, rounds)
        scan = median(scans["counts"]) + (median(scans["median"]) if "median" in what else 0)
        report.add("coverage", what, median(times), "ms", target=target, peer=scan, peer_name="a scan of the states",
                   spread=spread(times), states=options.states)
    _whole_process(programs, report, cluster.target(name), rounds)


def _whole_process(programs, report, target, rounds):
    commands = {"lacuna --version": ["--version"], "lacuna coverage": ["coverage", "--json", "--database", target],
                "lacuna coverage --by dataset": ["coverage", "--by", "dataset", "--json", "--database", target]}
    core = set(cores()[-1:])
    bodies = {name: (lambda arguments=arguments: measure([programs.lacuna, *arguments], on=core))
              for name, arguments in commands.items()}
    found = interleaved(rounds, bodies)
    for name, costs in found.items():
        walls = [cost.wall * 1000 for cost in costs]
        report.add("coverage", f"whole process, {name}", median(walls), "ms",
                   target=50 if name == "lacuna coverage" else None, spread=spread(walls))


def _make(cluster, name, programs, report, options):
    report.note(f"Generating {options.states} label states; this takes some minutes …")
    cluster.drop(name + "_new")
    cluster.make(name + "_new")
    states = States(cluster, name + "_new", options.states, os.path.join(programs.work, "states"))
    states.load()
    _check(cluster, name + "_new", states)
    cluster.sql("postgres", f'alter database "{name}_new" rename to "{name}"')
    rates = states.rates
    report.add("coverage", "loading an annotation with its mask, by COPY with triggers", 1e6 / rates["annotations"], "us",
               **rates)
    report.add("coverage", "loading a volume with 40 annotations in a transaction of its own", 1e3 / rates["singleVolumes"],
               "ms")
    report.add("coverage", "staging a pseudo label with its mask, by COPY", 1e6 / rates["pseudoLabels"], "us")
    report.add("coverage", "publishing a pseudo label with its round", 1e6 / rates["published"], "us")


def _check(cluster, name, states):
    """The recorded counts equal those of the rows."""
    kept = cluster.sql(name, "select sum(n) from lacuna.coverage_counts(null, '{catalogue}')")
    assert int(kept) == states.count, (kept, states.count)


def _queries(cluster, name, query, rounds):
    """Milliseconds of each of `rounds` repetitions in one session, after one that is not counted."""
    statement = " ".join(query.split()) + ";\n"
    found = cluster.psql(name, "-A", "-t", input="\\o /dev/null\n\\timing on\n" + statement * (rounds + 1), user="lacuna")
    return [float(time) for time in re.findall(r"Time: ([0-9.]+) ms", found)][1:]
