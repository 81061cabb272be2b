"""A map-style data set of images and of what is known of each organ at each voxel."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np
import numpy.typing as npt

from .errors import ArgumentError
from .known import CompositeLabel, KnownLabel, KnownVoxels, OrganLabel, PseudoLabel, known_voxels
from .masks import Box, extent_box
from .records import Source, Volume

if TYPE_CHECKING:
    from .catalogue import Catalogue


class Item(TypedDict):
    """One item. Spatial axes are [x, y, z], canonical (RAS+)."""

    #: [1, x, y, z] float32, in the values of the image, such as Hounsfield units.
    image: npt.NDArray[np.float32]
    #: [organ, x, y, z] uint8: 1 where the organ is known to be present.
    target: npt.NDArray[np.uint8]
    #: [organ, x, y, z] uint8: 0 unknown, 1 known, 2 known by a pseudo label only.
    known: npt.NDArray[np.uint8]
    #: [composite set, x, y, z] uint8: 1 where a composite label is set and it is open which of its parts is there.
    composite: npt.NDArray[np.uint8]
    #: 4 x 4: voxel indices of these arrays to RAS+ millimetres.
    affine: npt.NDArray[np.float64]
    #: The id of the volume.
    volume: int
    #: ``DATASET/CASE`` of the image.
    case: str


@dataclass(frozen=True)
class OrganFacts:
    """A label of a volume, without its voxels."""

    is_pseudo: bool
    mask: int | None
    extent: Box | None


@dataclass(frozen=True)
class CaseLabels:
    """A volume with its labels: of the organs by their index, and of composites by the indices of their parts."""

    volume: int
    shape: tuple[int, int, int]
    source: Source
    labels: Mapping[int, OrganFacts]
    composites: tuple[tuple[tuple[int, ...], OrganFacts], ...]

    @staticmethod
    def make(
        volume: Volume,
        source: Source,
        organs: Sequence[str],
        composites: Mapping[str, Sequence[int]],
        rows: Sequence[tuple[Any, ...]],
    ) -> CaseLabels:
        """``rows``: organ, status, origin, confidence, mask and extent of each label."""
        facts = {row[0]: OrganFacts(row[1] == "pseudo", row[4], extent_box(row[5])) for row in rows}
        own = {place: facts[key] for place, key in enumerate(organs) if key in facts}
        joint = tuple((tuple(composites[key]), facts[key]) for key in sorted(facts) if key in composites)
        return CaseLabels(volume.id, volume.shape, source, own, joint)


class KnownVoxelDataset:
    """Images with the target and the known voxels of organs, for ``torch.utils.data.DataLoader`` or any other loader.

    Made by ``Catalogue.dataset``. Item i is a function of the labels as of the revision, the seed and i alone, so that a run can begin
    at any item and workers need no state; every process that reads an item opens a connection of its own. Items are on the image's own
    grid; they are not resampled or normalised. A pickled data set contains the connection string.
    """

    def __init__(
        self,
        reopen: Callable[[], Catalogue],
        organs: Sequence[str],
        cases: Sequence[CaseLabels],
        exclusions: Sequence[tuple[int, int]],
        parts: Sequence[tuple[int, int]],
        *,
        patch: tuple[int, int, int] | None = None,
        length: int | None = None,
        shuffle: bool = False,
        seed: int = 0,
    ) -> None:
        """
        Args:
            patch: voxels along x, y, z of a window at a random place; beyond a smaller image it is filled with the least value of the
                image, and unknown. None: the whole image.
            length: the number of items; None: one for each volume. Item i is of volume i modulo their number.
            shuffle: whether each pass over the volumes has an order of its own.
            seed: of order and places, 0 or more.

        Raises:
            ArgumentError: for a patch, length or seed out of its range.
        """
        if patch is not None and (len(patch) != 3 or min(patch) < 1):
            raise ArgumentError(
                f"{patch} is no size of a patch", "use three numbers of 1 or more: voxels along x, y, z"
            )
        if (length is not None and length < 0) or not 0 <= seed < 1 << 63:
            raise ArgumentError(
                "length or seed is out of its range", "use a length of 0 or more, and a seed below 2^63"
            )
        self.organs = tuple(organs)
        #: The parts of the composite labels, as indices of organs; the planes of ``composite`` are in this order.
        self.composite_sets = tuple(sorted({parts for case in cases for parts, _ in case.composites}))
        self._reopen = reopen
        self._cases = tuple(cases)
        self._exclusions = tuple(exclusions)
        self._parts = tuple(parts)
        self._patch = patch
        self._length = len(cases) if length is None else length
        self._shuffle = shuffle
        self._seed = seed
        self._catalogue: Catalogue | None = None
        self._process = 0

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: int) -> Item:
        """
        Raises:
            IndexError: outside the data set.
            LacunaError: as ``Catalogue.image`` and ``Catalogue.mask``.
        """
        case = self._case(index)
        index %= self._length
        image = self._open().image_of(case.source)
        box = self._box(index, case.shape)
        found = self._known(case)
        voxels = image.voxels.astype(np.float32)
        affine = image.affine.copy()
        affine[:3, 3] += affine[:3, :3] @ box[0]
        return Item(
            image=_window(voxels[None], box, float(voxels.min())),
            target=_window(found.target, box, 0),
            known=_window(found.known, box, 0),
            composite=_window(found.composite, box, 0),
            affine=affine,
            volume=case.volume,
            case=f"{case.source.dataset}/{case.source.case}",
        )

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_catalogue": None}

    def volume(self, index: int) -> int:
        """The id of the volume of an item, without reading it."""
        return self._case(index).volume

    def close(self) -> None:
        """Closes the connection of this process; the next item opens another."""
        if self._catalogue is not None:
            self._catalogue.close()
            self._catalogue = None

    def _open(self) -> Catalogue:
        # A process that was forked cannot use its parent's connection.
        if self._catalogue is None or self._process != os.getpid():
            self._catalogue = self._reopen()
            self._process = os.getpid()
        return self._catalogue

    def _case(self, index: int) -> CaseLabels:
        if not -self._length <= index < self._length:
            raise IndexError(index)
        epoch, place = divmod(index % self._length, len(self._cases))
        if self._shuffle:
            place = int(self._random(0, epoch).permutation(len(self._cases))[place])
        return self._cases[place]

    def _box(self, index: int, shape: tuple[int, int, int]) -> Box:
        """The window of an item, which may extend beyond a smaller image."""
        if self._patch is None:
            return (0, 0, 0), shape
        random = self._random(1, index)
        lower = [
            int(random.integers(0, max(size - wanted, 0) + 1)) for size, wanted in zip(shape, self._patch, strict=True)
        ]
        upper = [start + wanted for start, wanted in zip(lower, self._patch, strict=True)]
        return (lower[0], lower[1], lower[2]), (upper[0], upper[1], upper[2])

    def _random(self, purpose: int, place: int) -> np.random.Generator:
        return np.random.Generator(np.random.Philox(key=[self._seed, purpose << 62 | place]))

    def _known(self, case: CaseLabels) -> KnownVoxels:
        """The known voxels of a whole volume."""
        labels = [self._label(case.labels.get(place)) for place in range(len(self.organs))]
        composites = [CompositeLabel(parts, *self._planes(facts)) for parts, facts in case.composites]
        return known_voxels(labels, composites, self._exclusions, self._parts, case.shape, self.composite_sets)

    def _label(self, facts: OrganFacts | None) -> OrganLabel:
        if facts is None:
            return None
        foreground, extent, valid = self._planes(facts)
        if not facts.is_pseudo:
            return KnownLabel(foreground, extent, valid)
        return None if foreground is None else PseudoLabel(foreground, valid)

    def _planes(self, facts: OrganFacts) -> tuple[Any, Box | None, Any]:
        if facts.mask is None:
            return None, facts.extent, None
        mask = self._open().mask(facts.mask)
        return mask.foreground, facts.extent, mask.valid


def _window(planes: npt.NDArray[Any], box: Box, outside: float) -> npt.NDArray[Any]:
    """The box of [plane, x, y, z]; ``outside`` beyond the volume."""
    inside = planes[(slice(None), *(slice(low, high) for low, high in zip(*box, strict=True)))]
    sizes = [high - low for low, high in zip(*box, strict=True)]
    missing = [(0, size - have) for size, have in zip(sizes, inside.shape[1:], strict=True)]
    return np.ascontiguousarray(np.pad(inside, [(0, 0), *missing], constant_values=outside))
