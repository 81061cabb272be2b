"""Reads a Lacuna catalogue: coverage, volumes, labels, masks and images, datalists, and data sets for training.

Start with ``lacuna.connect()``. The loss for PyTorch is in ``lacuna.torch``.
"""

from __future__ import annotations

from .catalogue import Catalogue, connect
from .dataset import Item, KnownVoxelDataset
from .errors import (
    AccessError,
    ArgumentError,
    ConnectionError,
    DamageError,
    ImageError,
    LacunaError,
    MissingExtraError,
    SchemaError,
    StoreError,
    WithheldError,
)
from .images import Image
from .known import CompositeLabel, KnownLabel, KnownVoxels, PseudoLabel, known_voxels
from .masks import Mask
from .ontology import Ontology, Organ
from .records import Coverage, Label, Source, Volume
from .rows import Rows

__version__ = "0.1.0"

__all__ = [
    "AccessError",
    "ArgumentError",
    "Catalogue",
    "CompositeLabel",
    "ConnectionError",
    "Coverage",
    "DamageError",
    "Image",
    "ImageError",
    "Item",
    "KnownLabel",
    "KnownVoxelDataset",
    "KnownVoxels",
    "Label",
    "LacunaError",
    "Mask",
    "MissingExtraError",
    "Ontology",
    "Organ",
    "PseudoLabel",
    "Rows",
    "SchemaError",
    "Source",
    "StoreError",
    "Volume",
    "WithheldError",
    "connect",
    "known_voxels",
]
