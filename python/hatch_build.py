"""Compiles the sampler, ``liblacuna_batches``, into the wheel."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FILE = "liblacuna_batches.so"
HEADER = "lacuna_batches.h"
#: In a wheel without the library, why: pip hides what a build says.
REASON = "without_sampler.txt"
REMEDY = (
    "install Swift 6.2 or newer (https://swift.org/install), and the package again; LACUNA_NO_LIBRARY=1 installs it without "
    "lacuna.Batches"
)


class MissingSwiftError(Exception):
    """Why the library is not built."""


class LibraryHook(BuildHookInterface):
    """A wheel without the library is pure: it has everything but ``lacuna.Batches``.

    Where the library cannot be built, that is a warning, or an error with LACUNA_REQUIRE_LIBRARY.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        package = Path(self.root).parent
        included = build_data["force_include"]
        try:
            require_swift(package)
            included[str(build(package))] = f"lacuna/{FILE}"
        except MissingSwiftError as error:
            included[str(self._without(str(error)))] = f"lacuna/{REASON}"
            return
        included[str(package / "Sources/BatchLibrary" / HEADER)] = f"lacuna/{HEADER}"
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{wheel_platform()}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        (Path(self.directory) / REASON).unlink(missing_ok=True)

    def _without(self, reason: str) -> Path:
        """Says why there is no library. Returns a file with the reason."""
        if os.environ.get("LACUNA_REQUIRE_LIBRARY"):
            self.app.abort(f"the compiled sampler cannot be built: {reason}; {REMEDY}")
        self.app.display_warning(
            f"lacuna-client is built without its compiled sampler, lacuna.Batches: {reason}; {REMEDY}"
        )
        file = Path(self.directory) / REASON
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(reason + "\n", encoding="utf-8")
        return file


def require_swift(package: Path) -> None:
    """Requires the sources, and a swift that is new enough for them."""
    if os.environ.get("LACUNA_NO_LIBRARY"):
        raise MissingSwiftError("LACUNA_NO_LIBRARY is set")
    manifest = package / "Package.swift"
    if not manifest.is_file():
        raise MissingSwiftError("the folder that contains python has no Package.swift")
    needed = version_in(manifest.read_text(encoding="utf-8"), r"swift-tools-version: *(\d+)\.(\d+)")
    try:
        said = subprocess.run(["swift", "--version"], capture_output=True, text=True, check=True).stdout
    except OSError:
        raise MissingSwiftError("there is no swift on the PATH") from None
    except subprocess.CalledProcessError as error:
        raise MissingSwiftError(f"swift --version ends with status {error.returncode}") from None
    found = version_in(said, r"Swift version (\d+)\.(\d+)")
    if found < needed:
        raise MissingSwiftError(f"Swift is {found[0]}.{found[1]}, and {needed[0]}.{needed[1]} is needed")


def version_in(text: str, pattern: str) -> tuple[int, int]:
    found = re.search(pattern, text)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def build(package: Path) -> Path:
    """Builds the library with Swift's own libraries inside, and without its symbols of debugging."""
    folder = package / ".build-library"
    root = linked(package, folder / "package")
    command = ["swift", "build", "-c", "release", "--product", "lacuna_batches", "-Xswiftc", "-static-stdlib"]
    command += ["-Xlinker", "-s", "--package-path", str(root), "--scratch-path", str(folder)]
    done = subprocess.run(command, check=False, env={**os.environ, "LACUNA_LIBRARY": "1"})
    if done.returncode != 0:
        raise MissingSwiftError(
            f"swift build ended with status {done.returncode}; pip install --verbose shows its output"
        )
    return folder / "release" / FILE


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
