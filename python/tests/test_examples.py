"""The examples of trainers run under lacunad, with the Python that LACUNA_PEER_PYTHON names."""

from __future__ import annotations

import os
import subprocess

import pytest

from lacuna import native

from .conftest import REPOSITORY
from .test_job import checked

EXAMPLES = {"monai_trainer.py": "monai", "nnunet_trainer.py": "nnunetv2"}
SMALL = ("--patch", "16", "16", "16", "--width", "4", "--levels", "3", "--batch", "1")


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_conforms(compiled: None, name: str) -> None:
    python = os.environ.get("LACUNA_PEER_PYTHON")
    if not python:
        pytest.skip("LACUNA_PEER_PYTHON names no Python with torch and " + EXAMPLES[name])
    needed = f"import torch, psycopg, zstandard, {EXAMPLES[name]}"
    if subprocess.run([python, "-c", needed], capture_output=True, check=False).returncode != 0:
        pytest.skip(f"{python} lacks one of: {needed.removeprefix('import ')}")
    variables = {native.VARIABLE: os.environ[native.VARIABLE], "PYTHONPATH": str(REPOSITORY / "python/src")}
    script = str(REPOSITORY / "examples" / name)
    report = checked(python, script, *SMALL, variables=variables, options=("--steps", "8"))
    assert report.count("passed") == 5


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_short(name: str) -> None:
    assert len((REPOSITORY / "examples" / name).read_text().splitlines()) < 100
