"""The known-voxel loss for PyTorch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from .errors import ArgumentError, MissingExtraError
from .known import PSEUDO

try:
    import torch
    from torch import Tensor
    from torch.nn import functional
except ImportError as error:
    raise MissingExtraError("torch", "torch", "the loss") from error


def targets(states: Tensor) -> tuple[Tensor, Tensor]:
    """``target`` and ``known`` for the loss, of the states of a batch (uint8), on their device; of the same shape and type."""
    return states >> 1 & 1, states.clamp(max=1) + (states >> 2)


class KnownVoxelLoss(torch.nn.Module):
    """Cross-entropy over known voxels only, one sigmoid per organ, with a term for composite labels and soft Dice.

    L = sum(w * BCE(sigmoid(s), y)) / sum(w) over known voxels and voxels of composite labels; such a voxel has the term
    -log(1 - prod(1 - p)) over the parts that are not known to be absent there. Plus ``dice_weight`` times the mean of 1 - Dice over
    the organs with a known positive voxel in the batch, of the whole batch, smoothed by 1. A voxel with w = 0 has no gradient, and
    nothing known is a loss of 0. It is the loss of lacunad; of several processes each has that of its own voxels.
    """

    def __init__(
        self,
        normalisation: Literal["total", "perOrgan", "constant"] = "total",
        dice_weight: float = 0.0,
        positive_weights: Sequence[float] | None = None,
        composite_sets: Sequence[Sequence[int]] = (),
        pseudo_weight: float = 1.0,
    ) -> None:
        """
        Args:
            normalisation: total divides by the weight of all known voxels; perOrgan takes the mean over the organs and composite labels
                with a known voxel; constant divides by the number of all logits.
            dice_weight: 0 or more; 0: no Dice term.
            positive_weights: one for each organ: the weight of a positive voxel in the cross-entropy, not in its normalisation.
            composite_sets: the parts of each composite label, as indices of organs; ``KnownVoxelDataset.composite_sets``.
            pseudo_weight: the weight of voxels that only a pseudo label knows, from 0 to 1.

        Raises:
            ArgumentError: for a value out of its range.
        """
        super().__init__()
        if normalisation not in ("total", "perOrgan", "constant"):
            raise ArgumentError(f"no normalisation is named {normalisation}", "use total, perOrgan or constant")
        if dice_weight < 0 or not 0 <= pseudo_weight <= 1:
            raise ArgumentError(
                "a weight is out of its range", "use a dice_weight of 0 or more and a pseudo_weight from 0 to 1"
            )
        self.normalisation = normalisation
        self.dice_weight = dice_weight
        self.pseudo_weight = pseudo_weight
        self.composite_sets = tuple(tuple(parts) for parts in composite_sets)
        self.positive_weights: Tensor | None
        weights = None if positive_weights is None else torch.tensor(list(positive_weights), dtype=torch.float32)
        self.register_buffer("positive_weights", weights, persistent=False)

    def forward(self, logits: Tensor, target: Tensor, known: Tensor, composite: Tensor | None = None) -> Tensor:
        """The loss, a scalar of float32.

        Args:
            logits: [N, organs, …] with any spatial axes, of any float type; the loss is computed in float32.
            target: the same shape: 1 where the organ is known to be present, else 0.
            known: the same shape. Of an integer type, as ``KnownVoxels.known``: 0 unknown, 1 known, 2 known by a pseudo label only. Of
                a float type, the weights themselves.
            composite: [N, composite sets, …]: 1 where a composite label is set, none of its parts is known to be present, and one at
                least is unknown; None without composite labels.

        Raises:
            ArgumentError: for shapes that do not fit.
        """
        self._check(logits, target, known, composite)
        logits, target, weight = logits.float(), target.float(), self._weights(known)
        axes = [0, *range(2, logits.dim())]
        terms = self._cross_entropy(logits, target, weight).sum(axes)
        weights = weight.sum(axes)
        if composite is not None and self.composite_sets:
            composite = composite.float()
            terms = torch.cat([terms, self._composite_terms(logits, weight, composite)])
            weights = torch.cat([weights, composite.sum(axes)])
        loss = (terms * self._factors(weights, logits.numel())).sum()
        if self.dice_weight > 0:
            loss = loss + self.dice_weight * self._dice(logits, target, weight, axes)
        return loss

    def _check(self, logits: Tensor, target: Tensor, known: Tensor, composite: Tensor | None) -> None:
        if logits.dim() < 3 or target.shape != logits.shape or known.shape != logits.shape:
            raise ArgumentError(
                f"logits, target and known have the shapes {tuple(logits.shape)}, {tuple(target.shape)} and "
                f"{tuple(known.shape)}",
                "use one shape, [N, organs, …]",
            )
        wanted = (logits.shape[0], len(self.composite_sets), *logits.shape[2:])
        if composite is not None and tuple(composite.shape) != wanted:
            raise ArgumentError(f"composite has the shape {tuple(composite.shape)}", f"use {wanted}")

    def _weights(self, known: Tensor) -> Tensor:
        if known.is_floating_point():
            return known.float()
        weight = (known > 0).float()
        return weight if self.pseudo_weight == 1 else torch.where(known == PSEUDO, self.pseudo_weight, weight)

    def _cross_entropy(self, logits: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        positive = None
        if self.positive_weights is not None:
            positive = self.positive_weights.view(1, -1, *[1] * (logits.dim() - 2))
        return functional.binary_cross_entropy_with_logits(
            logits, target, weight=weight, pos_weight=positive, reduction="none"
        )

    def _composite_terms(self, logits: Tensor, weight: Tensor, composite: Tensor) -> Tensor:
        """The sum of -log(1 - prod(1 - p)) of each composite label.

        With L = sum(log(1 - p)) it is -log(-expm1(L)), in float64; L is kept at most -1e-300, so that the logarithm is finite.
        """
        absent = functional.logsigmoid(-logits.double()) * (weight == 0)
        terms = []
        for place, parts in enumerate(self.composite_sets):
            none = absent[:, list(parts)].sum(1).clamp(max=-1e-300)
            terms.append((-torch.log(-torch.expm1(none)) * composite[:, place]).sum())
        return torch.stack(terms).float()

    def _factors(self, weights: Tensor, positions: int) -> Tensor:
        if self.normalisation == "constant":
            return torch.full_like(weights, 1 / positions)
        if self.normalisation == "total":
            return torch.ones_like(weights) / weights.sum().clamp(min=1)
        informed = (weights > 0).sum().clamp(min=1)
        return torch.where(weights > 0, 1 / (weights * informed).clamp(min=torch.finfo(weights.dtype).tiny), 0.0)

    def _dice(self, logits: Tensor, target: Tensor, weight: Tensor, axes: list[int]) -> Tensor:
        positives = (weight * target).sum(axes)
        present = (positives > 0).float()
        probability = logits.sigmoid() * weight
        dice = (2 * (probability * target).sum(axes) + 1) / (probability.sum(axes) + positives + 1)
        organs = present.sum()
        return (organs > 0).float() - (dice * present).sum() / organs.clamp(min=1)
