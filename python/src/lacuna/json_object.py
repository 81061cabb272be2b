"""Members of a JSON object, each of the expected type."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .errors import JobError

_REMEDY = "let lacunad start the program; docs/schemas/trainer-job.schema.json describes the job"


@dataclass(frozen=True)
class JsonObject:
    """An object; ``path`` is that of its members in messages. Members that nobody asks for are allowed: later versions may have more."""

    values: dict[str, Any]
    path: str

    @staticmethod
    def parse(text: str) -> JsonObject:
        """
        Raises:
            JobError: for text that is no JSON object.
        """
        try:
            values = json.loads(text)
        except ValueError as error:
            raise JobError(f"the job is no JSON: {error}", _REMEDY) from error
        return JsonObject._made(values, "the job")

    def member(self, name: str) -> JsonObject:
        return JsonObject._made(self._value(name), self._path(name))

    def optional(self, name: str) -> JsonObject | None:
        return self.member(name) if self.values.get(name) is not None else None

    def members(self, name: str) -> list[JsonObject]:
        found = self._list(name)
        if not found:
            raise JobError(f"{self._path(name)} is empty", _REMEDY)
        return [JsonObject._made(value, f"{self._path(name)}[{index}]") for index, value in enumerate(found)]

    def text(self, name: str) -> str:
        found: str = self._of(name, lambda value: isinstance(value, str) and value != "", "a text")
        return found

    def choice(self, name: str, allowed: list[str]) -> str:
        found: str = self._of(name, lambda value: value in allowed, " or ".join(allowed))
        return found

    def flag(self, name: str) -> bool:
        found: bool = self._of(name, lambda value: isinstance(value, bool), "true or false")
        return found

    def whole(self, name: str, least: int = 0) -> int:
        found: int = self._of(name, lambda value: _is_whole(value) and value >= least, f"a whole number from {least}")
        return found

    def number(self, name: str) -> float:
        return float(self._of(name, _is_number, "a number"))

    def wholes(self, name: str) -> tuple[int, int, int]:
        x, y, z = self._of(
            name, lambda value: _is_triple(value) and all(_is_whole(v) and v > 0 for v in value), "three sizes"
        )
        return x, y, z

    def numbers(self, name: str) -> tuple[float, float, float]:
        x, y, z = self._of(
            name, lambda value: _is_triple(value) and all(_is_number(v) and v > 0 for v in value), "three sizes"
        )
        return float(x), float(y), float(z)

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(self._of(name, _is_texts, "a list of texts"))

    def text_lists(self, name: str) -> tuple[tuple[str, ...], ...]:
        found = self._of(
            name, lambda value: isinstance(value, list) and all(_is_texts(v) for v in value), "lists of texts"
        )
        return tuple(tuple(texts) for texts in found)

    @staticmethod
    def _made(value: Any, path: str) -> JsonObject:
        if not isinstance(value, dict):
            raise JobError(f"{path} is no object", _REMEDY)
        return JsonObject(value, path)

    def _path(self, name: str) -> str:
        return f"{self.path}: {name}" if self.path == "the job" else f"{self.path}.{name}"

    def _list(self, name: str) -> list[Any]:
        found: list[Any] = self._of(name, lambda value: isinstance(value, list), "a list")
        return found

    def _value(self, name: str) -> Any:
        if name not in self.values:
            raise JobError(f"{self._path(name)} is missing", _REMEDY)
        return self.values[name]

    def _of(self, name: str, allows: Callable[[Any], bool], kind: str) -> Any:
        value = self._value(name)
        if not allows(value):
            raise JobError(f"{self._path(name)} is not {kind}", _REMEDY)
        return value


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_triple(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 3


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) and text for text in value)
