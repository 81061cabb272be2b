"""Where the catalogue's database is, as the programs determine it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from psycopg.conninfo import make_conninfo

#: Variables of libpq that name a server; the embedded one is then not used.
SERVER_VARIABLES = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGSERVICE")

_ROOT_FOLDER = "/var/lib/lacuna"
#: sockaddr_un has room for 107 bytes, and the server adds /.s.PGSQL.5432.
_LONGEST_SOCKET_FOLDER = 107 - 14


@dataclass(frozen=True)
class Target:
    """A database, and the folder of the objects.

    ``database`` is a connection string; empty: libpq's variables say all. It may contain a password, so it is not shown.
    """

    database: str = field(repr=False)
    objects: str
    #: The home of the embedded server; None for another server.
    embedded: str | None = None


def resolve(
    database: str | None, home: str | None, objects: str | None, environment: Mapping[str, str] = os.environ
) -> Target:
    """``database``, else LACUNA_DATABASE, else the server that libpq's variables name, else the embedded one of the home.

    The home is ``home``, else LACUNA_HOME, else ``./.lacuna``. Objects are in ``objects``, else in HOME/objects.
    """
    base = home_folder(home, environment)
    store = objects or f"{base}/objects"
    if "://" not in store:
        store = str(Path(store).absolute())
    named = database or environment.get("LACUNA_DATABASE")
    if named:
        return Target(named, store)
    if any(environment.get(name) for name in SERVER_VARIABLES):
        return Target("", store)
    server = make_conninfo(host=socket_folder(base), port=5432, dbname="lacuna", user="lacuna")
    return Target(server, store, embedded=base)


def home_folder(home: str | None, environment: Mapping[str, str] = os.environ) -> str:
    """The absolute path of the home, which other processes find from another folder too."""
    return str(Path(home or environment.get("LACUNA_HOME") or "./.lacuna").absolute())


def socket_folder(home: str) -> str:
    """The folder of the embedded server's socket, for this user."""
    resolved = os.path.realpath(home)
    root = os.geteuid() == 0
    folder = f"{_ROOT_FOLDER}/{_hash(resolved)}" if root else f"{resolved}/cluster"
    near = f"{folder}/server/socket"
    if len(near.encode()) <= _LONGEST_SOCKET_FOLDER:
        return near
    return f"/tmp/lacuna-{os.geteuid()}-{_hash(resolved)}"


def is_listening(home: str) -> bool:
    """Whether the embedded server of a home has a socket; one that was killed may leave it behind."""
    return Path(socket_folder(home), ".s.PGSQL.5432").exists()


def _hash(path: str) -> str:
    """FNV-1a of the path, 16 hexadecimal digits."""
    value = 0xCBF29CE484222325
    for byte in path.encode():
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"
