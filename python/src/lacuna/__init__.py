"""Reads a Lacuna catalogue: coverage, volumes, labels, masks and images, datalists, and data sets for training.

Start with ``lacuna.connect()``; a trainer that ``lacunad`` runs, with ``lacuna.Job.load()``. The loss for PyTorch is in ``lacuna.torch``.
"""

from __future__ import annotations

from .batches import Batch, Batches, CachedCase, targets
from .cache import Intensity, read_codes, read_states
from .catalogue import Catalogue, connect
from .dataset import Item, KnownVoxelDataset
from .errors import (
    AccessError,
    ArgumentError,
    ConnectionError,
    DamageError,
    ImageError,
    JobError,
    LacunaError,
    MissingExtraError,
    MissingLibraryError,
    SchemaError,
    StoreError,
    WithheldError,
)
from .images import Image
from .job import Job, JobCase, Training
from .known import CompositeLabel, KnownLabel, KnownVoxels, PseudoLabel, known_voxels
from .logits import write_logits
from .masks import Mask
from .ontology import Ontology, Organ
from .records import Coverage, Label, Source, Volume
from .rows import Rows

__version__ = "0.1.0"

__all__ = [
    "AccessError",
    "ArgumentError",
    "Batch",
    "Batches",
    "CachedCase",
    "Catalogue",
    "CompositeLabel",
    "ConnectionError",
    "Coverage",
    "DamageError",
    "Image",
    "ImageError",
    "Intensity",
    "Item",
    "Job",
    "JobCase",
    "JobError",
    "KnownLabel",
    "KnownVoxelDataset",
    "KnownVoxels",
    "Label",
    "LacunaError",
    "Mask",
    "MissingExtraError",
    "MissingLibraryError",
    "Ontology",
    "Organ",
    "PseudoLabel",
    "Rows",
    "SchemaError",
    "Source",
    "StoreError",
    "Training",
    "Volume",
    "WithheldError",
    "connect",
    "known_voxels",
    "read_codes",
    "read_states",
    "targets",
    "write_logits",
]
