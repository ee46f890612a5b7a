"""How words are found in Indonesian and Javanese text: folding, affixes, phrases, all in linear time."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import accumulate, product
from typing import NamedTuple

from router.forms import FILLERS, LANDMARKS, fold, forms, keep
from router.typos import Typos

NEAR = 8
"""How many counted words two parts of a `a + b` pattern may lie apart."""
OCCURRENCES = 64
"""How many places of one word are looked at; later ones add nothing a reader would miss."""
_REMEMBERED = 32_768
_ASCII_TOKEN = re.compile("([0-9A-Za-z]+)")
_TOKEN = re.compile(
    "([\\w\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
    "\u00ad\u200b-\u200f\u2060-\u2064\ufeff]+)"
)
_SKIP: tuple[int, ...] = (-1,)
_BESIDE: tuple[int, ...] = (-2,)
_ANYWHERE, _AFTER, _BEFORE = 0, 1, -1
_TOO_SHORT = 2
_MOST_CHOICES = 64


class WrongPattern(ValueError):
    """A word of the rule book that cannot be searched for; the text says why, in Indonesian."""


Slot = frozenset[str]


class Pattern(NamedTuple):
    """What is searched for: one or more parts, each a phrase of words (with alternatives, canonical).

    The words of a part stand next to each other in this order (fillers may come between);
    further parts begin within `NEAR` counted words of the first, in any order.
    """

    source: str
    parts: tuple[tuple[Slot, ...], ...]

    @property
    def words(self) -> int:
        """How many words must be found."""
        return sum(map(len, self.parts))


def parse(source: str) -> tuple[Pattern, ...]:
    """Read one word-list entry: `lampu jalan`, `penerang*`, `jalan/gang + rusak/bolong`.

    Several patterns when an alternative beside a + is a phrase (`surat + camat/wali kota`).
    Raises WrongPattern when nothing is left to look for or a lone word is too short.
    """
    pieces = source.split("+")
    if len(pieces) == 1:
        choices = [[tuple(_slot(word.split("/")) for word in source.split())]]
    else:
        choices = [_alternatives(piece) for piece in pieces]
    kept = [[tuple(filter(None, phrase)) for phrase in choice] for choice in choices]
    if not all(phrase for choice in kept for phrase in choice) or not all(kept):
        raise WrongPattern("hanya berisi kata sambung, tanda baca, atau kosong: tidak ada yang dicari")
    if any(slot & LANDMARKS for choice in kept for phrase in choice for slot in phrase):
        raise WrongPattern("memuat kata patokan tempat (depan, dekat, sebelah …), itu tidak pernah dicari")
    patterns = tuple(Pattern(source, parts) for parts in product(*kept))
    if len(patterns) > _MOST_CHOICES:
        raise WrongPattern("terlalu banyak pilihan; pecah menjadi beberapa kata")
    for pattern in patterns:
        if pattern.words == 1 and any(len(key.rstrip("*")) < _TOO_SHORT for key in pattern.parts[0][0]):
            raise WrongPattern("terlalu pendek: paling sedikit 2 huruf")
    return patterns


def _alternatives(piece: str) -> list[tuple[Slot, ...]]:
    """`a/b/c d` → one phrase for the lone words together, one for each longer alternative."""
    choices = [choice.split() for choice in piece.split("/")]
    lone = [words[0] for words in choices if len(words) == 1]
    longer = [tuple(_slot([word]) for word in words) for words in choices if len(words) != 1]
    return ([(_slot(lone),)] if lone else []) + longer


def _slot(choices: Sequence[str]) -> Slot:
    found = set()
    for choice in choices:
        for piece in split(choice.replace("*", ""))[1::2]:
            key = keep(fold(piece))
            if key and key not in FILLERS:
                found.add(fold(piece) + "*" if choice.endswith("*") else key)
    return frozenset(found)


def split(text: str) -> list[str]:
    """The text cut into [gap, word, gap, word, …, gap], as long as the text; `_` counts as a gap."""
    if text.isascii():
        return _ASCII_TOKEN.split(text)
    return _TOKEN.split(text.replace("_", " "))


class Text(NamedTuple):
    """What was found: for every pattern the numbers of the words that made it match.

    Word number w is `text[ends[2 * w]:ends[2 * w + 1]]`.
    """

    hits: Mapping[int, tuple[int, ...]]
    ends: list[int]


class _Entry(NamedTuple):
    """The patterns that hang on one word: of one word, of two (the other, and where it stands), of more."""

    single: list[int]
    pairs: list[tuple[int, frozenset[int], int]]
    longer: list[int]


class Finder:
    """Finds all of a fixed list of patterns in one pass over a text. Safe to share between threads.

    `forgiving`: a long word is also found with one letter wrong; not for names, which lie close together.
    """

    def __init__(self, patterns: Sequence[Pattern], *, forgiving: bool = False) -> None:
        self._patterns = tuple(patterns)
        keys = sorted({key for p in patterns for part in p.parts for slot in part for key in slot})
        self._vocabulary = {key: number for number, key in enumerate(keys) if not key.endswith("*")}
        self._stems = {key[:-1]: number for number, key in enumerate(keys) if key.endswith("*")}
        number_of = {key: number for number, key in enumerate(keys)}
        self._parts = [
            [[frozenset(number_of[key] for key in slot) for slot in part] for part in p.parts]
            for p in patterns
        ]
        self._slots = [[slot for part in parts for slot in part] for parts in self._parts]
        self._entries = self._index(len(keys))
        self._known: dict[str, tuple[int, ...]] = {}
        self._typos = Typos(self._vocabulary if forgiving else {})

    def _index(self, keys: int) -> list[_Entry | None]:
        """Hang every pattern on its rarest word, so that most are never looked at."""
        uses = Counter(key for slots in self._slots for slot in slots for key in slot)
        entries: list[_Entry | None] = [None] * keys
        for number, slots in enumerate(self._slots):
            at = min(range(len(slots)), key=lambda n: (sum(uses[key] for key in slots[n]), n))
            for key in slots[at]:
                entry = entries[key] = entries[key] or _Entry([], [], [])
                if len(slots) == 1:
                    entry.single.append(number)
                elif len(slots) == 2:
                    way = _ANYWHERE if len(self._parts[number]) == 2 else (_BEFORE if at else _AFTER)
                    entry.pairs.append((number, slots[1 - at], way))
                else:
                    entry.longer.append(number)
        return entries

    @cached_property
    def _longest_stem(self) -> int:
        return max(map(len, self._stems), default=0)

    def find(self, text: str) -> Text:
        """All patterns of the list that occur in `text`, with the words that show it."""
        parts = split(text)
        where, index = self._places(parts)
        hits: dict[int, tuple[int, ...]] = {}
        present = frozenset(where)
        entries = self._entries
        for key, spots in where.items():
            entry = entries[key]
            if entry is None:
                continue
            single, pairs, longer = entry
            for number in single:
                if number not in hits:
                    hits[number] = (index[spots[0]],)
            for number, other, way in pairs:
                if number not in hits and not other.isdisjoint(present):
                    pair = _pair(spots, other & present, way, where)
                    if pair:
                        hits[number] = (index[pair[0]], index[pair[1]])
            for number in longer:
                if number not in hits:
                    self._try(number, where, present, index, hits)
        return Text(hits, list(accumulate(map(len, parts))))

    def _places(self, parts: list[str]) -> tuple[dict[int, list[int]], list[int]]:
        """For each known word its counted positions, and for each counted position the word's index."""
        where: dict[int, list[int]] = {}
        index: list[int] = []
        known = self._known
        landmark = False
        for number, word in enumerate(parts[1::2]):
            keys = known.get(word)
            if keys is None:
                keys = self._learn(word)
            if landmark and not parts[2 * number].isspace():
                landmark = False
            if keys is _SKIP:
                continue
            if landmark:
                landmark = False
                index.append(number)
                continue
            if keys:
                if keys is _BESIDE:
                    landmark = True
                else:
                    for key in keys:
                        spots = where.get(key)
                        if spots is None:
                            where[key] = [len(index)]
                        elif len(spots) < OCCURRENCES:
                            spots.append(len(index))
            index.append(number)
        return where, index

    def _learn(self, word: str) -> tuple[int, ...]:
        if word.isdecimal():  # numbers have no forms, and there are too many to remember
            key = self._vocabulary.get(word)
            return () if key is None else (key,)
        folded = fold(word)
        keys: tuple[int, ...] = _SKIP
        if keep(folded) in LANDMARKS:
            keys = _BESIDE
        elif folded and keep(folded) not in FILLERS:
            exact = {self._vocabulary[f] for f in forms(folded) if f in self._vocabulary}
            keys = tuple(sorted(exact | self._begun(folded))) or self._typos.meant(folded)
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[word] = keys
        return keys

    def _begun(self, folded: str) -> set[int]:
        top = min(len(folded), self._longest_stem)
        return {self._stems[folded[:n]] for n in range(1, top + 1) if folded[:n] in self._stems}

    def _try(
        self,
        number: int,
        where: Mapping[int, list[int]],
        present: frozenset[int],
        index: list[int],
        hits: dict[int, tuple[int, ...]],
    ) -> None:
        for slot in self._slots[number]:
            if slot.isdisjoint(present):
                return
        parts = self._parts[number]
        first = _starts(parts[0], where)
        if first and len(parts) > 1:
            found = _near(first, [(_starts(part, where), len(part)) for part in parts[1:]], len(parts[0]))
        else:
            found = first[:1]
        if found:
            lengths = [len(part) for part in parts]
            hits[number] = tuple(
                index[at + n] for at, most in zip(found, lengths, strict=True) for n in range(most)
            )


def _pair(
    spots: list[int], others: frozenset[int], way: int, where: Mapping[int, list[int]]
) -> tuple[int, int] | None:
    """Two words that stand as a two-word pattern wants them; `others` occur in the text."""
    for key in others:
        for there in where[key]:
            for here in spots:
                apart = there - here
                if apart == way if way else (apart and -NEAR <= apart <= NEAR):
                    return here, there
    return None


def _starts(part: Sequence[frozenset[int]], where: Mapping[int, list[int]]) -> list[int]:
    """Counted positions where the phrase begins, in order."""
    places = [{spot for key in slot for spot in where.get(key, ())} for slot in part]
    return sorted(at for at in places[0] if all(at + n in spots for n, spots in enumerate(places)))


def _near(first: list[int], others: Sequence[tuple[list[int], int]], length: int) -> list[int]:
    """The first beginning around which all other parts stand, each on words of its own."""
    for start in first:
        taken = set(range(start, start + length))
        chosen = [start]
        for starts, size in others:
            free = [at for at in starts if abs(at - start) <= NEAR and taken.isdisjoint(range(at, at + size))]
            if not free:
                break
            at = min(free, key=lambda spot: abs(spot - start))
            taken.update(range(at, at + size))
            chosen.append(at)
        else:
            return chosen
    return []
