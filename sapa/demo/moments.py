"""When and how each complaint of the demo city is told."""

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from router.place import Gazetteer
from sapa.demo.complaints import Complaint
from sapa.demo.payloads import WRITERS
from sapa.demo.telling import Telling

WEEKS = 8
#: In city time: people write before and after work.
_HOURS = (6, 7, 7, 8, 9, 11, 12, 16, 18, 19, 19, 20, 21)
_SUNDAY = 0.4
#: Channels that fell silent so long before the end: there is something to see on the page of the channels.
QUIET: Mapping[str, timedelta] = {"sms": timedelta(days=4), "social": timedelta(hours=30)}
#: About a hundred metres, in degrees: not everybody of a kelurahan stands on its one point.
_AROUND = 0.0008


class Span(NamedTuple):
    """The time of the play and the city's zone."""

    start: datetime
    end: datetime
    tz: ZoneInfo


def told(
    said: Sequence[Complaint],
    span: Span,
    accounts: Mapping[str, str],
    gazetteer: Gazetteer,
    rng: random.Random,
) -> list[tuple[datetime, Telling]]:
    """Every complaint with its moment, in order; one incident is told within hours.

    `accounts` are ours, by channel.
    """
    points = {area.kelurahan: area.points[0] for area in gazetteer.areas}
    begun: dict[int, tuple[datetime, tuple[float, float]]] = {}
    found = []
    for number, complaint in enumerate(said, 1):
        lat, lon = points[complaint.kelurahan]
        at, spot = begun.get(complaint.incident) or (_moment(span, rng), _near(lat, lon, rng))
        if complaint.incident:
            begun[complaint.incident] = at, spot
            at = min(at + timedelta(minutes=rng.randint(0, 90)), span.end - timedelta(hours=1))
        channel = _channel(complaint, span.end - at, rng)
        telling = Telling(
            number=number,
            complaint=complaint,
            channel=channel,
            account=accounts[channel],
            shape=_shape(complaint, channel, rng),
            spot=spot,
        )
        found.append((at, telling))
    return sorted(found, key=lambda pair: pair[0])


def _moment(span: Span, rng: random.Random) -> datetime:
    days = (span.end - span.start).days
    while True:
        at = (span.start + timedelta(days=rng.randrange(days + 1))).astimezone(span.tz)
        at = at.replace(hour=rng.choice(_HOURS), minute=rng.randrange(60), second=rng.randrange(60))
        inside = span.start < at < span.end - timedelta(hours=1)
        if inside and (at.weekday() < 6 or rng.random() < _SUNDAY):
            return at.astimezone(UTC)


def _near(lat: float, lon: float, rng: random.Random) -> tuple[float, float]:
    return (
        round(lat + rng.uniform(-_AROUND, _AROUND), 6),
        round(lon + rng.uniform(-_AROUND, _AROUND), 6),
    )


def _channel(complaint: Complaint, left: timedelta, rng: random.Random) -> str:
    if complaint.right == "INSPEKTORAT":
        return "web"
    open_now = {name: writer.often for name, writer in WRITERS.items() if left > QUIET.get(name, timedelta())}
    return rng.choices(tuple(open_now), tuple(open_now.values()))[0]


def _shape(complaint: Complaint, channel: str, rng: random.Random) -> str:
    if complaint.right == "INSPEKTORAT":
        return "secret"
    writer = WRITERS[channel]
    return rng.choice(writer.shown if complaint.picture else writer.plain)
