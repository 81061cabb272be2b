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
OLD_SWIFT = """#!/bin/sh
echo 'Swift version 5.10.1 (swift-5.10.1-RELEASE)'
"""
FAILING_SWIFT = """#!/bin/sh
[ "$1" = --version ] && echo 'Swift version 6.2 (swift-6.2-RELEASE)' || exit 3
"""


def build(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    environment = {**os.environ, **variables}
    return subprocess.run(
        command, cwd=REPOSITORY / "python", env=environment, capture_output=True, text=True, check=False
    )


def built(folder: Path, **variables: str) -> tuple[Path, str]:
    """The wheel, and what the build says."""
    done = build(folder, **variables)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl")), done.stdout + done.stderr


def path_with(swift: str, folder: Path) -> str:
    """A PATH on which nothing but this swift is found, or not even that."""
    folder.mkdir()
    if swift:
        (folder / "swift").write_text(swift)
        (folder / "swift").chmod(0o755)
    return str(folder)


CASES = [
    ("", "LACUNA_NO_LIBRARY is set"),
    ("", "there is no swift on the PATH"),
    (OLD_SWIFT, "Swift is 5.10, and 6.2 is needed"),
    (FAILING_SWIFT, "swift build ended with status 3"),
]


def without(index: int, folder: Path) -> tuple[dict[str, str], str]:
    """Variables under which no library is built, and the reason that the build gives."""
    swift, reason = CASES[index]
    variables = {"PATH": path_with(swift, folder / "bin")}
    return {**variables, **({"LACUNA_NO_LIBRARY": "1"} if index == 0 else {})}, reason


@pytest.mark.parametrize("index", range(len(CASES)))
def test_a_wheel_without_the_library_says_why(tmp_path: Path, index: int) -> None:
    pytest.importorskip("hatchling")
    variables, reason = without(index, tmp_path)
    wheel, text = built(tmp_path, **variables)
    assert f"without its compiled sampler, lacuna.Batches: {reason}" in text
    assert "install Swift 6.2 or newer" in text
    assert wheel.name.endswith("-py3-none-any.whl")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bin", wheel.name]
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    assert not list((tmp_path / "site/lacuna").glob("*.so"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LACUNA")}
    done = subprocess.run(
        [sys.executable, "-c", "import lacuna; lacuna.Batches([], ['liver'], patch=(8, 8, 8))"],
        capture_output=True,
        text=True,
        check=False,
        env={**environment, "PYTHONPATH": str(tmp_path / "site")},
    )
    assert f"MissingLibraryError: this package has no compiled sampler: {reason}" in done.stderr
    assert "LACUNA_REQUIRE_LIBRARY=1 pip install ./python" in done.stderr


@pytest.mark.parametrize("index", range(len(CASES)))
def test_a_wheel_that_must_have_the_library_is_not_built_without(tmp_path: Path, index: int) -> None:
    pytest.importorskip("hatchling")
    variables, reason = without(index, tmp_path)
    done = build(tmp_path, LACUNA_REQUIRE_LIBRARY="1", **variables)
    assert done.returncode == 1
    assert f"the compiled sampler cannot be built: {reason}" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("*.whl"))


def test_a_wheel_with_the_library(tmp_path: Path) -> None:
    if not os.environ.get("LACUNA_WHEEL_TEST"):
        pytest.skip("LACUNA_WHEEL_TEST is not set: building the library for release takes minutes")
    pytest.importorskip("hatchling")
    if not shutil.which("swift"):
        pytest.skip("there is no swift on the PATH")
    wheel, _ = built(tmp_path, LACUNA_REQUIRE_LIBRARY="1")
    assert "-py3-none-manylinux_" in wheel.name
    names = zipfile.ZipFile(wheel).namelist()
    assert {"lacuna/liblacuna_batches.so", "lacuna/lacuna_batches.h"}.issubset(names)
    assert "lacuna/without_sampler.txt" not in names
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
