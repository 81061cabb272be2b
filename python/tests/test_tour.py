"""The code of docs/python.md runs as it is written."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from lacuna import native

from .conftest import REPOSITORY, Programs
from .test_job import checked

PAGE = REPOSITORY / "docs/python.md"


def blocks() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)


def requirement(block: str) -> str | None:
    """The package of an extra that a block needs and that is not installed."""
    for name, sign in (("torch", "import torch"), ("pyarrow", ".arrow()"), ("nibabel", "labels=")):
        if sign in block:
            try:
                __import__(name)
            except ImportError:
                return name
    return None


def test_the_tour(
    programs: Programs,
    compiled: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LACUNA_HOME", str(programs.home))
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    missing = set()
    found = blocks()
    assert len(found) > 8
    for block in found:
        needed = requirement(block)
        if needed:
            missing.add(needed)
            continue
        capsys.readouterr()
        exec(compile(block, str(PAGE), "exec"), names)
        for line, expected in re.findall(r"^print\((.*)\) +# (.*)$", block, re.MULTILINE):
            assert str(eval(line, names)) == expected
    names["dataset"].close()
    variables = {native.VARIABLE: os.environ[native.VARIABLE], "PYTHONPATH": str(REPOSITORY / "python/src")}
    report = checked(sys.executable, str(tmp_path / "trainer.py"), variables=variables, options=("--steps", "40"))
    assert report.count("passed") == 5
    names["catalogue"].close()
    if missing:
        pytest.skip(f"the blocks that need {', '.join(sorted(missing))}, which is not installed; the others ran")
