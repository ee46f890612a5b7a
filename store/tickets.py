"""One ticket and what hangs on it: owners, reporters, messages, dispositions, deadlines."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import col, select, update

from store.db import Tx
from store.tables import (
    AttachmentRow,
    Contact,
    Conversation,
    Deadline,
    Disposition,
    Identity,
    Message,
    MessageRevision,
    Ticket,
    TicketOpd,
    TicketReporter,
)


@dataclass(frozen=True, slots=True)
class Way:
    """How a reporter is answered: `contact_id` is where answers go, `channel` that contact's."""

    contact_id: int
    channel: str
    role: str
    undeliverable: bool


@dataclass(frozen=True, slots=True)
class Sender:
    """A reporter's sealed identity."""

    contact_id: int
    channel: str
    value: str
    name: str
    role: str


def get(tx: Tx, ticket_id: int) -> Ticket | None:
    """The ticket as it is now, also after driver SQL changed it."""
    tx.flush()
    return tx.session.get(Ticket, ticket_id, populate_existing=True)


def by_ref(tx: Tx, ref: str) -> Ticket | None:
    """The ticket of a public ref."""
    return tx.session.exec(select(Ticket).where(col(Ticket.ref) == ref)).one_or_none()


def by_ids(tx: Tx, ids: Collection[int]) -> dict[int, Ticket]:
    """Tickets by id, as they are now, the oldest first."""
    found = tx.session.exec(select(Ticket).where(col(Ticket.id).in_(ids)).order_by(col(Ticket.id)))
    return {ticket.id: ticket for ticket in found if ticket.id is not None}


def claim(tx: Tx, ticket_id: int, version: int) -> bool:
    """Compare and set: take the ticket from `version` to the next; False if it is another by now."""
    return bool(
        tx.changed(
            "UPDATE ticket SET version = version + 1 WHERE id = :id AND version = :version",
            id=ticket_id,
            version=version,
        )
    )


def owners(tx: Tx, ticket_id: int, *, now_only: bool = True) -> Sequence[TicketOpd]:
    """Who owns and supports the ticket, lead first; or everybody who ever did, in order."""
    found = select(TicketOpd).where(col(TicketOpd.ticket_id) == ticket_id)
    if now_only:
        found = found.where(col(TicketOpd.until).is_(None)).order_by(col(TicketOpd.role))
    return tx.session.exec(found.order_by(col(TicketOpd.id))).all()


def supporting(tx: Tx, ticket_id: int) -> tuple[str, ...]:
    """The OPDs that support the ticket now."""
    return tuple(row.opd for row in owners(tx, ticket_id) if row.role == "supporting")


def ways(tx: Tx, ticket_id: int) -> list[Way]:
    """Everybody who is answered about the ticket, each contact once."""
    rows = tx.session.exec(
        select(TicketReporter.role, TicketReporter.contact_id)
        .where(col(TicketReporter.ticket_id) == ticket_id)
        .order_by(col(TicketReporter.id))
    ).all()
    roles: dict[int, str] = {}
    for role, contact_id in rows:
        roles.setdefault(contact_id, role)
    contacts = tx.session.exec(select(Contact).where(col(Contact.id).in_(roles))).all()
    known = {contact.id: contact for contact in contacts}
    return [Way(id, known[id].channel, role, known[id].undeliverable) for id, role in roles.items()]


def senders(tx: Tx, ticket_id: int) -> list[Sender]:
    """The sealed identities of the reporters, each once; who may read them is the desk's to say."""
    rows = tx.session.exec(
        select(Identity, TicketReporter.role)
        .join(
            Conversation,
            or_(
                col(Conversation.contact_id) == col(Identity.contact_id),
                col(Conversation.also_contact_id) == col(Identity.contact_id),
            ),
        )
        .join(TicketReporter, col(TicketReporter.conversation_id) == col(Conversation.id))
        .where(col(TicketReporter.ticket_id) == ticket_id)
        .order_by(col(TicketReporter.id), col(Identity.contact_id))
    ).all()
    found: dict[int, Sender] = {}
    for who, role in rows:
        id = who.contact_id or 0
        found.setdefault(id, Sender(id, who.channel, who.value, who.name, role))
    return list(found.values())


def reporters(tx: Tx, ticket_id: int) -> Sequence[TicketReporter]:
    """The rows that say who reported the ticket and who supports it."""
    found = select(TicketReporter).where(col(TicketReporter.ticket_id) == ticket_id)
    return tx.session.exec(found.order_by(col(TicketReporter.id))).all()


def messages(tx: Tx, ticket_id: int) -> Sequence[Message]:
    """The thread, in and out, in the order it was written."""
    found = select(Message).where(col(Message.ticket_id) == ticket_id)
    return tx.session.exec(found.order_by(col(Message.sent_at), col(Message.id))).all()


def revisions(tx: Tx, ticket_id: int) -> dict[int, list[MessageRevision]]:
    """What the ticket's messages said after each edit, oldest first, by message."""
    rows = tx.session.exec(
        select(MessageRevision)
        .join(Message, col(Message.id) == col(MessageRevision.message_id))
        .where(col(Message.ticket_id) == ticket_id)
        .order_by(col(MessageRevision.id))
    ).all()
    found: dict[int, list[MessageRevision]] = {}
    for row in rows:
        found.setdefault(row.message_id, []).append(row)
    return found


def attachments(tx: Tx, ticket_id: int) -> dict[int, list[AttachmentRow]]:
    """The files of the ticket's messages, by message."""
    rows = tx.session.exec(
        select(AttachmentRow)
        .join(Message, col(Message.id) == col(AttachmentRow.message_id))
        .where(col(Message.ticket_id) == ticket_id)
        .order_by(col(AttachmentRow.id))
    ).all()
    found: dict[int, list[AttachmentRow]] = {}
    for row in rows:
        found.setdefault(row.message_id, []).append(row)
    return found


def move_messages(tx: Tx, message_ids: Collection[int], ticket_id: int) -> None:
    """The messages belong to another ticket from now on."""
    tx.session.exec(update(Message).where(col(Message.id).in_(message_ids)).values(ticket_id=ticket_id))


def dispositions(tx: Tx, ticket_id: int) -> Sequence[Disposition]:
    """Every assignment there was, newest first."""
    found = select(Disposition).where(col(Disposition.ticket_id) == ticket_id)
    return tx.session.exec(found.order_by(col(Disposition.id).desc())).all()


def deadlines(tx: Tx, ticket_id: int) -> Sequence[Deadline]:
    """Every promise of time there was, in order."""
    found = select(Deadline).where(col(Deadline.ticket_id) == ticket_id)
    return tx.session.exec(found.order_by(col(Deadline.id))).all()


def running(tx: Tx, ticket_id: int) -> dict[str, Deadline]:
    """The open promises of time, by step."""
    rows = deadlines(tx, ticket_id)
    return {row.step: row for row in rows if row.met_at is None and row.void_at is None}


def silent(tx: Tx, step: str, status: str, now: datetime, limit: int) -> list[tuple[int, int, int]]:
    """(ticket, its version, deadline) of tickets of a status whose step has passed, oldest first."""
    found = (
        select(Ticket.id, Ticket.version, Deadline.id)
        .join(Deadline, col(Deadline.ticket_id) == col(Ticket.id))
        .where(
            col(Deadline.step) == step,
            col(Deadline.met_at).is_(None),
            col(Deadline.void_at).is_(None),
            col(Deadline.due_at) <= now,
            col(Ticket.status) == status,
        )
        .order_by(col(Deadline.due_at), col(Deadline.id))
        .limit(limit)
    )
    return [(ticket or 0, version, promise or 0) for ticket, version, promise in tx.session.exec(found)]
