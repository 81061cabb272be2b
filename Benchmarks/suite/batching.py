"""Training patches: lacunad's batches beside a copy of as many bytes and beside the loaders of other tools."""
import json
import os
import subprocess

from .importing import FEW_CASES, volumes
from .measure import cores, interleaved, measure, median, spread

EDGE, ORGANS = 128, 13
LOADERS = ["c-memmap", "memmap", "blosc2", "nnunet", "nnunet-native", "monai-cache-idx-nocopy", "torchio"]
AUGMENTED = "nnunet-aug"
AT_LEAST_PATCHES, AT_LEAST_AUGMENTED = 300, 10


def run(programs, report, options):
    lacunad = programs.built(".build", "lacunad")
    if not lacunad:
        raise SystemExit("there is no release build of lacunad: run swift build -c release first")
    usable, rounds = cores(), options.rounds or 3
    core = {usable[-1]}
    found = interleaved(rounds, {
        "plain": lambda: _ours(lacunad, core, 1), "augmented": lambda: _ours(lacunad, core, 1, "--augmented"),
        **({"plain2": lambda: _ours(lacunad, set(usable[-2:]), 2),
            "augmented2": lambda: _ours(lacunad, set(usable[-2:]), 2, "--augmented")} if len(usable) > 1 else {})})
    for name, values in found.items():
        _beside_memcpy(report, name, values)
    if programs.peers:
        _peers(programs, report, core, rounds, {name: median([rate for rate, _ in values]) for name, values in found.items()})


def _ours(lacunad, used, threads, *more):
    """Patches and copies a second."""
    command = [lacunad, "benchmark", "batches", "--json", "--size", str(EDGE), "--organs", str(ORGANS), "--threads", str(threads),
               "--batches", "100" if not more else "16", *more]
    found = json.loads(measure(command, on=used).output)
    return found["patchesPerSecond"], found["copiesPerSecond"]


def _beside_memcpy(report, name, values):
    """Milliseconds a patch, so that less is better."""
    own, copies = [[1000 / value[i] for value in values] for i in (0, 1)]
    target = 1000 / AT_LEAST_PATCHES if name == "plain" else None
    report.add("batches", f"a patch of {EDGE}^3 with {ORGANS} organs, {_words(name)}", median(own), "ms", target=target,
               peer=median(copies), peer_name="memcpy of as many bytes", spread=spread(own), patchesPerSecond=1000 / median(own))


def _peers(programs, report, core, rounds, ours):
    """The loaders of other tools on CT-like volumes of 512 x 512 x 200 in the page cache, from which each cuts random patches."""
    data = volumes(programs, report, "full", FEW_CASES, "512 512 200")
    library = os.path.join(programs.peers, "libpeer.so")  # where the peers' script looks for it
    if not os.path.exists(library):
        subprocess.run(["gcc", "-O3", "-march=native", "-shared", "-fPIC", os.path.join(programs.peers, "libpeer.c"), "-o", library],
                       check=True)
    for tool in [*LOADERS, AUGMENTED]:
        try:
            rates = [_peer(programs, data, core, tool) for _ in range(1 if tool == AUGMENTED else min(rounds, 2))]
        except SystemExit as error:
            report.note(f"{tool} is left out: {error}")
            continue
        own = ours["augmented" if tool == AUGMENTED else "plain"]
        at_most = 1 / AT_LEAST_AUGMENTED if tool == AUGMENTED else None
        report.add("batches", f"the same beside {tool}", 1000 / own, "ms", peer=1000 / max(rates), peer_name=tool, at_most=at_most,
                   peerPatchesPerSecond=[round(rate, 2) for rate in rates])


def _peer(programs, data, core, tool):
    command = [programs.python, "-W", "ignore", os.path.join(programs.peers, "patches.py"), data, "--tool", tool, "-P", str(EDGE),
               "-K", str(ORGANS), "--runs", "3"]
    found = json.loads(measure(command, on=core, cwd=programs.peers, env={"OMP_NUM_THREADS": "1"}).output.splitlines()[-1])
    return found["items_per_s"]


def _words(name):
    return ("augmented" if name.startswith("augmented") else "not augmented") + (", 2 cores" if name.endswith("2") else ", 1 core")
