"""`lacuna volume duplicates` over many generated image descriptors, against numpy doing the same products."""
import json
import os
import random

from .measure import cores, measure

WINDOWS, COMPONENTS = 3, 512
PLANTED = 100
AT_MOST = 1.25
LEAST = 0.75

# The same products and the same search as ours, block by block; the table is read and made unit vectors as ours does it.
PEER = """
import json, sys, time
import numpy as np
began = time.perf_counter()
table = np.fromfile(sys.argv[1], dtype=np.int8).reshape(-1, 3, 512)
bars = [1 - (1 - float(sys.argv[2])) / strictness for strictness in (1, 2, 2)]
def panel(first):
    block = table[first:first + 1024].astype(np.float32).transpose(1, 0, 2)
    return np.ascontiguousarray(block / np.linalg.norm(block, axis=2, keepdims=True))
found = set()
for top in range(0, len(table), 1024):
    upper = panel(top)
    for left in range(top, len(table), 1024):
        lower = panel(left)
        for window, bar in enumerate(bars):
            scores = upper[window] @ lower[window].T
            if scores.max() >= bar:
                for i, j in zip(*np.nonzero(scores >= bar)):
                    if top + i < left + j:
                        found.add((int(top + i), int(left + j)))
print(json.dumps({"seconds": time.perf_counter() - began, "pairs": len(found)}))
"""


def run(programs, report, options):
    count = options.volumes or 100_000
    cluster, name = programs.cluster, f"duplicates_{count}"
    table = os.path.join(programs.work, f"descriptors_{count}.bin")
    if not cluster.exists(name) or not os.path.exists(table):
        report.note(f"Generating {count} image descriptors …")
        _generate(cluster, name, table, count, programs.work)
    used = set(cores())
    cluster.pin(used)
    cost = measure([programs.lacuna, "volume", "duplicates", "--at-least", str(LEAST), "--json", "--database",
                    cluster.target(name)], on=used)
    assert len(json.loads(cost.output)) == PLANTED, len(json.loads(cost.output))
    peer = None
    if programs.peers:
        found = measure([programs.python, "-c", PEER, table, str(LEAST)], on=used)
        peer = json.loads(found.output)
        assert peer["pairs"] == PLANTED, peer
    report.add(
        "duplicates", f"all pairs of {count} volumes, {len(used)} cores", cost.wall, "s",
        peer=peer and peer["seconds"], peer_name="numpy, the same products", at_most=AT_MOST,
        cpuSeconds=round(cost.cpu, 1), mebibytes=round(cost.mebibytes), peerMebibytes=peer and round(found.mebibytes))


def _generate(cluster, name, table, count, folder):
    """Random descriptors; the last `PLANTED` are earlier ones with noise."""
    cluster.drop(name)
    cluster.make(name)
    cluster.sql(name, f"""
        set role lacuna_owner;
        insert into lacuna.activity (kind, program) values ('import', 'benchmark');
        insert into lacuna.change (activity_id) select max(id) from lacuna.activity;
        insert into lacuna.subject (name) select 's' || i from generate_series(1, {count}) i;
        insert into lacuna.volume (subject_id, identity, shape_x, shape_y, shape_z, modality, change_id)
        select s.id, sha256(s.name::bytea), 512, 512, 200, 'CT', (select max(id) from lacuna.change) from lacuna.subject s
        order by s.id""")
    generator = random.Random(1)
    size = WINDOWS * COMPONENTS
    with open(table + ".new", "wb") as file:
        for _ in range(count - PLANTED):
            file.write(generator.randbytes(size))
    with open(table + ".new", "r+b") as file:
        copies = []
        for i in range(PLANTED):
            file.seek(generator.randrange(count - PLANTED) // PLANTED * PLANTED * size + i * size)
            row = bytearray(file.read(size))
            for place in generator.sample(range(size), size // 16):
                row[place] = generator.randrange(256)
            copies.append(bytes(row))
        file.seek(0, os.SEEK_END)
        file.writelines(copies)
    rows = os.path.join(folder, "descriptors.copy")
    with open(table + ".new", "rb") as file, open(rows, "w") as out:
        for number in range(1, count + 1):
            out.write(f"{number}\t1\t\\\\x{file.read(size).hex()}\n")
    cluster.psql(name, "-c", f"\\copy lacuna.image_descriptor (volume_id, version, descriptor) from '{rows}'")
    cluster.sql(name, "vacuum analyze")
    os.remove(rows)
    os.rename(table + ".new", table)
