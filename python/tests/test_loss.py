"""The loss: the values worked out by hand in the program's own tests, and gradients. On one row of voxels."""

from __future__ import annotations

import json
from math import exp, log
from typing import Any

import pytest

import lacuna

from .vectors import LOSSES

torch = pytest.importorskip("torch", reason="torch is not installed; LACUNA_TORCH_PYTHON names a Python that has it")

from lacuna.torch import KnownVoxelLoss  # noqa: E402


def outcome(
    logits: list[float],
    target: list[float],
    known: list[float],
    organs: int,
    composite: list[float] | None = None,
    sets: tuple[tuple[int, ...], ...] = (),
    dtype: Any = torch.float32,
    **options: Any,
) -> tuple[float, list[float]]:
    """The loss, and its gradient by the logits."""
    width = len(logits) // organs
    shape = (1, organs, 1, width)
    scores = torch.tensor(logits, dtype=torch.float32).reshape(shape).requires_grad_()
    union = None if composite is None else torch.tensor(composite).reshape(1, len(sets), 1, width)
    loss = KnownVoxelLoss(composite_sets=sets, **options)(
        scores, torch.tensor(target).reshape(shape), torch.tensor(known, dtype=dtype).reshape(shape), union
    )
    loss.backward()
    assert scores.grad is not None
    return float(loss.detach()), scores.grad.flatten().tolist()


def close(values: list[float]) -> Any:
    return pytest.approx(values, abs=1e-6)


@pytest.mark.parametrize("dice_weight", [0, 0.5])
def test_unlabelled_contributes_exactly_zero_gradient(dice_weight: float) -> None:
    _, gradient = outcome([1, -2, 0, 30, -30, 3], [1, 0, 0, 0, 0, 0], [1, 1, 1, 0, 0, 0], 2, dice_weight=dice_weight)
    assert gradient[3:] == [0, 0, 0]
    assert all(gradient[:3])


@pytest.mark.parametrize("normalisation", ["total", "perOrgan", "constant"])
def test_nothing_known_is_no_loss_and_no_gradient(normalisation: str) -> None:
    found = outcome([1, -2], [0, 0], [0, 0], 1, dice_weight=0.5, normalisation=normalisation)
    assert found == (0, [0, 0])


def test_known_voxels_give_the_mean_cross_entropy() -> None:
    loss, gradient = outcome([0, 2, -1, 5], [1, 0, 0, 0], [1, 1, 1, 0], 2)
    assert loss == pytest.approx((log(2) + log(1 + exp(2)) + log(1 + exp(-1))) / 3, abs=1e-6)
    assert gradient == close([-0.5 / 3, 1 / (1 + exp(-2)) / 3, 1 / (1 + exp(1)) / 3, 0])


def test_normalisations() -> None:
    first, second, third = log(2), log(1 + exp(2)), log(1 + exp(-1))
    arguments: Any = ([0, 2, -1, 5], [1, 0, 0, 0], [1, 1, 1, 0], 2)
    assert outcome(*arguments, normalisation="perOrgan")[0] == pytest.approx(
        ((first + second) / 2 + third) / 2, abs=1e-6
    )
    assert outcome(*arguments, normalisation="constant")[0] == pytest.approx((first + second + third) / 4, abs=1e-6)


def test_positive_weights_do_not_enter_the_normalisation() -> None:
    loss, _ = outcome([0, 2], [1, 0], [1, 1], 1, positive_weights=[3])
    assert loss == pytest.approx((3 * log(2) + log(1 + exp(2))) / 2, abs=1e-6)


def test_soft_dice_of_known_voxels() -> None:
    """p = 1/2 and sigmoid(2); one positive: 1 - (2 * 1/2 + 1) / (1/2 + sigmoid(2) + 1 + 1)."""
    plain, _ = outcome([0, 2, 9], [1, 0, 0], [1, 1, 0], 1)
    loss, _ = outcome([0, 2, 9], [1, 0, 0], [1, 1, 0], 1, dice_weight=0.5)
    assert loss - plain == pytest.approx(0.5 * (1 - 2 / (2.5 + 1 / (1 + exp(-2)))), abs=1e-6)


def test_a_composite_label_requires_one_of_its_parts() -> None:
    """Two parts with p = 1/2, one voxel: -log(1 - 1/4); its derivative by a logit is -1/6."""
    loss, gradient = outcome([0, 0, 4], [0, 0, 0], [0, 0, 0], 3, [1], ((0, 1),))
    assert loss == pytest.approx(-log(0.75), abs=1e-6)
    assert gradient == close([-1 / 6, -1 / 6, 0])


def test_a_composite_label_leaves_out_parts_known_to_be_absent() -> None:
    loss, gradient = outcome([0, 0], [0, 0], [0, 1], 2, [1], ((0, 1),))
    assert loss == pytest.approx(log(2), abs=1e-6)
    assert gradient == close([-0.25, 0.25])


def test_the_weight_of_a_part_does_not_open_a_composite_label() -> None:
    loss, gradient = outcome([0, 0], [0, 0], [0, 0.5], 2, [1], ((0, 1),))
    assert loss == pytest.approx(log(2), abs=1e-6)
    assert gradient == close([-1 / 3, 1 / 6])


def test_a_composite_label_stays_finite_where_all_parts_are_improbable() -> None:
    """p is exp(-60), beside which exp(-90) is nothing: the loss is 60, and -1 its derivative by the first logit."""
    loss, gradient = outcome([-60, -90], [0, 0], [0, 0], 2, [1], ((0, 1),))
    assert loss == pytest.approx(60, rel=1e-6)
    assert gradient == close([-1, 0])
    assert outcome([-2000, -3000], [0, 0], [0, 0], 2, [1], ((0, 1),))[0] < 700


def test_known_planes_of_bytes_have_the_weight_of_pseudo_voxels() -> None:
    weighted = outcome([0, 0], [0, 0], [0, 0.5], 2, [1], ((0, 1),))
    assert outcome([0, 0], [0, 0], [0, 2], 2, [1], ((0, 1),), torch.uint8, pseudo_weight=0.5) == weighted
    assert outcome([0, 3], [0, 0], [1, 2], 1, dtype=torch.uint8) == outcome([0, 3], [0, 0], [1, 1], 1)


def test_gradients_are_those_of_finite_differences() -> None:
    """On three organs, two composite labels and every term."""
    torch.manual_seed(1)
    loss = KnownVoxelLoss("perOrgan", 0.7, [2.0, 1.0, 5.0], ((0, 1), (1, 2)), 0.3)
    shape = (2, 3, 2, 2, 2)
    logits = torch.randn(shape, requires_grad=True)
    known = torch.randint(0, 3, shape, dtype=torch.uint8)
    target = torch.randint(0, 2, shape) * (known > 0)
    is_open = [(target[:, parts] == 0).all(1) & (known[:, parts] == 0).any(1) for parts in ([0, 1], [1, 2])]
    composite = torch.stack(is_open, 1).byte()
    value = loss(logits, target, known, composite)
    value.backward()
    assert logits.grad is not None
    step = torch.zeros(shape)
    for place in range(0, logits.numel(), 7):
        step.zero_().view(-1)[place] = 1e-2
        with torch.no_grad():
            after, before = (loss(logits + sign * step, target, known, composite) for sign in (1, -1))
        assert float((after - before) / 2e-2) == pytest.approx(float(logits.grad.view(-1)[place]), abs=2e-4)


def test_half_precision_is_computed_in_float32() -> None:
    loss = KnownVoxelLoss(dice_weight=0.5)
    logits = torch.randn(1, 2, 4, 4)
    known, target = torch.ones(1, 2, 4, 4), torch.zeros(1, 2, 4, 4)
    half = logits.bfloat16()
    assert loss(half, target, known).dtype == torch.float32
    assert float(loss(half, target, known)) == float(loss(half.float(), target, known))


def test_arguments_are_checked() -> None:
    planes = torch.zeros(1, 2, 4, 4)
    for make in (
        lambda: KnownVoxelLoss("mean"),  # type: ignore[arg-type]
        lambda: KnownVoxelLoss(dice_weight=-1),
        lambda: KnownVoxelLoss(pseudo_weight=2),
        lambda: KnownVoxelLoss()(planes, planes[:, :1], planes),
        lambda: KnownVoxelLoss()(planes, planes, planes, torch.zeros(1, 1, 4, 4)),
    ):
        with pytest.raises(lacuna.ArgumentError):
            make()


# Random cases, which Tests/LearningTests/LossVectorTests.swift compares with the program's loss.


def evaluate(case: dict[str, Any]) -> tuple[float, list[float]]:
    """The loss of a case and its gradient by the logits."""
    shape = case["shape"]
    sets = case["compositeSets"]
    loss = KnownVoxelLoss(case["normalisation"], case["diceWeight"], case["positiveWeights"], sets)
    logits = torch.tensor(case["logits"]).reshape(shape).requires_grad_()
    composite = torch.tensor(case["composite"]).reshape(shape[0], len(sets), *shape[2:])
    target, known = torch.tensor(case["target"]).reshape(shape), torch.tensor(case["known"]).reshape(shape)
    value = loss(logits, target, known, composite)
    value.backward()
    assert logits.grad is not None
    return float(value.detach()), logits.grad.flatten().tolist()


@pytest.mark.parametrize("case", json.loads(LOSSES.read_text()))
def test_random_cases_are_those_of_the_program(case: dict[str, Any]) -> None:
    loss, gradient = evaluate(case)
    assert loss == pytest.approx(case["loss"], rel=1e-6, abs=1e-6)
    assert gradient == pytest.approx(case["gradient"], abs=1e-6)
