"""Checks of arguments whose type a mistake easily changes."""

from __future__ import annotations

import operator
from collections.abc import Iterable

from .errors import ArgumentError


def names(value: str | Iterable[str], kind: str) -> list[str]:
    """A list of names; one text is one name, not its letters.

    Raises:
        ArgumentError: for anything but names, called ``kind`` in the message.
    """
    if isinstance(value, str):
        return [value]
    found = list(value) if isinstance(value, Iterable) else [value]
    for name in found:
        if not isinstance(name, str):
            raise ArgumentError(
                f"{name!r} is not the name of {kind}", f"give the name of {kind} as text, or a list of names"
            )
    return found


def identifier(value: object, kind: str, remedy: str) -> int:
    """A whole number of any type, such as numpy's.

    Raises:
        ArgumentError: for anything else, called the id of ``kind`` in the message.
    """
    try:
        if isinstance(value, bool):
            raise TypeError
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise ArgumentError(f"{value!r} is not the id of {kind}", remedy) from None
