"""Lists of records with conversions to dictionaries and to Arrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from .errors import MissingExtraError

if TYPE_CHECKING:
    import pyarrow

Record = TypeVar("Record")


@dataclass(frozen=True)
class ArrowField:
    """The type of a field in Arrow: a type's name, or ``list<NAME>``; a mapping's values are ``map<NAME>``."""

    type: str


class Rows(list[Record]):
    """A list of records of one dataclass."""

    def __init__(self, records: Sequence[Record], kind: type[Record]) -> None:
        super().__init__(records)
        self._kind = kind

    def dicts(self) -> list[dict[str, Any]]:
        """The records as dictionaries of plain values; nested records are dictionaries too."""
        return [_plain(record) for record in self]

    def arrow(self) -> pyarrow.Table:
        """The records as a table with one column a field.

        Nested records are structs, mappings are Arrow maps; also an empty table has its columns with their types.

        Raises:
            MissingExtraError: without pyarrow.
        """
        try:
            import pyarrow as arrow
        except ImportError as error:
            raise MissingExtraError("pyarrow", "arrow", "a table of Arrow") from error
        return arrow.Table.from_pylist(self.dicts(), schema=arrow.schema(_fields(self._kind, arrow)))


def arrow_type(name: str) -> dict[str, ArrowField]:
    """The metadata of a dataclass field that names its type in Arrow."""
    return {"arrow": ArrowField(name)}


def nested(kind: type[Any]) -> dict[str, Any]:
    """The metadata of a field that is a list of records of ``kind``."""
    return {"records": kind}


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return value


def _fields(kind: type[Any], arrow: Any) -> list[Any]:
    return [arrow.field(field.name, _type(field.metadata, arrow)) for field in fields(kind)]


def _type(metadata: Mapping[str, Any], arrow: Any) -> Any:
    if "records" in metadata:
        return arrow.list_(arrow.struct(_fields(metadata["records"], arrow)))
    name = metadata["arrow"].type
    if name.startswith("list<"):
        return arrow.list_(arrow.type_for_alias(name[5:-1]))
    if name.startswith("map<"):
        return arrow.map_(arrow.string(), arrow.type_for_alias(name[4:-1]))
    return arrow.type_for_alias(name)
