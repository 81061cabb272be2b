"""`lacuna dataset import` as a whole process, with database and objects, against one pass in C over the same files."""
import json
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

from .measure import cores, interleaved, measure, median, spread

AT_MOST = 1 / 0.8
# Scripts that a user would write instead, and the share of their time that ours may take.
OTHERS = {"nibabel-tuned": 1 / 2, "sitk": 1 / 5, "nnunet-fingerprint": 1 / 10}
SPEEDUP = 1.8
CASES = 12
FEW_CASES = 4  # For peers that take seconds a pair.
TALL_MEBIBYTES = 954  # 1 GB


def run(programs, report, options):
    data = volumes(programs, report, "twelve", CASES, "512 512 200")
    usable = cores()
    walls = [_compare(programs, report, options, data, set(used))
             for used in ([usable[-1:], usable[-2:]] if len(usable) > 1 else [usable])]
    if len(walls) > 1:
        report.add("import", "the same on 2 cores against 1", walls[1], "ms", peer=walls[0], peer_name="ours on 1 core",
                   at_most=1 / SPEEDUP)
    if programs.peers:
        if len(usable) > 1:
            _machine(programs, report, options, data, usable[-2:])
        _others(programs, report, volumes(programs, report, "full", FEW_CASES, "512 512 200"), usable[-1])
    tall = volumes(programs, report, "tall", 1, "512 512 500")
    cost = _import(programs, tall, set(usable[-1:]), 1)
    report.add("import", "peak memory, 1 pair of 512x512x500", cost.mebibytes, "MiB", target=TALL_MEBIBYTES,
               wallSeconds=round(cost.wall, 3), cpuSeconds=round(cost.cpu, 3))


def _compare(programs, report, options, data, used):
    """Ours and the peer in turn; the server shares the cores with the importer."""
    programs.cluster.pin(used)
    bodies = {"ours": lambda: _import(programs, data, used, CASES)}
    if programs.peers:
        bodies["peer"] = lambda: json.loads(
            measure([_peer(programs), data, str(CASES)], on={max(used)}).output)["median_s"]
    found = interleaved(options.rounds or 5, bodies)
    walls = [cost.wall / CASES * 1000 for cost in found["ours"]]
    peers = [seconds / CASES * 1000 for seconds in found.get("peer", [])]
    cpus = [cost.cpu / CASES * 1000 for cost in found["ours"]]
    report.add(
        "import", f"a pair of 512x512x200 on {_count(used)}", median(walls), "ms",
        peer=median(peers) if peers else None, peer_name="import_c, one thread, one pass in C", at_most=AT_MOST,
        spread=spread(walls), cpuMilliseconds=round(median(cpus), 1), peerSpread=spread(peers) if peers else None,
        mebibytes=round(max(cost.mebibytes for cost in found["ours"])))
    return median(walls)


def _machine(programs, report, options, data, pair):
    """The gain of a second core where only the machine is shared: the peer twice at once, against once."""
    def once(core):
        return json.loads(measure([_peer(programs), data, str(CASES)], on={core}).output)["median_s"] / CASES * 1000

    def twice():
        with ThreadPoolExecutor() as threads:
            return max(threads.map(once, pair)) / 2

    found = interleaved(options.rounds or 5, {"twice": twice, "once": lambda: once(pair[-1])})
    report.add("import", "for comparison: import_c twice at once on 2 cores", median(found["twice"]), "ms",
               peer=median(found["once"]), peer_name="import_c alone on 1 core", spread=spread(found["twice"]),
               peerSpread=spread(found["once"]))


def _peer(programs):
    return programs.compiled_peer("import_c", "-ldeflate", "-lcrypto")


def _others(programs, report, data, core):
    """Ours and each of the others in turn, on one core; a peer's own median of several runs, without its start."""
    programs.cluster.pin({core})
    script = os.path.join(programs.peers, "import_inspect.py")
    for tool, share in OTHERS.items():
        body = lambda: json.loads(measure(
            [programs.python, "-W", "ignore", script, data, "--tool", tool, "--runs", "3"], on={core},
            cwd=programs.peers).output.splitlines()[-1])["median_s"]
        found = interleaved(2, {"ours": lambda: _import(programs, data, {core}, FEW_CASES).wall, "peer": body})
        report.add("import", f"a pair of 512x512x200 on 1 core, against {tool}",
                   min(found["ours"]) / FEW_CASES * 1000, "ms", peer=min(found["peer"]) / FEW_CASES * 1000, peer_name=tool, at_most=share)


def _count(used):
    return "1 core" if len(used) == 1 else f"{len(used)} cores"


def _import(programs, data, used, cases):
    """One import into an empty catalogue and an empty store. The peers' generator ignores left and right."""
    name = f"import_{os.getpid()}"
    objects = os.path.join(programs.work, "import-objects")
    shutil.rmtree(objects, ignore_errors=True)
    programs.cluster.drop(name)
    target = programs.cluster.make(name)
    programs.cluster.sql(name, "checkpoint")
    cost = measure(
        [programs.lacuna, "dataset", "import", data, "--layout", "btcv", "--accept", "laterality", "--json", "--database", target,
         "--objects", objects], on=used)
    summary = json.loads(cost.output)
    assert summary["newVolumes"] == cases and summary["refused"] == 0, summary
    programs.cluster.drop(name)
    shutil.rmtree(objects)
    return cost


def volumes(programs, report, name, cases, shape):
    """Image and label pairs in BTCV's layout: the peers' own, else our phantoms of the same shape."""
    folder = os.path.join(programs.work, "data", name)
    if not os.path.isdir(folder):
        report.note(f"Generating {cases} pairs of {shape.replace(' ', 'x')} …")
        if programs.peers:
            script = os.path.join(programs.peers, "make_volumes.py")
            subprocess.run([programs.python, "-W", "ignore", script, folder + ".new", "-n", str(cases), "--shape",
                            *shape.split()], check=True, stdout=subprocess.DEVNULL)
            os.rename(folder + ".new", folder)
        else:
            _phantoms(programs, folder, cases, shape)
    _warm(folder)
    return folder


def _phantoms(programs, folder, cases, shape):
    measure([programs.lacuna, "phantom", "generate", folder + ".new", "--shape", shape.replace(" ", "x"), "--complete",
             str(cases), "--liver", "0", "--partial", "0", "--held-out", "0", "--shared", "0", "--quiet"])
    os.rename(os.path.join(folder + ".new", os.listdir(folder + ".new")[0]), folder)


def _warm(folder):
    """Reads every file once, so that all are measured on a warm page cache."""
    for place, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(place, name), "rb") as file:
                while file.read(1 << 20):
                    pass
