"""Ask the judge about a ticket's words and place, and apply the city's rules of discretion."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from router.decide import Assignment, Facts, decide
from router.place import HINT_BEYOND, find_names, locate
from sapa.desk.assign import Decision
from sapa.desk.city import City
from sapa.desk.mask import mask
from sapa.desk.wording import continues, heading
from store import messages, remote
from store.db import Tx

SUMMARY = 4_000
NO_TEXT = "(Tanpa teks. Lihat lampiran.)"
#: (latitude, longitude, accuracy): degrees, and metres it may be off by (0 = not told).
Point = tuple[float, float, float]


class Spot(NamedTuple):
    """Where it is, as far as known; `words` are the citizen's own."""

    kelurahan: str = ""
    lat: float | None = None
    lon: float | None = None
    words: str = ""
    sure: bool = False


class Judgement(NamedTuple):
    """What the desk writes on a ticket: who, where, what kind, and the citizen's words (masked)."""

    assignment: Assignment
    lead: str
    spot: Spot
    sensitive: str
    accused: str
    summary: str
    search: str

    @property
    def columns(self) -> dict[str, Any]:
        """What the ticket's row says of its words, place and kind."""
        return {
            "type": self.assignment.type,
            "sensitive": self.sensitive,
            "accused": self.accused,
            "urgent": self.assignment.urgent,
            "summary": self.summary,
            "search": self.search,
            "kelurahan": self.spot.kelurahan,
            "lat": self.spot.lat,
            "lon": self.spot.lon,
            "place": self.spot.words,
            "place_sure": self.spot.sure,
        }

    @property
    def decision(self) -> Decision:
        """The rules' decision, as `assign` records it; another route takes no supporting agencies."""
        judged = self.assignment
        return Decision(
            lead=self.lead,
            because=judged.because,
            actor="rules",
            supporting=judged.supporting if self.lead == judged.lead else (),
            confidence=judged.confidence,
            matches=self.matches,
            candidates=judged.candidates,
            rule=judged.rule,
        )

    @property
    def matches(self) -> list[dict[str, Any]]:
        """The matches as the ledger keeps them."""
        return [
            {
                "rule": match.rule,
                "opd": match.opd,
                "strength": round(match.strength, 3),
                "words": [[word.start, word.end, word.word] for word in match.evidence],
            }
            for match in self.assignment.matches
        ]


def judge(
    texts: Sequence[str],
    *,
    channel: str,
    chosen: str,
    points: Sequence[Point],
    labels: Sequence[str],
    city: City,
    category: str = "",
) -> Judgement:
    """Judge all of a ticket's words together; `texts` are its messages, each with its subject.

    `chosen` is a kelurahan the citizen named, `points` are in order of trust, `labels` their own
    words about the place; `category` is what the channel filed it under.
    """
    text = "\n".join(part for part in texts if part)
    words = "; ".join(dict.fromkeys(label for label in labels if label))
    spot = _spot(f"{text}\n{words}", chosen, points, words, city)
    assignment = decide(text, Facts(channel=channel, kelurahan=spot.kelurahan, category=category), city.book)
    sensitive = assignment.sensitive or ("oversight" if assignment.type == "oversight" else "")
    lead, accused = assignment.lead, ""
    if assignment.type == "oversight":
        accused = next((code for code in assignment.named if code in city.other_route), "")
        lead = city.other_route[accused] if accused else lead
    masked = mask(text[:SUMMARY])
    return Judgement(
        assignment=assignment,
        lead=lead,
        spot=spot,
        sensitive=sensitive,
        accused=accused,
        summary=masked or NO_TEXT,
        search="\n".join(filter(None, (masked, mask(words), spot.kelurahan))).casefold(),
    )


def judge_ticket(tx: Tx, ticket_id: int, *, channel: str, city: City, chosen: str = "") -> Judgement:
    """Judge what all of a ticket's messages say now; `chosen` counts when none of them chose a kelurahan."""
    parts = messages.ticket_parts(tx, ticket_id)
    points = [
        (part.lat, part.lon, part.accuracy_m or 0.0)
        for part in parts
        if part.lat is not None and part.lon is not None
    ]
    pictures = [(lat, lon, 0.0) for lat, lon in messages.picture_points(tx, ticket_id)]
    return judge(
        _texts(parts) + remote.transcripts(tx, ticket_id),
        channel=channel,
        chosen=next((part.kelurahan for part in reversed(parts) if part.kelurahan), chosen),
        points=[*points, *pictures],
        labels=[part.place for part in parts],
        city=city,
        category=next((part.category for part in parts if part.category), ""),
    )


def _texts(parts: Sequence[messages.Part]) -> list[str]:
    """What each message says, with its subject; parts of one long SMS as one text."""
    texts: list[str] = []
    for part, before in zip(parts, [None, *parts], strict=False):
        said = heading(part.subject, part.text) + part.text
        if continues(part, before):
            texts[-1] += said
        else:
            texts.append(said)
    return texts


def _spot(text: str, chosen: str, points: Sequence[Point], words: str, city: City) -> Spot:
    """A point inside the city is believed first, then the citizen's choice, then names in the text.

    A point that may be kilometres off comes last, and never onto a map.
    """
    hint = ""
    for lat, lon, accuracy in points:
        found = locate(lat, lon, city.gazetteer, accuracy)
        if found.inside and accuracy > HINT_BEYOND:
            hint = hint or found.kelurahan
        elif found.inside:
            kelurahan = found.kelurahan if found.sure or not chosen else chosen
            return Spot(kelurahan=kelurahan, lat=lat, lon=lon, words=words, sure=found.sure or bool(chosen))
    if chosen and any(area.kelurahan == chosen for area in city.gazetteer.areas):
        return Spot(kelurahan=chosen, words=words, sure=True)
    named = find_names(text, city.gazetteer)
    if named is not None:
        return Spot(kelurahan=named.kelurahan, words=words, sure=named.sure)
    return Spot(kelurahan=hint, words=words)
