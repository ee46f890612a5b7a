"""Channels that were declared down: the open ones, and all there were."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from store.db import Tx
from store.tables import Officer, Outage


def running(tx: Tx) -> Sequence[Outage]:
    """The outages that last, oldest first."""
    found = select(Outage).where(col(Outage.closed_at).is_(None)).order_by(col(Outage.id))
    return tx.session.exec(found).all()


def of_channel(tx: Tx, channel: str) -> Outage | None:
    """The outage of a channel that lasts."""
    found = select(Outage).where(col(Outage.channel) == channel, col(Outage.closed_at).is_(None))
    return tx.session.exec(found).one_or_none()


def get(tx: Tx, outage_id: int) -> Outage | None:
    """One outage, over or not."""
    return tx.session.get(Outage, outage_id, populate_existing=True)


def by_key(tx: Tx, key: str) -> Outage | None:
    """The outage that was declared with this key."""
    return tx.session.exec(select(Outage).where(col(Outage.key) == key)).one_or_none()


def declare(
    tx: Tx, channel: str, reason: str, expected_at: datetime | None, *, key: str, by: int, now: datetime
) -> int | None:
    """A channel is down from now on; its id, or None when it was down already."""
    rows = tx.run(
        "insert into outage (key, channel, reason, expected_at, opened_at, opened_by)"
        " values (:key, :channel, :reason, :expected, :now, :by) on conflict do nothing returning id",
        key=key,
        channel=channel,
        reason=reason,
        expected=expected_at,
        now=now,
        by=by,
    )
    return int(rows[0][0]) if rows else None


def end(tx: Tx, outage_id: int, *, by: int, now: datetime) -> bool:
    """It is over; False if it was over already."""
    return bool(
        tx.changed(
            "update outage set closed_at = :now, closed_by = :by where id = :id and closed_at is null",
            id=outage_id,
            now=now,
            by=by,
        )
    )


def latest(tx: Tx, most: int = 20) -> list[tuple[Outage, str]]:
    """Outages with the name of who declared them, newest first."""
    found = (
        select(Outage, Officer.name)
        .join(Officer, col(Officer.id) == col(Outage.opened_by))
        .order_by(col(Outage.id).desc())
        .limit(most)
    )
    return [(outage, name) for outage, name in tx.session.exec(found).all()]
