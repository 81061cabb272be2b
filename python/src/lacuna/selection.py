"""The volumes of a data set for training, with the labels that count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .dataset import CaseLabels
from .errors import ArgumentError
from .queries import Queries

ORIGINS = ("expert", "assisted", "reviewed", "model")
PARTS = ("train", "confidence", "validation", "test")


@dataclass(frozen=True)
class Selection:
    """What a data set is made of; see ``Catalogue.dataset``."""

    organs: list[str]
    split: str | None
    part: str
    revision: int
    datasets: Sequence[str]
    origins: frozenset[str]
    pseudo: bool

    def cases(self, queries: Queries) -> list[CaseLabels]:
        """The labelled volumes of the part, in the order of their ids. Volumes of locked test subjects are in the part test only."""
        queries.require_datasets(self.datasets)
        if self.part not in PARTS:
            raise ArgumentError(f"no part is named {self.part}", f"use {', '.join(PARTS[:-1])} or {PARTS[-1]}")
        if self.split is None and self.part != "train":
            raise ArgumentError(
                f"the part {self.part} is of a split, and none is named",
                "name it with split=…; lacuna split show lists the splits with their parts",
            )
        unknown = sorted(self.origins.difference(ORIGINS))
        if unknown:
            raise ArgumentError(f"no origin is named {unknown[0]}", f"use {', '.join(ORIGINS[:-1])} or {ORIGINS[-1]}")
        folds, subjects = queries.places(self.split)
        if folds > 1:
            raise ArgumentError(
                f"{self.split} is the common name of {folds} folds", f"name one of them, such as {self.split}-0"
            )
        locked, composites = queries.locked(), queries.ontology.composites(self.organs)
        found = []
        for volume in queries.volumes():
            place = subjects.get(volume.subject) if subjects is not None else None
            if subjects is not None and (place is None or place.part != self.part):
                continue
            if volume.id in locked and self.part != "test":
                continue
            source = next(
                (
                    one
                    for one in volume.sources
                    if not one.removed and (not self.datasets or one.dataset in self.datasets)
                ),
                None,
            )
            if source is None:
                continue
            labels = queries.export_labels(self.revision, volume.id, self.datasets)
            kept = [row for row in labels if self._counts(row[0], row[1], row[2], row[0] in composites)]
            if kept:
                found.append(CaseLabels.make(volume, source, self.organs, composites, kept))
        if not found:
            raise ArgumentError(
                f"no volume of {self._place} is labelled for these organs by the origins {', '.join(sorted(self.origins))}",
                f"see coverage(), and lacuna split show {self.split} for the subjects of each part"
                if self.split
                else "see coverage()",
            )
        return found

    @property
    def _place(self) -> str:
        return f"the part {self.part} of split {self.split}" if self.split else "the catalogue"

    def _counts(self, organ: str, status: str, origin: str, is_composite: bool) -> bool:
        if status == "pseudo":
            return self.pseudo and organ in self.organs
        return origin in self.origins and (organ in self.organs or is_composite)
