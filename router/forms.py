"""One written word → the forms it may stand for: case, accents, slang, Javanese, affixes, doubling."""

import unicodedata

from router.lexicon import EXCEPT, LEXICON
from router.lexicon import FILLERS as FILLERS

_LONGEST = 40
_SHORTEST_STEM = 3
_SUFFIXES = (
    "kannya", "annya", "inya", "nipun", "ipun", "nya", "kan", "ane", "lah", "kah", "pun",
    "ne", "an", "mu", "ku", "e", "i", "o",
)  # fmt: skip
_LEET = str.maketrans("01345", "oieas")
# Prefix → what the root may begin with once it is cut ("" = nothing is restored).
_PREFIXES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("memper", ("",)), ("menge", ("",)), ("diper", ("",)), ("meny", ("s", "c")), ("meng", ("", "k")),
    ("mem", ("", "p")), ("men", ("", "t")), ("me", ("",)), ("dipun", ("",)), ("di", ("",)),
    ("ber", ("",)), ("ter", ("",)), ("ke", ("",)), ("ka", ("",)), ("se", ("",)), ("ny", ("s", "c")),
    ("nge", ("",)), ("ng", ("", "k")), ("mb", ("b",)), ("nd", ("d",)), ("n", ("t",)), ("m", ("p",)),
    ("tak", ("",)), ("kok", ("",)), ("peng", ("", "k")), ("pem", ("", "p")), ("pen", ("", "t")),
)  # fmt: skip


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
        found.append(folded.translate(_LEET))
    stretched = found[-1]
    for most in (2, 1):
        short = _squeeze(stretched, most)
        if short not in found:
            found.append(short)
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
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _SHORTEST_STEM:
            found.append(word[: -len(suffix)])
    return found


def _without_prefix(word: str) -> list[str]:
    found: list[str] = []
    for prefix, begins in _PREFIXES:
        if word.startswith(prefix):
            rest = word[len(prefix) :]
            found.extend(start + rest for start in begins if len(start + rest) >= _SHORTEST_STEM)
    return found
