"""A read-only session with a catalogue: the entry point of the package."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from . import datalist as datalists
from . import images, masks, statements
from .coverage import CoverageFacts
from .dataset import CaseLabels, KnownVoxelDataset
from .errors import ArgumentError, DamageError, WithheldError
from .labelmap import Evidence, LabelComposer, LabelScheme
from .ontology import Ontology, Organ
from .records import Coverage, Label, Source, Volume
from .rows import Rows
from .session import Session
from .splits import Place, fold_names, places
from .store import ObjectStore
from .target import Target, resolve

if TYPE_CHECKING:
    from typing_extensions import Self

#: A revision by its number, or by a date or time (UTC) in ISO 8601's form; a date includes the whole day. None: now.
Revision = int | str | None


def connect(
    database: str | None = None, home: str | os.PathLike[str] | None = None, *, objects: str | None = None
) -> Catalogue:
    """Opens a read-only session with a catalogue, as the programs find it.

    Args:
        database: a ``postgresql://`` URI or keyword=value pairs. None: LACUNA_DATABASE, else the server that libpq's variables (PGHOST,
            PGDATABASE, …) name, else the embedded server of the home, which must be running.
        home: the folder of the embedded server, the objects and the converted DICOM series. None: LACUNA_HOME, else ``./.lacuna``.
        objects: the folder of the object store, or its ``file://`` URI. None: HOME/objects.

    Raises:
        ConnectionError: where the database cannot be reached.
        AccessError: where the login may not read the catalogue.
        SchemaError: where the schema is not the one that this package was made for.
    """
    folder = None if home is None else os.fspath(home)
    return Catalogue(resolve(database, folder, objects), folder or os.environ.get("LACUNA_HOME") or "./.lacuna")


class Catalogue:
    """A read-only session; made by ``connect``. Use it in a ``with`` statement, or close it. For one thread."""

    def __init__(self, target: Target, home: str) -> None:
        self._target = target
        self._home = str(Path(home).absolute())
        self._session = Session(target)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection."""
        self._session.close()

    # Lists

    @property
    def revision(self) -> int:
        """The newest revision; 0 in an empty catalogue."""
        return int(self._session.rows(statements.CURRENT_REVISION)[0][0])

    def coverage(self, revision: Revision = None, organs: Sequence[str] | None = None) -> Rows[Coverage]:
        """How organs are labelled over all volumes, in the order of the ontology; the values of ``lacuna coverage --json``.

        Args:
            revision: figures of quality and ``union_known`` divisions without a label are of now only.
            organs: by key or any other spelling; None: those with a label.

        Raises:
            ArgumentError: for an unknown organ or revision.
        """
        number = None if revision is None else self._revision(revision)
        facts = CoverageFacts(self._session.rows(statements.COVERAGE, [number] * 5))
        now = number is None
        dice = dict(self._session.rows(statements.HELD_OUT_DICE)) if now else {}
        quality = {row[0]: row[1:] for row in self._session.rows(statements.LABEL_QUALITY)} if now else {}
        wanted = None if organs is None else set(self.ontology.keys(organs))
        found = [] if facts.volumes is None else facts.organs(self.ontology.organs)
        kept = [organ for organ in found if wanted is None or organ in wanted]
        return Rows([facts.row(organ, dice.get(organ), quality.get(organ, (None,) * 4)) for organ in kept], Coverage)

    def volumes(self, dataset: str | None = None, *, withheld: bool = False) -> Rows[Volume]:
        """The volumes with their sources, in the order of their ids; with ``withheld`` those of ``lacuna volume list --json``.

        Args:
            dataset: only those of the dataset; None: all.
            withheld: whether removed and excluded volumes are listed too.

        Raises:
            ArgumentError: for an unknown dataset.
        """
        if dataset is not None:
            self._require_datasets([dataset])
        return Rows(self._volumes(dataset=dataset, withheld=withheld), Volume)

    def volume(self, name: int | str) -> Volume:
        """The volume with that id, or of that ``DATASET/CASE``.

        Raises:
            ArgumentError: for an unknown volume.
        """
        found = self._session.rows(statements.RESOLVE_VOLUME, {"name": str(name)})
        if len(found) != 1:
            raise ArgumentError(f"no volume is named {name}", "name its id or DATASET/CASE; see volumes()")
        return self._volumes(volume=found[0][0], withheld=True)[0]

    def labels(
        self,
        revision: Revision = None,
        *,
        volume: int | str | None = None,
        organs: Sequence[str] | None = None,
        unlabelled: bool = False,
    ) -> Rows[Label]:
        """The status of organs in volumes as of a revision, by volume and organ; the values of ``lacuna mask list --json``.

        Args:
            volume: an id or ``DATASET/CASE``; None: all.
            organs: by key or any other spelling; None: all.
            unlabelled: whether organs that are unlabelled have a row in each volume in use; without ``organs``, those that are labelled
                in another volume of the result.

        Raises:
            ArgumentError: for an unknown revision, volume or organ.
        """
        number = self._revision(revision)
        one = None if volume is None else self.volume(volume).id
        keys = None if organs is None else self.ontology.keys(organs)
        only = self._session.rows(statements.ORGAN_NUMBER, keys)[0][0] if keys and len(keys) == 1 else None
        binds = {"revision": number, "volume": one, "organs": keys, "only": only}
        found = [Label(*row) for row in self._session.rows(statements.LABELS, binds)]
        return Rows(self._with_unlabelled(found, number, one, keys) if unlabelled else found, Label)

    # Masks and images

    def mask(self, id: int) -> masks.Mask:
        """A mask of any version as arrays [x, y, z] on the volume's canonical grid.

        The bytes are compared with the checksums of the object and of the content, and the voxels with the number that the catalogue
        records.

        Raises:
            ArgumentError: for an unknown mask.
            WithheldError: where its data were removed, excluded or purged.
            DamageError: where the bytes are missing or other ones.
            StoreError: where the object store is missing or another catalogue's.
        """
        found = self._session.rows(statements.MASK, [id])
        if not found:
            raise ArgumentError(f"no mask has the id {id}", "see labels()")
        number, volume, organ, shape, content, digest, offset, length, voxels, known, extent, predicted, *rest = found[
            0
        ]
        purged, withheld, removed = rest
        if purged:
            raise WithheldError(f"mask {number} was purged", "its bytes were destroyed")
        if withheld or removed:
            reason = withheld or "its dataset is removed"
            raise WithheldError(
                f"mask {number} is withheld: {reason}", "see lacuna volume show and lacuna dataset list"
            )
        name = f"mask {number}"
        foreground, valid = masks.decode(self._store.read(digest, offset, length), shape, content, name)
        counts = int(foreground.sum()), None if valid is None else int(valid.sum())
        if counts != (voxels, known):
            raise DamageError(
                f"{name} has {counts[0]} voxels, but the catalogue records {voxels}", "run lacuna verify --read-data"
            )
        return masks.Mask(number, volume, organ, foreground, valid, masks.extent_box(extent), predicted)

    def image(self, volume: int | str, dataset: str | None = None) -> images.Image:
        """The voxels [x, y, z] of a volume in canonical orientation, and the affine to RAS+ millimetres. Requires the extra ``images``.

        Args:
            volume: an id or ``DATASET/CASE``.
            dataset: whose file is read; None: the first source.

        Raises:
            ArgumentError: for an unknown volume or a dataset that it is not in.
            WithheldError: for a volume that is removed or excluded.
            ImageError: where the file is missing, cannot be read, or is not the imported one.
            MissingExtraError: without nibabel.
        """
        found = self.volume(volume)
        if found.withheld:
            raise WithheldError(f"volume {found.id} is withheld: {found.withheld}", "see lacuna volume show")
        return self.image_of(_source(found, dataset))

    def image_of(self, source: Source) -> images.Image:
        """The image of a source, as ``image``."""
        return images.read(source, self._home)

    # Training

    def datalist(
        self,
        split: str | None = None,
        organs: Sequence[str] | None = None,
        revision: Revision = None,
        *,
        datasets: Sequence[str] = (),
        pseudo: bool = False,
        labels: str | os.PathLike[str] | None = None,
    ) -> dict[str, Any]:
        """A datalist in the form that MONAI's ``load_decathlon_datalist`` reads from JSON: ``training``, ``validation``, ``testing``.

        Each item has ``image`` (an absolute path), ``case``, ``subject``, ``volume`` and, where it trains or validates, ``fold``. With
        ``labels`` it has ``label``, the path of a label map of the annotations on the image's grid, and with ``pseudo``, where a pseudo
        label concerns the organs, ``pseudo_label``, the same completed by pseudo labels, and their ``confidence``. ``label_dict`` has
        the organs by value, ``regions`` the values of organs that contain others, and ``ignore``, where voxels have it, the value of
        voxels that are not known for every organ.

        Cases, lists and label maps are those of ``lacuna export monai``. That command also checks the licences and records the export
        in the catalogue; this method does neither.

        Args:
            split: a split, or the common name of its folds; None: all volumes train. Subjects outside the split are left out.
            organs: by key or any other spelling, in the order of their values; None: all with an annotation.
            revision: of the labels.
            datasets: whose images and labels are taken, as if no other were imported; empty: all.
            pseudo: whether pseudo labels are taken too.
            labels: a folder into which the label maps are written; existing files are not overwritten. Requires the extra ``images``.
                None: none are written.

        Raises:
            ArgumentError: for unknown names, organs that cannot be in one label map, or where nothing is labelled.
            LacunaError: with ``labels``, as ``mask`` and ``image``.
        """
        number = self._revision(revision)
        keys = self._annotated_organs(number) if organs is None else self.ontology.keys(organs)
        composer = LabelComposer(LabelScheme(keys, self.ontology), self.ontology)
        self._require_datasets(datasets)
        fold_count, subjects = self._places(split)
        cases = datalists.select(
            self._volumes(),
            subjects,
            self._locked(),
            datasets,
            lambda volume: self._evidence(number, volume, datasets, pseudo),
            composer,
        )
        names = {organ.key: organ.name for organ in self.ontology.organs.values()}
        found = datalists.compose(cases, fold_count, composer, names, number, self._home)
        if labels is not None:
            files = datalists.LabelMapFiles(Path(labels), composer, self._planes, self._home)
            datalists.add_label_maps(found, cases, files)
        return found

    def dataset(
        self,
        organs: Sequence[str],
        split: str | None = None,
        part: str = "train",
        *,
        revision: Revision = None,
        datasets: Sequence[str] = (),
        origins: Sequence[str] = ("expert", "assisted", "reviewed"),
        pseudo: bool = False,
        exclusions: bool = True,
        patch: tuple[int, int, int] | None = None,
        length: int | None = None,
        shuffle: bool = False,
        seed: int = 0,
    ) -> KnownVoxelDataset:
        """A data set of images with what is known of each organ at each voxel; see ``KnownVoxelDataset``.

        Args:
            organs: by key or any other spelling; the planes of an item are in this order.
            split: a split or a fold of a cross-validation; None: all volumes.
            part: the part of the split: train, confidence, validation or test.
            datasets: whose images and labels are taken; empty: all.
            origins: the origins of annotations that count as known.
            pseudo: whether current pseudo labels fill organs without an annotation.
            exclusions: whether a voxel of one organ is a known negative of the organs that it excludes.
            patch, length, shuffle, seed: as of ``KnownVoxelDataset``.

        Raises:
            ArgumentError: for unknown names, or where no volume is left.
        """
        number = self._revision(revision)
        keys = self.ontology.keys(organs)
        if not keys:
            raise ArgumentError("no organ is named", "name one organ or more")
        self._require_datasets(datasets)
        cases = self._cases(keys, split, part, number, datasets, set(origins), pseudo)
        return KnownVoxelDataset(
            self._reopen(),
            keys,
            cases,
            self.ontology.exclusions(keys) if exclusions else [],
            self.ontology.part_pairs(keys),
            patch=patch,
            length=length,
            shuffle=shuffle,
            seed=seed,
        )

    # Details

    @cached_property
    def ontology(self) -> Ontology:
        """The organs and how they relate."""
        organs = [Organ(*row) for row in self._session.rows(statements.ORGANS)]
        links = [(row[0], row[1], row[2]) for row in self._session.rows(statements.ORGAN_LINKS)]
        synonyms = [(row[0], row[1]) for row in self._session.rows(statements.ORGAN_SYNONYMS)]
        return Ontology(organs, links, synonyms)

    @cached_property
    def _store(self) -> ObjectStore:
        return ObjectStore(self._target.objects, self._session.rows(statements.CATALOGUE)[0][0])

    def _reopen(self) -> Reopen:
        return Reopen(self._target, self._home)

    def _planes(self, mask: int) -> tuple[masks.Bits, masks.Bits | None]:
        found = self.mask(mask)
        return found.foreground, found.valid

    def _revision(self, revision: Revision) -> int:
        newest = self.revision
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

    def _volumes(self, dataset: str | None = None, volume: int | None = None, withheld: bool = False) -> list[Volume]:
        binds = {"dataset": dataset, "volume": volume, "withheld": withheld}
        found: dict[int, list[tuple[Any, ...]]] = {}
        for row in self._session.rows(statements.VOLUMES, binds):
            found.setdefault(row[0], []).append(row)
        return [_volume(rows) for rows in found.values()]

    def _with_unlabelled(
        self, found: list[Label], revision: int, volume: int | None, organs: list[str] | None
    ) -> list[Label]:
        labelled = {(label.volume, label.organ): label for label in found}
        present = {label.organ for label in found}
        keys = [key for key in self.ontology.organs if key in (present if organs is None else organs)]
        in_use = self._session.rows(statements.VOLUMES_IN_USE, {"revision": revision, "volume": volume})
        return [
            labelled.get((number, organ)) or _unlabelled(number, case, organ)
            for number, case in in_use
            for organ in keys
        ]

    def _require_datasets(self, names: Sequence[str]) -> None:
        existing = {row[0] for row in self._session.rows(statements.DATASETS)}
        for name in names:
            if name not in existing:
                raise ArgumentError(f"no dataset is named {name}", "see lacuna dataset list")

    def _locked(self) -> set[int]:
        return {row[0] for row in self._session.rows(statements.LOCKED_VOLUMES)}

    def _places(self, split: str | None) -> tuple[int, dict[str, Place] | None]:
        """The number of folds, and the places of subjects; None without a split."""
        if split is None:
            return 0, None
        folds = fold_names(split, [row[0] for row in self._session.rows(statements.SPLITS)])
        parts = [dict(self._session.rows(statements.SPLIT_PARTS, [fold])) for fold in folds]
        return len(folds), places(parts)

    def _annotated_organs(self, revision: int) -> list[str]:
        found = {label.organ for label in self.labels(revision) if label.status in ("annotated", "absent")}
        keys = [key for key in self.ontology.organs if key in found]
        if not keys:
            raise ArgumentError("no organ is annotated", "name organs, or see coverage()")
        return keys

    def _export_labels(self, revision: int, volume: int, datasets: Sequence[str]) -> list[tuple[Any, ...]]:
        binds = {"revision": revision, "volume": volume, "datasets": list(datasets)}
        return self._session.rows(statements.EXPORT_LABELS, binds)

    def _evidence(
        self, revision: int, volume: int, datasets: Sequence[str], pseudo: bool
    ) -> tuple[list[Evidence], dict[str, float]]:
        """The labels of a volume, and the confidence of organs that have one."""
        rows = self._export_labels(revision, volume, datasets)
        kept = [row for row in rows if pseudo or row[1] != "pseudo"]
        evidence = [
            Evidence(organ, mask, masks.extent_box(extent), status == "pseudo")
            for organ, status, _, _, mask, extent in kept
        ]
        return evidence, {row[0]: row[3] for row in kept if row[3] is not None}

    def _cases(
        self,
        organs: list[str],
        split: str | None,
        part: str,
        revision: int,
        datasets: Sequence[str],
        origins: set[str],
        pseudo: bool,
    ) -> list[CaseLabels]:
        if part not in ("train", "confidence", "validation", "test"):
            raise ArgumentError(f"no part is named {part}", "use train, confidence, validation or test")
        folds, subjects = self._places(split)
        if folds > 1:
            raise ArgumentError(f"{split} is the common name of {folds} folds", f"name one of them, such as {split}-0")
        locked, composites = self._locked(), self.ontology.composites(organs)
        cases = []
        for volume in self._volumes():
            own = subjects.get(volume.subject) if subjects is not None else None
            if subjects is not None and (own is None or own.part != part):
                continue
            if volume.id in locked and part != "test":
                continue
            sources = [one for one in volume.sources if not one.removed and (not datasets or one.dataset in datasets)]
            if not sources:
                continue
            rows = [
                row
                for row in self._export_labels(revision, volume.id, datasets)
                if (row[0] in organs and (pseudo if row[1] == "pseudo" else row[2] in origins))
                or (row[0] in composites and row[1] != "pseudo" and row[2] in origins)
            ]
            if rows:
                cases.append(CaseLabels.make(volume, sources[0], organs, composites, rows))
        if not cases:
            raise ArgumentError(
                "no volume of this part is labelled for these organs", "see coverage() and lacuna split show"
            )
        return cases


class Reopen:
    """Opens the same catalogue again, in another process too. Contains the connection string, and so perhaps a password."""

    def __init__(self, target: Target, home: str) -> None:
        self._target = target
        self._home = home

    def __call__(self) -> Catalogue:
        return Catalogue(self._target, self._home)


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


def _source(volume: Volume, dataset: str | None) -> Source:
    for source in volume.sources:
        if not source.removed and dataset in (None, source.dataset):
            return source
    raise ArgumentError(
        f"volume {volume.id} has no source in {dataset or 'a dataset in use'}",
        f"its datasets are: {', '.join(source.dataset for source in volume.sources)}",
    )


def _unlabelled(volume: int, case: str | None, organ: str) -> Label:
    return Label(
        mask=None, volume=volume, case=case, organ=organ, status="unlabelled", source=None, origin=None, voxels=None,
        millilitres=None, round=None, confidence=None, predicted_dice=None, dice_lower=None, dice_upper=None, soft_dice=None,
        revision=None, activity=None, purged=False,
    )  # fmt: skip
