"""The known-voxel rule: which voxels the labels of a volume decide. The reference form, in numpy.

It is the rule of the program (docs/method.md, section 1), voxel for voxel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .errors import ArgumentError
from .masks import Bits, Box, box_slices

Plane = npt.NDArray[np.uint8]

#: Values of ``KnownVoxels.known``.
UNKNOWN, KNOWN, PSEUDO = 0, 1, 2

_NEGATIVE, _POSITIVE, _PSEUDO_BIT = 1, 2, 4


@dataclass(frozen=True)
class KnownLabel:
    """An annotated organ, or one that is absent (``foreground`` None).

    Complete within ``extent`` (None: everywhere) where ``valid`` is set (None: everywhere); unknown elsewhere. Masks are [x, y, z].
    """

    foreground: Bits | None
    extent: Box | None = None
    valid: Bits | None = None


@dataclass(frozen=True)
class PseudoLabel:
    """A prediction, accepted where ``valid`` is set (None: everywhere). It never overrides an annotation."""

    foreground: Bits
    valid: Bits | None = None


@dataclass(frozen=True)
class CompositeLabel:
    """One label for several organs together, such as both kidneys; ``parts`` are their indices. Else as ``KnownLabel``."""

    parts: tuple[int, ...]
    foreground: Bits | None
    extent: Box | None = None
    valid: Bits | None = None


#: The label of one organ; None: unlabelled.
OrganLabel = KnownLabel | PseudoLabel | None


class KnownVoxels(NamedTuple):
    """What is known of each organ at each voxel; uint8 planes [organ, x, y, z]."""

    #: 1 where the organ is known to be present, else 0.
    target: Plane
    #: 0 unknown, 1 known, 2 known by a pseudo label only.
    known: Plane
    #: [set, x, y, z]: 1 where a composite label is set, none of its parts is known to be present, and one at least is unknown.
    composite: Plane
    #: The parts of the composite label of each plane of ``composite``.
    composite_sets: tuple[tuple[int, ...], ...]


def known_voxels(
    labels: Sequence[OrganLabel],
    composites: Sequence[CompositeLabel],
    exclusions: Sequence[tuple[int, int]],
    parts: Sequence[tuple[int, int]],
    shape: tuple[int, int, int],
    composite_sets: Sequence[Sequence[int]] | None = None,
) -> KnownVoxels:
    """Determines the voxels that are known for training.

    In this order, each step filling only voxels that are still unknown: complete labels; the parts of a composite label where it is
    zero; a whole where one of its parts is positive; certain negatives (a voxel of one organ, for the organs that it excludes); then
    the same for pseudo labels.

    Args:
        labels: one for each organ.
        composites: the composite labels of the volume.
        exclusions: unordered pairs of organs, as indices, that exclude each other at a voxel.
        parts: pairs (part, whole), with the transitive ones: a voxel of the part is one of the whole.
        shape: voxels along x, y, z.
        composite_sets: the parts of the composite labels that have a plane; a composite label of other parts is left out. None: those
            of ``composites``.

    Raises:
        ArgumentError: for a mask of another shape, an extent outside the volume, or an index of no organ.
    """
    sets = _composite_sets(composites, composite_sets)
    rule = _Rule(len(labels), exclusions, parts)
    _check(labels, composites, sets, shape)
    planes = np.zeros((len(labels), *shape), np.uint8)
    for plane, label in zip(planes, labels, strict=True):
        if isinstance(label, KnownLabel):
            _paint(plane, label)
    union = np.zeros((len(sets), *shape), np.uint8)
    for composite in composites:
        if composite.parts in sets:
            rule.paint_composite(union[sets.index(composite.parts)], composite, planes)
    rule.spread(planes, 0)
    for plane, label in zip(planes, labels, strict=True):
        if isinstance(label, PseudoLabel):
            _mark(plane, True if label.valid is None else label.valid, _truth(label.foreground) | np.uint8(_PSEUDO_BIT))
    rule.spread(planes, _PSEUDO_BIT)
    for plane, members in zip(union, sets, strict=True):
        _settle(plane, planes[list(members)])
    # Of the bits, the second is set for positives and the third where only a pseudo label knows.
    target = planes >> np.uint8(1) & np.uint8(1)
    known = np.minimum(planes, np.uint8(KNOWN)) + (planes >> np.uint8(2))
    return KnownVoxels(target, known, union, sets)


class _Rule:
    """The relations of the organs."""

    def __init__(self, count: int, exclusions: Sequence[tuple[int, int]], parts: Sequence[tuple[int, int]]) -> None:
        for pair in [*exclusions, *parts]:
            if not all(0 <= organ < count for organ in pair):
                raise ArgumentError(f"the pair {pair} names no organ", f"use indices from 0 to {count - 1}")
        self.excluded: list[set[int]] = [set() for _ in range(count)]
        for first, second in exclusions:
            if first != second:
                self.excluded[first].add(second)
                self.excluded[second].add(first)
        self.wholes = list(parts)

    def paint_composite(self, union: Plane, composite: CompositeLabel, planes: Plane) -> None:
        """Where the label is negative, so are its parts; where it is positive, organs that all its parts exclude are negative."""
        _paint(union, composite)
        for part in composite.parts:
            _mark(planes[part], union == _NEGATIVE, _NEGATIVE)
        for organ in range(len(planes)):
            if organ not in composite.parts and all(organ in self.excluded[part] for part in composite.parts):
                _mark(planes[organ], union == _POSITIVE, _NEGATIVE)

    def spread(self, planes: Plane, evidence: int) -> None:
        positive, negative = _POSITIVE | evidence, _NEGATIVE | evidence
        for part, whole in self.wholes:
            _mark(planes[whole], planes[part] == positive, positive)
        for organ, others in enumerate(self.excluded):
            here = planes[organ] == positive
            if others and here.any():
                for other in sorted(others):
                    _mark(planes[other], here, negative)


def _paint(plane: Plane, label: KnownLabel | CompositeLabel) -> None:
    """Negative within extent and validity mask, positive where the foreground is set; unchanged elsewhere."""
    inside = box_slices(label.extent) if label.extent is not None else (slice(None),) * 3
    where = True if label.valid is None else label.valid[inside]
    truth = np.uint8(_NEGATIVE) if label.foreground is None else _truth(label.foreground[inside])
    np.copyto(plane[inside], truth, where=where)


def _truth(foreground: Bits) -> Plane:
    """Positive in the foreground, else negative."""
    return foreground.view(np.uint8) + np.uint8(_NEGATIVE)


def _mark(plane: Plane, where: Bits | bool, value: int | Plane) -> None:
    """Writes a value where the plane is unknown."""
    open_voxels = plane == 0
    open_voxels &= where
    np.copyto(plane, np.asarray(value, np.uint8), where=open_voxels)


def _settle(union: Plane, parts: Plane) -> None:
    present = ((parts & 3) == _POSITIVE).any(axis=0)
    union[...] = (union == _POSITIVE) & ~present & (parts == 0).any(axis=0)


def _composite_sets(
    composites: Sequence[CompositeLabel], wanted: Sequence[Sequence[int]] | None
) -> tuple[tuple[int, ...], ...]:
    if wanted is not None:
        return tuple(tuple(parts) for parts in wanted)
    return tuple(dict.fromkeys(composite.parts for composite in composites))


def _check(
    labels: Sequence[OrganLabel],
    composites: Sequence[CompositeLabel],
    sets: Sequence[Sequence[int]],
    shape: tuple[int, int, int],
) -> None:
    for label in [*labels, *composites]:
        if label is None:
            continue
        given = [mask for mask in (label.foreground, label.valid) if mask is not None]
        if any(mask.shape != tuple(shape) or mask.dtype != np.bool_ for mask in given):
            raise ArgumentError(
                "a mask has another shape than the volume, or is not of bool",
                f"use masks of bool of the shape {tuple(shape)}",
            )
        extent = None if isinstance(label, PseudoLabel) else label.extent
        if extent is not None and not all(0 <= a <= b <= n for a, b, n in zip(*extent, shape, strict=True)):
            raise ArgumentError("an extent is outside the volume", f"use a box within {tuple(shape)}")
    members = [*sets, *(composite.parts for composite in composites)]
    if any(not parts or not all(0 <= part < len(labels) for part in parts) for parts in members):
        raise ArgumentError("a composite label names no organ", f"use indices from 0 to {len(labels) - 1}")
