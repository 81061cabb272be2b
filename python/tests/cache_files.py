"""Writes files of the training cache from arrays, as docs/cache-format.md describes them."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt

import lacuna

INTENSITY = lacuna.Intensity(1.0, 0.0, -160.0, 240.0, 40.0, 100.0, -160.0)


def write_volume(
    path: Path, codes: npt.NDArray[np.int16], spacing: tuple[float, float, float] = (1.0, 1.0, 1.0)
) -> None:
    """``codes``: [z, y, x]."""
    statistics = (1.0, 0.0, -160.0, 240.0, 40.0, 100.0, -160.0, 240.0, 0.0)
    head = b"LVC4" + struct.pack("<I3q12d", 4, *codes.shape[::-1], *spacing, *statistics)
    assert len(head) == 128
    digest = hashlib.sha256(head + codes.tobytes() + path.name.encode()).digest()
    path.write_bytes(head + digest + bytes(32) + codes.tobytes())


def write_labels(path: Path, states: npt.NDArray[np.uint8], organs: int) -> None:
    """``states``: [channel, z, y, x], the organs and then composite labels; where anything is known, all is one region."""
    channels, *axes = states.shape
    shape = axes[::-1]
    combinations, codes = np.unique(states.reshape(channels, -1), axis=1, return_inverse=True)
    assert combinations.shape[1] <= 256
    planes = states[:organs].reshape(organs, -1)
    places = [spread(np.flatnonzero(plane & 3 == 2)) for plane in planes]
    is_known = bool(states.any())
    numbers = [*shape, organs, int(is_known), 1]
    for plane, own in zip(planes, places, strict=True):
        numbers += [int((plane & 3 == 2).sum()), int((plane > 0).sum()), len(own)]
    numbers += [0, 0, 0, *shape] * is_known + [0, channels, combinations.shape[1]]
    tables = np.zeros((channels, 256), np.uint8)
    tables[:, : combinations.shape[1]] = combinations
    parts = [struct.pack(f"<{len(numbers)}q", *numbers), tables.tobytes()]
    parts += [b"".join(own.astype("<i4").tobytes() for own in places), codes.astype(np.uint8).tobytes()]
    payload = b"".join(part.ljust(-(-len(part) // 64) * 64, b"\0") for part in parts)
    head = b"LVL1" + bytes(4) + struct.pack("<q", len(payload))
    path.write_bytes(head + hashlib.sha256(head + payload + path.name.encode()).digest() + bytes(16) + payload)


def spread(voxels: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    return voxels[:: max(1, len(voxels) // 4096)]


def write_cases(folder: Path) -> list[lacuna.CachedCase]:
    """Two volumes of liver and kidneys with a composite label of the kidneys, every combination of states among their voxels."""
    return [write_case(folder, number, shape) for number, shape in enumerate([(8, 10, 12), (6, 14, 9)], 1)]


def write_case(folder: Path, number: int, shape: tuple[int, int, int]) -> lacuna.CachedCase:
    """``shape``: z, y, x."""
    random = np.random.default_rng(number)
    codes = random.integers(-300, 400, shape, np.int16)
    states = np.array([0, 1, 2, 5, 6], np.uint8)[random.integers(0, 5, (4, *shape))]
    states[3] = (states[3] & 3 == 2) & (states[1:3] == 0).any(0)
    image, labels = folder / f"case{number}.volume", folder / f"case{number}.labels"
    write_volume(image, codes, (1.0, 1.5, 2.0))
    write_labels(labels, states, 3)
    return lacuna.CachedCase(number, str(image), str(labels), INTENSITY)


ORGANS = ("liver", "kidney_right", "kidney_left")
COMPOSITES = (("kidney_right", "kidney_left"),)
