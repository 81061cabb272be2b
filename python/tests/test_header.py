"""The C header of the compiled sampler: it has the functions of the library, and a C program draws the same batches."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import lacuna
from lacuna import native

from .cache_files import INTENSITY, ORGANS, write_labels, write_volume
from .conftest import REPOSITORY

HEADER = REPOSITORY / "Sources/BatchLibrary/lacuna_batches.h"
PROGRAM = REPOSITORY / "examples/draw_batches.c"
PREFIX = "lacuna_batches_"


def declared() -> dict[str, tuple[str, list[str]]]:
    """The result and the arguments of each function, types alone."""
    text = re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.DOTALL)
    found = {}
    for result, name, arguments in re.findall(r"^(\w+) (lacuna_\w+)\(([^)]*)\);", text, flags=re.MULTILINE):
        own = [] if arguments == "void" else arguments.split(",")
        found[name] = result, [re.sub(r"\w+$", "", argument.strip()).replace(" ", "") for argument in own]
    return found


def library() -> str:
    return os.environ[native.VARIABLE]


def test_the_version_is_that_of_the_library(compiled: None) -> None:
    version = re.search(r"LACUNA_BATCHES_VERSION (\d+)", HEADER.read_text())
    assert version is not None
    assert native.Library(Path(library())).value("version") == int(version[1])


def test_the_functions_are_the_symbols_of_the_library(compiled: None) -> None:
    if not shutil.which("nm"):
        pytest.skip("there is no nm on the PATH")
    text = subprocess.run(["nm", "-D", "--defined-only", library()], capture_output=True, text=True, check=True).stdout
    symbols = {line.split()[-1] for line in text.splitlines()}
    assert {name for name in symbols if name.startswith("lacuna_")} == set(declared())


def test_types_are_those_that_the_package_calls_them_with() -> None:
    kinds = {"int64_t": native._Number, "int32_t": native._Status, "void": None, "uint64_t": ctypes.c_uint64}
    texts = {"constchar*", "char*"}

    def kind(name: str) -> object:
        return native._Text if name in texts else native._Pointer if "*" in name else kinds[name]

    found = {
        name.removeprefix(PREFIX): (kind(result), [kind(argument) for argument in arguments])
        for name, (result, arguments) in declared().items()
    }
    assert found == native._FUNCTIONS


def compiled_program(compiler: str, source: Path, folder: Path, *options: str) -> Path:
    """A program with the header and the library, without warnings."""
    if not shutil.which(compiler):
        pytest.skip(f"there is no {compiler} on the PATH")
    program, beside = folder / "program", str(Path(library()).parent)
    command = [compiler, *options, "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I", str(HEADER.parent), str(source)]
    subprocess.run([*command, "-L", beside, "-llacuna_batches", f"-Wl,-rpath,{beside}", "-o", str(program)], check=True)
    return program


@pytest.mark.parametrize("compiler", ["cc", "clang"])
def test_a_c_program_draws_the_same_batches(compiled: None, tmp_path: Path, compiler: str) -> None:
    program = compiled_program(compiler, PROGRAM, tmp_path, "-std=c11")
    image, labels = tmp_path / "case.volume", tmp_path / "case.labels"
    random = np.random.default_rng(4)
    write_volume(image, random.integers(-300, 400, (9, 12, 14), np.int16))
    write_labels(labels, random.integers(0, 3, (3, 9, 12, 14), np.uint8), 3)
    done = subprocess.run([program, image, labels, *ORGANS], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    case = lacuna.CachedCase(1, str(image), str(labels), INTENSITY)
    batches = lacuna.Batches([case], ORGANS, patch=(8, 6, 4), seed=7, settings={"intensityJitter": 0})
    lines = done.stdout.splitlines()
    assert len(lines) == 3
    for step, line in enumerate(lines):
        batch, words = batches[step], line.split()
        assert words[0] == str(step)
        assert float(words[1]) == pytest.approx(float(batch["image"].mean(dtype=np.float64)), abs=1e-5)
        assert words[2:] == [str(np.count_nonzero(batch["states"])), str(batch["origins"][0, 4])]
    labels.unlink()
    done = subprocess.run([program, image, labels, *ORGANS], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f"{labels} cannot be read: No such file or directory\n")


def test_the_header_is_one_of_cxx_too(compiled: None, tmp_path: Path) -> None:
    source = tmp_path / "program.cpp"
    source.write_text(
        '#include "lacuna_batches.h"\nint main() { return lacuna_batches_version() != LACUNA_BATCHES_VERSION; }\n'
    )
    assert subprocess.run([compiled_program("c++", source, tmp_path)], check=False).returncode == 0
