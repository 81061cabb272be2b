"""Wheels: with the compiled sampler, installed into an environment of its own, and without."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from .cache_files import write_cases
from .conftest import REPOSITORY

READ = """
import sys, lacuna
from pathlib import Path
from lacuna.benchmark import INTENSITY
folder = Path(sys.argv[1])
cases = [lacuna.CachedCase(n, str(folder / f"case{n}.volume"), str(folder / f"case{n}.labels"), INTENSITY) for n in (1, 2)]
batches = lacuna.Batches(cases, ["liver", "kidney_right", "kidney_left"], patch=(8, 6, 4),
                         composites=[("kidney_right", "kidney_left")])
print(lacuna.__file__, batches[3]["image"].shape)
"""


def built(folder: Path, **variables: str) -> tuple[Path, str]:
    """The wheel, and what the build says."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    environment = {**os.environ, **variables}
    done = subprocess.run(
        command, cwd=REPOSITORY / "python", env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl")), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("variables", "reason"), [({"LACUNA_NO_LIBRARY": "1"}, "LACUNA_NO_LIBRARY is set"), ({"PATH": ""}, "no swift")]
)
def test_a_wheel_without_the_library_says_so(tmp_path: Path, variables: dict[str, str], reason: str) -> None:
    pytest.importorskip("hatchling")
    wheel, text = built(tmp_path, **variables)
    assert "without its compiled sampler" in text
    assert reason in text
    assert wheel.name.endswith("-py3-none-any.whl")
    assert not [name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".so")]


def test_a_wheel_with_the_library(tmp_path: Path) -> None:
    if not os.environ.get("LACUNA_WHEEL_TEST"):
        pytest.skip("LACUNA_WHEEL_TEST is not set: building the library for release takes minutes")
    pytest.importorskip("hatchling")
    if not shutil.which("swift"):
        pytest.skip("there is no swift on the PATH")
    wheel, _ = built(tmp_path)
    assert "-py3-none-manylinux_" in wheel.name
    write_cases(tmp_path)
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    python = str(tmp_path / "venv/bin/python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", str(wheel)], check=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LACUNA", "PYTHON"))}
    done = subprocess.run(
        [python, "-c", READ, str(tmp_path)], capture_output=True, text=True, check=False, env=environment, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "site-packages" in done.stdout
    assert done.stdout.endswith("(2, 1, 4, 6, 8)\n")
