"""How the catalogue is found, what may read it, and the errors where that fails."""

from __future__ import annotations

import builtins
import importlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest

import lacuna
from lacuna import expected_schema, schema
from lacuna.target import resolve, socket_folder

from .conftest import Programs


def test_the_embedded_server_of_a_home(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    with lacuna.connect(home=programs.home) as catalogue:
        revision = catalogue.revision
    monkeypatch.setenv("LACUNA_HOME", str(programs.home))
    with lacuna.connect() as catalogue:
        assert catalogue.revision == revision


def test_the_socket_is_where_the_program_has_it(programs: Programs) -> None:
    assert socket_folder(str(programs.home)) == programs.json("database", "status")["socket"]


def test_a_named_database_goes_first(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LACUNA_DATABASE", programs.uri())
    objects = str(programs.home / "objects")
    with lacuna.connect(objects=objects) as catalogue:
        assert catalogue.mask(2).foreground.any()
    with pytest.raises(lacuna.ConnectionError):
        lacuna.connect(programs.uri(database="absent"))


def test_variables_of_libpq_name_a_server(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", socket_folder(str(programs.home)))
    monkeypatch.setenv("PGDATABASE", "lacuna")
    monkeypatch.setenv("PGUSER", "lacuna")
    with lacuna.connect(home="/nowhere") as catalogue:
        assert catalogue.revision > 0


def test_precedence() -> None:
    named = resolve(None, None, None, {"LACUNA_DATABASE": "dbname=a", "PGHOST": "b", "LACUNA_HOME": "/h"})
    assert (named.database, named.objects, named.embedded) == ("dbname=a", "/h/objects", None)
    assert resolve("dbname=c", "/g", "/o", {"LACUNA_DATABASE": "dbname=a"}).database == "dbname=c"
    assert resolve(None, None, None, {"PGSERVICE": "s"}).database == ""
    embedded = resolve(None, None, None, {})
    home = str(Path(".lacuna").absolute())
    assert (embedded.embedded, embedded.objects) == (home, f"{home}/objects")


def test_a_server_that_does_not_run(tmp_path: Path) -> None:
    with pytest.raises(lacuna.ConnectionError, match="does not run") as caught:
        lacuna.connect(home=tmp_path)
    assert "lacuna database start" in caught.value.remedy


def test_a_session_cannot_write(catalogue: lacuna.Catalogue) -> None:
    with pytest.raises(lacuna.LacunaError, match="read-only transaction"):
        catalogue._session.rows("insert into lacuna.activity (kind, program) values ('import', 'x') returning id")


def test_a_login_that_may_not_read(programs: Programs) -> None:
    with pytest.raises(lacuna.AccessError, match="lacunad may not read") as caught:
        lacuna.connect(programs.uri(user="lacunad"))
    assert "lacuna_manager" in caught.value.remedy


@pytest.mark.parametrize(
    "database",
    [
        "postgresql://user:hidden@127.0.0.1:1/db",
        "host=127.0.0.1 port=1 user=a password=hidden",
        "host=127.0.0.1 port=1 password='hidden with blanks' nonsense",
        "postgresql://user:hidden@127.0.0.1:1:2:3/db?x",
        "password=hidden",
    ],
)
def test_no_error_shows_a_password(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "/nowhere")
    with pytest.raises(lacuna.ConnectionError) as caught:
        lacuna.connect(database)
    shown = [str(caught.value), repr(caught.value), caught.value.problem, repr(resolve(database, None, None, {}))]
    assert not any("hidden" in text for text in shown)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_lost_connection(programs: Programs) -> None:
    catalogue = lacuna.connect(home=programs.home)
    with programs.superuser() as other:
        other.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'lacuna-client'")
    with pytest.raises(lacuna.ConnectionError, match="lost"):
        catalogue.coverage()
    with lacuna.connect(home=programs.home) as again:
        assert again.coverage()


# The schema


def error_of(programs: Programs) -> lacuna.SchemaError:
    with pytest.raises(lacuna.SchemaError) as caught:
        lacuna.connect(programs.uri(database="copy"))
    return caught.value


def test_a_copy_is_accepted(programs: Programs, copy: psycopg.Connection[tuple[Any, ...]]) -> None:
    with lacuna.connect(programs.uri(database="copy")) as catalogue:
        assert catalogue.coverage()


def test_a_newer_database(programs: Programs, copy: psycopg.Connection[tuple[Any, ...]]) -> None:
    copy.execute("insert into lacuna.migration values (%s, 'next', repeat('0', 64), now(), 'x')", [schema.VERSION + 1])
    error = error_of(programs)
    assert "newer program" in error.problem
    assert "lacuna-client" in error.remedy


def test_an_older_database(programs: Programs, copy: psycopg.Connection[tuple[Any, ...]]) -> None:
    copy.execute("delete from lacuna.migration where number = %s", [schema.VERSION])
    assert "lacuna database migrate" in error_of(programs).remedy


def test_an_edited_migration(programs: Programs, copy: psycopg.Connection[tuple[Any, ...]]) -> None:
    copy.execute("update lacuna.migration set sha256 = repeat('0', 64) where number = 2")
    assert "0002" in error_of(programs).problem


def test_an_altered_schema(programs: Programs, copy: psycopg.Connection[tuple[Any, ...]]) -> None:
    copy.execute("alter table lacuna.annotation disable trigger history_is_append_only")
    assert "lacuna verify" in error_of(programs).remedy


def test_a_database_of_something_else(programs: Programs, copy: psycopg.Connection[tuple[Any, ...]]) -> None:
    copy.execute("drop schema lacuna cascade")
    assert "no catalogue" in error_of(programs).problem


def test_the_expected_schema_is_current() -> None:
    script = Path(__file__).resolve().parents[2] / "Scripts/generate-python-schema"
    subprocess.run([script, "--check"], check=True)
    assert len(expected_schema.MIGRATIONS) == schema.VERSION


# The object store


def test_a_missing_or_foreign_store(programs: Programs, tmp_path: Path) -> None:
    for objects, reason in (
        (str(tmp_path / "none"), "no object store"),
        ("s3://bucket/objects", "not a folder"),
    ):
        with pytest.raises(lacuna.StoreError, match=reason) as caught:
            lacuna.connect(home=programs.home, objects=objects)
        assert objects in caught.value.problem
        assert "connect(objects=…)" in caught.value.remedy
    marker = tmp_path / "store" / "lacuna-store"
    marker.parent.mkdir()
    for text, reason in (
        ("lacuna-store 1\ncatalogue 00000000-0000-0000-0000-000000000000\n", "belongs to catalogue"),
        ("lacuna-store 2\ncatalogue 00000000-0000-0000-0000-000000000000\n", "newer"),
        ("something", "damaged"),
    ):
        marker.write_text(text)
        with pytest.raises(lacuna.StoreError, match=reason):
            lacuna.connect(home=programs.home, objects=marker.parent)


def test_a_home_without_a_store_has_lists(programs: Programs, tmp_path: Path) -> None:
    with lacuna.connect(programs.uri(), home=tmp_path) as catalogue:
        assert catalogue.labels()
        with pytest.raises(lacuna.StoreError, match="no object store"):
            catalogue.mask(2)


# Arguments and extras


def test_wrong_arguments(catalogue: lacuna.Catalogue) -> None:
    wrong: list[Callable[[], object]] = [
        lambda: catalogue.coverage(organs=["livr"]),
        lambda: catalogue.coverage(catalogue.revision + 1),
        lambda: catalogue.coverage(-1),
        lambda: catalogue.labels("yesterday"),
        lambda: catalogue.labels("2999-01-01"),
        lambda: catalogue.labels("1999-01-01"),
        lambda: catalogue.labels(volume="nowhere/1"),
        lambda: catalogue.volumes("nothing"),
        lambda: catalogue.volume(10**9),
        lambda: catalogue.mask(10**9),
        lambda: catalogue.mask(10**30),
        lambda: catalogue.mask(None),  # type: ignore[arg-type]
        lambda: catalogue.mask("a"),  # type: ignore[arg-type]
        lambda: catalogue.mask(2.0),  # type: ignore[arg-type]
        lambda: catalogue.mask(True),
        lambda: catalogue.labels(organs="livr"),
        lambda: catalogue.labels(organs=5),  # type: ignore[arg-type]
        lambda: catalogue.labels(organs=[None]),  # type: ignore[list-item]
        lambda: catalogue.datalist(organs="liver", datasets="nothing"),
        lambda: catalogue.dataset("liver", origins="exprt"),
        lambda: catalogue.dataset("liver", part="test"),
        lambda: catalogue.dataset("liver", "demo", "test"),
        lambda: catalogue.image(1, "heldout"),
        lambda: catalogue.datalist("nothing", ["liver"]),
        lambda: catalogue.datalist(organs=["liver", "Liver"]),
        lambda: catalogue.datalist(organs=[]),
        lambda: catalogue.datalist(organs=["urinary_bladder"]),
        lambda: catalogue.dataset([]),
        lambda: catalogue.dataset(["liver"], "folds"),
        lambda: catalogue.dataset(["liver"], "demo", "all"),
        lambda: catalogue.dataset(["liver"], "demo", patch=(0, 1, 1)),
    ]
    for call in wrong:
        with pytest.raises(lacuna.ArgumentError) as caught:
            call()
        assert caught.value.problem
        assert caught.value.remedy
        assert isinstance(caught.value, ValueError)


def test_one_name_is_not_its_letters(catalogue: lacuna.Catalogue) -> None:
    assert catalogue.labels(organs="liver") == catalogue.labels(organs=["liver"])
    assert catalogue.coverage(organs="Liver") == catalogue.coverage(organs=["liver"])
    few = catalogue.dataset("liver", datasets="internal", origins="expert")
    assert len(few) == len(catalogue.dataset(["liver"], datasets=["internal"], origins=["expert"])) > 0
    found = catalogue.datalist("demo", "liver", datasets="internal")
    assert found == catalogue.datalist("demo", ["liver"], datasets=["internal"])


def test_what_a_wrong_argument_should_be(catalogue: lacuna.Catalogue) -> None:
    with pytest.raises(lacuna.ArgumentError, match="None is not the id of a mask") as none:
        catalogue.mask(None)  # type: ignore[arg-type]
    assert "labels()" in none.value.remedy
    assert catalogue.mask(np.int64(2)).id == 2  # type: ignore[arg-type]
    with pytest.raises(lacuna.ArgumentError, match="the part test is of a split") as part:
        catalogue.dataset("liver", part="test")
    assert "split=" in part.value.remedy
    with pytest.raises(lacuna.ArgumentError, match="the part test of split demo") as empty:
        catalogue.dataset("liver", "demo", "test")
    assert "lacuna split show demo" in empty.value.remedy


def test_every_error_is_one_of_the_package() -> None:
    kinds = [getattr(lacuna, name) for name in lacuna.__all__ if name.endswith("Error")]
    assert len(kinds) == 12
    assert all(issubclass(kind, lacuna.LacunaError) for kind in kinds)


@pytest.mark.parametrize(("package", "extra"), [("nibabel", "images"), ("pyarrow", "arrow"), ("torch", "torch")])
def test_missing_extras(package: str, extra: str, catalogue: lacuna.Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *arguments: Any, **keywords: Any) -> Any:
        if name.split(".")[0] == package:
            raise ImportError(name)
        return real(name, *arguments, **keywords)

    monkeypatch.setattr(builtins, "__import__", without)
    sys.modules.pop("lacuna.torch", None)
    use: dict[str, Callable[[], object]] = {
        "nibabel": lambda: catalogue.image(1),
        "pyarrow": lambda: catalogue.labels().arrow(),
        "torch": lambda: importlib.import_module("lacuna.torch"),
    }
    with pytest.raises(lacuna.MissingExtraError, match=rf"lacuna-client\[{extra}\]"):
        use[package]()
