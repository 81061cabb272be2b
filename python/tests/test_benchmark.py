"""The benchmark of batches through Python measures the volume that lacunad writes for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from .conftest import binaries


def test_the_benchmark(compiled: None, tmp_path: Path) -> None:
    options = ["--size", "32", "--organs", "5", "--batches", "4"]
    program = [str(binaries() / "lacunad"), "benchmark", "batches", *options, "--write", str(tmp_path)]
    subprocess.run(program, check=True, capture_output=True)
    command = [sys.executable, "-m", "lacuna.benchmark", str(tmp_path), *options, "--augmented", "--threads", "2"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=dict(os.environ))
    found = json.loads(done.stdout)
    assert found["bench"] == "python_batches_32_k5"
    assert found["patchesPerSecond"] > 0
