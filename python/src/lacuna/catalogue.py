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
from .arguments import identifier, names
from .dataset import KnownVoxelDataset
from .errors import ArgumentError, DamageError, WithheldError
from .labelmap import LabelComposer, LabelScheme
from .ontology import Ontology
from .queries import Queries, Revision
from .records import Coverage, Label, Source, Volume
from .rows import Rows
from .selection import Selection
from .session import Session
from .store import ObjectStore
from .target import Target, home_folder, resolve

if TYPE_CHECKING:
    from typing_extensions import Self


def connect(
    database: str | None = None,
    home: str | os.PathLike[str] | None = None,
    *,
    objects: str | os.PathLike[str] | None = None,
) -> Catalogue:
    """Opens a read-only session with a catalogue, as the programs find it.

    Args:
        database: a ``postgresql://`` URI or keyword=value pairs. None: LACUNA_DATABASE, else the server that libpq's variables (PGHOST,
            PGDATABASE, …) name, else the embedded server of the home, which must be running.
        home: the folder of the embedded server, the objects and the converted DICOM series. None: LACUNA_HOME, else ``./.lacuna``.
        objects: the folder of the object store, or its ``file://`` URI, which must be this catalogue's. None: HOME/objects, which is
            looked at when the first mask is read.

    Raises:
        ConnectionError: where the database cannot be reached.
        AccessError: where the login may not read the catalogue.
        SchemaError: where the schema is not the one that this package was made for.
        StoreError: where ``objects`` is not the object store of this catalogue.
    """
    folder = None if home is None else os.fspath(home)
    store = None if objects is None else os.fspath(objects)
    catalogue = Catalogue(resolve(database, folder, store), home_folder(folder))
    if store is not None:
        catalogue.require_store()
    return catalogue


class Catalogue:
    """A read-only session; made by ``connect``. Use it in a ``with`` statement, or close it. For one thread."""

    def __init__(self, target: Target, home: str) -> None:
        self._target = target
        self._home = home
        self._session = Session(target)
        self._queries = Queries(self._session)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection."""
        self._session.close()

    def require_store(self) -> None:
        """Looks at the object store now instead of when the first mask is read.

        Raises:
            StoreError: where it is missing or another catalogue's; the connection is closed.
        """
        try:
            _ = self._store
        except BaseException:
            self.close()
            raise

    # Lists

    @property
    def revision(self) -> int:
        """The newest revision; 0 in an empty catalogue."""
        return self._queries.newest

    def coverage(self, revision: Revision = None, organs: str | Sequence[str] | None = None) -> Rows[Coverage]:
        """How organs are labelled over all volumes, in the order of the ontology; the values of ``lacuna coverage --json``.

        Args:
            revision: None: now. An earlier one has no held-out Dice and no quality.
            organs: one or more, by key or any other spelling; None: those with a label.

        Raises:
            ArgumentError: for an unknown organ or revision.
        """
        rows = self._queries.coverage(None if revision is None else self._queries.revision(revision))
        if organs is None:
            return Rows(rows, Coverage)
        wanted = self.ontology.keys(organs)
        return Rows([row for row in rows if row.organ in wanted], Coverage)

    def volumes(self, dataset: str | None = None, *, withheld: bool = False) -> Rows[Volume]:
        """The volumes with their sources, in the order of their ids; with ``withheld`` those of ``lacuna volume list --json``.

        Args:
            dataset: only those of the dataset; None: all.
            withheld: whether removed and excluded volumes are listed too.

        Raises:
            ArgumentError: for an unknown dataset.
        """
        if dataset is not None:
            self._queries.require_datasets([dataset])
        return Rows(self._queries.volumes(dataset=dataset, withheld=withheld), Volume)

    def volume(self, name: int | str) -> Volume:
        """The volume with that id, or of that ``DATASET/CASE``.

        Raises:
            ArgumentError: for an unknown volume.
        """
        return self._queries.volume(name)

    def labels(
        self,
        revision: Revision = None,
        *,
        volume: int | str | None = None,
        organs: str | Sequence[str] | None = None,
        unlabelled: bool = False,
    ) -> Rows[Label]:
        """The status of organs in volumes as of a revision, by volume and organ; the values of ``lacuna mask list --json``.

        Args:
            volume: an id or ``DATASET/CASE``; None: all.
            organs: one or more, by key or any other spelling; None: all.
            unlabelled: whether organs that are unlabelled have a row in each volume in use; without ``organs``, those that are labelled
                in another volume of the result.

        Raises:
            ArgumentError: for an unknown revision, volume or organ.
        """
        number = self._queries.revision(revision)
        one = None if volume is None else self.volume(volume).id
        keys = None if organs is None else self.ontology.keys(organs)
        found = self._queries.labels(number, one, keys)
        return Rows(self._queries.with_unlabelled(found, number, one, keys) if unlabelled else found, Label)

    # Masks and images

    def mask(self, id: int) -> masks.Mask:
        """A mask of any version as arrays [x, y, z] on the volume's canonical grid.

        The bytes are compared with the checksums of the object and of the content, and the voxels with the number that the catalogue
        records.

        Raises:
            ArgumentError: for an unknown mask, and for anything but a whole number, such as the None of a label without a mask.
            WithheldError: where its data were removed, excluded or purged.
            DamageError: where the bytes are missing or other ones.
            StoreError: where the object store is missing or another catalogue's.
        """
        wanted = identifier(id, "a mask", "give label.mask of labels(); it is None where the label has no voxels")
        found = self._session.rows(statements.MASK, [wanted])
        if not found:
            raise ArgumentError(f"no mask has the id {wanted}", "see labels()")
        number, volume, organ, shape, content, digest, offset, length, voxels, known, *rest = found[0]
        extent, is_prediction, purged, withheld, removed = rest
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
        return masks.Mask(number, volume, organ, foreground, valid, masks.extent_box(extent), is_prediction)

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
        organs: str | Sequence[str] | None = None,
        revision: Revision = None,
        *,
        datasets: str | Sequence[str] = (),
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
            organs: one or more, by key or any other spelling, in the order of their values; None: all with an annotation.
            revision: of the labels.
            datasets: whose images and labels are taken, as if no other were imported; empty: all.
            pseudo: whether pseudo labels are taken too.
            labels: a new or empty folder into which the label maps are written. Requires the extra ``images``. None: none are written.

        Raises:
            ArgumentError: for unknown names, organs that cannot be in one label map, or where nothing is labelled.
            LacunaError: with ``labels``, as ``mask`` and ``image``.
        """
        number = self._queries.revision(revision)
        keys = self._queries.annotated_organs(number) if organs is None else self.ontology.keys(organs)
        composer = LabelComposer(LabelScheme(keys, self.ontology), self.ontology)
        datasets = names(datasets, "a dataset")
        self._queries.require_datasets(datasets)
        fold_count, subjects = self._queries.places(split)
        cases = datalists.select(
            self._queries.volumes(),
            subjects,
            self._queries.locked(),
            datasets,
            lambda volume: self._queries.evidence(number, volume, datasets, pseudo),
            composer,
        )
        titles = {organ.key: organ.name for organ in self.ontology.organs.values()}
        found = datalists.compose(cases, fold_count, composer, titles, number, self._home)
        if labels is not None:
            files = datalists.LabelMapFiles(Path(labels), composer, self._planes, self._home)
            datalists.add_label_maps(found, cases, files)
        return found

    def dataset(
        self,
        organs: str | Sequence[str],
        split: str | None = None,
        part: str = "train",
        *,
        revision: Revision = None,
        datasets: str | Sequence[str] = (),
        origins: str | Sequence[str] = ("expert", "assisted", "reviewed"),
        pseudo: bool = False,
        exclusions: bool = True,
        patch: tuple[int, int, int] | None = None,
        length: int | None = None,
        shuffle: bool = False,
        seed: int = 0,
    ) -> KnownVoxelDataset:
        """A data set of images with what is known of each organ at each voxel; see ``KnownVoxelDataset``.

        Args:
            organs: one or more, by key or any other spelling; the planes of an item are in this order.
            split: a split or a fold of a cross-validation; None: all volumes.
            part: the part of the split: train, confidence, validation or test. One other than train needs a split.
            datasets: whose images and labels are taken; empty: all.
            origins: the origins of annotations that count as known.
            pseudo: whether current pseudo labels fill organs without an annotation.
            exclusions: whether a voxel of one organ is a known negative of the organs that it excludes.
            patch, length, shuffle, seed: as of ``KnownVoxelDataset``.

        Raises:
            ArgumentError: for unknown names, or where no volume is left.
        """
        number = self._queries.revision(revision)
        keys = self.ontology.keys(organs)
        if not keys:
            raise ArgumentError("no organ is named", "name one organ or more")
        chosen, known = names(datasets, "a dataset"), frozenset(names(origins, "an origin"))
        selection = Selection(keys, split, part, number, chosen, known, pseudo)
        return KnownVoxelDataset(
            Reopen(self._target, self._home),
            keys,
            selection.cases(self._queries),
            self.ontology.exclusions(keys) if exclusions else [],
            self.ontology.part_pairs(keys),
            patch=patch,
            length=length,
            shuffle=shuffle,
            seed=seed,
        )

    @property
    def ontology(self) -> Ontology:
        """The organs and how they relate."""
        return self._queries.ontology

    @cached_property
    def _store(self) -> ObjectStore:
        return ObjectStore(self._target.objects, self._session.rows(statements.CATALOGUE)[0][0])

    def _planes(self, mask: int) -> tuple[masks.Bits, masks.Bits | None]:
        found = self.mask(mask)
        return found.foreground, found.valid


class Reopen:
    """Opens the same catalogue again, in another process too. Contains the connection string, and so perhaps a password."""

    def __init__(self, target: Target, home: str) -> None:
        self._target = target
        self._home = home

    def __call__(self) -> Catalogue:
        return Catalogue(self._target, self._home)


def _source(volume: Volume, dataset: str | None) -> Source:
    for source in volume.sources:
        if not source.removed and dataset in (None, source.dataset):
            return source
    raise ArgumentError(
        f"volume {volume.id} has no source in {dataset or 'a dataset in use'}",
        f"its datasets are: {', '.join(source.dataset for source in volume.sources)}",
    )
