"""The errors of the package: a problem and a remedy each, without passwords and patient data."""

from __future__ import annotations


class LacunaError(Exception):
    """The base of all errors of the package.

    ``problem`` says what is wrong, ``remedy`` what to do about it; ``str`` has both.
    """

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem, remedy)
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.problem}; {self.remedy}"


class ConnectionError(LacunaError):
    """The database cannot be reached, refuses the login, or ended the connection."""


class AccessError(LacunaError):
    """The login may not read the catalogue."""


class SchemaError(LacunaError):
    """The database has no schema of Lacuna, another version of it, or an altered one."""


class ArgumentError(LacunaError, ValueError):
    """An argument is wrong: an unknown organ, revision, split or volume, or a value out of its range."""


class StoreError(LacunaError):
    """The object store is missing, cannot be read, or belongs to another catalogue."""


class DamageError(LacunaError):
    """Stored bytes are missing or are not those that the catalogue records."""


class WithheldError(LacunaError):
    """The data were removed, excluded or purged."""


class ImageError(LacunaError):
    """An image is missing, cannot be read, or is not the one that was imported."""


class MissingExtraError(LacunaError, ImportError):
    """A package of an extra is not installed."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        LacunaError.__init__(
            self, f"{purpose} requires the package {package}", f"install it with pip install 'lacuna-client[{extra}]'"
        )


class MissingLibraryError(LacunaError, ImportError):
    """The compiled sampler is missing, cannot be loaded, or is of another version."""

    def __init__(self, problem: str) -> None:
        LacunaError.__init__(
            self,
            problem,
            "install the package from its repository with Swift 6.2 or newer on the PATH (LACUNA_REQUIRE_LIBRARY=1 pip install ./python "
            "says what is missing), or name a library with LACUNA_BATCHES_LIBRARY (swift build --product lacuna_batches)",
        )


class JobError(LacunaError):
    """The description of a job of ``lacunad`` is missing, of another version, or not what it should be."""
