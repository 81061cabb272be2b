"""Prediction of a whole volume by overlapping windows: lacunad on the peer's own libtorch and on Debian's, beside MONAI."""
import json
import os

from .measure import cores, interleaved, measure, median, spread

SHAPE, PATCH, OVERLAP, ORGANS = "192x192x96", 64, 0.5, 8
AT_MOST = 1 / 1.5
SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sliding_window.py")


def run(programs, report, options):
    core = {cores()[-1]}
    bodies = {}
    for name, scratch in [("torch2", ".build-torch2"), ("debian", ".build")]:
        program = programs.built(scratch, "lacunad")
        if program:
            bodies[name] = lambda program=program: _ours(program, core)
    if programs.peers:
        bodies["peer"] = lambda: _peer(programs, core)
    found = interleaved(options.rounds or 3, bodies)
    peers = [seconds for seconds, _ in found.get("peer", [])]
    for name in ["torch2", "debian"]:
        if name in found:
            own = [seconds for seconds, _ in found[name]]
            report.add(
                "prediction", f"{SHAPE} voxels in windows of {PATCH}^3, {name}", median(own), "s",
                peer=median(peers) if peers else None, peer_name=found["peer"][0][1] if peers else None,
                at_most=AT_MOST if name == "torch2" else None, spread=spread(own), peerSpread=spread(peers) if peers else None,
                shareOfProduct=median([share for _, share in found[name]]))


def _ours(program, core):
    """Seconds, and the share of a product of matrices."""
    command = [program, "benchmark", "prediction", "--json", "--shape", SHAPE, "--patch", str(PATCH), "--overlap", str(OVERLAP),
               "--organs", str(ORGANS), "--repetitions", "2"]
    found = json.loads(measure(command, on=core, env={"OMP_NUM_THREADS": "1"}).output)
    return found["seconds"], found["share"]


def _peer(programs, core):
    """Seconds, and the versions."""
    command = [programs.python, "-W", "ignore", SCRIPT, SHAPE, str(PATCH), str(OVERLAP), str(ORGANS)]
    found = json.loads(measure(command, on=core, env={"OMP_NUM_THREADS": "1"}).output.splitlines()[-1])
    return found["seconds"], found["version"]
