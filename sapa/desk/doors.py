"""How each channel fares, for Diskominfo: open, silent, failing or declared down, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifier import notices
from notifier.doors import TRY, advice
from notifier.pulse import Beat
from sapa.desk.city import City, Line
from store import doors, outages
from store.db import Tx
from store.tables import ChannelState, Outage

#: Silence counts while the city is awake: from 06.00 to 22.00.
AWAKE = (time(6), time(22))
#: A fault is told when it has lasted so long: most pass by themselves.
PATIENCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One line of the page. `state` is "closed", "down", "failing", "silent" or "open".

    `since` is when a failing door began to fail or a silent one fell silent; `hours` of silence
    count waking hours; `what_to_do` is "" where nothing is.
    """

    channel: str
    line: Line
    state: str
    outage: Outage | None = None
    since: datetime | None = None
    hours: int = 0
    error: str = ""
    what_to_do: str = ""
    last_in_at: datetime | None = None
    last_out_at: datetime | None = None
    in_today: int = 0
    out_today: int = 0
    refused_today: int = 0
    waiting: int = 0
    dead: int = 0
    calls: int = 0


def note(tx: Tx, beats: Mapping[str, Beat], now: datetime, city: City) -> None:
    """Write down what a process noticed of its doors since the last time."""
    day = city.calendar.day(now)
    for channel, beat in beats.items():
        row = doors.known(tx, channel, day, now)
        row.out_today += beat.sent
        row.refused_today += beat.refused
        row.last_out_at = beat.last_out_at or row.last_out_at
        if beat.heard and beat.failing_since is not None:
            row.failing_since, row.error = row.failing_since or beat.failing_since, beat.error
        elif beat.heard:
            row.failing_since, row.error = None, ""
    tx.flush()


def look(tx: Tx, now: datetime, city: City) -> int:
    """Count what came in, and tell Diskominfo once when a door fails or falls silent and when it is well.

    Returns how many notices were written. A job calls it each minute; what was told stands in rows.
    """
    day = city.calendar.day(now)
    midnight = datetime.combine(day, time(), city.tz)
    down = {outage.channel for outage in outages.running(tx)}
    told = 0
    for channel, line in city.lines.items():
        if not line.open:
            continue
        row = doors.known(tx, channel, day, now)
        row.seen, at, count = doors.came(tx, channel, row.seen, midnight)
        row.last_in_at, row.in_today = at or row.last_in_at, row.in_today + count
        if channel not in down:
            told += _tell(tx, row, line, now, city)
    tx.flush()
    return told


def _tell(tx: Tx, row: ChannelState, line: Line, now: datetime, city: City) -> int:
    """One notice when the trouble of a door is another than what was told; 1 if so."""
    trouble, since = _trouble(row, line, now, city.tz)
    if trouble == "failing" and since is not None and now - since < PATIENCE:
        trouble = row.told
    if trouble == row.told:
        return 0
    row.episode += 1 if trouble else 0
    row.told = trouble
    told = trouble or "well"
    notices.tell(
        tx,
        f"door_{told}",
        notices.diskominfo(),
        key=f"door:{row.channel}:{row.episode}:{told}",
        now=now,
        data={"channel": row.channel, "since": since.isoformat() if since else None},
    )
    return 1


def _trouble(row: ChannelState, line: Line, now: datetime, tz: ZoneInfo) -> tuple[str, datetime | None]:
    """What is wrong with an open door and since when, or ""."""
    if row.failing_since is not None:
        return "failing", row.failing_since
    heard = row.last_in_at or row.known_since
    if line.silent_after and awake(heard, now, tz) >= timedelta(hours=line.silent_after):
        return "silent", heard
    return "", None


def awake(since: datetime, until: datetime, tz: ZoneInfo) -> timedelta:
    """How much of a span lies between 06.00 and 22.00 in the city."""
    day, last, span = since.astimezone(tz).date(), until.astimezone(tz).date(), timedelta()
    whole = (last - day).days - 1
    if whole > 0:
        hours = datetime.combine(day, AWAKE[1]) - datetime.combine(day, AWAKE[0])
        span += whole * hours
    for one in {day, last}:
        start, end = (datetime.combine(one, at, tz) for at in AWAKE)
        span += max(timedelta(), min(until, end) - max(since, start))
    return span


def report(tx: Tx, now: datetime, city: City) -> list[Door]:
    """Every channel of the city in the order of the configuration, with what came in until now."""
    rows = {row.channel: row for row in doors.states(tx)}
    current = {channel: _current(tx, channel, rows.get(channel), now, city) for channel in city.lines}
    counts, down = doors.waiting(tx), {one.channel: one for one in outages.running(tx)}
    today = city.calendar.day(now)
    return [
        _door(channel, line, current[channel], down.get(channel), counts, today, now, city.tz)
        for channel, line in city.lines.items()
    ]


def _current(
    tx: Tx, channel: str, row: ChannelState | None, now: datetime, city: City
) -> ChannelState | None:
    """The row with what `look` has not counted yet: it comes once a minute, people look at once."""
    day = city.calendar.day(now)
    midnight = datetime.combine(day, time(), city.tz)
    _, at, count = doors.came(tx, channel, row.seen if row else 0, midnight)
    if at is None:
        return row
    fresh = ChannelState(channel=channel, known_since=now, day=day)
    counted = row if row and row.day == day else fresh
    told = {"last_in_at": at, "day": day, "in_today": counted.in_today + count}
    told |= {"out_today": counted.out_today, "refused_today": counted.refused_today}
    return ChannelState(**(row or fresh).model_dump() | told)


def _door(
    channel: str,
    line: Line,
    row: ChannelState | None,
    outage: Outage | None,
    counts: Mapping[tuple[str, str], int],
    today: date,
    now: datetime,
    tz: ZoneInfo,
) -> Door:
    trouble, since = _trouble(row, line, now, tz) if row is not None else ("", None)
    state = "closed" if not line.open else "down" if outage else trouble or "open"
    fresh = row if row is not None and row.day == today else None
    helps = {"failing": advice(channel), "silent": TRY, "closed": line.opens_with}
    return Door(
        channel=channel,
        line=line,
        state=state,
        outage=outage,
        since=since,
        hours=int(awake(since, now, tz).total_seconds() // 3600) if since else 0,
        error=row.error if row else "",
        what_to_do=helps.get(state, ""),
        last_in_at=row.last_in_at if row else None,
        last_out_at=row.last_out_at if row else None,
        in_today=fresh.in_today if fresh else 0,
        out_today=fresh.out_today if fresh else 0,
        refused_today=fresh.refused_today if fresh else 0,
        waiting=counts.get((channel, "pending"), 0),
        dead=counts.get((channel, "dead"), 0),
        calls=counts.get((channel, "call"), 0),
    )
