"""The job of an outside trainer (docs/outside-trainers.md): what ``lacunad`` asks a program to do, and the answers."""

from __future__ import annotations

import json
import math
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NoReturn, SupportsFloat

import numpy as np
import numpy.typing as npt

from .batches import Batches, CachedCase
from .cache import Intensity, read_codes
from .errors import ArgumentError, DamageError, JobError
from .json_object import JsonObject
from .logits import write_logits

VERSION = 1
#: The exit status that means "try again later".
AGAIN = 75
#: Settings of batches that are members of a job.
_DECIDED = ("missingAsBackground",)


@dataclass(frozen=True)
class JobCase:
    """A volume of a job."""

    volume: int
    #: Voxels along x, y, z.
    shape: tuple[int, int, int]
    #: Millimetres along x, y, z.
    spacing: tuple[float, float, float]
    modality: str
    #: The ``.volume`` file.
    image: str
    intensity: Intensity
    #: The ``.labels`` file, in the stage train.
    labels: str | None
    #: The file to write, in the stage predict.
    logits: str | None


@dataclass(frozen=True)
class Training:
    """What is to be trained."""

    #: Steps of the whole round.
    steps: int
    #: Weight of voxels that only a pseudo label knows.
    pseudo_weight: float
    #: Whether an organ without a label is taken for absent; ``Job.batches`` does so.
    missing_as_background: bool
    #: Steps that are done; the next batch has this number.
    done: int
    #: Whether ``Job.weights`` are of this round, with the state of the optimiser, or those of another one.
    resumes: bool
    #: The folder for checkpoints.
    checkpoints: Path


@dataclass(frozen=True)
class Job:
    """A job, as ``Job.load`` reads it. Members are those of job.json."""

    stage: Literal["train", "predict"]
    run: str
    round: int
    seed: int
    organs: tuple[str, ...]
    exclusions: tuple[tuple[str, ...], ...]
    composites: tuple[tuple[str, ...], ...]
    cases: tuple[JobCase, ...]
    #: In the stage train.
    training: Training | None
    #: The checkpoint to begin with, or that of the round in the stage predict; None: new weights.
    weights: Path | None
    #: The private folder of the job.
    folder: Path
    _stop: threading.Event

    @staticmethod
    def load(path: str | os.PathLike[str] | None = None) -> Job:
        """Reads the job that ``LACUNA_JOB`` names. Called on the main thread, SIGTERM is noted from now on instead of ending the program
        (``stop_requested``).

        Raises:
            JobError: for a job that is missing, of another version, or not what it should be.
        """
        found = path or os.environ.get("LACUNA_JOB")
        if not found:
            raise JobError("there is no job", "let lacunad start the program, which sets LACUNA_JOB")
        try:
            text = Path(found).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise JobError(
                f"the job {os.fspath(found)} cannot be read: {error}", "let lacunad start the program"
            ) from error
        stop = threading.Event()
        job = _job(text, Path(found), stop)
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, lambda *_: stop.set())
        return job

    # MARK: training

    def batches(self, *, patch: Any, batch: int = 2, **options: Any) -> Batches:
        """The batches of the round. Options are those of ``Batches`` but ``composites``, ``seed`` and ``round``, which are the job's.

        Raises:
            ArgumentError: in the stage predict, and for an option or a setting that the job decides; and as ``Batches``.
        """
        training = self._training()
        settings = options.pop("settings", None) or {}
        own: dict[str, Any] = {"composites": self.composites, "seed": self.seed, "round": self.round}
        decided = [name for name in own if name in options] + [name for name in _DECIDED if name in settings]
        if decided:
            raise ArgumentError(f"the job decides {' and '.join(decided)}", "leave that out of the options")
        settings = {**settings, "missingAsBackground": training.missing_as_background}
        cases = [CachedCase(case.volume, case.image, case.labels or "", case.intensity) for case in self.cases]
        return Batches(cases, self.organs, patch=patch, batch=batch, settings=settings, **own, **options)

    @property
    def composite_sets(self) -> tuple[tuple[int, ...], ...]:
        """The parts of each composite label, as indices of organs."""
        return tuple(tuple(self.organs.index(part) for part in parts) for parts in self.composites)

    @property
    def stop_requested(self) -> bool:
        """Whether SIGTERM came: store a checkpoint, report it and end."""
        return self._stop.is_set()

    def report(self, step: int, loss: SupportsFloat | None = None, steps: int | None = None) -> None:
        """Reports progress.

        Args:
            step: steps that are done; volumes, in the stage predict.
            loss: of the last step.
            steps: of all; None: those of the job.
        """
        self._print(step, steps, {} if loss is None else {"loss": float(loss)})

    def checkpoint(
        self, step: int, source: str | os.PathLike[str] | Callable[[Path], object], loss: SupportsFloat | None = None
    ) -> None:
        """Stores a checkpoint and reports it.

        Args:
            step: steps that are done.
            source: a file, which is copied, or a function that writes the file of the path that it gets, such as
                ``lambda path: torch.save(state, path)``.
            loss: of the last step.

        Raises:
            ArgumentError: in the stage predict, and for an empty checkpoint.
        """
        name = f"{step}.checkpoint"
        place = self._training().checkpoints / name
        draft = place.with_name(f".{name}.part")
        if callable(source):
            source(draft)
        else:
            shutil.copyfile(source, draft)
        if not draft.is_file() or draft.stat().st_size == 0:
            raise ArgumentError("the checkpoint is empty", "write it before the function returns")
        draft.replace(place)
        self._print(step, None, {"checkpoint": name, **({} if loss is None else {"loss": float(loss)})})

    def again(self, reason: str) -> NoReturn:
        """Ends the program: the job is to be tried again later, as where no GPU is free."""
        print(reason, file=sys.stderr, flush=True)
        sys.exit(AGAIN)

    # MARK: volumes

    def image(self, case: JobCase) -> npt.NDArray[np.float32]:
        """A volume as input of a network, [z, y, x], normalised as in batches.

        Raises:
            DamageError: for a file that cannot be used.
        """
        codes = read_codes(case.image)
        if codes.shape != case.shape[::-1]:
            raise DamageError(f"{case.image} has another shape than the job", "let lacunad make it again")
        return case.intensity.apply(codes)

    def logits(self, case: JobCase, logits: npt.ArrayLike) -> None:
        """Writes the logits of a volume, [organ, z, y, x], in the stage predict, and reports the progress.

        Raises:
            ArgumentError: for another shape, numbers that are not finite, and in the stage train.
        """
        if case.logits is None:
            raise ArgumentError("the job asks for no logits", "write them in the stage predict")
        values = np.asarray(logits)
        wanted = (len(self.organs), *case.shape[::-1])
        if values.shape != wanted:
            raise ArgumentError(f"the logits have the shape {values.shape}", f"use {wanted}: [organ, z, y, x]")
        write_logits(case.logits, values)
        self.report(self.cases.index(case) + 1)

    def _training(self) -> Training:
        if self.training is None:
            raise ArgumentError("the job is to predict", "look at Job.stage")
        return self.training

    def _print(self, step: int, steps: int | None, values: dict[str, object]) -> None:
        whole = steps if steps is not None else self.training.steps if self.training else len(self.cases)
        print(json.dumps({"step": step, "steps": whole, **values}), flush=True)


def _job(text: str, path: Path, stop: threading.Event) -> Job:
    given = JsonObject.parse(text)
    version = given.whole("version")
    if version != VERSION:
        raise JobError(
            f"the job has the version {version}, and this package knows {VERSION}",
            "install the package and lacunad of one release",
        )
    is_training = given.choice("stage", ["train", "predict"]) == "train"
    training = given.member("training") if is_training else None
    start = training.optional("start") if training else None
    weights = start.text("checkpoint") if start else None if is_training else given.text("checkpoint")
    organs = given.texts("organs")
    if not organs or not set(organs).issuperset(part for parts in given.text_lists("composites") for part in parts):
        raise JobError("organs or composites of the job are wrong", "let lacunad start the program")
    return Job(
        stage="train" if is_training else "predict",
        run=given.text("run"),
        round=given.whole("round"),
        seed=given.whole("seed"),
        organs=organs,
        exclusions=given.text_lists("exclusions"),
        composites=given.text_lists("composites"),
        cases=tuple(_case(case, is_training) for case in given.members("cases")),
        training=_training(training, start) if training else None,
        weights=Path(weights) if weights else None,
        folder=path.resolve().parent,
        _stop=stop,
    )


def _training(given: JsonObject, start: JsonObject | None) -> Training:
    steps, done = given.whole("steps", 1), start.whole("step") if start else 0
    if done > steps:
        raise JobError(f"{done} of {steps} steps are done", "let lacunad start the program")
    return Training(
        steps=steps,
        pseudo_weight=given.number("pseudoWeight"),
        missing_as_background=given.flag("missingAsBackground"),
        done=done,
        resumes=start is not None and start.choice("kind", ["resume", "weights"]) == "resume",
        checkpoints=Path(given.text("checkpoints")),
    )


def _case(given: JsonObject, is_training: bool) -> JobCase:
    own = given.member("intensity")
    names = ("scale", "offset", "low", "high", "mean", "deviation", "outside")
    intensity = Intensity(**{name: own.number(name) for name in names})
    if not (intensity.low <= intensity.high and intensity.deviation > 0 and math.isfinite(intensity.outside)):
        raise JobError(f"{own.path} is no range and deviation", "let lacunad start the program")
    return JobCase(
        volume=given.whole("volume"),
        shape=given.wholes("shape"),
        spacing=given.numbers("spacing"),
        modality=given.text("modality"),
        image=given.text("image"),
        intensity=intensity,
        labels=given.text("labels") if is_training else None,
        logits=None if is_training else given.text("logits"),
    )
