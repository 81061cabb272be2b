"""Images of volumes in canonical orientation, through nibabel."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .errors import ImageError, MissingExtraError
from .records import Source

#: Canonical axis and direction of the letters of an orientation.
_LETTERS = {"R": (0, 1), "L": (0, -1), "A": (1, 1), "P": (1, -1), "S": (2, 1), "I": (2, -1)}


class Image(NamedTuple):
    """Voxels [x, y, z] of the canonical grid, and the affine from voxel indices to RAS+ millimetres."""

    #: int16 where the file stores whole numbers that fit and are not scaled, else float32.
    voxels: npt.NDArray[Any]
    affine: npt.NDArray[np.float64]


class StoredImage(NamedTuple):
    """An image as its file has it, and how its axes lie."""

    image: Any
    orientation: str


def read(source: Source, home: str | None) -> Image:
    """The image of a source, whose file must be the imported one.

    The orientation and the affine are those of the catalogue, so that the image lies as the masks of the volume do.

    Raises:
        ImageError, MissingExtraError.
    """
    stored = load(source, home)
    voxels = np.asanyarray(stored.image.dataobj)
    voxels = voxels.reshape((*voxels.shape, 1, 1)[:3])
    is_int16 = np.issubdtype(voxels.dtype, np.integer) and _fits_int16(voxels)
    voxels = voxels.astype(np.int16 if is_int16 else np.float32)
    return Image(np.ascontiguousarray(canonical(voxels, stored.orientation)), affine(source))


def load(source: Source, home: str | None) -> StoredImage:
    """The file of a source by nibabel, compared with the checksum of its import. A converted DICOM series is read from the home."""
    try:
        import nibabel
    except ImportError as error:
        raise MissingExtraError("nibabel", "images", "an image") from error
    found = _checked(source, home)
    try:
        return StoredImage(nibabel.load(found), source.orientation)
    except Exception as error:
        raise ImageError(f"{found}: nibabel cannot read the image: {error}", "restore the imported file") from None


def path(source: Source, home: str | None) -> Path:
    """The file of an image, or of a DICOM series the volume that the program converted.

    Raises:
        ImageError: for a series that is not converted.
    """
    if home is not None:
        converted = Path(home, "converted", f"{source.sha256}.nii.gz")
        if converted.is_file():
            return converted
    found = Path(source.path)
    if found.is_dir():
        raise ImageError(
            f"{found}: the DICOM series is not converted",
            "connect with the home in which lacuna keeps converted series",
        )
    return found


def _checked(source: Source, home: str | None) -> Path:
    """The file of an image, whose checksum is that of the import; that of a conversion is its name."""
    found = path(source, home)
    if str(found) != source.path:
        return found
    try:
        checksum = _sha256(found)
    except OSError as error:
        raise ImageError(
            f"{found}: the image cannot be read: {error.strerror}",
            "restore the file, or record its new place with lacuna dataset relocate",
        ) from None
    if checksum != source.sha256:
        raise ImageError(f"{found}: the image is not the one that was imported", "restore the imported file")
    return found


def affine(source: Source) -> npt.NDArray[np.float64]:
    """Canonical voxel indices to RAS+ millimetres, 4 x 4."""
    return np.vstack([np.reshape(source.affine, (3, 4)), [0.0, 0.0, 0.0, 1.0]])


def canonical(voxels: npt.NDArray[Any], orientation: str) -> npt.NDArray[Any]:
    """A view of stored voxels with the axes [x, y, z] of the canonical grid."""
    axes = [_LETTERS[letter][0] for letter in orientation]
    turned = voxels.transpose([axes.index(axis) for axis in range(3)])
    return turned[_flips(orientation)]


def stored(voxels: npt.NDArray[Any], orientation: str) -> npt.NDArray[Any]:
    """A view of canonical voxels with the axes of the file: the inverse of ``canonical``."""
    axes = [_LETTERS[letter][0] for letter in orientation]
    return voxels[_flips(orientation)].transpose(axes)


def _flips(orientation: str) -> tuple[slice, ...]:
    """Along the canonical axes."""
    directions = dict(_LETTERS[letter] for letter in orientation)
    return tuple(slice(None, None, directions[axis]) for axis in range(3))


def _fits_int16(voxels: npt.NDArray[Any]) -> bool:
    limits = np.iinfo(np.int16)
    return voxels.size == 0 or (int(voxels.min()) >= limits.min and int(voxels.max()) <= limits.max)


def _sha256(path: Path) -> str:
    """Of the file; of a pair, of the header's bytes followed by those of the voxels."""
    digest = hashlib.sha256()
    for part in _pair(path):
        with part.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def _pair(path: Path) -> list[Path]:
    for own, other in ((".hdr", ".img"), (".img", ".hdr")):
        for zipped in ("", ".gz"):
            if path.name.lower().endswith(own + zipped):
                stem = path.name[: -len(own + zipped)]
                others = [path.with_name(stem + other + end) for end in ("", ".gz")]
                found = [candidate for candidate in others if candidate.is_file()]
                if found:
                    return [path, found[0]] if own == ".hdr" else [found[0], path]
    return [path]
