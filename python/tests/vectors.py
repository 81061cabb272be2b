"""The files of random cases that the tests of this package and those of the programs share."""

from __future__ import annotations

from pathlib import Path

#: Labels and the planes of the known-voxel rule.
KNOWN_VOXELS = Path(__file__).parent / "data" / "known_voxels.json"
#: Logits, targets and weights with the loss and its gradient.
LOSSES = Path(__file__).parent / "data" / "losses.json"

#: Two small volumes as files of the training cache, and checksums of batches of them.
CACHE = Path(__file__).parent / "data/cache"
BATCHES = Path(__file__).parent / "data/batches.json"
