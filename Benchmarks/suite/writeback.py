"""The way of a prediction to committed masks, beside nibabel saving the same masks as .nii.gz."""
import json
import os
import shutil
import sys

from .measure import cores, interleaved, measure, median, spread

SECONDS = 1.0
AT_MOST = 0.1

# The masks of lacunad's synthetic prediction: ellipsoids whose borders are blurred by the same random numbers (SplitMix64 of a counter). Of two
# organs at one voxel the later has it in the label map.
PEER = """
import json, os, sys, time
import numpy as np, nibabel as nib
np.seterr(over="ignore")
x, y, z, organs, folder = *map(int, sys.argv[1:5]), sys.argv[5]
U, STEP, ALL = np.uint64, 0x9E3779B97F4A7C15, (1 << 64) - 1
def mixed(value):
    value = (value ^ (value >> U(30))) * U(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> U(27))) * U(0x94D049BB133111EB)
    return value ^ (value >> U(31))
def units(key, count):
    seed = int(mixed(U(0x243F6A8885A308D3) ^ mixed(U((key + STEP) & ALL))))
    return (mixed(U(seed) + np.arange(1, count + 1, dtype=U) * U(STEP)) >> U(11)).astype(np.float64) * 2.0 ** -53
size, shares = np.array([x, y, z], float), iter(units(7, 6 * organs))
masks = [np.zeros((x, y, z), np.uint8, order="F") for _ in range(organs)]
for number, mask in enumerate(masks):
    centre, radius = size.copy(), size.copy()
    for axis in range(3):
        centre[axis] *= 0.25 + 0.5 * next(shares)
        radius[axis] *= 0.05 + 0.1 * next(shares)
    across = ((np.arange(x) - centre[0]) / radius[0]) ** 2
    along = ((np.arange(y) - centre[1]) / radius[1]) ** 2
    for k in range(z):
        rest = ((k - centre[2]) / radius[2]) ** 2 + along
        if rest.min() < 1.3:
            logits = 4 * (1 - np.sqrt(rest[:, None] + across)) + units(number * z + k + 1, x * y).reshape(y, x) - 0.5
            mask[:, :, k] = (np.rint(logits * 256) > 0).T
labels = np.zeros((x, y, z), np.uint8, order="F")
for number, mask in enumerate(masks):
    np.copyto(labels, np.uint8(number + 1), where=mask != 0)
affine = np.diag([384 / x, 384 / y, 240 / z, 1])
def save(array, name):
    nib.Nifti1Image(array, affine).to_filename(os.path.join(folder, name + ".nii.gz"))
began = time.perf_counter()
for number, mask in enumerate(masks):
    save(mask, str(number))
each = time.perf_counter() - began
began = time.perf_counter()
save(labels, "labels")
print(json.dumps({"each": each, "labels": time.perf_counter() - began, "nibabel": nib.__version__,
                  "voxels": int(sum(np.count_nonzero(mask) for mask in masks))}))
"""


def run(programs, report, options):
    program = programs.built(".build", "lacunad") or sys.exit("lacunad is not built: run swift build -c release first")
    shape, organs = (512, 512, 300), 13
    for on in [set(cores()[-1:]), set(cores()[-2:])]:
        bodies = {"ours": lambda: _ours(programs, program, shape, organs, on)}
        if programs.peers:
            bodies["peer"] = lambda: _peer(programs, shape, organs, on)
        _report(report, interleaved(options.rounds or 3, bodies), shape, organs, len(on))


def _report(report, found, shape, organs, threads):
    def seconds(name, *keys):
        return [sum(result[key] for key in keys) for result in found.get(name, [])]

    what = f"{'x'.join(map(str, shape))}, {organs} organs, {threads} {'core' if threads == 1 else 'cores'}"
    ours, each, labels = seconds("ours", "seconds"), seconds("peer", "each"), seconds("peer", "labels")
    version = found["peer"][0]["nibabel"] if each else None
    parts = {key: round(median(seconds("ours", key)), 4)
             for key in found["ours"][0] if key.endswith("Seconds") or key in ("share", "bytes", "peakBytes")}
    report.add("writeback", f"probabilities to committed rows, {what}", median(ours), "s", target=SECONDS,
               spread=spread(ours), **parts)
    if not each:
        return
    stored = seconds("ours", "encodingSeconds", "committingSeconds")
    for name, mine in [("encoded and committed", stored), ("ranked, judged, encoded and committed", ours)]:
        report.add("writeback", f"masks {name}, {what}", median(mine), "s", peer=median(each), at_most=AT_MOST,
                   peer_name=f"nibabel {version}, one .nii.gz for each mask", spread=spread(mine),
                   peerSpread=spread(each), labelMapSeconds=round(median(labels), 3))


def _ours(programs, program, shape, organs, on):
    """The durations of the parts and of the whole."""
    folder = os.path.join(programs.work, "write-back")
    found = measure([program, "benchmark", "write-back", "--json", "--work", folder, "--organs", str(organs), "--shape",
                     "x".join(map(str, shape)), "--threads", str(len(on))], on=on)
    return json.loads(found.output)


def _peer(programs, shape, organs, on):
    """The seconds of all masks and of one label map with nibabel's own compression, on one thread, as it has no other."""
    folder = os.path.join(programs.work, "nibabel")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    command = [programs.python, "-W", "ignore", "-c", PEER, *map(str, [*shape, organs]), folder]
    found = json.loads(measure(command, on=on).output)
    shutil.rmtree(folder)
    return found
