"""What the lists, datalists and data sets read of the database, as values."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from . import masks, statements
from .coverage import CoverageFacts
from .errors import ArgumentError
from .labelmap import Evidence
from .ontology import Ontology, Organ
from .records import Coverage, Label, Source, Volume
from .session import Session
from .splits import Place, fold_names, places

#: A revision by its number, or by a date or time (UTC) in ISO 8601's form; a date includes the whole day. None: now.
Revision = int | str | None


class Queries:
    """Queries of one session. Names are checked, and unknown ones are an ``ArgumentError``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @cached_property
    def ontology(self) -> Ontology:
        """The organs and how they relate."""
        organs = [Organ(*row) for row in self._session.rows(statements.ORGANS)]
        links = [(row[0], row[1], row[2]) for row in self._session.rows(statements.ORGAN_LINKS)]
        synonyms = [(row[0], row[1]) for row in self._session.rows(statements.ORGAN_SYNONYMS)]
        return Ontology(organs, links, synonyms)

    @property
    def newest(self) -> int:
        """The newest revision; 0 in an empty catalogue."""
        return int(self._session.rows(statements.CURRENT_REVISION)[0][0])

    def revision(self, revision: Revision) -> int:
        newest = self.newest
        if revision is None:
            return newest
        if isinstance(revision, str):
            return self._revision_at(revision)
        if not 0 <= revision <= newest:
            raise ArgumentError(f"revision {revision} does not exist", f"name one from 0 to {newest}")
        return revision

    def _revision_at(self, time: str) -> int:
        try:
            number, is_future = self._session.rows(statements.REVISION_AT, [time] * 3)[0]
        except ArgumentError:
            raise ArgumentError(
                f"{time} is no date or time", "use a form such as 2026-11-30 or 2026-11-30T12:00Z"
            ) from None
        if is_future:
            raise ArgumentError(f"{time} is in the future", "name a date or time that has passed")
        if number is None:
            raise ArgumentError(f"there was no revision at {time}", "name a later date or time")
        return int(number)

    def coverage(self, revision: int | None) -> list[Coverage]:
        """All organs with a label, as of a revision or, with None, now."""
        facts = CoverageFacts(self._session.rows(statements.COVERAGE, [revision] * 5))
        dice = dict(self._session.rows(statements.HELD_OUT_DICE)) if revision is None else {}
        quality: dict[str, tuple[Any, ...]] = {}
        if revision is None:
            quality = {row[0]: row[1:] for row in self._session.rows(statements.LABEL_QUALITY)}
        organs = [] if facts.volumes is None else facts.organs(self.ontology.organs)
        return [facts.row(organ, dice.get(organ), quality.get(organ, (None,) * 4)) for organ in organs]

    def volumes(self, dataset: str | None = None, volume: int | None = None, withheld: bool = False) -> list[Volume]:
        """In the order of their ids."""
        binds = {"dataset": dataset, "volume": volume, "withheld": withheld}
        found: dict[int, list[tuple[Any, ...]]] = {}
        for row in self._session.rows(statements.VOLUMES, binds):
            found.setdefault(row[0], []).append(row)
        return [_volume(rows) for rows in found.values()]

    def volume(self, name: int | str) -> Volume:
        """The volume with that id, or of that ``DATASET/CASE``."""
        found = self._session.rows(statements.RESOLVE_VOLUME, {"name": str(name)})
        if len(found) != 1:
            raise ArgumentError(f"no volume is named {name}", "name its id or DATASET/CASE; see volumes()")
        return self.volumes(volume=found[0][0], withheld=True)[0]

    def labels(self, revision: int, volume: int | None = None, organs: list[str] | None = None) -> list[Label]:
        """All known labels, by volume and organ."""
        one = self._session.rows(statements.ORGAN_NUMBER, organs)[0][0] if organs and len(organs) == 1 else None
        binds = {"revision": revision, "volume": volume, "organs": organs, "only": one}
        return [Label(*row) for row in self._session.rows(statements.LABELS, binds)]

    def with_unlabelled(
        self, found: list[Label], revision: int, volume: int | None, organs: list[str] | None
    ) -> list[Label]:
        """The labels, and a row for each organ that is unlabelled in a volume in use."""
        labelled = {(label.volume, label.organ): label for label in found}
        present = {label.organ for label in found}
        keys = [key for key in self.ontology.organs if key in (present if organs is None else organs)]
        in_use = self._session.rows(statements.VOLUMES_IN_USE, {"revision": revision, "volume": volume})
        return [
            labelled.get((number, organ)) or _unlabelled(number, case, organ)
            for number, case in in_use
            for organ in keys
        ]

    def require_datasets(self, names: Sequence[str]) -> None:
        existing = {row[0] for row in self._session.rows(statements.DATASETS)}
        for name in names:
            if name not in existing:
                raise ArgumentError(f"no dataset is named {name}", "see lacuna dataset list")

    def locked(self) -> set[int]:
        """The volumes of locked test subjects."""
        return {row[0] for row in self._session.rows(statements.LOCKED_VOLUMES)}

    def places(self, split: str | None) -> tuple[int, dict[str, Place] | None]:
        """The number of folds, and the places of subjects; None without a split."""
        if split is None:
            return 0, None
        folds = fold_names(split, [row[0] for row in self._session.rows(statements.SPLITS)])
        parts = [dict(self._session.rows(statements.SPLIT_PARTS, [fold])) for fold in folds]
        return len(folds), places(parts)

    def annotated_organs(self, revision: int) -> list[str]:
        """The organs that are annotated or absent in a volume."""
        found = {label.organ for label in self.labels(revision) if label.status in ("annotated", "absent")}
        keys = [key for key in self.ontology.organs if key in found]
        if not keys:
            raise ArgumentError("no organ is annotated", "name organs, or see coverage()")
        return keys

    def export_labels(self, revision: int, volume: int, datasets: Sequence[str]) -> list[tuple[Any, ...]]:
        """Organ, status, origin, confidence, mask and extent of each label of a volume, without those of removed data."""
        binds = {"revision": revision, "volume": volume, "datasets": list(datasets)}
        return self._session.rows(statements.EXPORT_LABELS, binds)

    def evidence(
        self, revision: int, volume: int, datasets: Sequence[str], pseudo: bool
    ) -> tuple[list[Evidence], dict[str, float]]:
        """The labels of a volume, and the confidence of organs that have one."""
        rows = self.export_labels(revision, volume, datasets)
        kept = [row for row in rows if pseudo or row[1] != "pseudo"]
        evidence = [
            Evidence(organ, mask, masks.extent_box(extent), status == "pseudo")
            for organ, status, _, _, mask, extent in kept
        ]
        return evidence, {row[0]: row[3] for row in kept if row[3] is not None}


def _volume(rows: list[tuple[Any, ...]]) -> Volume:
    sources = tuple(_source_of(row) for row in rows)
    number, subject, x, y, z, modality, withheld = rows[0][:7]
    columns = [sources[0].affine[axis::4] for axis in range(3)]
    spacing = [sum(value * value for value in column) ** 0.5 for column in columns]
    return Volume(number, subject, (x, y, z), (spacing[0], spacing[1], spacing[2]), modality, withheld, sources)


def _source_of(row: tuple[Any, ...]) -> Source:
    dataset, release, case, file, root, sha256, affine, orientation, modality, removed, study, phase = row[7:]
    return Source(
        dataset, release, case, file, root, sha256, tuple(affine), orientation, modality, removed, study, phase
    )


def _unlabelled(volume: int, case: str | None, organ: str) -> Label:
    return Label(
        mask=None, volume=volume, case=case, organ=organ, status="unlabelled", source=None, origin=None, voxels=None,
        millilitres=None, round=None, confidence=None, predicted_dice=None, dice_lower=None, dice_upper=None, soft_dice=None,
        revision=None, activity=None, purged=False,
    )  # fmt: skip
