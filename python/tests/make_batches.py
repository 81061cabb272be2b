"""Writes data/cache, two small volumes, and data/batches.json, the checksums of batches that are drawn of them.

Run it as ``python -m tests.make_batches`` in ``python/`` after a change of the sampler, with LACUNA_BATCHES_LIBRARY, and run the program's
BatchVectorTests.
"""

from __future__ import annotations

import json
from typing import Any

from .cache_files import write_cases
from .test_batches import digest, opened
from .vectors import BATCHES, CACHE

STEPS = [0, 1, 17]

#: Without kinds of augmentation whose values depend on the mathematical functions of a machine.
OPTIONS: dict[str, dict[str, Any]] = {
    "blocks": {"batch": 4, "seed": 2**64 - 1},
    "slices": {"patch": [10, 6], "slices": 3, "batch": 3, "round": 2},
    "flips and mixtures": {
        "batch": 4,
        "settings": {"flipShares": [0.5, 0.5, 0.5], "cutMixShare": 0.5, "brightnessShare": 0.5},
    },
    "second rank": {"batch": 2, "rank": 1, "ranks": 2, "settings": {"foregroundShare": 1}},
}


def vector(name: str, options: dict[str, Any]) -> dict[str, Any]:
    batches = opened(write_cases(CACHE), **options)
    return {"name": name, "options": options, "steps": STEPS, "digests": [digest(batches[step]) for step in STEPS]}


if __name__ == "__main__":
    CACHE.mkdir(parents=True, exist_ok=True)
    vectors = [vector(name, options) for name, options in OPTIONS.items()]
    BATCHES.write_text("[\n" + ",\n".join(json.dumps(each) for each in vectors) + "\n]\n")
