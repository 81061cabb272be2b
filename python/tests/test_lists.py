"""Coverage, volumes and labels equal what the program prints."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest

import lacuna

from .conftest import Programs


def spelled(record: dict[str, Any]) -> dict[str, Any]:
    """With the keys of the program's JSON."""
    return {re.sub("_([a-z])", lambda found: found.group(1).upper(), key): value for key, value in record.items()}


def test_coverage_is_that_of_the_program(catalogue: lacuna.Catalogue, programs: Programs) -> None:
    rows = catalogue.coverage()
    assert [spelled(row) for row in rows.dicts()] == programs.json("coverage")
    assert any(row.pseudo and row.median_confidence and row.soft_dice for row in rows)
    assert any(row.union_known for row in rows)
    assert any(row.partial for row in rows)
    assert any(row.absent for row in rows)


def test_coverage_of_every_revision(catalogue: lacuna.Catalogue, programs: Programs) -> None:
    for revision in range(catalogue.revision + 1):
        rows = [spelled(row) for row in catalogue.coverage(revision).dicts()]
        assert rows == programs.json("coverage", "--as-of", str(revision))


def test_coverage_of_some_organs(catalogue: lacuna.Catalogue, programs: Programs) -> None:
    rows = [spelled(row) for row in catalogue.coverage(organs=["Spleen", "left kidney"]).dicts()]
    assert rows == programs.json("coverage", "--organ", "Spleen", "--organ", "left kidney")
    assert [row["organ"] for row in rows] == [
        row.organ for row in catalogue.coverage() if row.organ in ("spleen", "kidney_left")
    ]


def test_volumes_are_those_of_the_program(catalogue: lacuna.Catalogue, programs: Programs) -> None:
    for dataset in (None, "Task03_Liver", "Totalsegmentator_dataset", "heldout"):
        found = programs.json("volume", "list", *(["--dataset", dataset] if dataset else []))
        volumes = catalogue.volumes(dataset, withheld=True)
        assert len(volumes) == len(found) > 0
        for volume, expected in zip(volumes, found, strict=True):
            plain = {key: list(value) if isinstance(value, tuple) else value for key, value in vars(volume).items()}
            assert {key: plain[key] for key in expected if key not in ("sources", "cases")} == {
                key: value for key, value in expected.items() if key not in ("sources", "cases")
            }
            sources = [
                {key: getattr(source, key) for key in ("dataset", "case", "file", "removed")}
                for source in volume.sources
            ]
            assert sources == expected["sources"]


def test_a_volume_and_its_labels(catalogue: lacuna.Catalogue, programs: Programs) -> None:
    for name in ("1", "Task03_Liver/liver_2"):
        expected = programs.json("volume", "show", name)
        volume = catalogue.volume(name)
        assert (volume.id, list(volume.shape), list(volume.spacing)) == (
            expected["id"],
            expected["shape"],
            expected["spacing"],
        )
        assert [source.path for source in volume.sources] == [source["file"] for source in expected["sources"]]
        assert [source.sha256 for source in volume.sources] == [source["sha256"] for source in expected["sources"]]
        labels = [
            {key: getattr(label, key) for key in expected["labels"][0]} for label in catalogue.labels(volume=name)
        ]
        assert labels == expected["labels"]


def test_labels_are_those_of_the_program(catalogue: lacuna.Catalogue, programs: Programs) -> None:
    for arguments, labels in (
        ([], catalogue.labels()),
        (["--as-of", "2"], catalogue.labels(2)),
        (["--organ", "liver"], catalogue.labels(organs=["Liver"])),
        (["--volume", "2"], catalogue.labels(volume=2)),
    ):
        expected = programs.json("mask", "list", *arguments)
        found = [{**spelled(row), "id": row["mask"]} for row in labels.dicts()]
        assert [{key: row[key] for key in expected[0]} for row in found] == expected
    assert {label.status for label in catalogue.labels()} == {"annotated", "absent", "pseudo"}
    assert any(label.confidence and label.soft_dice and label.predicted_dice for label in catalogue.labels())


def test_a_date_is_a_revision(catalogue: lacuna.Catalogue) -> None:
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    assert catalogue.labels(today) == catalogue.labels()


def test_unlabelled_organs_add_up(catalogue: lacuna.Catalogue) -> None:
    for revision in (1, 3, catalogue.revision):
        labels = catalogue.labels(revision, unlabelled=True)
        for row in catalogue.coverage(revision):
            if row.annotated + row.absent + row.pseudo == 0:
                continue
            found = [label.status for label in labels if label.organ == row.organ]
            counts = [found.count(status) for status in ("annotated", "absent", "pseudo", "unlabelled")]
            assert counts == [row.annotated, row.absent, row.pseudo, row.unlabelled], row.organ


def test_arrow_has_the_same_values(catalogue: lacuna.Catalogue) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    for rows in (catalogue.coverage(), catalogue.labels(), catalogue.volumes()):
        table = rows.arrow()
        assert table.num_rows == len(rows) > 0
        plain = [
            {key: dict(value) if key == "by_origin" else value for key, value in row.items()}
            for row in table.to_pylist()
        ]
        assert plain == rows.dicts()
    assert catalogue.labels(0).arrow().schema == catalogue.labels().arrow().schema


def test_withheld_volumes_are_listed_on_request(catalogue: lacuna.Catalogue, programs: Programs) -> None:
    withheld = [volume for volume in catalogue.volumes(withheld=True) if volume.withheld]
    assert [volume.withheld for volume in withheld] == ["excluded: motion"]
    assert withheld[0].id not in [volume.id for volume in catalogue.volumes()]
    before = catalogue.labels(catalogue.revision - 1, volume=withheld[0].id)
    mask = next(label.mask for label in before if label.mask)
    with pytest.raises(lacuna.WithheldError, match="excluded: motion"):
        catalogue.mask(mask)
    with pytest.raises(lacuna.WithheldError, match="excluded: motion"):
        catalogue.image(withheld[0].id)
