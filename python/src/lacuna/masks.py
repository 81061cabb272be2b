"""Masks as numpy arrays, and the decoder of their stored form, version 1.

Arrays have the axes [x, y, z] of the canonical grid: x grows to the right, y to the front, z to the head, as in
``nibabel.as_closest_canonical``.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import zstandard

from .errors import DamageError

Bits = npt.NDArray[np.bool_]
#: Canonical voxels from ``lower`` to before ``upper``: (x, y, z) each.
Box = tuple[tuple[int, int, int], tuple[int, int, int]]

_HEADER = 8 + 12 + 24
_RESTORE = "restore the object from the backup, then run lacuna verify --read-data"


@dataclass(frozen=True)
class Mask:
    """A mask of one organ in one volume, on the volume's canonical grid, axes [x, y, z]."""

    id: int
    volume: int
    organ: str
    #: The voxels of the organ. Of a prediction the whole prediction.
    foreground: Bits
    #: Validity mask: where the label is known; of a prediction, the accepted voxels. None: everywhere.
    valid: Bits | None
    #: The box within which an annotation is complete. None: everywhere.
    extent: Box | None
    #: Whether a round of a run predicted it.
    is_prediction: bool

    @property
    def known(self) -> Bits:
        """Where the organ is known: within the extent and the validity mask."""
        known = np.ones(self.foreground.shape, np.bool_) if self.valid is None else self.valid.copy()
        if self.extent is not None:
            outside = np.ones(known.shape, np.bool_)
            outside[box_slices(self.extent)] = False
            known[outside] = False
        return known


def box_slices(box: Box) -> tuple[slice, slice, slice]:
    """The box as slices of an array [x, y, z]."""
    (x, y, z), (to_x, to_y, to_z) = box
    return slice(x, to_x), slice(y, to_y), slice(z, to_z)


def extent_box(bounds: Sequence[int] | None) -> Box | None:
    """A box of the six bounds (lower x, y, z, upper x, y, z) that the catalogue records."""
    if bounds is None:
        return None
    return (bounds[0], bounds[1], bounds[2]), (bounds[3], bounds[4], bounds[5])


def decode(
    stored: bytes, shape: Sequence[int], content_sha256: str | None = None, name: str = "mask"
) -> tuple[Bits, Bits | None]:
    """The foreground and the validity mask (None: valid everywhere) of stored bytes, as [x, y, z].

    Stored: ``LMZ1``, the canonical length (u64), one zstd frame. Canonical, little-endian: ``LMSK``, version (u16), flags (u16, bit
    0: a validity mask follows), shape (3 x u32), then for each mask its box (lower, upper: 6 x u32) and the bits of the voxels of
    the box, x fastest, lowest bit first, padded to a byte. No more memory is allocated than ``shape`` requires.

    Args:
        stored: bytes from an untrusted source.
        shape: the voxels along x, y, z that the mask must have.
        content_sha256: the SHA-256 of the canonical form, compared where it is given.
        name: for errors.

    Raises:
        DamageError: for anything else than such bytes.
    """
    canonical = _inflate(stored, shape, name)
    if content_sha256 is not None and hashlib.sha256(canonical).hexdigest() != content_sha256:
        raise _damage(name, "its content hash differs")
    version, flags, *found = struct.unpack_from("<HH3I", canonical, 4)
    if canonical[:4] != b"LMSK" or version != 1 or flags > 1:
        raise _damage(name, "its format is unknown")
    if found != list(shape):
        raise _damage(name, "its shape differs from that of its volume")
    foreground, at = _plane(canonical, 20, shape, name)
    valid = None
    if flags:
        valid, at = _plane(canonical, at, shape, name)
    if at != len(canonical):
        raise _damage(name, "bytes follow its end")
    return foreground, valid


def _inflate(stored: bytes, shape: Sequence[int], name: str) -> bytes:
    if len(stored) <= 12 or stored[:4] != b"LMZ1":
        raise _damage(name, "it does not begin with the magic number of a mask")
    (length,) = struct.unpack_from("<Q", stored, 4)
    plane = (int(np.prod(shape, dtype=np.int64)) + 7) // 8
    limit = 20 + 2 * (24 + plane)
    if not _HEADER <= length <= limit:
        raise _damage(name, f"its header gives {length} bytes, but at most {limit} are possible")
    try:
        size = zstandard.get_frame_parameters(stored[12:]).content_size
        if size not in (length, zstandard.CONTENTSIZE_UNKNOWN):
            raise _damage(name, "its bytes do not decompress")
        canonical = zstandard.ZstdDecompressor().decompress(stored[12:], max_output_size=length, allow_extra_data=False)
    except zstandard.ZstdError:
        raise _damage(name, "its bytes do not decompress") from None
    if len(canonical) != length:
        raise _damage(name, "its bytes do not decompress")
    return canonical


def _plane(canonical: bytes, at: int, shape: Sequence[int], name: str) -> tuple[Bits, int]:
    """The bits that begin at ``at``, and where they end."""
    if at + 24 > len(canonical):
        raise _damage(name, "it ends early")
    bounds = struct.unpack_from("<6I", canonical, at)
    lower, upper = bounds[:3], bounds[3:]
    if not all(low <= high <= size for low, high, size in zip(lower, upper, shape, strict=True)):
        raise _damage(name, "its box is outside the volume")
    sizes = [high - low for low, high in zip(lower, upper, strict=True)]
    count = sizes[0] * sizes[1] * sizes[2]
    start, end = at + 24, at + 24 + (count + 7) // 8
    if end > len(canonical):
        raise _damage(name, "it ends early")
    bits = np.unpackbits(np.frombuffer(canonical, np.uint8)[start:end], count=count, bitorder="little")
    plane = np.zeros(tuple(shape), np.bool_)
    plane[box_slices((lower, upper))] = bits.view(np.bool_).reshape(sizes, order="F")
    return plane, end


def _damage(name: str, reason: str) -> DamageError:
    return DamageError(f"{name} is damaged: {reason}", _RESTORE)
