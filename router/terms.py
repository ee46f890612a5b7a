"""What a text is about, as a set of words that can be compared: stems, and the names of places apart."""

from functools import lru_cache
from typing import NamedTuple

from router.forms import FILLERS, LANDMARKS, fold, forms, keep
from router.lexicon import EMPTY, LEXICON
from router.words import split

#: What a name of a place stands behind, besides landmarks.
_BEFORE_NAMES = frozenset(
    ("jalan", "gang", "kelurahan", "kel", "lingkungan", "perumahan", "perum", "rt", "rw")
)
_CANONICAL = frozenset(LEXICON.values())
_ORDINARY = _CANONICAL | frozenset(LEXICON)
_SHORTEST = 3


class Terms(NamedTuple):
    """`words` are stems of what it is about, `names` what places are called in it."""

    words: frozenset[str]
    names: frozenset[str]


def terms(text: str) -> Terms:
    """The terms of a text in Indonesian or Javanese; what says nothing about the matter is left out."""
    words: set[str] = set()
    names: set[str] = set()
    named = False
    for word in split(text)[1::2]:
        folded = fold(word)
        key = _stem(folded) if folded else ""
        if named and key and folded not in _ORDINARY and key not in EMPTY and folded not in FILLERS:
            names.update(() if folded.isdigit() else (key,))
            named = len(folded) <= _SHORTEST or folded == "raya"  # "RT 3 Wates", "Jl. KH Usman"
            continue
        named = key in _BEFORE_NAMES or keep(folded) in LANDMARKS or folded in LANDMARKS
        if key and key not in EMPTY and key not in _BEFORE_NAMES and not folded.isdigit():
            words.add(key)
    return Terms(frozenset(words), frozenset(names))


@lru_cache(maxsize=32_768)
def _stem(folded: str) -> str:
    """One word for all forms of a word, "" for what is skipped: its entry in the lexicon, else its root."""
    known = keep(folded)
    if known in FILLERS or folded in FILLERS or known in LANDMARKS:
        return ""
    if folded in LEXICON:
        return known
    made = forms(folded)
    in_lexicon = sorted({keep(one) for one in made} & _CANONICAL)
    if in_lexicon:
        return in_lexicon[0]
    return min((one for one in made if len(one) > _SHORTEST), key=lambda one: (len(one), one), default=folded)
