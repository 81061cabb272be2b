"""Batches of the compiled sampler: those that ``lacunad`` itself trains on."""

from __future__ import annotations

import ctypes
import operator
import os
import weakref
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal, SupportsIndex, TypedDict

import numpy as np
import numpy.typing as npt

from .arguments import names
from .cache import Intensity
from .errors import ArgumentError
from .known import Plane
from .native import library


class Batch(TypedDict):
    """One batch. Spatial axes are [z, y, x], or [y, x] for two dimensions; x grows to the right, y to the front, z to the head."""

    #: [rows, 1, z, y, x], or [rows, slices, y, x]: float32, normalised.
    image: npt.NDArray[np.float32]
    #: [rows, organs, …] uint8: 0 unknown, 1 negative, 2 positive; plus 4 where only a pseudo label says so.
    states: Plane
    #: [rows, composite labels, …] uint8: 1 where a composite label is set and it is open which of its parts is there.
    composite: Plane
    #: [rows, 5] int64: the index of the case, the organ that the row was drawn for or -1, and the lower corner of the patch along x, y, z.
    origins: npt.NDArray[np.int64]
    #: The number of the batch.
    step: int


@dataclass(frozen=True)
class CachedCase:
    """A volume of the training cache: its image (``.volume``), its labels (``.labels``) and its normalisation."""

    volume: int
    image: str
    labels: str
    intensity: Intensity


def targets(states: Plane) -> tuple[Plane, Plane]:
    """``target`` and ``known`` as ``KnownVoxels`` has them, of the states of a batch; of the same shape."""
    target = states >> np.uint8(1) & np.uint8(1)
    return target, np.minimum(states, np.uint8(1)) + (states >> np.uint8(2))


#: Numbers of batches and rounds are smaller.
_LIMIT = 1 << 63
#: Settings that arguments decide.
_OWN_ARGUMENTS = {"dimensions", "contextSlices", "patch", "batch"}


def _number(value: object, name: str) -> int:
    """A whole number of any type, such as numpy's."""
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise ArgumentError(f"{name} is {value!r}", "give a whole number") from None


class Batches:
    """Batches of volumes of the training cache.

    Batch i is a function of the seed, the round, i and the rank alone, equal bit for bit to that of ``lacunad``; it does not depend on the
    batches before it, on threads or on processes. The object can be pickled; each process maps the files itself. As a map-style data set:
    ``DataLoader(batches, batch_size=None, sampler=range(start, stop))``.
    """

    def __init__(
        self,
        cases: Sequence[CachedCase],
        organs: Sequence[str],
        *,
        patch: Sequence[int],
        batch: int = 2,
        composites: Sequence[Sequence[str]] = (),
        seed: int = 0,
        round: int = 0,
        rank: int = 0,
        ranks: int = 1,
        slices: int = 1,
        augmentation: Literal["none", "nnUNet"] = "none",
        settings: Mapping[str, object] | None = None,
    ) -> None:
        """
        Args:
            cases: the volumes.
            organs: keys of the organs, in the order of the channels of the labels.
            patch: voxels along x, y, z; x, y: slices.
            batch: patches in a batch of this rank.
            composites: the parts of each composite label, in the order of the channels of the labels.
            seed: from 0 to 2^64 - 1.
            round: from 0.
            rank: which of ``ranks`` processes this is, from 0: the rows of all are those of one batch that is as many times larger.
            ranks: their number.
            slices: for patches of two dimensions, how many slices the network sees; an odd number.
            augmentation: random changes of the patches: none, or the shares and ranges of nnU-Net.
            settings: single settings under their names in a configuration (section ``learning``), such as ``{"cutMixShare": 0.2}``.

        Raises:
            MissingLibraryError: for a package without the compiled sampler.
            ArgumentError: for a value out of its range, and volumes in which nothing is known.
            DamageError: for a file that is missing, of another length or version, or labels of another grid or other organs.
        """
        self.cases = tuple(cases)
        self.organs = tuple(names(organs, "an organ"))
        self.patch = tuple(patch)
        self.seed, self.round, self.rank, self.ranks = (
            _number(value, name) for value, name in ((seed, "seed"), (round, "round"), (rank, "rank"), (ranks, "ranks"))
        )
        batch, slices = _number(batch, "batch"), _number(slices, "slices")
        self.composite_sets = tuple(tuple(self._index(part) for part in parts) for parts in composites)
        if not self.organs:
            raise ArgumentError("there is no organ", "name those of the labels, in their order")
        if len(self.patch) not in (2, 3):
            raise ArgumentError(f"the patch has {len(self.patch)} axes", "give voxels along x, y and z, or x and y")
        if not 0 <= self.seed < 1 << 64:
            raise ArgumentError(f"the seed {self.seed} is out of its range", "use one from 0 to 2^64 - 1")
        if not all(abs(value) < _LIMIT for value in (self.round, self.rank, self.ranks)):
            raise ArgumentError("round, rank or ranks is out of its range", "use numbers below 2^63")
        fixed = _OWN_ARGUMENTS.intersection(settings or {})
        if fixed:
            raise ArgumentError(f"settings has {', '.join(sorted(fixed))}", "give patch, batch and slices as arguments")
        self._settings: dict[str, object] = {
            **{"foregroundShare": 0.5, "intensityJitter": 0.1, "augmentation": augmentation},
            **(settings or {}),
            **{"dimensions": len(self.patch), "contextSlices": slices, "patch": self.patch, "batch": batch},
        }
        planes = self.patch[::-1]
        self._shapes = (
            (batch, slices, *planes),
            (batch, len(self.organs), *planes),
            (batch, len(self.composite_sets), *planes),
        )
        self._handle = self._open()

    # MARK: batches

    def __getitem__(self, step: SupportsIndex) -> Batch:
        """The batch of that number, in new arrays."""
        return self.fill(step, self.empty())

    def empty(self) -> Batch:
        """Arrays for a batch, without values."""
        image, states, composite = self._shapes
        origins = np.empty((image[0], 5), np.int64)
        return Batch(
            image=np.empty(image, np.float32),
            states=np.empty(states, np.uint8),
            composite=np.empty(composite, np.uint8),
            origins=origins,
            step=0,
        )

    def fill(self, step: SupportsIndex, into: Batch) -> Batch:
        """Writes a batch into arrays of ``empty``, or others of the same shapes and types, and returns them. Any thread may call it.

        Raises:
            ArgumentError: for arrays of other shapes, and a step below 0.
        """
        image, states, composite, origins = into["image"], into["states"], into["composite"], into["origins"]
        given: list[tuple[npt.NDArray[Any], str]] = [
            (image, "float32"),
            (states, "uint8"),
            (composite, "uint8"),
            (origins, "int64"),
        ]
        shapes = (*self._shapes, (self._shapes[0][0], 5))
        for (array, kind), shape in zip(given, shapes, strict=True):
            if array.shape != shape or array.dtype != kind or not (array.flags.c_contiguous and array.flags.writeable):
                raise ArgumentError(
                    f"an array has the shape {array.shape} and the type {array.dtype}",
                    f"use one of {shape} and {kind} in C order, as Batches.empty() makes them",
                )
        number = _number(step, "step")
        if not 0 <= number < _LIMIT:
            raise ArgumentError(f"there is no batch {number}", "count batches from 0, below 2^63")
        memory = [number for array, _ in given for number in (array.ctypes.data, array.size)]
        library().call("fill", self._handle, self.seed, self.round, number, *memory)
        into["step"] = number
        return into

    def steps(self, start: int, stop: int, threads: int = 2, reuse: bool = False) -> Iterator[Batch]:
        """The batches from ``start`` to before ``stop``, in their order, filled ahead by threads.

        Args:
            start: the first number; a training that is resumed begins at any.
            stop: the number after the last.
            threads: how many batches are filled at a time; as many and one more are kept ahead.
            reuse: write into the arrays of earlier batches, which is faster: a batch is valid until the next one is taken.

        Raises:
            ArgumentError: for fewer than one thread.
        """
        if threads < 1:
            raise ArgumentError(f"{threads} threads fill no batches", "use at least one")
        return self._steps(start, stop, threads, reuse)

    def _steps(self, start: int, stop: int, threads: int, reuse: bool) -> Iterator[Batch]:
        slots = [self.empty() for _ in range(threads + 2)] if reuse else []
        pool = ThreadPoolExecutor(threads, "lacuna-batches")
        ahead: deque[Future[Batch]] = deque()
        following = iter(range(start, stop))

        def begin() -> None:
            step = next(following, None)
            if step is not None:
                ahead.append(pool.submit(self.fill, step, slots[step % len(slots)] if reuse else self.empty()))

        try:
            for _ in range(threads + 1):
                begin()
            while ahead:
                yield ahead.popleft().result()
                begin()
        finally:
            pool.shutdown(cancel_futures=True)

    # MARK: the library

    def _index(self, organ: str) -> int:
        if organ not in self.organs:
            raise ArgumentError(f"a composite label names {organ}", f"use {', '.join(self.organs)}")
        return self.organs.index(organ)

    def _open(self) -> int:
        native = library()
        keys = (ctypes.c_char_p * len(self.organs))(*[organ.encode() for organ in self.organs])
        made = ctypes.c_void_p()
        native.call("plan", keys, len(self.organs), ctypes.byref(made))
        plan = made.value
        try:
            for key, value in self._settings.items():
                native.call("set", plan, key.encode(), _text(value).encode())
            for parts in self.composite_sets:
                native.call("composite", plan, (ctypes.c_int64 * len(parts))(*parts), len(parts))
            for case in self.cases:
                own = case.intensity
                numbers = (ctypes.c_double * 5)(own.low, own.high, own.mean, own.deviation, own.outside)
                files = (os.fsencode(case.image), os.fsencode(case.labels))
                native.call("volume", plan, case.volume, *files, numbers)
            handle = ctypes.c_void_p()
            native.call("open", plan, self.rank, self.ranks, ctypes.byref(handle))
        finally:
            native.value("plan_free", plan)
        opened = handle.value
        assert opened is not None
        weakref.finalize(self, native.value, "free", opened)
        return opened

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "_handle"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._handle = self._open()


def _text(value: object) -> str:
    """A value as a configuration has it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(_text(part) for part in value)}]"
    return str(value)
