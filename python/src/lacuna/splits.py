"""The part of each subject in a split, or in the folds of a cross-validation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count, takewhile

from .errors import ArgumentError

#: By part; the parts that train are in one list, as in the program's export.
LISTS: Mapping[str | None, str] = {
    None: "training",
    "train": "training",
    "confidence": "training",
    "validation": "validation",
    "test": "testing",
}


@dataclass(frozen=True)
class Place:
    """The part of a subject in each fold, counted from 0; None: unassigned there."""

    parts: tuple[str | None, ...]

    @property
    def part(self) -> str | None:
        """The part that the subject counts as: test if it is tested in any fold, train if it validates in one of several."""
        if len(self.parts) == 1:
            return self.parts[0]
        if "validation" in self.parts and "test" not in self.parts:
            return "train"
        return next((part for part in ("test", "confidence", "train") if part in self.parts), None)

    @property
    def validates(self) -> list[int]:
        """The folds in which the subject validates."""
        return [fold for fold, part in enumerate(self.parts) if part == "validation"]

    @property
    def is_left_out(self) -> bool:
        """Whether it neither trains nor validates in some fold."""
        return any(part in (None, "test") for part in self.parts)


def fold_names(name: str, names: Sequence[str]) -> list[str]:
    """The split of that name, or else its folds NAME-0, NAME-1 and so on.

    Raises:
        ArgumentError: for an unknown split.
    """
    if name in names:
        return [name]
    folds = list(takewhile(names.__contains__, (f"{name}-{fold}" for fold in count())))
    if not folds:
        raise ArgumentError(f"no split is named {name}", "see lacuna split show")
    return folds


def places(parts: Sequence[Mapping[str, str]]) -> dict[str, Place]:
    """The places of subjects, by name; ``parts`` has the part of each subject of each fold."""
    subjects = {subject for fold in parts for subject in fold}
    return {subject: Place(tuple(fold.get(subject) for fold in parts)) for subject in subjects}
