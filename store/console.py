"""What the console's lists need of many tickets at once, and the log of sealed things that were opened."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, func, select

from store.db import Tx
from store.queue import OURS
from store.tables import (
    AttachmentRow,
    Deadline,
    Disposition,
    IdentityLook,
    Message,
    Officer,
    Outbox,
    Ticket,
)


def next_due(tx: Tx, ids: Collection[int]) -> dict[int, Deadline]:
    """By ticket: the promise of the office that is due first."""
    rows = tx.session.exec(
        select(Deadline)
        .where(
            col(Deadline.ticket_id).in_(ids),
            col(Deadline.met_at).is_(None),
            col(Deadline.void_at).is_(None),
            col(Deadline.step).in_(OURS),
        )
        .order_by(col(Deadline.due_at).desc())
    )
    return {row.ticket_id: row for row in rows}


def newest_dispositions(tx: Tx, ids: Collection[int]) -> dict[int, Disposition]:
    """By ticket: the assignment in force."""
    newest = select(func.max(Disposition.id)).where(col(Disposition.ticket_id).in_(ids))
    found = select(Disposition).where(col(Disposition.id).in_(newest.group_by(col(Disposition.ticket_id))))
    return {row.ticket_id: row for row in tx.session.exec(found)}


def tickets_of_arrival(tx: Tx, arrival_id: int) -> Sequence[Ticket]:
    """The tickets that the messages of a payload hang on."""
    found = select(Ticket).join(Message).where(col(Message.arrival_id) == arrival_id).distinct()
    return tx.session.exec(found).all()


def attachment(tx: Tx, uuid: UUID) -> tuple[AttachmentRow, Ticket] | None:
    """A file and the ticket it hangs on; None for a file that hangs on none."""
    found = (
        select(AttachmentRow, Ticket)
        .join(Message, col(Message.id) == col(AttachmentRow.message_id))
        .join(Ticket, col(Ticket.id) == col(Message.ticket_id))
        .where(col(AttachmentRow.uuid) == uuid)
    )
    return tx.session.exec(found).first()


def dead(tx: Tx, channel: str, limit: int) -> Sequence[int]:
    """Ids of what could not be sent by a channel, oldest first."""
    found = select(Outbox.id).where(col(Outbox.state) == "dead", col(Outbox.channel) == channel)
    return [row for row in tx.session.exec(found.order_by(col(Outbox.id)).limit(limit)) if row is not None]


def failing(tx: Tx, limit: int) -> Sequence[Outbox]:
    """What waits to be tried again after an error, oldest first."""
    found = select(Outbox).where(col(Outbox.state) == "pending", col(Outbox.error) != "")
    return tx.session.exec(found.order_by(col(Outbox.id)).limit(limit)).all()


def add_look(tx: Tx, officer_id: int, ticket_id: int | None, what: str, reason: str, now: datetime) -> None:
    """Write down who opened something sealed, and why."""
    tx.session.add(IdentityLook(officer_id=officer_id, ticket_id=ticket_id, what=what, reason=reason, at=now))
    tx.flush()


def looks(tx: Tx, ticket_id: int) -> list[tuple[IdentityLook, str]]:
    """Who opened sealed things of a ticket (with the officer's name), newest first."""
    found = (
        select(IdentityLook, Officer.name)
        .join(Officer, col(Officer.id) == col(IdentityLook.officer_id))
        .where(col(IdentityLook.ticket_id) == ticket_id)
        .order_by(col(IdentityLook.id).desc())
        .limit(50)
    )
    return list(tx.session.exec(found).all())
