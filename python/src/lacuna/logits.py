"""The file of logits that ``lacunad`` reads (docs/outside-trainers.md)."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .errors import ArgumentError

_ALIGNMENT = 64
_LARGEST = 127


def write_logits(path: str | os.PathLike[str], logits: npt.NDArray[np.floating]) -> None:
    """Writes logits, [organ, z, y, x], of the grid of the image, in 8 bits with a scale for each organ; every logit keeps its sign.

    Raises:
        ArgumentError: for another number of axes, and numbers that are not finite.
    """
    if logits.ndim != 4:
        raise ArgumentError(f"the logits have {logits.ndim} axes", "use [organ, z, y, x]")
    if not np.isfinite(logits).all():
        raise ArgumentError("a logit is not finite", "look for a division by zero or an overflow in the network")
    organs, *axes = logits.shape
    scales = [max(1e-6, float(np.abs(own).max()) / _LARGEST) for own in logits]
    header = b"LLG1" + struct.pack(f"<I3q{organs}d", organs, *axes[::-1], *scales)
    with Path(path).open("wb") as file:
        file.write(header.ljust(-(-len(header) // _ALIGNMENT) * _ALIGNMENT, b"\0"))
        for own, scale in zip(logits, scales, strict=True):
            codes = np.rint(own / scale)
            # Rounding must not turn a predicted voxel into one that is not.
            np.copyto(codes, np.maximum(codes, 1), where=own > 0)
            file.write(np.clip(codes, -_LARGEST, _LARGEST).astype(np.int8).tobytes())
