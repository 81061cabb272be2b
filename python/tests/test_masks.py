"""Masks and images equal what the program exports; damaged bytes are errors."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import zstandard

import lacuna
from lacuna import masks

from .conftest import Programs

nibabel = pytest.importorskip("nibabel", reason="nibabel is not installed")


def canonical(path: Path) -> npt.NDArray[np.uint8]:
    return np.asarray(nibabel.as_closest_canonical(nibabel.load(path)).dataobj)


def test_every_mask_is_that_of_an_export(catalogue: lacuna.Catalogue, programs: Programs, tmp_path: Path) -> None:
    labels = [label for label in catalogue.labels() if label.mask]
    assert len(labels) > 30
    for label in labels[:: max(1, len(labels) // 12)] + [label for label in labels if label.status == "pseudo"][:4]:
        file = tmp_path / f"{label.mask}.nii.gz"
        programs.run("mask", "export", "--mask", str(label.mask), "--output", file, "--force")
        mask = catalogue.mask(label.mask or 0)
        assert np.array_equal(mask.foreground, canonical(file))
        assert mask.foreground.sum() == label.voxels
        assert (mask.organ, mask.volume, mask.is_prediction) == (label.organ, label.volume, label.status == "pseudo")


def test_the_known_voxels_of_a_partial_mask(catalogue: lacuna.Catalogue, programs: Programs, tmp_path: Path) -> None:
    (label,) = catalogue.labels(volume="internal/img0001", organs=["liver"])
    mask = catalogue.mask(label.mask or 0)
    programs.run("mask", "export", "--mask", str(label.mask), "--unknown", "9", "--output", tmp_path / "m.nii.gz")
    expected = canonical(tmp_path / "m.nii.gz")
    assert np.array_equal(mask.known, expected != 9)
    assert np.array_equal(mask.foreground & mask.known, expected == 1)
    assert not mask.known.all()


def test_a_prediction_has_its_accepted_voxels(catalogue: lacuna.Catalogue) -> None:
    found = [catalogue.mask(label.mask) for label in catalogue.labels() if label.status == "pseudo" and label.mask]
    assert all(mask.valid is not None and 0 < mask.valid.sum() < mask.valid.size for mask in found)


def test_an_image_lies_as_its_masks_do(catalogue: lacuna.Catalogue) -> None:
    for volume in catalogue.volumes():
        image = catalogue.image(volume.id)
        expected = nibabel.as_closest_canonical(nibabel.load(volume.sources[0].path))
        assert np.array_equal(image.voxels, np.asarray(expected.dataobj))
        assert np.allclose(image.affine, expected.affine, atol=1e-4)
        assert image.voxels.shape == volume.shape
        assert image.voxels.dtype == np.int16


@pytest.mark.parametrize("orientation", ["RAS", "LPS", "PIR", "SRA", "AIL"])
def test_orientations_agree_with_nibabel(orientation: str) -> None:
    from lacuna import images

    stored = np.arange(2 * 3 * 4).reshape(2, 3, 4)
    axes = nibabel.orientations.axcodes2ornt(tuple(orientation))
    assert np.array_equal(images.canonical(stored, orientation), nibabel.orientations.apply_orientation(stored, axes))
    assert np.array_equal(images.stored(images.canonical(stored, orientation), orientation), stored)


def test_a_changed_or_missing_image_is_an_error(catalogue: lacuna.Catalogue, tmp_path: Path) -> None:
    volume = catalogue.volume("Task03_Liver/liver_2")
    path = Path(volume.sources[0].path)
    kept = tmp_path / "kept"
    path.rename(kept)
    try:
        with pytest.raises(lacuna.ImageError, match="No such file"):
            catalogue.image(volume.id)
        path.write_bytes(b"other")
        with pytest.raises(lacuna.ImageError, match="is not the one that was imported"):
            catalogue.image(volume.id)
    finally:
        shutil.move(kept, path)


# The decoder


def encode(
    foreground: masks.Bits,
    valid: masks.Bits | None = None,
    magic: bytes = b"LMSK",
    version: int = 1,
    extra: bytes = b"",
) -> bytes:
    """The canonical form, voxel by voxel."""

    def plane(bits: masks.Bits) -> bytes:
        places = np.argwhere(bits)
        lower, upper = ((0, 0, 0), (0, 0, 0)) if len(places) == 0 else (places.min(0), places.max(0) + 1)
        inside = [
            bool(bits[x, y, z])
            for z in range(lower[2], upper[2])
            for y in range(lower[1], upper[1])
            for x in range(lower[0], upper[0])
        ]
        packed = bytearray((len(inside) + 7) // 8)
        for place, bit in enumerate(inside):
            packed[place // 8] |= bit << place % 8
        return np.array([*lower, *upper], "<u4").tobytes() + bytes(packed)

    head = magic + np.array([version, valid is not None], "<u2").tobytes() + np.array(foreground.shape, "<u4").tobytes()
    return head + plane(foreground) + (b"" if valid is None else plane(valid)) + extra


def store(canonical: bytes, length: int | None = None) -> bytes:
    size = len(canonical) if length is None else length
    return (
        b"LMZ1"
        + size.to_bytes(8, "little")
        + zstandard.ZstdCompressor(level=1, write_checksum=True).compress(canonical)
    )


SHAPE = (7, 5, 3)


def some(seed: int) -> masks.Bits:
    found: masks.Bits = np.random.default_rng(seed).random(SHAPE) > 0.7
    return found


@pytest.mark.parametrize("valid", [None, some(2), np.zeros(SHAPE, np.bool_)])
@pytest.mark.parametrize("foreground", [some(1), np.zeros(SHAPE, np.bool_), np.ones(SHAPE, np.bool_)])
def test_what_is_encoded_is_decoded(foreground: masks.Bits, valid: masks.Bits | None) -> None:
    canonical = encode(foreground, valid)
    found, found_valid = masks.decode(store(canonical), SHAPE, hashlib.sha256(canonical).hexdigest())
    assert np.array_equal(found, foreground)
    assert (found_valid is None) == (valid is None)
    assert valid is None or found_valid is None or np.array_equal(found_valid, valid)


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        (b"", "magic"),
        (b"LMZ2" + store(encode(some(1)))[4:], "magic"),
        (store(encode(some(1)))[:-3], "decompress"),
        (store(encode(some(1)), 1 << 40), "at most"),
        (store(encode(some(1)), len(encode(some(1))) + 1), "decompress"),
        (store(encode(some(1))) + b"more", "decompress"),
        (store(encode(some(1), magic=b"LMSX")), "format"),
        (store(encode(some(1), version=2)), "format"),
        (store(encode(some(1), extra=b"x")), "bytes follow"),
        (store(encode(some(1))[:-1]), "ends early"),
        (store(encode(np.ones((8, 5, 2), np.bool_))), "shape"),
        (store(encode(some(1))[:20] + np.array([0, 0, 0, 8, 5, 3], "<u4").tobytes() + bytes(15)), "outside"),
    ],
)
def test_other_bytes_are_damage(stored: bytes, reason: str) -> None:
    with pytest.raises(lacuna.DamageError, match=reason):
        masks.decode(stored, SHAPE)


def test_other_content_is_damage() -> None:
    with pytest.raises(lacuna.DamageError, match="content hash"):
        masks.decode(store(encode(some(1))), SHAPE, "0" * 64)


def test_a_damaged_or_missing_object_is_an_error(programs: Programs, tmp_path: Path) -> None:
    shutil.copytree(programs.home / "objects", tmp_path / "objects")
    with lacuna.connect(home=programs.home, objects=str(tmp_path / "objects")) as catalogue:
        mask = next(label.mask for label in catalogue.labels() if label.mask) or 0
        catalogue.mask(mask)
        files = [file for file in (tmp_path / "objects").glob("??/*") if file.is_file()]
    for file in files:
        file.chmod(0o644)
        with file.open("r+b") as opened:
            opened.seek(20)
            opened.write(b"\xff\xff\xff\xff")
    with lacuna.connect(home=programs.home, objects=f"file://{tmp_path / 'objects'}") as catalogue:
        with pytest.raises(lacuna.DamageError, match="damaged"):
            catalogue.mask(mask)
        for file in files:
            file.unlink()
        with pytest.raises(lacuna.DamageError, match="missing"):
            catalogue.mask(mask)
