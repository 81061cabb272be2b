"""Removed data and locked test parts, in a copy of the database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

import lacuna

from .conftest import Programs


@pytest.fixture
def other(programs: Programs, copy: psycopg.Connection[tuple[Any, ...]]) -> Iterator[lacuna.Catalogue]:
    with lacuna.connect(programs.uri(database="copy"), home=programs.home) as opened:
        yield opened


def change(programs: Programs, *arguments: str | Path) -> str:
    return programs.run(*arguments, "--database", programs.uri(database="copy"), "--objects", programs.home / "objects")


def cases(datalist: dict[str, Any]) -> dict[str, list[str]]:
    names = ("training", "validation", "testing")
    return {name: [item["case"] for item in datalist[name]] for name in names if name in datalist}


def exported(programs: Programs, folder: Path, *arguments: str) -> dict[str, list[str]]:
    file = folder / "program.json"
    change(programs, "export", "monai", "--output", file, "--organs", "liver,spleen", *arguments)
    return cases(json.loads(file.read_text()))


def test_locked_subjects_are_in_test_parts_only(programs: Programs, other: lacuna.Catalogue, tmp_path: Path) -> None:
    held_out = {volume.id for volume in other.volumes("heldout")}
    change(programs, "split", "create", "locked", "--train", "internal", "--test", "heldout", "--locked-test")
    assert "validation" not in cases(other.datalist("demo", ["liver", "spleen"]))
    assert cases(other.datalist("demo", ["liver", "spleen"])) == exported(programs, tmp_path, "--split", "demo")
    assert len(other.datalist("locked", ["liver"])["testing"]) == len(held_out) == 3
    with pytest.raises(lacuna.ArgumentError):
        other.dataset(["liver"], "demo", "validation")
    whole = other.dataset(["liver"])
    assert held_out.isdisjoint(whole.volume(index) for index in range(len(whole)))
    test = other.dataset(["liver"], "locked", "test")
    assert held_out == {test.volume(index) for index in range(len(test))}


def test_a_removed_dataset(programs: Programs, other: lacuna.Catalogue, tmp_path: Path) -> None:
    shared = next(volume for volume in other.volumes() if len(volume.sources) > 1)
    label = next(
        label for label in other.labels(volume=shared.id) if label.source and label.source.startswith("Task03_Liver")
    )
    before = other.revision
    change(programs, "dataset", "remove", "Task03_Liver", "--reason", "licence", "--yes")
    with pytest.raises(lacuna.WithheldError, match="removed"):
        other.mask(label.mask or 0)
    assert [source.removed for source in other.volume(shared.id).sources] == [False, True]
    assert other.image(shared.id).voxels.shape == shared.shape
    with pytest.raises(lacuna.ArgumentError, match="no source"):
        other.image(shared.id, "Task03_Liver")
    for revision, arguments in ((None, ()), (before, ("--as-of", str(before)))):
        folder = tmp_path / str(revision)
        folder.mkdir()
        found = cases(other.datalist(organs=["liver", "spleen"], revision=revision))
        assert found == exported(programs, folder, *arguments)
    rows = json.loads(change(programs, "coverage", "--json"))
    assert [row.annotated for row in other.coverage()] == [row["annotated"] for row in rows]


def test_a_purged_mask(programs: Programs, other: lacuna.Catalogue, copy: psycopg.Connection[tuple[Any, ...]]) -> None:
    mask = next(label.mask for label in other.labels() if label.mask)
    copy.execute(
        "update lacuna.object set purged_at = now(), purged_by = (select min(id) from lacuna.activity) "
        "where digest = (select object_digest from lacuna.mask where id = %s)",
        [mask],
    )
    assert [label.purged for label in other.labels() if label.mask == mask] == [True]
    with pytest.raises(lacuna.WithheldError, match="purged"):
        other.mask(mask or 0)
