"""Datalists in the form that MONAI's ``load_decathlon_datalist`` reads, equal to those of ``lacuna export monai``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from . import images
from .errors import ArgumentError, LacunaError, MissingExtraError
from .labelmap import Evidence, LabelComposer, Load
from .records import Source, Volume
from .splits import LISTS, Place

ENDING = ".nii.gz"

#: The lists of a datalist, in their order.
NAMES = ("training", "validation", "testing")
_CONFIDENCE = ("pseudo_label_reliability", "confidence")
_FOLDS = {"training": 0, "validation": 1}


@dataclass(frozen=True)
class Case:
    """One volume of a datalist."""

    name: str
    volume: Volume
    source: Source
    place: Place | None
    evidence: tuple[Evidence, ...]
    #: Of the pseudo labels, from 0 to 1, by organ.
    confidence: Mapping[str, float]

    @property
    def list(self) -> str:
        return LISTS[self.place.part if self.place else None]


def select(
    volumes: Sequence[Volume],
    places: Mapping[str, Place] | None,
    locked: set[int],
    datasets: Sequence[str],
    labels: Callable[[int], tuple[Sequence[Evidence], Mapping[str, float]]],
    composer: LabelComposer,
) -> list[Case]:
    """The volumes with a label of the organs, in the order of their ids; without those outside the split.

    Volumes of locked test subjects are left out where they are in no part test.
    """
    cases: list[Case] = []
    names = _Names()
    for volume in volumes:
        place = places.get(volume.subject) if places is not None else None
        part = place.part if place else None
        if (places is not None and part is None) or (volume.id in locked and part != "test"):
            continue
        source = next(
            (one for one in volume.sources if not one.removed and (not datasets or one.dataset in datasets)), None
        )
        if source is None:
            continue
        name = names.name(source, volume.id)
        evidence, confidence = labels(volume.id)
        if any(composer.concerns(item.organ) for item in evidence):
            cases.append(Case(name, volume, source, place, tuple(evidence), confidence))
    if not cases:
        raise ArgumentError(
            "none of these organs is labelled in the selected volumes",
            "see coverage(), or name other organs or datasets",
        )
    return cases


def compose(
    cases: Sequence[Case],
    folds: int,
    composer: LabelComposer,
    names: Mapping[str, str],
    revision: int,
    home: str | None,
) -> dict[str, Any]:
    """The datalist without paths of label maps."""
    if folds > 1:
        _require_one_fold(cases)
    scheme = composer.scheme
    keys = {str(value): organ for organ, value in zip(scheme.organs, scheme.values, strict=True) if value is not None}
    regions = {
        organ: scheme.region(place)
        for place, organ in enumerate(scheme.organs)
        if len(scheme.region(place)) > 1 or scheme.values[place] is None
    }
    found: dict[str, Any] = {
        "release": f"revision {revision}",
        "label_dict": keys,
        "original_label_dict": {value: names[organ] for value, organ in keys.items()},
        "regions": regions,
    }
    for name in NAMES:
        items = [_item(case, name, folds, home, scheme.organs) for case in cases if case.list == name]
        if items or name == "training":
            found[name] = items
    return found


class LabelMapFiles:
    """Writes label maps into a folder: CASE.nii.gz of the annotations, CASE_pseudo.nii.gz of these completed by pseudo labels."""

    def __init__(self, folder: Path, composer: LabelComposer, load: Load, home: str | None) -> None:
        """
        Raises:
            ArgumentError: for a folder that is not empty.
        """
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ArgumentError(f"{folder} exists and is not an empty folder", "name a new folder for the label maps")
        self._folder = folder.absolute()
        self._composer = composer
        self._load = load
        self._home = home
        self.ignore = composer.scheme.ignore
        #: Whether a map that is listed has the value ``ignore``.
        self.uses_ignore = False

    def write(self, case: Case, taken: set[str]) -> dict[str, str]:
        """The paths of the maps of a case as ``label`` and ``pseudo_label``; none where no voxel is decided."""
        paths = {"label": self._write(case, [item for item in case.evidence if not item.is_model_made], case.name)}
        if any(item.is_model_made and self._composer.concerns(item.organ) for item in case.evidence):
            name = f"{case.name}_pseudo"
            while name.lower() in taken:
                name += "_"
            paths["pseudo_label"] = self._write(case, case.evidence, name)
        return {key: path for key, path in paths.items() if path is not None}

    def _write(self, case: Case, evidence: Sequence[Evidence], name: str) -> str | None:
        values = self._composer.compose(evidence, case.volume.shape, self._load, case.name)
        undecided = values == self._composer.scheme.ignore
        if undecided.all():
            return None
        self.uses_ignore |= bool(undecided.any())
        path = self._folder / f"{name}{ENDING}"
        _write(values, case.source, path, self._home)
        return str(path)


def add_label_maps(found: dict[str, Any], cases: Sequence[Case], files: LabelMapFiles) -> None:
    """Adds the paths of label maps to the items; cases in which no voxel is decided are left out."""
    by_name = {case.name: case for case in cases}
    taken = {name.lower() for name in by_name}
    for name in NAMES:
        kept = []
        for item in found.get(name, ()):
            paths = files.write(by_name[item["case"]], taken)
            if not paths:
                continue
            if "pseudo_label" not in paths:
                item = {key: value for key, value in item.items() if key not in _CONFIDENCE}
            kept.append({"image": item["image"], **paths, **item})
        if name in found and (kept or name == "training"):
            found[name] = kept
        else:
            found.pop(name, None)
    if files.uses_ignore:
        found["ignore"] = files.ignore


def _item(case: Case, name: str, folds: int, home: str | None, organs: Sequence[str]) -> dict[str, Any]:
    item: dict[str, Any] = {"image": str(images.path(case.source, home))}
    confidence = {organ: case.confidence[organ] for organ in organs if organ in case.confidence}
    if confidence:
        item["pseudo_label_reliability"] = sum(confidence.values()) / len(confidence)
        item["confidence"] = confidence
    fold: int | None = _FOLDS.get(name)
    if folds > 1 and case.place and case.place.validates:
        fold = case.place.validates[0]
    if fold is not None:
        item["fold"] = fold
    return {**item, "case": case.name, "subject": case.volume.subject, "volume": case.volume.id}


def _require_one_fold(cases: Sequence[Case]) -> None:
    for case in cases:
        place = case.place
        if place and place.part != "test" and (len(place.validates) > 1 or place.is_left_out):
            raise ArgumentError(
                f"{case.name} validates in several folds or is missing in some, and a datalist has one fold per case",
                "name each fold by itself, such as NAME-0, or leave its dataset out",
            )


def _write(values: Any, source: Source, path: Path, home: str | None) -> None:
    try:
        import nibabel
    except ImportError as error:
        raise MissingExtraError("nibabel", "images", "a label map") from error
    image = images.load(source, home).image
    laid = np.ascontiguousarray(images.stored(values, source.orientation))
    header = nibabel.Nifti1Header()
    header.set_data_dtype(np.uint8)
    header.set_data_shape(laid.shape)
    header.set_xyzt_units("mm")
    written = nibabel.Nifti1Image(laid, image.affine, header)
    if hasattr(image.header, "get_qform"):
        written.set_qform(*image.header.get_qform(coded=True))
        written.set_sform(*image.header.get_sform(coded=True))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        nibabel.save(written, path)
    except OSError as error:
        raise ArgumentError(f"{path} cannot be written: {error.strerror}", "name another folder") from None


class _Names:
    """Names of cases, unique and of ASCII letters, digits, ``-`` and ``_``."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def name(self, source: Source, volume: int) -> str:
        plain = re.sub(r"_?[^A-Za-z0-9_-]+", "_", f"{source.dataset}_{source.case}")
        for name in self._candidates(plain, volume):
            if name.lower() not in self._taken:
                self._taken.add(name.lower())
                return name
        raise LacunaError("no name is free", "report this")

    @staticmethod
    def _candidates(plain: str, volume: int) -> Iterator[str]:
        yield plain
        yield f"{plain}_v{volume}"
        number = 2
        while True:
            yield f"{plain}_v{volume}_{number}"
            number += 1
