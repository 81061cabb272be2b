"""Compiles the sampler, ``liblacuna_batches``, into the wheel."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FILE = "liblacuna_batches.so"


class LibraryHook(BuildHookInterface):
    """A wheel without the library is pure: it has everything but ``lacuna.Batches``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        package = Path(self.root).parent
        reason = obstacle(package)
        if reason:
            self.app.display_warning(f"lacuna-client is built without its compiled sampler: {reason}")
            return
        built = build(package)
        build_data["force_include"][str(built)] = f"lacuna/{FILE}"
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{wheel_platform()}"


def obstacle(package: Path) -> str | None:
    """Why the library is not built."""
    if os.environ.get("LACUNA_NO_LIBRARY"):
        return "LACUNA_NO_LIBRARY is set"
    if not (package / "Package.swift").is_file():
        return f"{package} has no Package.swift"
    return None if shutil.which("swift") else "there is no swift on the PATH"


def build(package: Path) -> Path:
    """Builds the library with Swift's own libraries inside, and without its symbols of debugging."""
    folder = package / ".build-library"
    root = linked(package, folder / "package")
    command = ["swift", "build", "-c", "release", "--product", "lacuna_batches", "-Xswiftc", "-static-stdlib"]
    command += ["--package-path", str(root), "--scratch-path", str(folder)]
    subprocess.run(command, check=True, env={**os.environ, "LACUNA_LIBRARY": "1"})
    stripped = folder / FILE
    subprocess.run(["strip", "-o", str(stripped), str(folder / "release" / FILE)], check=True)
    return stripped


def linked(package: Path, folder: Path) -> Path:
    """A folder with the package's manifest and sources: that the manifest then has no dependencies removes Package.resolved beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("Package.swift", "Sources"):
        link = folder / name
        link.unlink(missing_ok=True)
        link.symlink_to(package / name)
    return folder


def wheel_platform() -> str:
    """The platform with the version of the C library, below which the wheel does not run."""
    name, version = (os.confstr("CS_GNU_LIBC_VERSION") or "glibc 0.0").split()[:2]
    if name != "glibc":
        return f"linux_{platform.machine()}"
    major, minor = version.split(".")[:2]
    return f"manylinux_{major}_{minor}_{platform.machine()}"
