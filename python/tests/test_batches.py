"""Batches of the compiled sampler: a naive reference, the vectors that the program checks too, and bad files."""

from __future__ import annotations

import hashlib
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import lacuna
from lacuna import native

from .cache_files import COMPOSITES, INTENSITY, ORGANS, write_cases, write_labels, write_volume
from .vectors import BATCHES, CACHE

PATCH = (8, 6, 4)
UNCHANGED = {"intensityJitter": 0}


@pytest.fixture
def cases(compiled: None, tmp_path: Path) -> list[lacuna.CachedCase]:
    return write_cases(tmp_path)


def opened(cases: list[lacuna.CachedCase], **options: Any) -> lacuna.Batches:
    return lacuna.Batches(cases, ORGANS, **{"patch": PATCH, "composites": COMPOSITES, "seed": 7, **options})


def crop(volume: npt.NDArray[Any], lower: npt.NDArray[np.int64], size: tuple[int, ...], outside: float) -> Any:
    """A box of the last three axes, which may extend beyond the volume; ``lower`` and ``size`` are along x, y, z."""
    margin = 16
    padded = np.pad(volume, [(0, 0)] * (volume.ndim - 3) + [(margin, margin)] * 3, constant_values=outside)
    x, y, z = (slice(margin + low, margin + low + count) for low, count in zip(lower, size, strict=True))
    return padded[..., z, y, x]


def arrays(batch: lacuna.Batch) -> list[npt.NDArray[Any]]:
    return [batch["image"], batch["states"], batch["composite"], batch["origins"]]


def same(first: lacuna.Batch, second: lacuna.Batch) -> bool:
    return first["step"] == second["step"] and all(map(np.array_equal, arrays(first), arrays(second)))


def test_rows_are_crops_of_the_files(cases: list[lacuna.CachedCase]) -> None:
    batches = opened(cases, batch=6, settings=UNCHANGED)
    images = [INTENSITY.apply(lacuna.read_codes(case.image)) for case in cases]
    states = [lacuna.read_states(case.labels) for case in cases]
    outside = (INTENSITY.outside - INTENSITY.mean) / INTENSITY.deviation
    for step in range(20):
        batch = batches[step]
        assert batch["image"].shape == (6, 1, *PATCH[::-1])
        for row, (case, organ, *lower) in enumerate(batch["origins"]):
            wanted = crop(states[case], np.array(lower), PATCH, 0)
            assert np.array_equal(batch["states"][row], wanted[:3])
            assert np.array_equal(batch["composite"][row], wanted[3:])
            image = crop(images[case], np.array(lower), PATCH, outside)
            assert np.allclose(batch["image"][row, 0], image, atol=1e-6)
            assert (organ >= 0) == (row < 3)
            assert organ < 0 or (wanted[organ] & 3 == 2).any()


def test_slices_have_their_neighbours_as_channels(cases: list[lacuna.CachedCase]) -> None:
    batch = opened(cases, patch=(8, 6), slices=3, settings=UNCHANGED)[0]
    assert batch["image"].shape == (2, 3, 6, 8)
    assert batch["states"].shape == (2, 3, 6, 8)


def digest(batch: lacuna.Batch) -> str:
    return hashlib.sha256(b"".join(array.tobytes() for array in arrays(batch))).hexdigest()


@pytest.mark.parametrize("vector", json.loads(BATCHES.read_text()), ids=lambda vector: vector["name"])
def test_batches_are_those_of_the_program(compiled: None, vector: dict[str, Any]) -> None:
    cases = [
        lacuna.CachedCase(number, str(CACHE / f"case{number}.volume"), str(CACHE / f"case{number}.labels"), INTENSITY)
        for number in (1, 2)
    ]
    batches = opened(cases, **vector["options"])
    assert [digest(batches[step]) for step in vector["steps"]] == vector["digests"]


@pytest.mark.parametrize("reuse", [False, True])
@pytest.mark.parametrize("threads", [1, 3])
def test_a_batch_is_a_function_of_its_number(cases: list[lacuna.CachedCase], threads: int, reuse: bool) -> None:
    batches = opened(cases, augmentation="nnUNet")
    alone = {step: batches[step] for step in (9, 4, 5, 6, 7, 8)}
    taken = []
    for batch in batches.steps(4, 10, threads=threads, reuse=reuse):
        assert same(batch, alone[batch["step"]])
        taken.append(batch["step"])
    assert taken == [4, 5, 6, 7, 8, 9]
    assert not same(batches[4], opened(cases, augmentation="nnUNet", seed=8)[4])
    assert not same(batches[4], opened(cases, augmentation="nnUNet", round=1)[4])


def test_an_iterator_may_be_left_early(cases: list[lacuna.CachedCase]) -> None:
    steps = opened(cases).steps(0, 1000, threads=2)
    assert next(steps)["step"] == 0
    steps.close()  # type: ignore[attr-defined]


def test_batches_can_be_pickled(cases: list[lacuna.CachedCase]) -> None:
    batches = opened(cases, augmentation="nnUNet")
    assert same(pickle.loads(pickle.dumps(batches))[3], batches[3])


def test_ranks_share_a_batch(cases: list[lacuna.CachedCase]) -> None:
    whole = opened(cases, batch=4)[5]
    parts = [opened(cases, batch=2, rank=rank, ranks=2)[5] for rank in range(2)]
    assert np.array_equal(np.concatenate([part["image"] for part in parts]), whole["image"])
    assert np.array_equal(np.concatenate([part["states"] for part in parts]), whole["states"])


def test_a_flip_swaps_organs_of_both_sides(cases: list[lacuna.CachedCase]) -> None:
    plain = opened(cases, settings=UNCHANGED)[2]
    flipped = opened(cases, settings={**UNCHANGED, "flipShares": [1, 0, 0]})[2]
    assert np.array_equal(flipped["image"], plain["image"][..., ::-1])
    assert np.array_equal(flipped["states"], plain["states"][:, [0, 2, 1], ..., ::-1])


def test_targets_are_those_of_the_rule() -> None:
    target, known = lacuna.targets(np.array([0, 1, 2, 5, 6], np.uint8))
    assert target.tolist() == [0, 0, 1, 0, 1]
    assert known.tolist() == [0, 1, 1, 2, 2]


def test_targets_of_a_tensor_are_the_same() -> None:
    torch = pytest.importorskip("torch")
    from lacuna.torch import targets

    states = np.array([0, 1, 2, 5, 6], np.uint8)
    found = [part.numpy() for part in targets(torch.from_numpy(states))]
    assert all(np.array_equal(a, b) for a, b in zip(found, lacuna.targets(states), strict=True))


def test_a_loader_with_workers_gives_the_same(cases: list[lacuna.CachedCase]) -> None:
    data = pytest.importorskip("torch.utils.data")
    batches = opened(cases)
    loader = data.DataLoader(batches, batch_size=None, sampler=range(3, 7), num_workers=2)
    found = [batch["image"].numpy() for batch in loader]
    assert all(np.array_equal(a, batches[step]["image"]) for step, a in enumerate(found, 3))


# MARK: bad input


@pytest.mark.parametrize("named", ["/nowhere/liblacuna_batches.so", None])
def test_a_package_without_the_library_says_so(named: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    native.library.cache_clear()
    monkeypatch.delenv(native.VARIABLE, raising=False)
    if named:
        monkeypatch.setenv(native.VARIABLE, named)
    monkeypatch.setattr(native, "FILE", "missing.so")
    with pytest.raises(lacuna.MissingLibraryError, match=r"no library|no compiled sampler") as caught:
        lacuna.Batches([], ORGANS, patch=PATCH)
    assert "swift build" in caught.value.remedy
    assert isinstance(caught.value, ImportError)
    native.library.cache_clear()


def test_another_library_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "text.so").write_text("no library")
    monkeypatch.setenv(native.VARIABLE, str(tmp_path / "text.so"))
    native.library.cache_clear()
    with pytest.raises(lacuna.MissingLibraryError, match="cannot be loaded"):
        lacuna.Batches([], ORGANS, patch=PATCH)
    native.library.cache_clear()


def changed(path: str, offset: int, data: bytes) -> None:
    file = Path(path)
    content = bytearray(file.read_bytes())
    content[offset : offset + len(data)] = data
    file.write_bytes(content)


@pytest.mark.parametrize(
    ("kind", "offset", "data", "problem"),
    [
        ("image", 3, b"3", "has the version LVC3 of the format, and this program reads LVC4"),
        ("image", 0, b"\x5c\x01", "does not begin with LVC4"),
        ("labels", 3, b"2", "has the version LVL2 of the format, and this program reads LVL1"),
        ("image", 4, b"\x10", "cut short"),
        ("image", 16, b"\x02", "too long"),
        ("labels", 9, b"\x00", "too long"),
        ("labels", 15, b"\xff", "invalid header field length"),
        ("image", 4, b"\x40", "invalid header field type or shape"),
        ("labels", 64, b"\x05", "of another grid"),
        ("labels", 64 + 24, b"\x05", "of other organs"),
    ],
)
def test_files_that_are_not_what_they_should_be_are_named(
    cases: list[lacuna.CachedCase], kind: str, offset: int, data: bytes, problem: str
) -> None:
    path = getattr(cases[1], kind)
    changed(path, offset, data)
    with pytest.raises(lacuna.DamageError, match=problem) as caught:
        opened(cases)
    assert path in caught.value.problem


@pytest.mark.parametrize("kind", ["image", "labels"])
@pytest.mark.parametrize("left", [0, 30, 300])
def test_files_that_are_cut_short_are_named(cases: list[lacuna.CachedCase], kind: str, left: int) -> None:
    path = Path(getattr(cases[0], kind))
    path.write_bytes(path.read_bytes()[:left])
    with pytest.raises(lacuna.DamageError, match="cut short"):
        opened(cases)
    with pytest.raises(lacuna.DamageError, match=r"cut short|does not begin"):
        lacuna.read_codes(path) if kind == "image" else lacuna.read_states(path)


def test_a_missing_file_is_named(cases: list[lacuna.CachedCase]) -> None:
    Path(cases[0].labels).unlink()
    with pytest.raises(lacuna.DamageError, match=r"case1\.labels cannot be read: No such file"):
        opened(cases)


def test_labels_of_another_grid_are_refused(cases: list[lacuna.CachedCase]) -> None:
    with pytest.raises(lacuna.DamageError, match=r"case2\.labels does not fit: they are of another grid"):
        opened([lacuna.CachedCase(1, cases[0].image, cases[1].labels, INTENSITY)])


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"patch": (8, 6, 4, 2)}, "4 axes"),
        ({"patch": (8, 6, 1)}, "patch is"),
        ({"batch": 0}, "batch is 0"),
        ({"settings": {"learningRate": 1}}, "no setting learningRate"),
        ({"settings": {"cutMixShare": 2}}, "cutMixShare is 2"),
        ({"settings": {"missingAsBackground": True}}, "composite labels"),
        ({"augmentation": "all"}, "augmentation is all"),
        ({"composites": [("kidney_left", "spleen")]}, "names spleen"),
        ({"rank": 2, "ranks": 2}, "the rank is 2 of 2"),
        ({"ranks": 0}, "the rank is 0 of 0"),
        ({"ranks": 1 << 60}, "the rank is 0 of 1152921504606846976"),
        ({"seed": -1}, "seed"),
        ({"slices": 3}, "contextSlices is 3"),
    ],
)
def test_arguments_out_of_range_are_named(
    cases: list[lacuna.CachedCase], options: dict[str, Any], problem: str
) -> None:
    with pytest.raises(lacuna.ArgumentError, match=problem):
        opened(cases, **options)


def test_numbers_of_any_type_and_no_others(cases: list[lacuna.CachedCase]) -> None:
    batches = opened(cases, seed=np.int64(3))
    np.testing.assert_array_equal(batches[np.int64(2)]["states"], batches[2]["states"])
    for step in (1 << 64, 1 << 63, 1.5, "1"):
        with pytest.raises(lacuna.ArgumentError):
            batches[step]  # type: ignore[index]
    with pytest.raises(lacuna.ArgumentError, match="settings has batch"):
        opened(cases, settings={"batch": 8})


def test_batches_have_an_organ(cases: list[lacuna.CachedCase]) -> None:
    with pytest.raises(lacuna.ArgumentError, match="no organ"):
        lacuna.Batches(cases, [], patch=PATCH)


def test_arrays_of_another_form_are_refused(cases: list[lacuna.CachedCase]) -> None:
    batches = opened(cases)
    for key, array in (
        ("image", np.empty((2, 1, 4, 6, 9), np.float32)),
        ("image", np.empty((2, 1, 4, 6, 8), np.float64)),
        ("states", np.empty((3, 2, 4, 6, 8), np.uint8).swapaxes(0, 1)),
    ):
        into = batches.empty()
        into[key] = array  # type: ignore[literal-required]
        with pytest.raises(lacuna.ArgumentError, match="an array has the shape"):
            batches.fill(0, into)
    with pytest.raises(lacuna.ArgumentError, match="no batch -1"):
        batches[-1]


def test_nothing_known_is_refused(compiled: None, tmp_path: Path) -> None:
    write_volume(tmp_path / "a.volume", np.zeros((4, 4, 4), np.int16))
    write_labels(tmp_path / "a.labels", np.zeros((1, 4, 4, 4), np.uint8), 1)
    case = lacuna.CachedCase(1, str(tmp_path / "a.volume"), str(tmp_path / "a.labels"), INTENSITY)
    with pytest.raises(lacuna.ArgumentError, match="no volume has an annotated or absent organ"):
        lacuna.Batches([case], ["liver"], patch=(2, 2, 2))
