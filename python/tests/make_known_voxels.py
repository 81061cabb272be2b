"""Writes data/known_voxels.json: random labels, with the planes that the rule makes of them.

Run it as ``python -m tests.make_known_voxels`` in ``python/`` after a change of the rule, and run the program's KnownVoxelVectorTests.
"""

from __future__ import annotations

import json
import random
from typing import Any

from .test_known import evaluate
from .vectors import KNOWN_VOXELS

CASES = 40
SHAPE = (5, 4, 3)
SETS = [[1, 2], [1, 2, 4]]


def some(source: random.Random, share: float) -> list[int]:
    return [voxel for voxel in range(SHAPE[0] * SHAPE[1] * SHAPE[2]) if source.random() < share]


def label(source: random.Random, kind: str) -> dict[str, Any]:
    has_mask = kind == "pseudo" or (kind == "known" and source.random() < 0.8)
    lower = [source.randrange(size) for size in SHAPE]
    bounds = lower + [source.randrange(low, size) + 1 for low, size in zip(lower, SHAPE, strict=True)]
    return {
        "foreground": some(source, 0.25) if has_mask else None,
        "extent": bounds if kind == "known" and source.random() < 0.3 else None,
        "valid": some(source, 0.7) if kind != "unknown" and source.random() < 0.4 else None,
    }


def case(seed: int) -> dict[str, Any]:
    source = random.Random(seed)
    kinds = [source.choice(["known", "pseudo", "unknown"]) for _ in range(6)]
    sets = [parts for parts in SETS if source.random() < 0.7]
    made: dict[str, Any] = {
        "shape": list(SHAPE),
        "exclusions": [[0, 1], [0, 2], [1, 2], [1, 3], [2, 3], [0, 4], [3, 4], [1, 4], [2, 4], [5, 1]],
        "parts": [[3, 0], [5, 0], [5, 3]],
        "labels": [{"kind": kind, **label(source, kind)} for kind in kinds],
        "composites": [{"parts": parts, **label(source, "known")} for parts in SETS if source.random() < 0.6],
        "compositeSets": sets,
    }
    return {**made, **evaluate(made)}


if __name__ == "__main__":
    KNOWN_VOXELS.parent.mkdir(exist_ok=True)
    KNOWN_VOXELS.write_text("[\n" + ",\n".join(json.dumps(case(seed)) for seed in range(CASES)) + "\n]\n")
