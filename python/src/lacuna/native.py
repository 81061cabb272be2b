"""The compiled sampler, ``liblacuna_batches``: where it is, and its functions. ``lacuna_batches.h`` beside it declares them for C."""

from __future__ import annotations

import ctypes
import functools
import os
from pathlib import Path

from .errors import ArgumentError, DamageError, LacunaError, MissingLibraryError

#: Names another file than the library of the package.
VARIABLE = "LACUNA_BATCHES_LIBRARY"
FILE = "liblacuna_batches.so"
#: In a package without the library: why it was not built.
REASON = "without_sampler.txt"

_VERSION = 2
_MESSAGE_BYTES = 4096
_FILE_STATUS = 2

_Pointer, _Text, _Number, _Status = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int64, ctypes.c_int32
_MESSAGE = [ctypes.c_char_p, ctypes.c_int64]

#: Results and arguments; those that return a status also take the memory for a message.
_FUNCTIONS: dict[str, tuple[type | None, list[type]]] = {
    "version": (_Number, []),
    "plan": (_Status, [_Pointer, _Number, _Pointer, *_MESSAGE]),
    "plan_free": (None, [_Pointer]),
    "set": (_Status, [_Pointer, _Text, _Text, *_MESSAGE]),
    "composite": (_Status, [_Pointer, _Pointer, _Number, *_MESSAGE]),
    "volume": (_Status, [_Pointer, _Number, _Text, _Text, _Pointer, *_MESSAGE]),
    "open": (_Status, [_Pointer, _Number, _Number, _Pointer, *_MESSAGE]),
    "free": (None, [_Pointer]),
    "fill": (
        _Status,
        [_Pointer, ctypes.c_uint64, _Number, _Number, *[_Pointer, _Number] * 4, *_MESSAGE],
    ),
}


class Library:
    """The functions by their names without the prefix. A call releases Python's lock."""

    def __init__(self, path: Path) -> None:
        try:
            self._library = ctypes.CDLL(str(path))
        except OSError as error:
            raise MissingLibraryError(f"the library {path} cannot be loaded: {error}") from error
        for name, (result, arguments) in _FUNCTIONS.items():
            try:
                function = getattr(self._library, f"lacuna_batches_{name}")
            except AttributeError as error:
                raise MissingLibraryError(f"the library {path} has no function {error}") from error
            function.restype, function.argtypes = result, arguments
        found = self.value("version")
        if found != _VERSION:
            raise MissingLibraryError(f"the library {path} has the version {found}, and this package needs {_VERSION}")

    def value(self, name: str, *arguments: object) -> int:
        """Calls a function that returns a number or an address."""
        return int(getattr(self._library, f"lacuna_batches_{name}")(*arguments) or 0)

    def call(self, name: str, *arguments: object) -> None:
        """Calls a function that returns a status.

        Raises:
            DamageError: for a file that cannot be used.
            ArgumentError: for anything else that is wrong.
        """
        message = ctypes.create_string_buffer(_MESSAGE_BYTES)
        status = self.value(name, *arguments, message, _MESSAGE_BYTES)
        if status == 0:
            return
        problem, _, remedy = message.value.decode(errors="replace").partition("\n")
        kind: type[LacunaError] = DamageError if status == _FILE_STATUS else ArgumentError
        raise kind(problem, remedy)


@functools.cache
def library() -> Library:
    """The library that ``LACUNA_BATCHES_LIBRARY`` names, else that of the package.

    Raises:
        MissingLibraryError: where there is none, or it cannot be loaded.
    """
    named = os.environ.get(VARIABLE)
    path = Path(named) if named else Path(__file__).with_name(FILE)
    if not path.is_file():
        raise MissingLibraryError(
            f"there is no library {path}" if named else _without(Path(__file__).with_name(REASON))
        )
    return Library(path)


def _without(file: Path) -> str:
    reason = f": {file.read_text(encoding='utf-8').strip()}" if file.is_file() else ""
    return f"this package has no compiled sampler{reason}"
