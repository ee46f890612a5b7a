"""How the doors fare: one row a door, written once a minute and never by the intake."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import select

from store.db import Tx, utc
from store.tables import ChannelState


def state(tx: Tx, channel: str) -> ChannelState | None:
    """One door's row."""
    return tx.session.get(ChannelState, channel, populate_existing=True)


def states(tx: Tx) -> Sequence[ChannelState]:
    """Every door's row."""
    return tx.session.exec(select(ChannelState)).all()


def known(tx: Tx, channel: str, day: date, now: datetime) -> ChannelState:
    """One door's row on this day of the city; made when it is new, its counts begin with the day."""
    tx.run(
        "insert into channel_state (channel, known_since, seen, day, in_today, out_today, refused_today,"
        " error, told, episode) values (:channel, :now, 0, :day, 0, 0, 0, '', '', 0)"
        " on conflict (channel) do nothing",
        channel=channel,
        now=now,
        day=day,
    )
    row = state(tx, channel)
    assert row is not None
    if row.day != day:
        row.day, row.in_today, row.out_today, row.refused_today = day, 0, 0, 0
    return row


def came(tx: Tx, channel: str, after: int, since: datetime) -> tuple[int, datetime | None, int]:
    """(last id, when it came, how many since `since`) of what a door brought after an arrival's id."""
    rows = tx.run(
        "select max(id), max(received_at), sum(case when received_at >= :since then 1 else 0 end)"
        " from arrival where id > :after and channel = :channel",
        channel=channel,
        after=after,
        since=since,
    )
    last, at, count = rows[0]
    return (int(last), utc(at), int(count or 0)) if last is not None else (after, None, 0)


def waiting(tx: Tx) -> dict[tuple[str, str], int]:
    """How many notices wait (`pending`), are `dead` or on the call list (`call`), by channel and state."""
    rows: list[tuple[Any, ...]] = tx.run(
        "select channel, state, count(*) from outbox where state in ('pending', 'dead', 'call')"
        " group by channel, state"
    )
    return {(str(channel), str(state)): int(number) for channel, state, number in rows}
