"""Compares the schema of a database with the one that this package was made for."""

from __future__ import annotations

import psycopg

from . import expected_schema
from .errors import SchemaError

VERSION = len(expected_schema.MIGRATIONS)

_RESTORE = "restore a backup: lacuna database restore"


def check(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Reads the ledger and the digest in one statement.

    Raises:
        SchemaError: where the database has no schema of Lacuna, or one of another version or altered.
    """
    try:
        row = connection.execute(expected_schema.STATEMENT).fetchone()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        raise SchemaError(
            "the database has no catalogue of Lacuna",
            "name another database, or import a dataset with lacuna dataset import, which makes one",
        ) from None
    except psycopg.errors.InsufficientPrivilege:
        raise _altered() from None
    ledger, digest = (str(value or "") for value in row) if row else ("", "")
    _check_ledger([entry.split(" ") for entry in ledger.split(",") if entry])
    if digest != expected_schema.DIGEST:
        raise _altered()


def _check_ledger(applied: list[list[str]]) -> None:
    if not applied:
        raise SchemaError("the ledger of the database's migrations is empty", _RESTORE)
    for place, (number, digest) in enumerate(applied):
        if int(number) != place + 1:
            raise SchemaError(f"migration {place + 1:04} is missing from the database's ledger", _RESTORE)
        if place < VERSION and digest != expected_schema.MIGRATIONS[place]:
            raise SchemaError(
                f"migration {place + 1:04} of the database has other content than this package knows",
                "use the package that belongs to the program which made the database",
            )
    if len(applied) > VERSION:
        raise SchemaError(
            f"the database was made by a newer program: it has schema version {len(applied)}, this package supports "
            f"version {VERSION}",
            "install a newer release of lacuna-client",
        )
    if len(applied) < VERSION:
        raise SchemaError(
            f"the database has schema version {len(applied)}, this package requires version {VERSION}",
            "run lacuna database migrate, or install the package that belongs to the database's program",
        )


def _altered() -> SchemaError:
    return SchemaError(
        "the schema differs from what the migrations make", "list the differences with lacuna verify, and undo them"
    )
