"""Writes data/losses.json: random logits and what is known of their voxels, with the loss and its gradient.

Run it as ``python -m tests.make_losses`` in ``python/`` after a change of the loss, and run the program's LossVectorTests.
"""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import torch

from .test_loss import evaluate
from .vectors import LOSSES

#: N, organs, and the spatial axes.
SHAPE = (2, 3, 2, 3, 4)
SETS = [[0, 1], [1, 2]]


def rounded(values: torch.Tensor) -> list[float]:
    """Values that JSON and float32 represent alike."""
    return [round(value * 64) / 64 for value in values.flatten().tolist()]


def case(seed: int, normalisation: str, dice_weight: float, positive_weights: list[float] | None) -> dict[str, Any]:
    torch.manual_seed(seed)
    known = torch.tensor([0.0, 0.25, 1.0])[torch.randint(0, 3, SHAPE)]
    target = torch.randint(0, 2, SHAPE) * (known > 0)
    is_open = [(target[:, parts] == 0).all(1) & (known[:, parts] == 0).any(1) for parts in SETS]
    composite = torch.randint(0, 2, (SHAPE[0], len(SETS), *SHAPE[2:])) * torch.stack(is_open, 1)
    made = {
        "shape": list(SHAPE),
        "logits": rounded(torch.randn(SHAPE) * 3),
        "target": target.flatten().tolist(),
        "known": known.flatten().tolist(),
        "composite": composite.flatten().tolist(),
        "compositeSets": SETS,
        "normalisation": normalisation,
        "diceWeight": dice_weight,
        "positiveWeights": positive_weights,
    }
    loss, gradient = evaluate(made)
    return {**made, "loss": loss, "gradient": gradient}


if __name__ == "__main__":
    options = product(["total", "perOrgan", "constant"], [0, 0.5], [None, [2.0, 1.0, 5.5]])
    LOSSES.write_text("[\n" + ",\n".join(json.dumps(case(seed, *each)) for seed, each in enumerate(options)) + "\n]\n")
