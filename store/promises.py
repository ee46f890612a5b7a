"""Promises of time that come near or have passed."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from store.db import Tx


class Promise(NamedTuple):
    """An open deadline and the agency that leads its ticket."""

    id: int
    ticket_id: int
    opd: str


def unreminded(tx: Tx, before: Mapping[str, datetime], limit: int) -> list[Promise]:
    """Open promises by step that are due before its time and of which nobody was reminded yet."""
    found: list[Promise] = []
    for step, time in before.items():
        rows = tx.run(
            "SELECT deadline.id, ticket.id, ticket.opd FROM deadline"
            " JOIN ticket ON ticket.id = deadline.ticket_id"
            " WHERE deadline.met_at IS NULL AND deadline.void_at IS NULL AND deadline.step = :step"
            " AND deadline.due_at < :time AND ticket.status IN ('assigned', 'accepted') AND ticket.opd <> ''"
            " AND NOT EXISTS (SELECT 1 FROM outbox"
            " WHERE outbox.key = 'reminder:' || CAST(deadline.id AS VARCHAR(20)))"
            " ORDER BY deadline.due_at LIMIT :most",
            step=step,
            time=time,
            most=limit,
        )
        found += [Promise(*row) for row in rows]
    return found
