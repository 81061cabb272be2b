"""Files of the training cache (docs/cache-format.md): images and coded labels, as numpy arrays.

Arrays have the axes [z, y, x], in which the files have their voxels. The grid is canonical (RAS+), as in the rest of the package.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .errors import DamageError

_IMAGE_BYTES, _LABEL_BYTES, _ALIGNMENT = 192, 64, 64
_INT16 = 4


@dataclass(frozen=True)
class Intensity:
    """How the codes of an image become input of a network.

    value = code x ``scale`` + ``offset``, clipped to ``low`` and ``high``, less ``mean``, divided by ``deviation``. ``outside`` is the
    value beyond the volume before it is normalised.
    """

    scale: float
    offset: float
    low: float
    high: float
    mean: float
    deviation: float
    outside: float

    def apply(self, codes: npt.NDArray[np.int16]) -> npt.NDArray[np.float32]:
        """The input of a network, of the shape of the codes."""
        values = codes.astype(np.float32)
        values *= np.float32(self.scale)
        values += np.float32(self.offset)
        np.clip(values, np.float32(self.low), np.float32(self.high), out=values)
        values -= np.float32(self.mean)
        values /= np.float32(self.deviation)
        return values


def read_codes(path: str | os.PathLike[str]) -> npt.NDArray[np.int16]:
    """The voxels of a ``.volume`` file, [z, y, x], mapped.

    Raises:
        DamageError: for a file that is missing, of another length, version or type of voxels.
    """
    head = _head(path, b"LVC4", _IMAGE_BYTES)
    kind, *shape = struct.unpack_from("<I3q", head, 4)
    if kind != _INT16 or not all(0 < size < 1 << 20 for size in shape):
        raise _damage(path, "has voxels of another type than int16, or no shape")
    _require_size(path, _IMAGE_BYTES + 2 * shape[0] * shape[1] * shape[2])
    return np.memmap(path, "<i2", "r", _IMAGE_BYTES, (shape[2], shape[1], shape[0]))


def read_states(path: str | os.PathLike[str]) -> npt.NDArray[np.uint8]:
    """The states of a ``.labels`` file, [channel, z, y, x]; the channels are the organs, then the composite labels.

    A state is 0 unknown, 1 negative, 2 positive; plus 4 where only a pseudo label says so.

    Raises:
        DamageError: for a file that is missing, or of another length or version.
    """
    head = _head(path, b"LVL1", _LABEL_BYTES)
    _require_size(path, _LABEL_BYTES + struct.unpack_from("<q", head, 8)[0])
    data = np.memmap(path, np.uint8, "r", _LABEL_BYTES)
    try:
        return _decode(data)
    except (ValueError, IndexError, struct.error) as error:
        raise _damage(path, "has parts that do not fit its length") from error


def _decode(data: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    x, y, z, organs, regions, groups = _numbers(data, 0, 6)
    places = sum(_numbers(data, 48, 3 * organs)[2::3])
    position = 48 + 24 * organs + 48 * regions
    numbers = _numbers(data, position, 3 * groups)
    ranges = list(zip(numbers[0::3], numbers[1::3], strict=True))
    position = _aligned(position + 24 * groups)
    channels = ranges[-1][1] if ranges else 0
    tables = data[position : position + 256 * channels].reshape(channels, 256)
    position = _aligned(_aligned(position + 256 * channels) + 4 * places)
    states = np.empty((channels, z, y, x), np.uint8)
    for first, end in ranges:
        codes = data[position : position + x * y * z].reshape(z, y, x)
        for channel in range(first, end):
            np.take(tables[channel], codes, out=states[channel])
        position = _aligned(position + x * y * z)
    return states


def _numbers(data: npt.NDArray[np.uint8], position: int, count: int) -> list[int]:
    return list(struct.unpack_from(f"<{count}q", data.data, position))


def _aligned(position: int) -> int:
    return -(-position // _ALIGNMENT) * _ALIGNMENT


def _head(path: str | os.PathLike[str], magic: bytes, count: int) -> bytes:
    try:
        with Path(path).open("rb") as file:
            head = file.read(count)
    except OSError as error:
        raise _damage(path, f"cannot be read: {error.strerror}") from error
    if head[:4] != magic:
        found = head[:4].decode("latin-1")
        is_version = head[:3] == magic[:3]
        wanted = magic.decode()
        raise _damage(
            path,
            f"has the version {found} of the format, and this package reads {wanted}"
            if is_version
            else f"does not begin with {wanted}",
        )
    if len(head) < count:
        raise _damage(path, f"is cut short: {count} bytes expected, {len(head)} found")
    return head


def _require_size(path: str | os.PathLike[str], wanted: int) -> None:
    found = Path(path).stat().st_size
    if found != wanted:
        state = "cut short" if found < wanted else "too long"
        raise _damage(path, f"is {state}: {wanted} bytes expected, {found} found")


def _damage(path: str | os.PathLike[str], problem: str) -> DamageError:
    return DamageError(
        f"{os.fspath(path)} {problem}",
        "give the files of one run of lacunad, and this package and lacunad of one release",
    )
