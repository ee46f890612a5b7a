"""Remind an agency of a promise that comes near or has passed; once per promise."""

from datetime import datetime, timedelta

from notifier import notices
from sapa.desk.city import City
from store import promises
from store.db import Tx

#: An agency hears of `resolve` this many working days ahead; of `first_response` when it has passed.
AHEAD = 2


def remind(tx: Tx, now: datetime, city: City, limit: int = 100) -> int:
    """Write to the agencies whose time runs out; returns how many promises were looked at.

    A job calls it again and again: the notice's key makes each promise one reminder.
    """
    soon = now + timedelta(days=1)
    while city.calendar.working_days(now, soon) < AHEAD:
        soon += timedelta(days=1)
    due = promises.unreminded(tx, before={"first_response": now, "resolve": soon}, limit=limit)
    for promise in due:
        notices.tell(
            tx,
            "reminder",
            notices.agency(promise.opd),
            key=f"reminder:{promise.id}",
            now=now,
            ticket_id=promise.ticket_id,
        )
    return len(due)
