"""The known-voxel rule: the hand-made cases of the program's own tests, and random ones."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import lacuna
from lacuna import CompositeLabel, KnownLabel, KnownVoxels, PseudoLabel, known_voxels
from lacuna.known import OrganLabel
from lacuna.masks import Bits

from .vectors import KNOWN_VOXELS

SHAPE = (6, 1, 1)
# 0 liver, 1 left kidney, 2 right kidney, 3 liver tumour: all exclude each other, except the tumour, a part of the liver.
EXCLUSIONS = [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)]
PARTS = [(3, 0)]
NONE: list[OrganLabel] = [None, None, None, None]


def bits(*voxels: int) -> Bits:
    plane = np.zeros(SHAPE, np.bool_)
    plane[list(voxels)] = True
    return plane


def states(found: KnownVoxels) -> list[list[int]]:
    """The bytes of the program's planes: 0 unknown, 1 negative, 2 positive, 4 more where only a pseudo label knows."""
    known = found.known.astype(int)
    values = np.where(known == 0, 0, 1 + found.target + 4 * (known == 2))
    return [plane.reshape(-1, order="F").tolist() for plane in values]


def row(
    labels: list[OrganLabel], composites: list[CompositeLabel] | None = None
) -> tuple[list[list[int]], list[list[int]]]:
    found = known_voxels(labels, composites or [], EXCLUSIONS, PARTS, SHAPE)
    return states(found), [plane.reshape(-1, order="F").tolist() for plane in found.composite]


def test_nothing_labelled_is_nothing_known() -> None:
    assert row(NONE)[0] == [[0] * 6] * 4


def test_a_voxel_of_one_organ_is_a_known_negative_of_the_organs_it_excludes() -> None:
    found, _ = row([KnownLabel(bits(1, 2)), None, KnownLabel(None), None])
    assert found == [[1, 2, 2, 1, 1, 1], [0, 1, 1, 0, 0, 0], [1] * 6, [0] * 6]


def test_outside_its_extent_an_organ_is_unknown() -> None:
    found, _ = row([KnownLabel(bits(2), extent=((1, 0, 0), (4, 1, 1))), None, None, None])
    assert found[:2] == [[0, 1, 2, 1, 0, 0], [0, 0, 1, 0, 0, 0]]


def test_outside_its_validity_mask_an_organ_is_unknown_and_excludes_none() -> None:
    found, _ = row([KnownLabel(bits(1, 2), valid=bits(0, 1, 4)), None, KnownLabel(None, valid=bits(5)), None])
    assert found[:3] == [[1, 2, 0, 0, 1, 0], [0, 1, 0, 0, 0, 0], [0, 1, 0, 0, 0, 1]]


def test_a_composite_label_is_unknown_outside_its_validity_mask() -> None:
    found, composite = row(NONE, [CompositeLabel((1, 2), bits(0, 4), valid=bits(0, 1))])
    assert found[1] == found[2] == [0, 1, 0, 0, 0, 0]
    assert composite == [[1, 0, 0, 0, 0, 0]]


def test_a_composite_label_is_zero_for_all_parts_and_open_where_set() -> None:
    found, composite = row(NONE, [CompositeLabel((1, 2), bits(0, 1, 4))])
    assert found[:3] == [[1, 1, 0, 0, 1, 0], [0, 0, 1, 1, 0, 1], [0, 0, 1, 1, 0, 1]]
    assert composite == [[1, 1, 0, 0, 1, 0]]


def test_a_composite_label_is_closed_where_one_part_is_known_to_be_present() -> None:
    found, composite = row([None, KnownLabel(bits(0)), None, None], [CompositeLabel((1, 2), bits(0, 1, 4))])
    assert found[1:3] == [[2, 1, 1, 1, 1, 1], [1, 0, 1, 1, 0, 1]]
    assert composite == [[0, 1, 0, 0, 1, 0]]


def test_a_positive_of_a_part_is_a_positive_of_its_whole() -> None:
    found, _ = row([None, None, None, KnownLabel(bits(3))])
    assert found[0] == [0, 0, 0, 2, 0, 0]
    assert found[3] == [1, 1, 1, 2, 1, 1]
    assert found[1] == [0, 0, 0, 1, 0, 0]


def test_a_pseudo_label_never_overrules_what_is_known() -> None:
    found, _ = row([KnownLabel(bits(1)), PseudoLabel(bits(0, 1, 2), valid=bits(1, 2, 5)), None, None])
    assert found[:3] == [[1, 2, 1, 1, 1, 1], [0, 1, 6, 0, 0, 5], [0, 1, 5, 0, 0, 0]]


def test_planes_are_bytes_of_organ_x_y_z() -> None:
    found = known_voxels([None, KnownLabel(None)], [], [], [], (4, 3, 2))
    assert found.target.shape == found.known.shape == (2, 4, 3, 2)
    assert found.composite.shape == (0, 4, 3, 2)
    assert {plane.dtype for plane in found[:3]} == {np.dtype(np.uint8)}


def test_arguments_are_checked() -> None:
    with pytest.raises(lacuna.ArgumentError, match="shape"):
        known_voxels([KnownLabel(np.zeros((2, 2, 2), np.bool_))], [], [], [], SHAPE)
    with pytest.raises(lacuna.ArgumentError, match="bool"):
        known_voxels([KnownLabel(np.zeros(SHAPE, np.uint8))], [], [], [], SHAPE)
    with pytest.raises(lacuna.ArgumentError, match="extent"):
        known_voxels([KnownLabel(None, extent=((0, 0, 0), (7, 1, 1)))], [], [], [], SHAPE)
    with pytest.raises(lacuna.ArgumentError, match="composite"):
        known_voxels([None], [CompositeLabel((0, 1), None)], [], [], SHAPE)
    with pytest.raises(lacuna.ArgumentError, match="pair"):
        known_voxels([None], [], [(0, 1)], [], SHAPE)


# Random cases, which Tests/LearningTests/KnownVoxelVectorTests.swift compares with the program's rule.


def plane(voxels: list[int] | None, shape: tuple[int, int, int]) -> Bits | None:
    """Linear indices, x fastest."""
    if voxels is None:
        return None
    flat = np.zeros(shape[0] * shape[1] * shape[2], np.bool_)
    flat[voxels] = True
    return flat.reshape(shape, order="F")


def organ_label(case: dict[str, Any], shape: tuple[int, int, int]) -> OrganLabel:
    foreground, valid = plane(case["foreground"], shape), plane(case["valid"], shape)
    if case["kind"] == "unknown":
        return None
    if case["kind"] == "pseudo":
        assert foreground is not None
        return PseudoLabel(foreground, valid)
    return KnownLabel(foreground, extent(case), valid)


def extent(case: dict[str, Any]) -> Any:
    bounds = case["extent"]
    return None if bounds is None else (tuple(bounds[:3]), tuple(bounds[3:]))


def evaluate(case: dict[str, Any]) -> dict[str, Any]:
    shape = tuple(case["shape"])
    found = known_voxels(
        [organ_label(label, shape) for label in case["labels"]],
        [
            CompositeLabel(
                tuple(item["parts"]), plane(item["foreground"], shape), extent(item), plane(item["valid"], shape)
            )
            for item in case["composites"]
        ],
        [tuple(pair) for pair in case["exclusions"]],
        [tuple(pair) for pair in case["parts"]],
        shape,
        case["compositeSets"],
    )
    return {
        "planes": states(found),
        "compositePlanes": [plane.reshape(-1, order="F").tolist() for plane in found.composite],
    }


@pytest.mark.parametrize("case", json.loads(KNOWN_VOXELS.read_text()))
def test_random_cases_are_those_of_the_program(case: dict[str, Any]) -> None:
    assert evaluate(case) == {"planes": case["planes"], "compositePlanes": case["compositePlanes"]}
