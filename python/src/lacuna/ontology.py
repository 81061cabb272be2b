"""The organs of a catalogue, how they relate, and the spellings of their names."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .arguments import names as listed
from .errors import ArgumentError


@dataclass(frozen=True)
class Organ:
    """A class of the ontology. ``host`` is the organ of a lesion."""

    key: str
    name: str
    is_lesion: bool = False
    host: str | None = None


class Ontology:
    """Organs in the order of their positions; parts form a directed acyclic graph."""

    def __init__(
        self,
        organs: Sequence[Organ],
        links: Iterable[tuple[str, str, str]] = (),
        synonyms: Iterable[tuple[str, str]] = (),
    ) -> None:
        """``links`` are (part, whole, relation) with the relations division, within, overlaps and variant; ``synonyms``
        are (spelling, key)."""
        self.organs = {organ.key: organ for organ in organs}
        self._order = {key: place for place, key in enumerate(self.organs)}
        self._divisions: dict[str, list[str]] = defaultdict(list)
        self._overlaps: dict[str, set[str]] = defaultdict(set)
        self._bases: dict[str, str] = {}
        parts: dict[str, set[str]] = defaultdict(set)
        for part, whole, relation in links:
            if relation in ("division", "within"):
                parts[whole].add(part)
            if relation == "division":
                self._divisions[whole].append(part)
            elif relation == "overlaps":
                self._overlaps[part].add(whole)
                self._overlaps[whole].add(part)
            elif relation == "variant":
                self._bases.setdefault(part, whole)
        for found in self._divisions.values():
            found.sort(key=self._order.__getitem__)
        self._downsets = {key: _closure(key, parts) for key in self.organs}
        self._spellings = self._all_spellings(synonyms)

    def key(self, name: str) -> str:
        """The organ of that key, synonym or name, whatever its case, blanks and punctuation.

        Raises:
            ArgumentError: for an unknown organ, with the nearest spellings.
        """
        found = self._spellings.get(normalised(name))
        if found is None:
            near = difflib.get_close_matches(normalised(name), self._spellings, n=3)
            offer = f"did you mean {', '.join(near)}? " if near else ""
            raise ArgumentError(f"no organ is named {name}", f"{offer}see lacuna organ list")
        return found

    def keys(self, names: str | Iterable[str]) -> list[str]:
        """The keys of organs, each once; one text is one organ.

        Raises:
            ArgumentError: for an unknown or repeated organ.
        """
        keys = [self.key(name) for name in listed(names, "an organ")]
        repeated = [key for key in keys if keys.count(key) > 1]
        if repeated:
            raise ArgumentError(f"{repeated[0]} is named twice", "name each organ once")
        return keys

    def divisions(self, key: str) -> list[str]:
        """The direct divisions, which together are the organ; none of a leaf."""
        return list(self._divisions.get(key, ()))

    def parts(self, key: str) -> set[str]:
        """All transitive parts, without the organ itself."""
        return self._downsets[key] - {key}

    def excludes(self, first: str, second: str) -> bool:
        """Whether a voxel of one organ is certainly none of the other. Symmetric.

        Organs exclude each other unless one is a part of the other, they share a part, or they, or parts of them, are declared
        to overlap. A lesion excludes what its host excludes, and no other lesion; a variant what its base excludes.
        """
        if first == second or self._related(first, second):
            return False
        bases = self._base(first), self._base(second)
        if bases[0] == bases[1]:
            return False
        if bases != (first, second):
            return self.excludes(*bases)
        lesions = self.organs[first].is_lesion, self.organs[second].is_lesion
        if lesions == (False, False):
            return True
        if lesions == (True, True):
            return False
        return self._host_excludes(first, second) if lesions[0] else self._host_excludes(second, first)

    def exclusions(self, organs: Sequence[str]) -> list[tuple[int, int]]:
        """The pairs of these organs, as indices, that exclude each other."""
        return [
            (a, b) for a in range(len(organs)) for b in range(a + 1, len(organs)) if self.excludes(organs[a], organs[b])
        ]

    def part_pairs(self, organs: Sequence[str]) -> list[tuple[int, int]]:
        """The pairs (part, whole) of these organs as indices, with the transitive ones."""
        return [(a, b) for a in range(len(organs)) for b in range(len(organs)) if organs[a] in self.parts(organs[b])]

    def composites(self, organs: Sequence[str]) -> dict[str, list[int]]:
        """Organs besides these that consist of some of these, with the indices of those."""
        index = {key: place for place, key in enumerate(organs)}

        def parts(key: str) -> list[int] | None:
            if key in index:
                return [index[key]]
            found = [parts(division) for division in self.divisions(key)]
            if not found or any(part is None for part in found):
                return None
            return [place for part in found if part for place in part]

        wholes = {key: parts(key) for key in self.organs if key not in index}
        return {key: found for key, found in wholes.items() if found is not None}

    def _base(self, key: str) -> str:
        for _ in self._bases:
            if key not in self._bases:
                break
            key = self._bases[key]
        return key

    def _related(self, first: str, second: str) -> bool:
        below = self._downsets[second]
        return any(
            key in below or not self._overlaps.get(key, set()).isdisjoint(below) for key in self._downsets[first]
        )

    def _host_excludes(self, lesion: str, organ: str) -> bool:
        host = self.organs[lesion].host
        return host is not None and not self.organs[host].is_lesion and self.excludes(host, organ)

    def _all_spellings(self, synonyms: Iterable[tuple[str, str]]) -> dict[str, str]:
        spellings: dict[str, str] = {}
        named = [(key, key) for key in self.organs]
        named += list(synonyms) + [(organ.name, organ.key) for organ in self.organs.values()]
        for spelling, key in named:
            spellings.setdefault(normalised(spelling), key)
        return spellings


def normalised(spelling: str) -> str:
    """ASCII letters in lower case, runs of other ASCII characters than letters and digits as one underscore, none at the ends."""
    lower = re.sub("[A-Z]+", lambda match: match.group().lower(), spelling)
    return re.sub(r"[\x00-/:-`{-\x7f]+", "_", lower).strip("_")


def _closure(key: str, parts: Mapping[str, set[str]]) -> set[str]:
    found, open_keys = {key}, [key]
    while open_keys:
        new = parts.get(open_keys.pop(), set()) - found
        found |= new
        open_keys += new
    return found
