"""The local store of objects: immutable bytes, each named by the SHA-256 of the bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import BinaryIO

from .errors import DamageError, StoreError

_VERSION = 1
_RESTORE = "restore the file from the backup, then run lacuna verify --read-data"


class ObjectStore:
    """Reads the store of one catalogue. Every object is hashed at its first use, and compared with its name."""

    def __init__(self, location: str, catalogue: str) -> None:
        """
        Args:
            location: a folder, or a ``file://`` URI of one.
            catalogue: the id of the catalogue, which the store must be of.

        Raises:
            StoreError: where there is no store, or it is of another catalogue or of a newer format.
        """
        self._root = _folder(location)
        self._verified: set[str] = set()
        self._check_marker(catalogue)

    def read(self, digest: str, offset: int, length: int) -> bytes:
        """``length`` bytes of an object from ``offset``.

        Raises:
            DamageError: where the file is missing or short, or does not hash to its name.
            StoreError: where it cannot be read.
        """
        path = self._root / digest[:2] / digest[2:]
        try:
            with path.open("rb") as file:
                if digest not in self._verified:
                    if _sha256(file) != digest:
                        raise DamageError(f"{path}: the bytes of the object are damaged", _RESTORE)
                    self._verified.add(digest)
                file.seek(offset)
                found = file.read(length)
        except (FileNotFoundError, IsADirectoryError):
            raise DamageError(f"{path}: the file of the object is missing", _RESTORE) from None
        except OSError as error:
            raise StoreError(
                f"{path}: the object cannot be read: {error.strerror}", "run as a user who may read the store"
            ) from None
        if len(found) != length:
            raise DamageError(f"{path}: the file of the object is too short", _RESTORE)
        return found

    def _check_marker(self, catalogue: str) -> None:
        path = self._root / "lacuna-store"
        try:
            lines = [line.split() for line in path.read_text("ascii", errors="replace").splitlines()]
        except OSError as error:
            raise StoreError(
                f"{self._root}: there is no object store that can be read: {error.strerror}",
                "name it with connect(objects=…) or its home with LACUNA_HOME",
            ) from None
        if len(lines) < 1 or len(lines[0]) != 2 or lines[0][0] != "lacuna-store" or not lines[0][1].isdigit():
            raise StoreError(f"{path}: the marker of the store is damaged", "restore the file from the backup")
        if int(lines[0][1]) > _VERSION:
            raise StoreError(
                f"{path}: the store has format {lines[0][1]}, which is newer than this package",
                "install a newer release of lacuna-client",
            )
        if len(lines) != 2 or len(lines[1]) != 2 or lines[1][0] != "catalogue":
            raise StoreError(f"{path}: the marker of the store is damaged", "restore the file from the backup")
        if lines[1][1].lower() != catalogue.lower():
            raise StoreError(
                f"{self._root}: the store belongs to catalogue {lines[1][1]}, the database is catalogue {catalogue}",
                "name this catalogue's own store with connect(objects=…)",
            )


def _folder(location: str) -> Path:
    if location.startswith("file://"):
        return Path(location[7:])
    if "://" in location:
        raise StoreError(f"{location} is not a folder", "name a folder or a file:// URI with connect(objects=…)")
    return Path(location)


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while block := file.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()
