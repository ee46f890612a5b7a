"""The kelurahan of a point or of a written address; never more certain than the facts allow."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from router.lexicon import ADDRESSES, FILLERS, LANDMARKS
from router.words import Finder, Pattern, WrongPattern, parse, split

UNSURE_WITHIN = 80.0
"""Metres: when another kelurahan's point is at most this much farther, the answer is not sure."""
OUTSIDE_BEYOND = 400.0
"""Metres: farther than this from every point is outside the city."""
HINT_BEYOND = 2_000.0
"""Metres: a position less accurate than this is only a hint (a telephone mast, not a satellite)."""
_STREET = re.compile(
    r"\b(?:jln?|gg|gang|perum|perumahan|dusun|dsn|blok)\b[.\s]*\w|\br[tw][\s.:/]*\d", re.IGNORECASE
)
#: "jalan rusak" names no street, "Jalan Brawijaya" does.
_JALAN = re.compile(r"\b[Jj]alan\s+(?:[A-Z][a-z]|\d)")
#: What begins the other half of "a snake in Meri", and what is no place though a place is named with it.
_AT = frozenset({"di", "ning", "nang", "ndek", "ing"})
_SAYS = frozenset({"ada", "onok", "ono", "enek", "terima", "terimakasih", "makasih", "suwun", "nuwun"})
_METRES_PER_DEGREE = 111_320.0
_DIRECTIONS = frozenset({"barat", "timur", "utara", "selatan", "tengah", "lor", "kidul", "wetan", "kulon"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """One kelurahan: representative points as (latitude, longitude) in degrees, and what people call it."""

    kelurahan: str
    kecamatan: str
    points: tuple[tuple[float, float], ...]
    aliases: tuple[str, ...] = ()
    lingkungan: tuple[str, ...] = ()
    kecamatan_aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is known of a place. `kelurahan` "" = several are possible or it is outside.

    `sure`: may be written down as a fact. `inside`: in the city, as far as known.
    `candidates`: possible kelurahan, likeliest first. `because`: one Indonesian sentence.
    """

    kelurahan: str
    kecamatan: str
    sure: bool
    inside: bool
    because: str
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gazetteer:
    """The city's areas; names are compiled once for searching."""

    areas: tuple[Area, ...]
    _finder: Finder = field(init=False, repr=False, compare=False)
    _meant: Sequence[frozenset[tuple[str, str]]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names: dict[object, tuple[Pattern, set[tuple[str, str]]]] = {}
        for area in self.areas:
            for level, name in _names(area):
                for pattern in _searchable(name):
                    # By the words, not the spelling: "Gunung Gedangan" and "gunung gedangan" are one name.
                    names.setdefault(pattern.parts, (pattern, set()))[1].add((area.kelurahan, level))
        object.__setattr__(self, "areas", tuple(self.areas))
        object.__setattr__(self, "_finder", Finder([pattern for pattern, _ in names.values()]))
        object.__setattr__(self, "_meant", [frozenset(meant) for _, meant in names.values()])

    def mentions(self, text: str) -> list[tuple[int, int, frozenset[tuple[str, str]]]]:
        """(first word, last word, what the name may mean) for every name, longer names first."""
        read = self._finder.find(text)
        spots = [(min(w), max(w), self._meant[number]) for number, w in read.hits.items()]
        spots.sort(key=lambda spot: (spot[0] - spot[1], spot[0]))
        kept: list[tuple[int, int, frozenset[tuple[str, str]]]] = []
        for first, last, meant in spots:
            if not any(a <= first and last <= b for a, b, _ in kept):
                kept.append((first, last, meant))
        return kept


def _searchable(name: str) -> tuple[Pattern, ...]:
    """The name as a pattern; nothing for names like "Barat", which every address holds."""
    try:
        return () if name.lower() in _DIRECTIONS else parse(name)
    except WrongPattern:
        return ()


def _names(area: Area) -> Iterable[tuple[str, str]]:
    yield "kelurahan", area.kelurahan
    for name in (area.kecamatan, *area.kecamatan_aliases):
        yield "kecamatan", name
    for name in area.aliases:
        yield "kelurahan", name
    for name in area.lingkungan:
        yield "lingkungan", name


def locate(lat: float, lon: float, gazetteer: Gazetteer, accuracy: float = 0.0) -> Found:
    """Kelurahan of the nearest representative point; degrees in, distances in metres (flat earth).

    `accuracy` is the radius in metres the position may be off by, 0 = not known. Anything that is
    no position on earth is outside.
    """
    distances: dict[str, float] = {}
    if math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180:
        for area in gazetteer.areas:
            near = min((_metres(lat, lon, *point) for point in area.points), default=math.inf)
            distances[area.kelurahan] = near
    order = sorted(distances, key=lambda name: (distances[name], name))
    if not order or distances[order[0]] > OUTSIDE_BEYOND:
        return Found(
            kelurahan="", kecamatan="", sure=False, inside=False, because="Titik lokasi berada di luar kota."
        )
    best = order[0]
    within = max(UNSURE_WITHIN, accuracy)
    close = tuple(n for n in order if distances[n] - distances[best] <= within)
    because = f"Titik lokasi paling dekat dengan Kelurahan {best}"
    if len(close) > 1:
        because += f", tetapi juga dekat dengan {' dan '.join(close[1:3])}"
    return Found(
        kelurahan=best,
        kecamatan=_kecamatan(gazetteer, best),
        sure=len(close) == 1,
        inside=True,
        because=because + ".",
        candidates=close,
    )


def _metres(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    east = (lon - other_lon) * math.cos(math.radians(other_lat))
    return math.hypot(lat - other_lat, east) * _METRES_PER_DEGREE


def _kecamatan(gazetteer: Gazetteer, kelurahan: str) -> str:
    return next(area.kecamatan for area in gazetteer.areas if area.kelurahan == kelurahan)


def find_names(text: str, gazetteer: Gazetteer) -> Found | None:
    """The place a text names, or None when it names none.

    Sure only when one kelurahan is meant: named as such ("Kelurahan Meri") or by a name that is nothing else.
    """
    mentions = gazetteer.mentions(text)
    if not mentions:
        return None
    words = [piece.lower() for piece in split(text)[1::2]]
    votes = [_vote(words, first, meant) for first, _, meant in mentions]
    exact = {names for names, certain in votes if certain and len(names) == 1}
    if len(exact) == 1:
        (names,) = exact
        return _named(next(iter(names)), gazetteer)
    possible = _possible([names for names, _ in votes])
    kecamatan = {_kecamatan(gazetteer, name) for name in possible}
    return Found(
        kelurahan=possible[0] if len(possible) == 1 else "",
        kecamatan=kecamatan.pop() if len(kecamatan) == 1 else "",
        sure=False,
        inside=True,
        because=f"Nama tempat dalam laporan bisa berarti {_listed(possible)}.",
        candidates=tuple(possible),
    )


def names_street(text: str) -> bool:
    """Whether a text seems to hold an address: a street, an alley, a housing estate, RT or RW."""
    return bool(_STREET.search(text) or _JALAN.search(text))


def is_only_place(text: str, kelurahan: str) -> bool:
    """Whether a text that names a place ("" = no kelurahan) seems to say nothing but where.

    "di Meri" and "SDN 2 di Meri" do, "Ada ular di Meri" and "Ular di Meri" say what, too.
    """
    words = [word.lower() for word in split(text)[1::2]]
    first = next((number for number, word in enumerate(words) if word in _AT), 0)
    before = set(words[:first])
    known = FILLERS | set(kelurahan.lower().split())
    return not _SAYS & set(words) and (before <= known or bool(before & (ADDRESSES | LANDMARKS)))


def _named(name: str, gazetteer: Gazetteer) -> Found:
    return Found(
        kelurahan=name,
        kecamatan=_kecamatan(gazetteer, name),
        sure=True,
        inside=True,
        because=f"Laporan menyebut tempat di Kelurahan {name}.",
        candidates=(name,),
    )


def _vote(words: Sequence[str], first: int, meant: frozenset[tuple[str, str]]) -> tuple[frozenset[str], bool]:
    """The kelurahan one mention may mean, and whether that is certain."""
    before = words[first - 1] if first else ""
    levels = {level for _, level in meant}
    if before in ("kelurahan", "kel", "lurah") and "kelurahan" in levels:
        return frozenset(name for name, level in meant if level == "kelurahan"), True
    if before in ("kecamatan", "kec", "camat") and "kecamatan" in levels:
        return frozenset(name for name, level in meant if level == "kecamatan"), False
    names = frozenset(name for name, _ in meant)
    return names, len(names) == 1


def _possible(votes: Sequence[frozenset[str]]) -> list[str]:
    """Kelurahan that most mentions allow."""
    count: Mapping[str, int] = {n: sum(n in names for names in votes) for names in votes for n in names}
    most = max(count.values())
    return sorted(name for name, times in count.items() if times == most)


def _listed(names: Sequence[str]) -> str:
    shown = list(names[:3])
    if len(names) > len(shown):
        return ", ".join(shown) + " atau lainnya"
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " atau " + shown[-1]
