"""Composes the coverage of organs from the counts that the schema's functions return."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from .records import Coverage

#: The most reliable origin first.
ORIGINS = ("expert", "reviewed", "assisted", "model")


class CoverageFacts:
    """The rows of ``statements.COVERAGE``: kind, organ, status or whole, origin, partial, number, median."""

    def __init__(self, facts: Iterable[Sequence[Any]]) -> None:
        self.volumes: int | None = None
        self._counts: dict[str, list[tuple[str, str, bool, int]]] = defaultdict(list)
        self._surplus: dict[str, int] = {}
        self._medians: dict[str, float | None] = {}
        self._wholes: dict[str, set[str]] = defaultdict(set)
        for kind, organ, status, origin, partial, number, median in facts:
            if kind == "count":
                self._counts[organ].append((status, origin, partial, number))
            elif kind == "size":
                self.volumes = number
            elif kind == "surplus":
                self._surplus[organ] = number
            elif kind == "median":
                self._medians[organ] = median
            else:
                self._wholes[organ].add(status)

    def organs(self, order: Iterable[str]) -> list[str]:
        """The organs with a row: those with a label, and divisions of those with an annotation."""
        known = {organ for organ, found in self._counts.items() if any(count[0] != "unlabelled" for count in found)}
        annotated = {organ for organ, found in self._counts.items() if any(count[0] == "annotated" for count in found)}
        return [organ for organ in order if organ in known or not self._wholes.get(organ, set()).isdisjoint(annotated)]

    def row(self, organ: str, dice: float | None, quality: Sequence[float | None]) -> Coverage:
        """``quality``: soft Dice, predicted Dice, and the bounds of its interval."""
        counts: Counter[str] = Counter()
        origins: Counter[str] = Counter()
        partial = 0
        for status, origin, is_partial, number in self._counts.get(organ, ()):
            counts[status] += number
            if status != "unlabelled":
                origins[origin] += number
            if status == "annotated" and is_partial:
                partial += number
        volumes = self.volumes or 0
        annotated, absent, pseudo = counts["annotated"], counts["absent"], counts["pseudo"]
        has_pseudo = pseudo > 0
        soft, predicted, lower, upper = quality if has_pseudo else (None, None, None, None)
        return Coverage(
            organ=organ,
            volumes=volumes,
            annotated=annotated,
            absent=absent,
            pseudo=pseudo,
            unlabelled=volumes - annotated - absent - pseudo,
            median_confidence=self._medians.get(organ),
            held_out_dice=dice if has_pseudo else None,
            predicted_dice=predicted,
            dice_lower=lower,
            dice_upper=upper,
            soft_dice=soft,
            partial=partial,
            union_known=counts["unlabelled"],
            subjects=annotated + absent - self._surplus.get(organ, 0),
            by_origin={origin: origins[origin] for origin in ORIGINS if origins[origin] > 0},
        )
