"""Measures how fast batches are cut out of a volume through Python, beside ``lacunad benchmark batches``.

    lacunad benchmark batches --size 128 --organs 13 --write FOLDER
    python -m lacuna.benchmark FOLDER --size 128 --organs 13

It prints one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from .batches import Batches, CachedCase
from .cache import Intensity

#: The normalisation with which ``lacunad benchmark batches`` measures.
INTENSITY = Intensity(1.0, 0.0, -160.0, 240.0, 40.0, 100.0, -160.0)


def measured(batches: Batches, count: int, threads: int, warm_up: int = 4) -> float:
    """Patches in a second."""
    began, patches = 0.0, 0
    for batch in batches.steps(0, warm_up + count, threads=threads, reuse=True):
        if batch["step"] == warm_up - 1:
            began = time.perf_counter()
        elif batch["step"] >= warm_up:
            patches += len(batch["image"])
    return patches / (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m lacuna.benchmark", description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="with benchmark.volume and benchmark.labels")
    parser.add_argument("--size", type=int, default=128, help="edge of the cubic patch in voxels")
    parser.add_argument("--organs", type=int, default=13)
    parser.add_argument("--batch", type=int, default=2, help="patches in a batch")
    parser.add_argument("--batches", type=int, default=100, help="measured batches, after four for warm-up")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--augmented", action="store_true", help="change the patches at random, as nnU-Net does")
    own = parser.parse_args()
    case = CachedCase(1, str(own.folder / "benchmark.volume"), str(own.folder / "benchmark.labels"), INTENSITY)
    organs = [f"organ{number}" for number in range(own.organs)]
    batches = Batches(
        [case],
        organs,
        patch=[own.size] * 3,
        batch=own.batch,
        seed=1,
        augmentation="nnUNet" if own.augmented else "none",
    )
    rate = measured(batches, own.batches, own.threads)
    print(json.dumps({"bench": f"python_batches_{own.size}_k{own.organs}", "patchesPerSecond": round(rate, 1)}))


if __name__ == "__main__":
    main()
