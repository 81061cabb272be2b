"""A read-only connection to the catalogue's database."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from . import schema, statements
from .errors import AccessError, ArgumentError, ConnectionError, LacunaError
from .target import Target, is_listening

_START = "start it with lacuna database start"


class Session:
    """Runs statements; every transaction is read-only.

    A session that lost its connection does not connect again.
    """

    def __init__(self, target: Target) -> None:
        self._connection = _connect(target)
        try:
            schema.check(self._connection)
            self._require_reader()
        except BaseException:
            self._connection.close()
            raise

    def rows(self, statement: str, binds: Sequence[Any] | Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """All rows of a statement with ``%s`` placeholders.

        Raises:
            ConnectionError: where the connection is lost, or the server has no resources or is stopped.
            ArgumentError: for a value that the server cannot read.
            AccessError: where the login has no right.
            LacunaError: for any other error of the server.
        """
        try:
            return list(self._connection.execute(statement, binds or None).fetchall())
        except psycopg.OperationalError as error:
            problem = (
                "the connection to the database is lost" if self._connection.closed else "the database cannot answer"
            )
            raise ConnectionError(f"{problem}: {_first_line(error)}", "connect again when it runs") from None
        except psycopg.DataError as error:
            raise ArgumentError(f"an argument is not valid: {_first_line(error)}", "use a value of its type") from None
        except psycopg.errors.InsufficientPrivilege as error:
            raise AccessError(
                f"the login may not read the catalogue: {_first_line(error)}", "log in as a member of lacuna_manager"
            ) from None
        except psycopg.Error as error:
            raise LacunaError(
                f"the database refuses a statement: {_first_line(error)}", "compare the schema with lacuna verify"
            ) from None

    def close(self) -> None:
        self._connection.close()

    def _require_reader(self) -> None:
        login, reads = self.rows(statements.READER)[0]
        if not reads:
            raise AccessError(
                f"the login {login} may not read the catalogue",
                f"log in as a member of lacuna_manager, or have the administrator run: grant lacuna_manager to {login}",
            )


def _connect(target: Target) -> psycopg.Connection[tuple[Any, ...]]:
    if target.embedded is not None and not is_listening(target.embedded):
        raise ConnectionError(
            f"no database is named, and the embedded one of {target.embedded} does not run",
            f"{_START}, or name a database with LACUNA_DATABASE or a home with LACUNA_HOME",
        )
    try:
        connection = psycopg.connect(_with_defaults(target.database), autocommit=True)
        connection.execute(statements.READ_ONLY)
        return connection
    except psycopg.OperationalError as error:
        remedy = _START if target.embedded is not None else "check the connection's settings, and that the server runs"
        raise ConnectionError(f"the database cannot be reached: {_first_line(error)}", remedy) from None
    except psycopg.Error:
        # libpq quotes the string, which may have a password.
        raise ConnectionError(
            "the connection string is not valid", "use a postgresql:// URI or keyword=value pairs"
        ) from None


def _with_defaults(database: str) -> str:
    """The connection string with a limit of the time to connect, and the name of this package, where it has none."""
    named = conninfo_to_dict(database)
    defaults: dict[str, str] = {"application_name": "lacuna-client"}
    if "PGCONNECT_TIMEOUT" not in os.environ:
        defaults["connect_timeout"] = "10"
    return make_conninfo(database, **{key: value for key, value in defaults.items() if key not in named})


def _first_line(error: psycopg.Error) -> str:
    """The reason without passwords, which libpq quotes of strings that it cannot parse."""
    lines = str(error).strip().splitlines() or ["no reason is given"]
    return re.sub(r"(?i)(password=)\S+|(//[^:/@\s]*:)[^@\s]*@", r"\1\2…@", lines[0])
