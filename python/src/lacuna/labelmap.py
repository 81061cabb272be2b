"""Label maps: one value a voxel, composed of the masks of several organs, as the program's exports write them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .errors import ArgumentError
from .masks import Bits, Box, box_slices
from .ontology import Ontology

LARGEST_COUNT = 253


class LabelScheme:
    """The values of organs in a label map.

    The value of a voxel is that of the most specific organ that it belongs to. An organ that contains others has several values, and a
    whole whose divisions all are in the map has none of its own.
    """

    def __init__(self, wanted: Sequence[str], ontology: Ontology) -> None:
        """
        Args:
            wanted: keys of organs. Values rise in this order, wholes before their parts.

        Raises:
            ArgumentError: for no organ or too many, or for organs that share a part which has no value.
        """
        if not 1 <= len(wanted) <= LARGEST_COUNT:
            raise ArgumentError(
                f"a label map cannot have {len(wanted)} organs", f"name from 1 to {LARGEST_COUNT} organs"
            )
        self.organs = _wholes_first(wanted, ontology)
        self.parts = [
            [place for place, key in enumerate(self.organs) if key in ontology.parts(whole)] for whole in self.organs
        ]
        self._refuse_shared_parts(ontology)
        self.values: list[int | None] = []
        for organ in self.organs:
            divisions = ontology.divisions(organ)
            has_value = not divisions or not all(key in self.organs for key in divisions)
            self.values.append(sum(value is not None for value in self.values) + 1 if has_value else None)
        self.ignore = sum(value is not None for value in self.values) + 1

    def region(self, organ: int) -> list[int]:
        """The values of the voxels of an organ, rising. ``organ`` is an index of ``organs``."""
        return sorted(value for place in [organ, *self.parts[organ]] if (value := self.values[place]) is not None)

    def _refuse_shared_parts(self, ontology: Ontology) -> None:
        for a, first in enumerate(self.organs):
            for b, second in enumerate(self.organs[a + 1 :], a + 1):
                shared = ontology.parts(first) & ontology.parts(second)
                if b not in self.parts[a] and a not in self.parts[b] and shared and shared.isdisjoint(self.organs):
                    raise ArgumentError(
                        f"{first} and {second} share {min(shared)}, which has no value",
                        f"add {min(shared)}, or leave one of them out",
                    )


@dataclass(frozen=True)
class Evidence:
    """What the catalogue records of one organ in one volume."""

    organ: str
    #: The id of its mask; None: the organ is absent.
    mask: int | None
    #: The box within which an annotation is complete; None: everywhere.
    extent: Box | None
    is_model_made: bool


#: Reads the foreground and the validity mask of a mask.
Load = Callable[[int], tuple[Bits, Bits | None]]


class LabelComposer:
    """Composes label maps of one scheme.

    A voxel has a value where it is known for every organ of the map whether the voxel belongs to it, else the value ``ignore``.
    Annotations come first; pseudo labels apply only where annotations leave a voxel undecided.
    """

    def __init__(self, scheme: LabelScheme, ontology: Ontology) -> None:
        self.scheme = scheme
        self._ontology = ontology

    def concerns(self, organ: str) -> bool:
        """Whether a label of the organ says something about an organ of the map."""
        above = self._ontology.parts(organ)
        return any(key == organ or organ in self._ontology.parts(key) or key in above for key in self.scheme.organs)

    def compose(
        self, evidence: Sequence[Evidence], shape: tuple[int, int, int], load: Load, name: str
    ) -> npt.NDArray[np.uint8]:
        """The label map [x, y, z].

        Args:
            evidence: at most one item an organ.
            name: of the case, for errors.

        Raises:
            ArgumentError: where two organs overlap that do not exclude each other.
        """
        positive = np.zeros((len(self.scheme.organs), *shape), np.bool_)
        negative = np.zeros_like(positive)
        for is_model_made in (False, True):
            items = [item for item in evidence if item.is_model_made == is_model_made]
            if items:
                _Step(self.scheme, self._ontology, items, shape, load).apply(positive, negative, not is_model_made)
        return self._paint(positive, negative, name)

    def _paint(self, positive: Bits, negative: Bits, name: str) -> npt.NDArray[np.uint8]:
        scheme = self.scheme
        undecided = ~(positive | negative).all(axis=0)
        taken = np.zeros_like(undecided)
        clashing = np.zeros_like(undecided)
        claims = positive.copy()
        for organ, claim in enumerate(claims):
            for part in scheme.parts[organ]:
                claim &= ~positive[part]
            clashing |= taken & claim
            taken |= claim
            if scheme.values[organ] is None:
                undecided |= claim
        self._refuse_overlaps(claims, clashing & ~undecided, name)
        values = np.zeros(undecided.shape, np.uint8)
        for claim, value in zip(claims, scheme.values, strict=True):
            if value is not None:
                values[claim] = value
        values[undecided | clashing] = scheme.ignore
        return values

    def _refuse_overlaps(self, claims: Bits, clashing: Bits, name: str) -> None:
        """Of organs that exclude each other one label is wrong, and the voxel is undecided; others overlap."""
        if not clashing.any():
            return
        organs = self.scheme.organs
        for a, first in enumerate(organs):
            for b, second in enumerate(organs[a + 1 :], a + 1):
                if not self._ontology.excludes(first, second) and (claims[a] & claims[b] & clashing).any():
                    raise ArgumentError(
                        f"{first} and {second} overlap in {name}, and a label map has one value a voxel",
                        "leave one of them out",
                    )


class _Step:
    """What the annotations, or the pseudo labels, of a volume say."""

    def __init__(
        self,
        scheme: LabelScheme,
        ontology: Ontology,
        evidence: Sequence[Evidence],
        shape: tuple[int, int, int],
        load: Load,
    ) -> None:
        self._scheme = scheme
        self._ontology = ontology
        self._evidence = {item.organ: item for item in evidence}
        self._shape = shape
        self._load = load

    def apply(self, positive: Bits, negative: Bits, overrules: bool) -> None:
        organs = self._scheme.organs
        for organ, item in self._evidence.items():
            if organ in organs:
                self._learn(positive, negative, organs.index(organ), *self._statement(item))
        for organ, item in self._evidence.items():
            if organ not in organs:
                self._learn_of_other(positive, negative, item)
        for place, organ in enumerate(organs):
            if organ not in self._evidence:
                found = self._negative(organ)
                if found is not None:
                    negative[place] |= found & ~positive[place]
        self._relate(positive, negative, overrules)

    def _learn_of_other(self, positive: Bits, negative: Bits, item: Evidence) -> None:
        effects = [(place, self._effect(item.organ, organ)) for place, organ in enumerate(self._scheme.organs)]
        if not any(effect for _, effect in effects):
            return
        inside, outside = self._statement(item)
        for place, effect in effects:
            if effect == "part":
                positive[place] |= inside & ~negative[place]
            elif effect:
                negative[place] |= (outside if effect == "whole" else inside) & ~positive[place]

    def _effect(self, other: str, organ: str) -> str | None:
        """What ``other`` is to an organ of the map."""
        if other in self._ontology.parts(organ):
            return "part"
        if organ in self._ontology.parts(other):
            return "whole"
        return "excluded" if self._ontology.excludes(organ, other) else None

    def _relate(self, positive: Bits, negative: Bits, overrules: bool) -> None:
        scheme = self._scheme
        for whole in reversed(range(len(scheme.organs))):
            for part in scheme.parts[whole]:
                if overrules:
                    positive[whole] |= positive[part]
                    negative[whole] &= ~positive[part]
                else:
                    positive[whole] |= positive[part] & ~negative[whole]
        for whole, parts in enumerate(scheme.parts):
            for part in parts:
                negative[part] |= negative[whole] & ~positive[part]
        for a, first in enumerate(scheme.organs):
            for b, second in enumerate(scheme.organs):
                if self._ontology.excludes(first, second):
                    negative[b] |= positive[a] & ~positive[b]

    def _learn(self, positive: Bits, negative: Bits, place: int, inside: Bits, outside: Bits) -> None:
        positive[place] |= inside & ~negative[place]
        negative[place] |= outside & ~positive[place]

    def _statement(self, item: Evidence) -> tuple[Bits, Bits]:
        """The voxels inside the organ, and those examined and outside it."""
        within = np.ones(self._shape, np.bool_)
        if item.extent is not None:
            within[...] = False
            within[box_slices(item.extent)] = True
        if item.mask is None:
            return np.zeros(self._shape, np.bool_), within
        foreground, valid = self._load(item.mask)
        if valid is not None:
            within &= valid
        return within & foreground, within & ~foreground

    def _negative(self, organ: str) -> Bits | None:
        """The voxels outside an organ: without a label of its own, those outside all its divisions; None where one is unknown."""
        if organ in self._evidence:
            return self._statement(self._evidence[organ])[1]
        found = [self._negative(division) for division in self._ontology.divisions(organ)]
        planes = [plane for plane in found if plane is not None]
        if not planes or len(planes) < len(found):
            return None
        common: Bits = np.logical_and.reduce(planes)
        return common


def _wholes_first(wanted: Sequence[str], ontology: Ontology) -> list[str]:
    waiting, placed = list(wanted), []
    while waiting:
        inside = set().union(*(ontology.parts(key) for key in waiting))
        placed.append(waiting.pop(next(place for place, key in enumerate(waiting) if key not in inside)))
    return placed
