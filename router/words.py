"""How words are found in Indonesian and Javanese text: folding, affixes, phrases, all in linear time."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from router.forms import FILLERS, fold, forms, keep

NEAR = 8
"""How many counted words two parts of a `a + b` pattern may lie apart."""
OCCURRENCES = 64
"""How many places of one word are looked at; later ones add nothing a reader would miss."""
_REMEMBERED = 32_768
_TOKEN = re.compile(
    "((?:[^\\W_]|[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
    "\u00ad\u200b-\u200f\u2060-\u2064\ufeff])+)"
)
_SKIP: tuple[int, ...] = (-1,)
_TOO_SHORT = 2


class WrongPattern(ValueError):
    """A word of the rule book that cannot be searched for; the text says why, in Indonesian."""


class Pattern(NamedTuple):
    """One entry of a word list: `slots` are the words (each with its alternatives, canonical).

    `near` False: the words stand next to each other in this order (fillers may come between);
    True: each part within `NEAR` counted words of the first, in any order.
    """

    source: str
    slots: tuple[frozenset[str], ...]
    near: bool


class Span(NamedTuple):
    """Where something was found: `text[start:end]` of the text as given."""

    start: int
    end: int


def parse(source: str) -> Pattern:
    """Read one word-list entry: `lampu jalan`, `penerang*`, `jalan/gang + rusak/bolong`.

    Raises WrongPattern when nothing is left to look for or a lone word is too short.
    """
    parts = [part for part in source.split("+") if part.strip()]
    if len(parts) != source.count("+") + 1:
        raise WrongPattern("kosong di samping tanda +" if parts else "kosong")
    words = [word for part in parts for word in part.split()]
    near = len(parts) > 1
    if near and any(len(part.split()) > 1 for part in parts):
        raise WrongPattern("di kiri dan kanan tanda + hanya boleh satu kata (atau pilihan a/b)")
    slots = tuple(slot for slot in map(_slot, words) if slot)
    if len(slots) < len(parts) or not slots:
        raise WrongPattern("hanya berisi kata sambung atau tanda baca, tidak ada yang dicari")
    if len(slots) == 1 and any(len(key.rstrip("*")) < _TOO_SHORT for key in slots[0]):
        raise WrongPattern("terlalu pendek: paling sedikit 2 huruf")
    return Pattern(source, slots, near)


def _slot(word: str) -> frozenset[str]:
    found = set()
    for choice in word.split("/"):
        for piece in split(choice.replace("*", ""))[1::2]:
            key = keep(fold(piece))
            if key and key not in FILLERS:
                found.add(fold(piece) + "*" if choice.endswith("*") else key)
    return frozenset(found)


def split(text: str) -> list[str]:
    """The text cut into [gap, word, gap, word, …, gap]; joined again it is the text."""
    return _TOKEN.split(text)


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its words, and for every pattern found the indexes of the words that made it match."""

    parts: list[str]
    hits: Mapping[int, tuple[int, ...]]
    ends: list[int]

    def span(self, word: int) -> Span:
        """Place of word number `word` in the text."""
        at = 2 * word + 1
        return Span(self.ends[at - 1], self.ends[at])


class Finder:
    """Finds all of a fixed list of patterns in one pass over a text. Safe to share between threads."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._patterns = tuple(patterns)
        keys = sorted({key for pattern in patterns for slot in pattern.slots for key in slot})
        self._vocabulary = {key: number for number, key in enumerate(keys) if not key.endswith("*")}
        self._stems = {key[:-1]: number for number, key in enumerate(keys) if key.endswith("*")}
        number_of = {key: number for number, key in enumerate(keys)}
        self._slots = [tuple(frozenset(number_of[k] for k in s) for s in p.slots) for p in patterns]
        self._single: list[list[int]] = [[] for _ in keys]
        self._anchored: list[list[int]] = [[] for _ in keys]
        self._index()
        self._known: dict[str, tuple[int, ...]] = {}

    def _index(self) -> None:
        uses = Counter(key for slots in self._slots for slot in slots for key in slot)
        for number, slots in enumerate(self._slots):
            anchor = min(slots, key=lambda slot: (sum(uses[key] for key in slot), sorted(slot)))
            target = self._single if len(slots) == 1 else self._anchored
            for key in anchor:
                target[key].append(number)

    @cached_property
    def _longest_stem(self) -> int:
        return max(map(len, self._stems), default=0)

    def find(self, text: str) -> Text:
        """All patterns of the list that occur in `text`, with the words that show it."""
        parts = split(text)
        words = parts[1::2]
        where, index = self._places(words)
        hits: dict[int, tuple[int, ...]] = {}
        present = where.keys()
        single, anchored, slots_of = self._single, self._anchored, self._slots
        for key, spots in where.items():
            for number in single[key]:
                if number not in hits:
                    hits[number] = (index[spots[0]],)
            for number in anchored[key]:
                if number in hits:
                    continue
                for slot in slots_of[number]:
                    if slot.isdisjoint(present):
                        break
                else:
                    self._try(number, where, index, hits)
        return Text(parts, hits, list(accumulate(map(len, parts))))

    def _places(self, words: list[str]) -> tuple[dict[int, list[int]], list[int]]:
        """For each known word its counted positions, and for each counted position the word's index."""
        where: dict[int, list[int]] = {}
        index: list[int] = []
        known = self._known
        for number, word in enumerate(words):
            keys = known.get(word)
            if keys is None:
                keys = self._learn(word)
            if keys is _SKIP:
                continue
            for key in keys:
                spots = where.get(key)
                if spots is None:
                    where[key] = [len(index)]
                elif len(spots) < OCCURRENCES:
                    spots.append(len(index))
            index.append(number)
        return where, index

    def _learn(self, word: str) -> tuple[int, ...]:
        folded = fold(word)
        keys: tuple[int, ...] = _SKIP
        if folded and keep(folded) not in FILLERS:
            exact = {self._vocabulary[f] for f in forms(folded) if f in self._vocabulary}
            keys = tuple(sorted(exact | self._begun(folded)))
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[word] = keys
        return keys

    def _begun(self, folded: str) -> set[int]:
        top = min(len(folded), self._longest_stem)
        return {self._stems[folded[:n]] for n in range(1, top + 1) if folded[:n] in self._stems}

    def _try(
        self, number: int, where: Mapping[int, list[int]], index: list[int], hits: dict[int, tuple[int, ...]]
    ) -> None:
        slots = self._slots[number]
        places = [sorted({spot for key in slot for spot in where.get(key, ())}) for slot in slots]
        match = _near(places) if self._patterns[number].near else _adjacent(places)
        if match:
            hits[number] = tuple(index[spot] for spot in match)


def _adjacent(places: Sequence[list[int]]) -> tuple[int, ...]:
    later = [set(spots) for spots in places[1:]]
    for first in places[0]:
        if all(first + step in spots for step, spots in enumerate(later, 1)):
            return tuple(range(first, first + len(places)))
    return ()


def _near(places: Sequence[list[int]]) -> tuple[int, ...]:
    for first in places[0]:
        chosen = [first]
        for spots in places[1:]:
            best = min((s for s in spots if s not in chosen), key=lambda s: abs(s - first), default=None)
            if best is None or abs(best - first) > NEAR:
                break
            chosen.append(best)
        else:
            return tuple(chosen)
    return ()


def unique(words: Iterable[str]) -> list[str]:
    """The words in their order, each once."""
    return list(dict.fromkeys(words))
