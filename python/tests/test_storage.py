"""Images and masks of files in other axis orders, types and forms, in a copy of the database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest

import lacuna

from .conftest import Programs

nibabel = pytest.importorskip("nibabel", reason="nibabel is not installed")

#: By case: axis order, type, slope and intercept, ending of the file.
FORMS: dict[str, tuple[str, type[Any], tuple[float, float] | None, str]] = {
    "plain": ("RAS", np.int16, None, ".nii.gz"),
    "unzipped": ("LPS", np.int16, None, ".nii"),
    "turned": ("PIR", np.float32, None, ".nii.gz"),
    "scaled": ("SRA", np.int16, (0.5, -20.0), ".nii.gz"),
    "bytes": ("ALI", np.uint8, None, ".nii.gz"),
    "wide": ("RSP", np.int32, None, ".nii.gz"),
}
SHAPE = (20, 16, 12)


def make(folder: Path) -> None:
    """A dataset of the Medical Segmentation Decathlon's layout."""
    for name in ("imagesTr", "labelsTr"):
        (folder / name).mkdir(parents=True)
    training = []
    for seed, (case, (order, kind, scale, ending)) in enumerate(FORMS.items()):
        source = np.random.default_rng(seed)
        axes = nibabel.orientations.axcodes2ornt(tuple(order))
        affine = np.diag([2.0, 2.5, 3.0, 1.0])
        affine[:3, 3] = [-20, 30, 5 + seed]
        stored = nibabel.orientations.ornt_transform(nibabel.orientations.axcodes2ornt(("R", "A", "S")), axes)
        lies = affine @ nibabel.orientations.inv_ornt_aff(stored, SHAPE)
        voxels = nibabel.orientations.apply_orientation(source.integers(0, 250, SHAPE), stored).astype(kind)
        image = nibabel.Nifti1Image(voxels, lies)
        if scale is not None:
            image.header.set_slope_inter(*scale)
        image.header.set_data_dtype(kind)
        label = nibabel.orientations.apply_orientation(source.random(SHAPE) > 0.8, stored).astype(np.uint8)
        files = f"imagesTr/{case}{ending}", f"labelsTr/{case}{ending}"
        nibabel.save(image, folder / files[0])
        nibabel.save(nibabel.Nifti1Image(label, lies), folder / files[1])
        training.append({"image": f"./{files[0]}", "label": f"./{files[1]}"})
    (folder / "dataset.json").write_text(
        json.dumps(
            {
                "name": "Forms",
                "modality": {"0": "CT"},
                "labels": {"0": "background", "1": "liver"},
                "numTraining": len(training),
                "numTest": 0,
                "training": training,
                "test": [],
            }
        )
    )


def test_every_form_of_a_file(programs: Programs, copy: psycopg.Connection[tuple[Any, ...]], tmp_path: Path) -> None:
    make(tmp_path / "Task90_Forms")
    where = ["--database", programs.uri(database="copy"), "--objects", str(programs.home / "objects")]
    programs.run("dataset", "import", tmp_path / "Task90_Forms", *where)
    with lacuna.connect(programs.uri(database="copy"), home=programs.home) as catalogue:
        volumes = catalogue.volumes("Task90_Forms")
        assert {volume.sources[0].case: volume.sources[0].orientation for volume in volumes} == {
            case: form[0] for case, form in FORMS.items()
        }
        for volume in volumes:
            image = catalogue.image(volume.id)
            expected = nibabel.as_closest_canonical(nibabel.load(volume.sources[0].path))
            assert np.array_equal(image.voxels, np.asarray(expected.dataobj, np.float32))
            assert np.allclose(image.affine, expected.affine)
            is_whole = volume.sources[0].case not in ("turned", "scaled")
            assert image.voxels.dtype == (np.int16 if is_whole else np.float32)
            (label,) = catalogue.labels(volume=volume.id)
            source = Path(volume.sources[0].path.replace("imagesTr", "labelsTr"))
            drawn = nibabel.as_closest_canonical(nibabel.load(source))
            assert np.array_equal(catalogue.mask(label.mask or 0).foreground, np.asarray(drawn.dataobj) == 1)
        found = catalogue.datalist(organs=["liver"], datasets=["Task90_Forms"], labels=tmp_path / "maps")
    programs.run(
        "export", "monai", "--output", tmp_path / "p.json", "--organs", "liver", "--dataset", "Task90_Forms", *where
    )
    for item in found["training"]:
        own = nibabel.load(item["label"])
        program = nibabel.load(tmp_path / "p_labels" / Path(item["label"]).name)
        assert np.array_equal(np.asarray(own.dataobj), np.asarray(program.dataobj))
        assert np.array_equal(own.affine, program.affine)
