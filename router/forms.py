"""One written word → the forms it may stand for: case, accents, slang, Javanese, affixes, doubling."""

import unicodedata

from router.lexicon import EXCEPT, LEXICON
from router.lexicon import FILLERS as FILLERS
from router.lexicon import LANDMARKS as LANDMARKS

_LONGEST = 40
_SHORTEST_STEM = 3
_LONG_ENOUGH = 5
_SUFFIXES = (
    ("kannya", 3), ("annya", 3), ("inya", 3), ("nipun", 3), ("ipun", 3), ("nya", 3), ("kan", 3), ("ane", 3),
    ("aken", 4), ("ake", 4), ("lah", 3), ("kah", 3), ("pun", 3), ("ne", 3), ("no", 4), ("na", 4), ("an", 4),
    ("mu", 3), ("ku", 3), ("e", 3), ("i", 4),
)  # fmt: skip
"""Suffix → the fewest letters that must be left."""
_LEET = str.maketrans("01345", "oieas")
_ANY = frozenset("abcdefghijklmnopqrstuvwxyz")
_VOWELS = frozenset("aiueo")
_PREFIXES: tuple[tuple[str, frozenset[str], tuple[str, ...]], ...] = (
    ("memper", _ANY, ("",)), ("diper", _ANY, ("",)), ("menge", _ANY, ("",)),
    ("meny", _VOWELS, ("s",)), ("peny", _VOWELS, ("s",)),
    ("meng", _VOWELS | set("ghk"), ("",)), ("meng", _VOWELS, ("k",)),
    ("peng", _VOWELS | set("ghk"), ("",)), ("peng", _VOWELS, ("k",)),
    ("mem", frozenset("bfpv"), ("",)), ("mem", _VOWELS, ("p",)),
    ("pem", frozenset("bfpv"), ("",)), ("pem", _VOWELS, ("p",)),
    ("men", frozenset("cdjsz"), ("",)), ("men", _VOWELS, ("t",)),
    ("pen", frozenset("cdjsz"), ("",)), ("pen", _VOWELS, ("t",)),
    ("me", frozenset("lmnrwy"), ("",)), ("di", _ANY, ("",)), ("dipun", _ANY, ("",)),
    ("ber", _ANY, ("",)), ("ter", _ANY, ("",)), ("ke", _ANY, ("",)),
    ("nge", _ANY, ("",)), ("ng", _VOWELS | set("glr"), ("",)), ("ng", _VOWELS, ("k",)),
    ("ny", _VOWELS, ("s", "c")), ("n", frozenset("dj"), ("",)), ("n", _VOWELS, ("t",)),
    ("m", frozenset("b"), ("",)), ("m", frozenset("aiou"), ("p",)),
)  # fmt: skip
"""Prefix, what may follow it, and what the root began with before the prefix swallowed it."""


def fold(raw: str) -> str:
    """Lower case, without accents, zero-width and other invisible characters; letters and digits only."""
    text = raw.lower()
    if text.isascii():
        return text if text.isalnum() else "".join(filter(str.isalnum, text))
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(filter(str.isalnum, plain))


def keep(folded: str) -> str:
    """The word's entry in the lexicon, or the word itself."""
    return LEXICON.get(folded, folded)


def forms(folded: str) -> tuple[str, ...]:
    """Every form `folded` may stand for, itself first; at most a few dozen, whatever the word."""
    if len(folded) > _LONGEST:
        return (folded,)
    made: dict[str, None] = {}
    for spelling in _spellings(folded):
        made[keep(spelling)] = None
        made[spelling] = None
        if spelling in LEXICON or spelling in EXCEPT or spelling.isdigit():
            continue
        for cut in _without_suffix(spelling):
            for root in (cut, *_without_prefix(cut)):
                if root not in EXCEPT:
                    made[root] = None
                    made[keep(root)] = None
    return tuple(made)


def _spellings(folded: str) -> list[str]:
    """As written, then without stretched letters ("matiiii"), "2" doubling ("lubang2") and leet digits."""
    found = [folded]
    if folded[0].isalpha() and not folded.isalpha():
        if folded[-1] == "2":
            found.append(folded[:-1])
        elif "2" in folded[3:]:
            head, _, tail = folded.rpartition("2")
            found.append(head + tail)
        if len(folded) >= _LONG_ENOUGH:
            found.append(folded.translate(_LEET))
    stretched = found[-1]
    twice = _squeeze(stretched, 2)
    if len(stretched) >= _LONG_ENOUGH or twice != stretched:
        found += [short for short in (twice, _squeeze(stretched, 1)) if short not in found]
    return found


def _squeeze(word: str, most: int) -> str:
    out: list[str] = []
    run = 0
    for at, char in enumerate(word):
        run = run + 1 if at and char == word[at - 1] else 1
        if run <= most or char.isdigit():
            out.append(char)
    return "".join(out)


def _without_suffix(word: str) -> list[str]:
    found = [word]
    for suffix, left in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= left:
            found.append(word[: -len(suffix)])
    return found


def _without_prefix(word: str) -> list[str]:
    found: list[str] = []
    for prefix, follows, begins in _PREFIXES:
        if word.startswith(prefix):
            rest = word[len(prefix) :]
            if rest[:1] in follows:
                found.extend(start + rest for start in begins if len(start + rest) >= _SHORTEST_STEM)
    return found
