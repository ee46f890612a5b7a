"""Who fills which position for a while, and what was done to officers' rights."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, func, or_, select, update

from store.db import Tx
from store.tables import Acting, Event, Officer, OfficerEvent, Session, Ticket


def add_acting(tx: Tx, acting: Acting) -> int:
    """Somebody fills a position; returns the id."""
    tx.session.add(acting)
    tx.flush()
    assert acting.id is not None
    return acting.id


def acting(tx: Tx, id: int) -> Acting | None:
    """One acting position."""
    return tx.session.get(Acting, id, populate_existing=True)


def actings_of(tx: Tx, officer_id: int, since: datetime) -> Sequence[Acting]:
    """Positions this officer fills, now or later, by their beginning."""
    found = select(Acting).where(
        col(Acting.officer_id) == officer_id, col(Acting.until) > since, col(Acting.ended_at).is_(None)
    )
    return tx.session.exec(found.order_by(col(Acting.since), col(Acting.id))).all()


def actings(tx: Tx, since: datetime) -> Sequence[Acting]:
    """All positions filled for a while, now or later, by their beginning."""
    found = select(Acting).where(col(Acting.until) > since, col(Acting.ended_at).is_(None))
    return tx.session.exec(found.order_by(col(Acting.since), col(Acting.id))).all()


def end_actings(tx: Tx, officer_id: int, now: datetime) -> None:
    """This officer fills no position any more, and nobody stands in for them."""
    theirs = or_(col(Acting.officer_id) == officer_id, col(Acting.instead_id) == officer_id)
    open_ones = (theirs, col(Acting.ended_at).is_(None), col(Acting.until) > now)
    tx.session.exec(update(Acting).where(*open_ones).values(ended_at=now))


def choose(tx: Tx, session_id: str, acting_id: int | None) -> None:
    """This login works in that position from now on, None: in its own."""
    tx.session.exec(update(Session).where(col(Session.id) == session_id).values(acting_id=acting_id))


def sessions(tx: Tx, officer_id: int) -> Sequence[Session]:
    """An officer's logins, the newest first."""
    found = select(Session).where(col(Session.officer_id) == officer_id)
    return tx.session.exec(found.order_by(col(Session.seen_at).desc())).all()


def note(tx: Tx, event: OfficerEvent) -> int:
    """Write down what was done to an officer's rights; returns the id."""
    tx.session.add(event)
    tx.flush()
    assert event.id is not None
    return event.id


def last_note(tx: Tx, officer_id: int, kind: str) -> OfficerEvent | None:
    """The newest note of a kind about an officer."""
    found = select(OfficerEvent).where(
        col(OfficerEvent.officer_id) == officer_id, col(OfficerEvent.kind) == kind
    )
    return tx.session.exec(found.order_by(col(OfficerEvent.id).desc()).limit(1)).first()


def notes(tx: Tx, officer_id: int, most: int = 50) -> Sequence[tuple[OfficerEvent, str | None]]:
    """What was done to an officer's rights with who did it, the newest first."""
    found = (
        select(OfficerEvent, Officer.name)
        .join(Officer, col(Officer.id) == col(OfficerEvent.by_id), isouter=True)
        .where(col(OfficerEvent.officer_id) == officer_id)
    )
    return tx.session.exec(found.order_by(col(OfficerEvent.id).desc()).limit(most)).all()


def in_hand(tx: Tx, officer_id: int, statuses: Sequence[str]) -> Sequence[tuple[int, int]]:
    """(ticket, event) of tickets of these statuses whose newest event of an officer is this one's."""
    theirs = select(Event.ticket_id).where(col(Event.officer_id) == officer_id)
    newest = (
        select(func.max(Event.id))
        .where(col(Event.officer_id).is_not(None), col(Event.ticket_id).in_(theirs))
        .group_by(col(Event.ticket_id))
    )
    found = (
        select(Event.ticket_id, Event.id)
        .join(Ticket, col(Ticket.id) == col(Event.ticket_id))
        .where(
            col(Event.id).in_(newest), col(Event.officer_id) == officer_id, col(Ticket.status).in_(statuses)
        )
    )
    rows = tx.session.exec(found.order_by(col(Event.ticket_id))).all()
    return [(ticket_id, event_id or 0) for ticket_id, event_id in rows]
