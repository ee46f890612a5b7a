"""What a notice may be about: one look into the ledger for one outbox row."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlmodel import SQLModel, col, select

from store.db import Tx
from store.outbox import Claimed
from store.tables import (
    ActionLink,
    Agenda,
    AttachmentRow,
    Contact,
    Conversation,
    Deadline,
    Disposition,
    Event,
    Identity,
    Message,
    Outbox,
    Stop,
    Ticket,
    TicketReporter,
)

Row = TypeVar("Row", bound=SQLModel)


class NotTellable(Exception):
    """There is nobody to tell, or nothing to tell it about; the reason is for officers."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The rows behind a notice. Lists are newest first."""

    ticket: Ticket
    event: Event | None
    disposition: Disposition | None
    deadlines: tuple[Deadline, ...]

    @property
    def sealed(self) -> bool:
        """Whether nothing of this ticket may be told but its number."""
        return self.ticket.privacy == "secret" or bool(self.ticket.sensitive)

    def open(self, step: str) -> datetime | None:
        """When the open promise of this step is due, or None."""
        return next((deadline.due_at for deadline in self.deadlines if deadline.step == step), None)


def facts(tx: Tx, row: Claimed) -> Facts:
    """The ticket of a row, the event and disposition its data name, else the newest; `NotTellable`."""
    ticket = named(tx, Ticket, row.ticket_id)
    if ticket is None:
        raise NotTellable("Laporannya tidak ada lagi.")
    disposition = (
        named(tx, Disposition, row.data.get("disposition_id"))
        or tx.session.exec(
            select(Disposition)
            .where(col(Disposition.ticket_id) == ticket.id)
            .order_by(col(Disposition.id).desc())
            .limit(1)
        ).first()
    )
    deadlines = tx.session.exec(
        select(Deadline)
        .where(
            col(Deadline.ticket_id) == ticket.id,
            col(Deadline.met_at).is_(None),
            col(Deadline.void_at).is_(None),
        )
        .order_by(col(Deadline.id).desc())
    )
    return Facts(ticket, named(tx, Event, row.data.get("event_id")), disposition, tuple(deadlines))


def named(tx: Tx, table: type[Row], row_id: object) -> Row | None:
    """The row of this id, or None."""
    return tx.session.get(table, row_id) if row_id is not None else None


def identity(tx: Tx, contact_id: int | None) -> Identity:
    """Where a citizen is reached; `NotTellable` when it was erased."""
    found = named(tx, Identity, contact_id)
    if found is None or not found.value or named(tx, Contact, contact_id) is None:
        raise NotTellable("Kontak pelapor sudah dihapus.")
    return found


def thread(tx: Tx, ticket_id: int | None, contact_id: int | None, channel: str) -> list[Message]:
    """What this citizen and we wrote to each other on this channel about the ticket, newest first."""
    query = (
        select(Message)
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .join(TicketReporter, col(TicketReporter.conversation_id) == col(Conversation.id))
        .where(
            col(TicketReporter.ticket_id) == ticket_id,
            col(Message.ticket_id) == ticket_id,
            col(Message.channel) == channel,
            (col(Conversation.contact_id) == contact_id) | (col(Conversation.reply_contact_id) == contact_id),
        )
    )
    return list(tx.session.exec(query.order_by(col(Message.id).desc()).limit(6)))


def earlier_notice(tx: Tx, row: Claimed) -> str:
    """The provider's id of the last notice about this ticket in this lane, or ""."""
    query = select(Outbox.external_id).where(
        col(Outbox.ticket_id) == row.ticket_id, col(Outbox.lane) == row.lane, col(Outbox.state) == "sent"
    )
    return tx.session.exec(query.order_by(col(Outbox.id).desc()).limit(1)).first() or ""


def photos(tx: Tx, ticket_id: int | None) -> list[AttachmentRow]:
    """The citizens' pictures of a ticket that have a cleaned copy, oldest first."""
    query = (
        select(AttachmentRow)
        .join(Message, col(Message.id) == col(AttachmentRow.message_id))
        .where(
            col(Message.ticket_id) == ticket_id,
            col(Message.direction) == "in",
            col(AttachmentRow.state) == "kept",
            col(AttachmentRow.served).is_not(None),
            col(AttachmentRow.media_type).startswith("image/", autoescape=True),
        )
    )
    return list(tx.session.exec(query.order_by(col(AttachmentRow.id))))


def action_link(tx: Tx, ticket_id: int | None, opd: str, now: datetime) -> ActionLink | None:
    """The agency's newest link on this ticket that still works."""
    query = select(ActionLink).where(
        col(ActionLink.ticket_id) == ticket_id,
        col(ActionLink.opd) == opd,
        col(ActionLink.used_at).is_(None),
        col(ActionLink.revoked_at).is_(None),
        col(ActionLink.expires_at) > now,
    )
    return tx.session.exec(query.order_by(col(ActionLink.disposition_id).desc()).limit(1)).first()


def agenda(tx: Tx, row: Claimed) -> tuple[Agenda, int]:
    """The field visit a notice is about, and how many stops are on its round; `NotTellable`."""
    found = named(tx, Agenda, row.data.get("agenda_id"))
    if found is None:
        raise NotTellable("Agendanya tidak ada lagi.")
    stops = select(Stop.position).where(col(Stop.agenda_id) == found.id, col(Stop.position) > 0)
    return found, len(list(tx.session.exec(stops)))
