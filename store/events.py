"""The history of tickets, which only grows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import col, func, select

from store import queue
from store.db import Tx
from store.queue import Scope
from store.tables import Event, Ticket


def add(
    tx: Tx,
    ticket_id: int,
    kind: str,
    *,
    actor: str,
    at: datetime,
    officer_id: int | None = None,
    opd: str = "",
    public: bool = False,
    text: str = "",
    data: dict[str, Any] | None = None,
    key: str | None = None,
) -> Event:
    """Write one event; it has its id when this returns."""
    event = Event(
        ticket_id=ticket_id,
        kind=kind,
        actor=actor,
        at=at,
        officer_id=officer_id,
        opd=opd,
        public=public,
        text=text,
        data=data or {},
        key=key,
    )
    tx.session.add(event)
    tx.flush()
    return event


def get(tx: Tx, event_id: int) -> Event | None:
    """One event."""
    return tx.session.get(Event, event_id)


def by_key(tx: Tx, key: str) -> Event | None:
    """The event of an act that was done with this idempotency key."""
    return tx.session.exec(select(Event).where(col(Event.key) == key)).one_or_none()


def of_keys(tx: Tx, prefix: str, officer_id: int) -> Sequence[Event]:
    """The acts of an officer whose key begins so, oldest first."""
    mine = (col(Event.key).startswith(prefix, autoescape=True), col(Event.officer_id) == officer_id)
    return tx.session.exec(select(Event).where(*mine).order_by(col(Event.id))).all()


def of_ticket(tx: Tx, ticket_id: int, *, public_only: bool = False) -> Sequence[Event]:
    """A ticket's history, oldest first."""
    found = select(Event).where(col(Event.ticket_id) == ticket_id)
    if public_only:
        found = found.where(col(Event.public))
    return tx.session.exec(found.order_by(col(Event.id))).all()


def last(tx: Tx, ticket_id: int, kind: str) -> Event | None:
    """The newest event of a kind."""
    found = select(Event).where(col(Event.ticket_id) == ticket_id, col(Event.kind) == kind)
    return tx.session.exec(found.order_by(col(Event.id).desc()).limit(1)).first()


def registered(tx: Tx, ticket_id: int) -> Sequence[Event]:
    """That officers took messages of a ticket down, oldest first."""
    found = select(Event).where(col(Event.ticket_id) == ticket_id, col(Event.kind) == "registered")
    return tx.session.exec(found.order_by(col(Event.id))).all()


def registered_by(tx: Tx, officer_id: int, since: datetime, most: int) -> Sequence[Event]:
    """What an officer took down since then, the newest first."""
    found = select(Event).where(
        col(Event.kind) == "registered", col(Event.officer_id) == officer_id, col(Event.at) >= since
    )
    return tx.session.exec(found.order_by(col(Event.id).desc()).limit(most)).all()


def changed(tx: Tx, scope: Scope, after: int, until: int, most: int) -> Sequence[str]:
    """Refs of the tickets within `scope` that something happened to in that span of event ids."""
    found = select(Ticket.ref).join(Event, col(Event.ticket_id) == col(Ticket.id)).distinct()
    span = (col(Event.id) > after, col(Event.id) <= until, *queue.within(scope))
    return tx.session.exec(found.where(*span).limit(most)).all()


def newest(tx: Tx) -> int:
    """The id of the newest event (0 if none): live pages follow it."""
    return int(tx.session.exec(select(func.max(Event.id))).one() or 0)
