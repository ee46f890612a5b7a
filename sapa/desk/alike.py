"""How alike two complaints are: the same matter, at the same place, not long ago; pure.

The numbers were set on the labelled pairs of tests/desk/alike_pairs.txt, where the test states what
they reach.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from router.terms import Terms, terms

#: Older tickets are not looked at.
WINDOW = timedelta(days=45)
#: At most so many of the newest open tickets are compared, and so many alike are shown.
COMPARED, SHOWN = 400, 5
#: From here on two complaints are shown as alike.
ENOUGH = 0.5
#: With less in common they are about different matters, wherever they are.
_SAME_MATTER = 0.25
#: And never so much that the place no longer tells.
_MOST = 0.85
#: Metres: closer is the same place, farther another one.
_NEAR, _FAR = 200.0, 600.0
_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A complaint as far as it is compared: its terms, the rule that found an agency, where, and when."""

    terms: Terms
    rule: str
    at: datetime
    kelurahan: str = ""
    lat: float | None = None
    lon: float | None = None


def said(
    text: str,
    *,
    rule: str,
    at: datetime,
    place: str = "",
    kelurahan: str = "",
    lat: float | None = None,
    lon: float | None = None,
) -> Said:
    """A complaint by its words; `place` are words about where it is, `lat` and `lon` degrees or None."""
    about, there, area = terms(text), terms(place), terms(kelurahan)
    both = Terms(about.words - area.words, about.names | there.names | (there.words - area.words))
    return Said(terms=both, rule=rule, at=at, kelurahan=kelurahan, lat=lat, lon=lon)


def score(one: Said, other: Said) -> float:
    """How alike, 0 to 1 and a little more; `ENOUGH` is shown."""
    matter = _matter(one, other)
    age = abs(one.at - other.at)
    if matter < _SAME_MATTER or age > WINDOW:
        return 0.0
    return max(0.0, matter + _place(one, other) - 0.1 * (age / WINDOW))


def alike(new: Said, known: Iterable[tuple[int, Said]]) -> list[tuple[int, float]]:
    """(id, score) of those that are alike enough, the likest first, at most `SHOWN`."""
    scored = ((id, score(new, one)) for id, one in known)
    found = sorted((pair for pair in scored if pair[1] >= ENOUGH), key=lambda pair: (-pair[1], -pair[0]))
    return found[:SHOWN]


def _matter(one: Said, other: Said) -> float:
    """The words in common, and whether the rules understood the same."""
    a, b = one.terms.words, other.terms.words
    common = len(a & b) / math.sqrt(len(a) * len(b)) if a and b else 0.0
    if one.rule and other.rule:
        common += 0.3 if one.rule == other.rule else -0.2
    return min(common, _MOST)


def _place(one: Said, other: Said) -> float:
    """What speaks for the same place, or against it; 0 when nothing is known."""
    sign = 0.0
    if one.kelurahan and other.kelurahan:
        sign = 0.15 if one.kelurahan == other.kelurahan else -0.45
    a, b = one.terms, other.terms
    if a.names & (b.names | b.words) or b.names & a.words:
        sign += 0.25
    elif a.names and b.names:
        sign -= 0.4
    metres = _metres(one, other)
    if metres is not None:
        sign = 0.35 if metres <= _NEAR else min(sign, -0.45) if metres > _FAR else sign
    return sign


def _metres(one: Said, other: Said) -> float | None:
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return None
    east = (one.lon - other.lon) * math.cos(math.radians(one.lat))
    return math.hypot(one.lat - other.lat, east) * _METRES_PER_DEGREE
