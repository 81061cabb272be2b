"""What the catalogue's lists consist of. Names and values are those of the program's JSON, in Python's spelling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .rows import arrow_type, nested

_TEXT = arrow_type("string")
_COUNT = arrow_type("int64")
_REAL = arrow_type("float64")
_FLAG = arrow_type("bool")


@dataclass(frozen=True)
class Coverage:
    """How one organ is labelled; annotated + absent + pseudo + unlabelled = volumes.

    Figures of quality and confidence are from 0 to 1, and None where they are not known, as at an earlier revision.
    """

    organ: str = field(metadata=_TEXT)
    volumes: int = field(metadata=_COUNT)
    annotated: int = field(metadata=_COUNT)
    absent: int = field(metadata=_COUNT)
    pseudo: int = field(metadata=_COUNT)
    unlabelled: int = field(metadata=_COUNT)
    #: Of the pseudo labels that have one, correct to 0.01.
    median_confidence: float | None = field(metadata=_REAL)
    #: The mean on held-out volumes of the round whose labels of the organ are current.
    held_out_dice: float | None = field(metadata=_REAL)
    #: Medians over the labels of that round; the interval holds about 80 % of the true Dice.
    predicted_dice: float | None = field(metadata=_REAL)
    dice_lower: float | None = field(metadata=_REAL)
    dice_upper: float | None = field(metadata=_REAL)
    soft_dice: float | None = field(metadata=_REAL)
    #: Of the annotated, those complete only within an extent.
    partial: int = field(metadata=_COUNT)
    #: Volumes where only a composite label, such as both kidneys, is annotated.
    union_known: int = field(metadata=_COUNT)
    #: Subjects with the organ annotated or absent in a volume.
    subjects: int = field(metadata=_COUNT)
    #: Known labels by origin.
    by_origin: Mapping[str, int] = field(metadata=arrow_type("map<int64>"))


@dataclass(frozen=True)
class Source:
    """A volume as a case of a dataset."""

    dataset: str = field(metadata=_TEXT)
    release: str = field(metadata=_TEXT)
    case: str = field(metadata=_TEXT)
    #: Relative to ``root``.
    file: str = field(metadata=_TEXT)
    root: str = field(metadata=_TEXT)
    #: Of the file as stored; of a DICOM series, of the series.
    sha256: str = field(metadata=_TEXT)
    #: Three rows of four: canonical voxel indices to RAS+ millimetres.
    affine: tuple[float, ...] = field(metadata=arrow_type("list<float64>"))
    #: Three letters, one for each stored axis: the side to which it runs, as in nibabel.
    orientation: str = field(metadata=_TEXT)
    modality: str = field(metadata=_TEXT)
    #: Whether its dataset is removed.
    removed: bool = field(metadata=_FLAG)
    study: str | None = field(metadata=_TEXT)
    phase: str | None = field(metadata=_TEXT)

    @property
    def path(self) -> str:
        """The file, or for a DICOM series the folder, as it was imported."""
        return f"{self.root}/{self.file}"


@dataclass(frozen=True)
class Volume:
    """A three-dimensional image with its sources; those of removed datasets are last."""

    id: int = field(metadata=_COUNT)
    subject: str = field(metadata=_TEXT)
    #: Voxels along the canonical axes x, y, z.
    shape: tuple[int, int, int] = field(metadata=arrow_type("list<int64>"))
    #: Millimetres along x, y, z, of the first source.
    spacing: tuple[float, float, float] = field(metadata=arrow_type("list<float64>"))
    modality: str = field(metadata=_TEXT)
    #: ``removed: REASON`` or ``excluded: REASON``; None for a volume in use.
    withheld: str | None = field(metadata=_TEXT)
    sources: tuple[Source, ...] = field(metadata=nested(Source))


@dataclass(frozen=True)
class Label:
    """The status of one organ in one volume.

    ``mask`` is None for absent and unlabelled organs; ``origin``, ``revision`` and ``activity`` are None for unlabelled ones.
    """

    #: The id of the mask.
    mask: int | None = field(metadata=_COUNT)
    volume: int = field(metadata=_COUNT)
    #: ``DATASET/CASE`` of the volume's first source.
    case: str | None = field(metadata=_TEXT)
    organ: str = field(metadata=_TEXT)
    #: annotated, absent, pseudo or unlabelled.
    status: str = field(metadata=_TEXT)
    #: Who made it: ``DATASET RELEASE, ANNOTATOR``, a person's name, or ``RUN/ROUND``.
    source: str | None = field(metadata=_TEXT)
    #: expert, assisted, reviewed or model.
    origin: str | None = field(metadata=_TEXT)
    voxels: int | None = field(metadata=_COUNT)
    #: None also where the volume's sources differ in their spacing.
    millilitres: float | None = field(metadata=_REAL)
    #: ``RUN/ROUND`` of the round that predicted it.
    round: str | None = field(metadata=_TEXT)
    #: From 0 to 1, of a pseudo label.
    confidence: float | None = field(metadata=_REAL)
    #: The Dice predicted without a truth, with its interval, and the soft Dice; from 0 to 1.
    predicted_dice: float | None = field(metadata=_REAL)
    dice_lower: float | None = field(metadata=_REAL)
    dice_upper: float | None = field(metadata=_REAL)
    soft_dice: float | None = field(metadata=_REAL)
    #: Since when the label is current.
    revision: int | None = field(metadata=_COUNT)
    activity: int | None = field(metadata=_COUNT)
    #: Whether the bytes of the mask were destroyed.
    purged: bool = field(metadata=_FLAG)
