"""A small catalogue of phantoms, made by the real programs with a PostgreSQL of their own; once for all tests."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import psycopg
import pytest

import lacuna
from lacuna import native
from lacuna.target import SERVER_VARIABLES, socket_folder

REPOSITORY = Path(__file__).resolve().parents[2]

RUN = """\
run:
  name: tiny
  organs: [liver, spleen, stomach, aorta]
  split: demo
  rounds: 1
  gammas: [0.5]
  confidentNegatives: [0.9]
  stepsInRoundZero: 60
  stepsPerRound: 4
  minimumDice: 0
  minimumQuality: 0
  publishUndecided: true
  minimumAnnotatedVolumes: 1
  guardRatio: 100
  minimumLargestPart: 0
learning:
  widths: [8, 16]
  patch: [48, 48]
  batch: 4
  learningRate: 0.01
  threads: 2
"""


@dataclass(frozen=True)
class Programs:
    """The real lacuna and lacunad, on a home of their own."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def run(self, *arguments: str | Path, program: str = "lacuna") -> str:
        command = [str(binaries() / program), *map(str, arguments)]
        environment = {**os.environ, "LACUNA_HOME": str(self.home), "OMP_WAIT_POLICY": "passive"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stderr}"
        return done.stdout

    def json(self, *arguments: str | Path) -> Any:
        return json.loads(self.run(*arguments, "--json"))

    def superuser(self, database: str = "lacuna") -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(
            host=socket_folder(str(self.home)), user="postgres", dbname=database, autocommit=True, connect_timeout=10
        )

    def uri(self, user: str = "lacuna", database: str = "lacuna") -> str:
        folder = socket_folder(str(self.home)).replace("/", "%2F")
        return f"postgresql://{user}@{folder}/{database}"

    def stop(self) -> None:
        data = self.json("database", "status")["data"]
        self.run("database", "stop")
        shutil.rmtree(self.folder)
        # A server that root starts has its files where its own user may write.
        server = Path(data).parent
        if server.is_relative_to("/var/lib/lacuna"):
            shutil.rmtree(server.parent, ignore_errors=True)


def binaries() -> Path:
    """The folder of the programs: LACUNA_PROGRAMS, else that of the debug build."""
    return Path(os.environ.get("LACUNA_PROGRAMS", REPOSITORY / ".build/debug"))


@pytest.fixture(scope="session")
def compiled() -> None:
    """The compiled sampler of the programs' build, unless LACUNA_BATCHES_LIBRARY names one."""
    os.environ.setdefault(native.VARIABLE, str(binaries() / native.FILE))


@pytest.fixture(scope="session", autouse=True)
def no_named_server() -> None:
    """A database that the environment names is not touched."""
    for name in (*SERVER_VARIABLES, "LACUNA_DATABASE", "LACUNA_HOME", "PGUSER", "PGPASSWORD"):
        os.environ.pop(name, None)


@pytest.fixture(scope="session")
def programs(no_named_server: None) -> Iterator[Programs]:
    found = Programs(Path(tempfile.mkdtemp(prefix="lacuna-python.")))
    found.folder.chmod(0o755)
    found.home.mkdir()
    try:
        found.run("database", "start")
        fill(found)
        yield found
    finally:
        found.stop()


@pytest.fixture
def catalogue(programs: Programs) -> Iterator[lacuna.Catalogue]:
    with lacuna.connect(home=programs.home) as opened:
        yield opened


@pytest.fixture
def copy(programs: Programs) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A superuser's connection to a copy of the database, named copy."""
    with programs.superuser("postgres") as server:
        server.execute("create database copy template lacuna")
        with programs.superuser("copy") as connection:
            yield connection
        server.execute("drop database copy with (force)")


def fill(programs: Programs) -> None:
    """Phantoms in four datasets, labels of every status and origin, partial and composite ones, and a run."""
    counts = ["--complete", "2", "--liver", "2", "--partial", "3", "--held-out", "4"]
    programs.run("phantom", "generate", programs.data, "--shape", "48x48x24", *counts)
    for name in ("internal", "Task03_Liver", "Totalsegmentator_dataset", "heldout"):
        programs.run("dataset", "import", programs.data / name)
    parts = ["--train", "internal", "--train", "Task03_Liver", "--train", "Totalsegmentator_dataset"]
    programs.run("split", "create", "demo", *parts, "--validation", "heldout")
    programs.run("split", "create", "folds", "--folds", "2", "--seed", "1")
    (programs.folder / "run.yaml").write_text(RUN)
    programs.run("run", "--once", "--config", programs.folder / "run.yaml", program="lacunad")
    correct(programs)


def correct(programs: Programs) -> None:
    """An absence, a partial annotation, and a composite one."""
    absent = ["--reason", "examined"]
    programs.run("label", "set", "Task03_Liver/liver_2", "gallbladder", "absent", *absent)
    exported = programs.folder / "liver.nii.gz"
    programs.run("mask", "export", "internal/img0001", "liver", "--output", exported)
    image = nibabel.load(exported)
    partial = np.asarray(image.dataobj).copy()
    partial[:, :, :6] = 7
    write(partial, image, programs.folder / "partial.nii.gz")
    only = ["--ignore", "7", "--reason", "seen in the upper slices"]
    programs.run("mask", "import", "internal/img0001", "liver", programs.folder / "partial.nii.gz", *only)
    image = nibabel.load(programs.data / "Task03_Liver/imagesTr/liver_2.nii.gz")
    kidneys = np.zeros(image.shape, np.uint8)
    kidneys[2:5, 2:6, 8:12] = 1  # outside the liver
    write(kidneys, image, programs.folder / "kidneys.nii.gz")
    programs.run(
        "mask",
        "import",
        "Task03_Liver/liver_2",
        "kidney",
        programs.folder / "kidneys.nii.gz",
        "--reason",
        "both at once",
    )
    programs.run("volume", "exclude", "heldout/img0002", "--reason", "motion")


def write(voxels: Any, like: Any, path: Path) -> None:
    nibabel.save(nibabel.Nifti1Image(voxels.astype(np.uint8), like.affine), path)
