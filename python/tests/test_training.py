"""Datalists equal those of the program's export, and data sets are what the rule makes of the labels."""

from __future__ import annotations

import json
import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lacuna
from lacuna.splits import Place

from .conftest import Programs

nibabel = pytest.importorskip("nibabel", reason="nibabel is not installed")

ORGANS = ["liver", "spleen", "kidney_left", "kidney_right", "liver_tumour"]


def exported(programs: Programs, folder: Path, *arguments: str) -> Any:
    """The program's datalist, with absolute paths of images."""
    file = folder / "program.json"
    programs.run("export", "monai", "--output", file, "--organs", ",".join(ORGANS), "--data-root", "/", *arguments)
    found = json.loads(file.read_text())
    for item in items(found):
        for key in ("image", "label", "pseudo_label"):
            if key in item:
                item[key] = f"/{item[key]}"
    return found


def items(datalist: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for name in ("training", "validation", "testing") for item in datalist.get(name, ())]


@pytest.mark.parametrize(
    "arguments", [[], ["--split", "demo"], ["--include-pseudo"], ["--split", "folds"], ["--dataset", "internal"]]
)
def test_a_datalist_is_that_of_an_export(
    arguments: list[str], catalogue: lacuna.Catalogue, programs: Programs, tmp_path: Path
) -> None:
    expected = exported(programs, tmp_path, *arguments)
    found = catalogue.datalist(
        arguments[1] if "--split" in arguments else None,
        ORGANS,
        pseudo="--include-pseudo" in arguments,
        datasets=arguments[1:] if "--dataset" in arguments else (),
        labels=tmp_path / "maps",
    )
    for key in ("label_dict", "original_label_dict", "regions"):
        assert found[key] == expected[key]
    assert found.get("ignore") == expected.get("ignore")
    assert [name for name in found if name in ("training", "validation", "testing")] == [
        name for name in expected if name in ("training", "validation", "testing")
    ]
    assert len(items(found)) == len(items(expected)) > 0
    for item, other in zip(items(found), items(expected), strict=True):
        plain = {key: value for key, value in item.items() if key not in ("volume", "label", "pseudo_label")}
        assert plain == {key: value for key, value in other.items() if key not in ("label", "pseudo_label")}
        for key in ("label", "pseudo_label"):
            assert (key in item) == (key in other)
            if key in item:
                compare(Path(item[key]), Path(other[key]))


def compare(own: Path, program: Path) -> None:
    first, second = nibabel.load(own), nibabel.load(program)
    assert own.name == program.name
    assert np.array_equal(np.asarray(first.dataobj), np.asarray(second.dataobj))
    assert np.array_equal(first.affine, second.affine)
    assert first.get_data_dtype() == second.get_data_dtype()
    assert [int(first.header[key]) for key in ("qform_code", "sform_code")] == [
        int(second.header[key]) for key in ("qform_code", "sform_code")
    ]


def test_a_datalist_of_an_earlier_revision(catalogue: lacuna.Catalogue, programs: Programs, tmp_path: Path) -> None:
    expected = exported(programs, tmp_path, "--as-of", "3")
    found = catalogue.datalist(organs=ORGANS, revision=3)
    assert [item["case"] for item in items(found)] == [item["case"] for item in items(expected)]
    assert found["release"] == expected["release"] == "revision 3"
    assert "label" not in found["training"][0]


def test_label_maps_go_to_a_new_folder(catalogue: lacuna.Catalogue, tmp_path: Path) -> None:
    catalogue.datalist(organs=["liver"], labels=tmp_path)
    with pytest.raises(lacuna.ArgumentError, match="exists"):
        catalogue.datalist(organs=["liver"], labels=tmp_path)


def test_all_annotated_organs_by_default(catalogue: lacuna.Catalogue) -> None:
    found = catalogue.datalist()
    annotated = {row.organ for row in catalogue.coverage() if row.annotated + row.absent}
    assert {*found["label_dict"].values(), *found["regions"]} == annotated


def test_monai_loads_it(catalogue: lacuna.Catalogue, tmp_path: Path) -> None:
    data = pytest.importorskip("monai.data", reason="monai is not installed")
    found = catalogue.datalist("demo", ["liver", "spleen"], labels=tmp_path / "maps")
    (tmp_path / "datalist.json").write_text(json.dumps(found))
    for name in ("training", "validation"):
        loaded = data.load_decathlon_datalist(str(tmp_path / "datalist.json"), True, name)
        assert [(item["image"], item["label"]) for item in loaded] == [
            (item["image"], item["label"]) for item in found[name]
        ]


@pytest.mark.parametrize(
    ("parts", "part"),
    [
        (["train"], "train"),
        ([None], None),
        (["train", "validation"], "train"),
        (["validation", "test"], "test"),
        ([None, "confidence"], "confidence"),
        ([None, None], None),
    ],
)
def test_the_part_that_a_subject_counts_as(parts: list[str | None], part: str | None) -> None:
    assert Place(tuple(parts)).part == part


# Data sets


def test_an_item(catalogue: lacuna.Catalogue) -> None:
    organs = ["liver", "spleen", "kidney_left", "kidney_right"]
    dataset = catalogue.dataset(organs, "demo")
    assert len(dataset) == len({dataset.volume(index) for index in range(len(dataset))}) == 6
    for index in range(len(dataset)):
        item = dataset[index]
        image = catalogue.image(item["volume"])
        assert np.array_equal(item["image"][0], image.voxels)
        assert np.array_equal(item["affine"], image.affine)
        for place, organ in enumerate(organs):
            (label,) = catalogue.labels(volume=item["volume"], organs=[organ]) or [None]
            if label is None or label.status == "pseudo":
                assert not item["target"][place].any() or organ == "liver"
                continue
            mask = catalogue.mask(label.mask or 0)
            assert item["known"][place][mask.known].all()
            assert np.array_equal(item["target"][place] == 1, mask.foreground & mask.known)


def test_a_composite_label_has_a_plane(catalogue: lacuna.Catalogue) -> None:
    dataset = catalogue.dataset(["liver", "kidney_right", "kidney_left"], "demo")
    assert dataset.composite_sets == ((1, 2),)
    volume = catalogue.volume("Task03_Liver/liver_2").id
    for index in range(len(dataset)):
        item = dataset[index]
        assert item["composite"].shape == (1, *item["image"].shape[1:])
        assert item["composite"].any() == (item["volume"] == volume)
        if item["volume"] == volume:
            (label,) = catalogue.labels(volume=volume, organs=["kidney"])
            foreground = catalogue.mask(label.mask or 0).foreground
            assert np.array_equal(item["composite"][0] == 1, foreground)
            assert (item["known"][1:, ~foreground] == 1).all()
            assert (item["known"][1:, foreground] == 0).all()


def test_pseudo_labels_on_request(catalogue: lacuna.Catalogue) -> None:
    without, filled = (catalogue.dataset(["liver", "spleen"], "demo", pseudo=pseudo) for pseudo in (False, True))
    found = {pseudo: [dataset[index]["known"] for index in range(6)] for pseudo, dataset in ((0, without), (1, filled))}
    assert not any((known == 2).any() for known in found[0])
    assert any((known == 2).any() for known in found[1])
    for plain, more in zip(found[0], found[1], strict=True):
        assert (more[plain == 1] == 1).all()


def test_origins_and_exclusions(catalogue: lacuna.Catalogue) -> None:
    expert = catalogue.dataset(["liver", "spleen"], "demo", origins=["expert"])
    assert 0 < len(expert) < 6
    plain = catalogue.dataset(["liver", "pancreas"], "demo", exclusions=False)
    certain = catalogue.dataset(["liver", "pancreas"], "demo")
    index = next(i for i in range(6) if plain.volume(i) == catalogue.volume("Task03_Liver/liver_2").id)
    assert not plain[index]["known"][1].any()
    assert np.array_equal(certain[index]["known"][1], certain[index]["target"][0])


def test_items_depend_on_seed_and_index_alone(catalogue: lacuna.Catalogue) -> None:
    def make(seed: int) -> lacuna.KnownVoxelDataset:
        return catalogue.dataset(["liver"], "demo", patch=(16, 60, 8), length=20, shuffle=True, seed=seed)

    first, second, other = make(3), make(3), make(4)
    order = [first.volume(index) for index in range(20)]
    assert order == [second.volume(index) for index in range(20)]
    volumes = len(set(order))
    assert sorted(order[:volumes]) == sorted(order[volumes : 2 * volumes])
    assert order[:volumes] != order[volumes : 2 * volumes]
    assert order != [other.volume(index) for index in range(20)]
    for index in (13, 2, 13):
        one, two = first[index], second[index]
        assert one["image"].shape == (1, 16, 60, 8)
        assert all(np.array_equal(one[key], two[key]) for key in ("image", "target", "known", "affine"))
    assert not np.array_equal(first[13]["affine"], other[13]["affine"])
    with pytest.raises(IndexError):
        first[20]


def test_a_window_lies_where_its_affine_says(catalogue: lacuna.Catalogue) -> None:
    dataset = catalogue.dataset(["liver"], "demo", patch=(16, 60, 8), length=12, seed=1)
    for index in range(12):
        item = dataset[index]
        image = catalogue.image(item["volume"])
        place = np.linalg.solve(image.affine, item["affine"])[:3, 3].round().astype(int)
        inside = image.voxels[place[0] : place[0] + 16, :, place[2] : place[2] + 8]
        assert np.array_equal(item["image"][0][:, : inside.shape[1]], inside)
        assert (item["image"][0][:, inside.shape[1] :] == image.voxels.min()).all()
        assert not item["known"][0][:, inside.shape[1] :].any()


def test_a_data_set_can_be_pickled_and_read_in_other_processes(catalogue: lacuna.Catalogue) -> None:
    dataset = catalogue.dataset(["liver"], "demo")
    expected = dataset[2]
    again = pickle.loads(pickle.dumps(dataset))
    assert np.array_equal(again[2]["image"], expected["image"])
    child = os.fork()
    if child == 0:
        os._exit(0 if np.array_equal(dataset[2]["known"], expected["known"]) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert np.array_equal(dataset[2]["known"], expected["known"])


def test_a_split_part_has_its_own_volumes(catalogue: lacuna.Catalogue) -> None:
    train, validation = (catalogue.dataset(["liver"], "demo", part) for part in ("train", "validation"))
    volumes = [{dataset.volume(index) for index in range(len(dataset))} for dataset in (train, validation)]
    assert volumes[0].isdisjoint(volumes[1])
    assert len(volumes[1]) == 3
