"""Who asks a provider for what was missed, and up to when it was asked (rows of `job_run`).

`door` is "CHANNEL:ACCOUNT". One process asks at a time of day (a claim); what counts is only a sweep
that came to its end, so that whatever a killed one left out is asked for again.
"""

from collections.abc import Mapping
from datetime import datetime

from store.db import Tx, utc

_CLAIM, _DONE = "sweep:", "swept:"


def claim(tx: Tx, door: str, turn: datetime, now: datetime) -> bool:
    """Whether this turn is ours: each is given away once."""
    tx.run("DELETE FROM job_run WHERE name = :name AND scheduled_for < :turn", name=_CLAIM + door, turn=turn)
    return _write(tx, _CLAIM + door, turn, now)


def asked_until(tx: Tx, door: str) -> datetime | None:
    """Up to when the provider was asked for everything; None: never yet."""
    rows = tx.run("SELECT max(scheduled_for) FROM job_run WHERE name = :name", name=_DONE + door)
    return utc(rows[0][0]) if rows[0][0] is not None else None


def note(tx: Tx, door: str, until: datetime, now: datetime) -> None:
    """Everything up to `until` is here."""
    _write(tx, _DONE + door, until, now)
    tx.run("DELETE FROM job_run WHERE name = :name AND scheduled_for < :at", name=_DONE + door, at=until)


def last(tx: Tx) -> Mapping[str, datetime]:
    """Up to when each door was asked for everything."""
    rows = tx.run(
        "SELECT name, max(scheduled_for) FROM job_run WHERE name LIKE :like GROUP BY name ORDER BY name",
        like=_DONE + "%",
    )
    return {name.removeprefix(_DONE): utc(at) for name, at in rows}


def free(tx: Tx) -> int:
    """Give back every turn, when nobody can be asking any more; how many there were."""
    return tx.changed("DELETE FROM job_run WHERE name LIKE :like", like=_CLAIM + "%")


def _write(tx: Tx, name: str, at: datetime, now: datetime) -> bool:
    written = tx.changed(
        "INSERT INTO job_run (name, scheduled_for, done_at) VALUES (:name, :at, :now)"
        " ON CONFLICT (name, scheduled_for) DO NOTHING",
        name=name,
        at=at,
        now=now,
    )
    return bool(written)
