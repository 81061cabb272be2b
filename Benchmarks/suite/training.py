"""A training step of the 3-D U-Net: lacunad on the peer's own libtorch, eager PyTorch, and lacunad on Debian's."""
import json
import os
import sys

from .measure import cores, interleaved, measure, median, spread

# The share of the peer's time that a step may take.
AT_MOST = {"eager": 1 / 1.5, "bf16": 1 / 1.25}
STEPS = 5
MODES = {"eager": [], "bf16": ["--bfloat16"]}
# The loss and the batch must not grow with the square of the number of organs.
FEW, MANY, MANY_AT_MOST = 7, 104, 1.5


def run(programs, report, options):
    debian = programs.built(".build", "lacunad")
    same = programs.built(".build-torch2", "lacunad")
    if not same and programs.peers:
        report.note("lacunad on the peer's torch is not built: "
                    "LIBTORCH=$PEERS/venv/lib/python3*/site-packages/torch swift build -c release "
                    "--scratch-path .build-torch2 --product lacunad")
    if not (same or debian):
        sys.exit("lacunad is not built: run swift build -c release first")
    core = {cores()[-1]}
    for mode in MODES:
        bodies = {}
        if programs.peers:
            bodies["peer"] = lambda: _peer(programs, mode, core)
        for name, program in [("torch2", same), ("debian", debian)]:
            if program:
                bodies[name] = lambda program=program: _ours(program, mode, core)
        _report(report, mode, interleaved(options.rounds or 3, bodies))
    _organs(report, same or debian, core, options.rounds or 3)


def _organs(report, program, core, rounds):
    """A step with many organs beside one with few."""
    found = interleaved(rounds, {count: lambda count=count: _ours(program, "eager", core, count)[0] for count in (MANY, FEW)})
    report.add("training", f"a step with {MANY} organs", median(found[MANY]), "s", peer=median(found[FEW]),
               peer_name=f"ours with {FEW}", at_most=MANY_AT_MOST, spread=spread(found[MANY]), peerSpread=spread(found[FEW]))


def _report(report, mode, found):
    peers = [row[0] for row in found.get("peer", [])]
    peer = median(peers) if peers else None
    version = found["peer"][0][1] if peers else None
    for name in ["torch2", "debian"]:
        if name not in found:
            continue
        seconds = [row[0] for row in found[name]]
        library = found[name][0][1]
        report.add(
            "training", f"a step of 2 x 64^3, {mode}, libtorch {library}", median(seconds), "s", peer=peer,
            peer_name=f"PyTorch {version}, {mode}" if version else None,
            at_most=AT_MOST[mode] if name == "torch2" else None, spread=spread(seconds),
            peerSpread=spread(peers) if peers else None, shareOfProduct=median([row[2] for row in found[name]]),
            mebibytes=found[name][0][3], peerMebibytes=found["peer"][0][3] if peers else None)


def _ours(program, mode, core, organs=8):
    """The median second of a step, libtorch's version, the share of a product of matrices, and the peak of memory in MiB."""
    command = [program, "benchmark", "step", "--json", "--steps", str(STEPS), "--threads", "1", "--organs", str(organs),
               *MODES[mode]]
    found = json.loads(measure(command, on=core, env={"OMP_NUM_THREADS": "1"}).output)
    return found["medianSeconds"], found["libtorch"], found["share"], round(found["peakBytes"] / 2**20)


def _peer(programs, mode, core):
    command = [programs.python, "-W", "ignore", os.path.join(programs.peers, "train_step.py"), "--mode", mode,
               "--steps", str(STEPS), "--threads", "1"]
    found = json.loads(measure(command, on=core, cwd=programs.peers).output.splitlines()[-1])
    return found["median_s"], found["torch"], None, round(found["peak_rss_mb"])
