"""Jobs of lacunad: what is read, what is written, and a trainer that lacunad checks."""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import lacuna
from lacuna import native

from .cache_files import COMPOSITES, INTENSITY, ORGANS, write_cases
from .conftest import REPOSITORY, Programs, binaries

SCHEMA = REPOSITORY / "docs/schemas/trainer-job.schema.json"


@pytest.fixture(autouse=True)
def restored_signal() -> Any:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def described(folder: Path, stage: str = "train") -> dict[str, Any]:
    """A job of two volumes."""
    intensity = {name: getattr(INTENSITY, name) for name in INTENSITY.__dataclass_fields__}
    cases: list[dict[str, Any]] = []
    for case in write_cases(folder):
        z, y, x = lacuna.read_codes(case.image).shape
        own = {"volume": case.volume, "shape": [x, y, z], "spacing": [1.0, 1.5, 2.0], "modality": "CT"}
        output = {"labels": case.labels} if stage == "train" else {"logits": str(folder / f"{case.volume}.logits")}
        cases.append({**own, "image": case.image, "intensity": intensity, **output})
    job = {"version": 1, "stage": stage, "run": "r", "round": 2, "seed": 7, "organs": list(ORGANS)}
    job |= {"exclusions": [["liver", "kidney_left"]], "composites": [list(parts) for parts in COMPOSITES]}
    job |= {"cases": cases}
    if stage == "predict":
        return {**job, "checkpoint": str(folder / "round.checkpoint")}
    (folder / "checkpoints").mkdir(exist_ok=True)
    training = {"steps": 6, "pseudoWeight": 0.5, "missingAsBackground": False}
    return {**job, "training": {**training, "checkpoints": str(folder / "checkpoints")}}


def loaded(folder: Path, job: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> lacuna.Job:
    (folder / "job.json").write_text(json.dumps(job))
    monkeypatch.setenv("LACUNA_JOB", str(folder / "job.json"))
    return lacuna.Job.load()


def test_a_training(compiled: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = described(tmp_path)
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(text, json.loads(SCHEMA.read_text()))
    job = loaded(tmp_path, text, monkeypatch)
    assert (job.stage, job.run, job.round, job.seed, job.organs) == ("train", "r", 2, 7, ORGANS)
    assert (job.composite_sets, job.weights, job.folder) == (((1, 2),), None, tmp_path)
    assert job.training is not None
    assert (job.training.steps, job.training.done, job.training.resumes) == (6, 0, False)
    batches = job.batches(patch=(4, 4, 4), batch=3)
    cases = [lacuna.CachedCase(case.volume, case.image, case.labels or "", case.intensity) for case in job.cases]
    other = lacuna.Batches(cases, ORGANS, patch=(4, 4, 4), batch=3, composites=COMPOSITES, seed=7, round=2)
    assert np.array_equal(batches[5]["image"], other[5]["image"])
    assert np.array_equal(job.image(job.cases[0]), INTENSITY.apply(lacuna.read_codes(job.cases[0].image)))


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"seed": 8}, "the job decides seed;"),
        ({"round": 0}, "the job decides round;"),
        ({"composites": ()}, "the job decides composites;"),
        ({"settings": {"missingAsBackground": True}}, "the job decides missingAsBackground;"),
        ({"seed": 7, "round": 2}, "the job decides seed and round;"),
    ],
)
def test_what_the_job_decides_is_no_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], problem: str
) -> None:
    job = loaded(tmp_path, described(tmp_path), monkeypatch)
    with pytest.raises(lacuna.ArgumentError, match=problem):
        job.batches(patch=(4, 4, 4), **options)


def test_a_resumed_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = described(tmp_path)
    text["training"]["start"] = {"kind": "resume", "checkpoint": "/a", "step": 4}
    job = loaded(tmp_path, text, monkeypatch)
    assert job.training is not None
    assert (job.weights, job.training.done, job.training.resumes) == (Path("/a"), 4, True)
    text["training"]["start"] = {"kind": "weights", "checkpoint": "/b", "step": 0}
    job = loaded(tmp_path, text, monkeypatch)
    assert job.training is not None
    assert (job.weights, job.training.done, job.training.resumes) == (Path("/b"), 0, False)


def test_progress_and_checkpoints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    job = loaded(tmp_path, described(tmp_path), monkeypatch)
    job.report(1, 0.5)
    job.checkpoint(2, lambda path: path.write_bytes(b"weights"), np.float32(0.25))
    (tmp_path / "other").write_bytes(b"copied")
    job.checkpoint(3, tmp_path / "other")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        {"step": 1, "steps": 6, "loss": 0.5},
        {"step": 2, "steps": 6, "checkpoint": "2.checkpoint", "loss": 0.25},
        {"step": 3, "steps": 6, "checkpoint": "3.checkpoint"},
    ]
    stored = {path.name: path.read_bytes() for path in (tmp_path / "checkpoints").iterdir()}
    assert stored == {"2.checkpoint": b"weights", "3.checkpoint": b"copied"}
    with pytest.raises(lacuna.ArgumentError, match="empty"):
        job.checkpoint(4, lambda path: None)


def test_a_request_to_stop_and_to_try_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    job = loaded(tmp_path, described(tmp_path), monkeypatch)
    assert not job.stop_requested
    os.kill(os.getpid(), signal.SIGTERM)
    assert job.stop_requested
    with pytest.raises(SystemExit) as caught:
        job.again("no GPU is free")
    assert caught.value.code == 75
    assert capsys.readouterr().err == "no GPU is free\n"


def read_logits(path: str) -> tuple[tuple[int, ...], npt.NDArray[np.float64]]:
    """The shape along x, y, z and the logits, [organ, z, y, x]."""
    data = Path(path).read_bytes()
    organs, x, y, z = struct.unpack_from("<I3q", data, 4)
    assert data[:4] == b"LLG1"
    scales = np.frombuffer(data, "<f8", organs, 32)
    codes = np.frombuffer(data, np.int8, -1, -(-(32 + 8 * organs) // 64) * 64)
    return (x, y, z), codes.reshape(organs, z, y, x) * scales[:, None, None, None]


def test_logits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    job = loaded(tmp_path, described(tmp_path, "predict"), monkeypatch)
    assert job.weights == tmp_path / "round.checkpoint"
    case = job.cases[1]
    wanted = np.random.default_rng(1).normal(0, 5, (3, *case.shape[::-1])).astype(np.float32)
    wanted[0, 0, 0, :3] = 1e-9, -1e-9, 0
    job.logits(case, wanted)
    assert json.loads(capsys.readouterr().out) == {"step": 2, "steps": 2}
    shape, found = read_logits(case.logits or "")
    assert shape == case.shape
    assert np.array_equal(found > 0, wanted > 0)
    assert np.abs(found - wanted).max() <= np.abs(wanted).max() / 127
    for bad, problem in ((wanted[:2], "the shape"), (np.full_like(wanted, np.nan), "not finite")):
        with pytest.raises(lacuna.ArgumentError, match=problem):
            job.logits(case, bad)


def test_what_a_stage_does_not_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = loaded(tmp_path, described(tmp_path, "predict"), monkeypatch)
    with pytest.raises(lacuna.ArgumentError, match="is to predict"):
        job.batches(patch=(4, 4, 4))
    job = loaded(tmp_path, described(tmp_path), monkeypatch)
    with pytest.raises(lacuna.ArgumentError, match="asks for no logits"):
        job.logits(job.cases[0], np.zeros(1))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda job: job.update(version=2), "the job has the version 2, and this package knows 1"),
        (lambda job: job.pop("seed"), "the job: seed is missing"),
        (lambda job: job.update(stage="evaluate"), "the job: stage is not train or predict"),
        (lambda job: job.update(organs=[]), "organs or composites"),
        (lambda job: job.update(composites=[["spleen"]]), "organs or composites"),
        (lambda job: job.update(cases=[]), "cases is empty"),
        (lambda job: job["cases"][1].pop("labels"), r"the job: cases\[1\].labels is missing"),
        (lambda job: job["cases"][0].update(shape=[1, 2]), r"cases\[0\].shape is not three sizes"),
        (lambda job: job["cases"][0]["intensity"].update(deviation=0), "no range and deviation"),
        (lambda job: job["training"].update(steps="6"), "training.steps is not a whole number from 1"),
        (lambda job: job["training"].update(missingAsBackground=0), "missingAsBackground is not true or false"),
        (lambda job: job.update(training=[]), "training is no object"),
        (lambda job: job["training"].update(start={"kind": "resume", "checkpoint": "/a", "step": 9}), "9 of 6 steps"),
    ],
)
def test_a_job_that_is_not_what_it_should_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[dict[str, Any]], object], problem: str
) -> None:
    job = described(tmp_path)
    change(job)
    with pytest.raises(lacuna.JobError, match=problem):
        loaded(tmp_path, job, monkeypatch)


def test_a_missing_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LACUNA_JOB", raising=False)
    with pytest.raises(lacuna.JobError, match="no job"):
        lacuna.Job.load()
    with pytest.raises(lacuna.JobError, match="cannot be read"):
        lacuna.Job.load(tmp_path / "none.json")
    (tmp_path / "job.json").write_text("{")
    with pytest.raises(lacuna.JobError, match="no JSON"):
        lacuna.Job.load(tmp_path / "job.json")


TRAINER = """
import numpy as np, lacuna

job = lacuna.Job.load()
if job.stage == "train":
    mean = np.load(job.weights, allow_pickle=False) if job.weights else np.zeros(len(job.organs))
    for batch in job.batches(patch=(16, 16, 8)).steps(job.training.done, job.training.steps, reuse=True):
        target, known = lacuna.targets(batch["states"])
        mean += 0.1 * ((target.sum((0, 2, 3, 4)) + 1) / (known.sum((0, 2, 3, 4)) + 2) - mean)
        done = batch["step"] + 1
        def save(path):
            with path.open("wb") as file:
                np.save(file, mean)
        job.checkpoint(done, save, float(mean.mean()))
        if job.stop_requested:
            break
else:
    mean = np.load(job.weights, allow_pickle=False)
    for case in job.cases:
        image = job.image(case)
        job.logits(case, np.log(mean / (1 - mean))[:, None, None, None] + image[None])
"""


def checked(python: str, *words: str, variables: dict[str, str], options: tuple[str, ...] = ()) -> str:
    """The report of ``lacunad trainer check``, for a program that gets these variables."""
    given = [f"{name}={value}" for name, value in variables.items()]
    command = [str(binaries() / "lacunad"), "trainer", "check", *options, "--", "/usr/bin/env", *given, python, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_trainer_that_lacunad_checks(compiled: None, tmp_path: Path) -> None:
    (tmp_path / "trainer.py").write_text(TRAINER)
    variables = {native.VARIABLE: os.environ[native.VARIABLE], "PYTHONPATH": str(REPOSITORY / "python/src")}
    report = checked(sys.executable, str(tmp_path / "trainer.py"), variables=variables, options=("--steps", "40"))
    assert report.count("passed") == 5


RUN = """\
run:
  name: outside
  organs: [liver, spleen]
  split: demo
  rounds: 1
  gammas: [0.5]
  confidentNegatives: [0.9]
  stepsInRoundZero: 20
  stepsPerRound: 4
  minimumDice: 0
  minimumQuality: 0
  publishUndecided: true
  minimumAnnotatedVolumes: 1
  guardRatio: 100
  minimumLargestPart: 0
  confidence: probability
trainer:
  command: [%s]
"""


def test_a_run_of_lacunad(compiled: None, tmp_path: Path) -> None:
    programs = Programs(Path(tempfile.mkdtemp(prefix="lacuna-python.")))
    programs.folder.chmod(0o755)
    programs.home.mkdir()
    (tmp_path / "trainer.py").write_text(TRAINER)
    words = ["/usr/bin/env", f"{native.VARIABLE}={os.environ[native.VARIABLE]}"]
    words += [f"PYTHONPATH={REPOSITORY / 'python/src'}", sys.executable, str(tmp_path / "trainer.py")]
    (tmp_path / "run.yaml").write_text(RUN % ", ".join(words))
    try:
        programs.run("database", "start")
        counts = ["--complete", "2", "--liver", "2", "--partial", "1", "--held-out", "1"]
        programs.run("phantom", "generate", programs.data, "--shape", "48x48x24", *counts)
        for name in ("internal", "Task03_Liver", "heldout"):
            programs.run("dataset", "import", programs.data / name)
        parts = ["--train", "internal", "--train", "Task03_Liver", "--validation", "heldout"]
        programs.run("split", "create", "demo", *parts)
        programs.run("run", "--once", "--config", tmp_path / "run.yaml", program="lacunad")
        assert "trainer.py" in programs.run("round", "show", "outside", "1", "--json")
    finally:
        programs.stop()
