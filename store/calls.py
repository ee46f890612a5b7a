"""The call list: notices that only a telephone can bring."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import col, select

from store.db import Tx
from store.tables import Conversation, Identity, Outbox, TicketReporter


def get(tx: Tx, row_id: int) -> Outbox | None:
    """A row that is, or was, on the list."""
    row = tx.session.get(Outbox, row_id, populate_existing=True)
    return row if row is not None and row.state in ("call", "called") else None


def waiting(tx: Tx, most: int) -> Sequence[Outbox]:
    """Whom to call, who waits longest first."""
    found = select(Outbox).where(col(Outbox.state) == "call").order_by(col(Outbox.id)).limit(most)
    return tx.session.exec(found).all()


def answered(tx: Tx, since: datetime, most: int = 20) -> Sequence[Outbox]:
    """Who was called since then, newest first."""
    found = (
        select(Outbox)
        .where(col(Outbox.state) == "called", col(Outbox.sent_at) >= since)
        .order_by(col(Outbox.sent_at).desc())
        .limit(most)
    )
    return tx.session.exec(found).all()


def count(tx: Tx) -> int:
    """How many wait to be called."""
    return int(tx.run("select count(*) from outbox where state = 'call'")[0][0])


def settle(tx: Tx, row_id: int, tries: int, *, state: str, now: datetime | None) -> bool:
    """Compare and set: one more try by telephone, and what came of it; False if somebody was faster."""
    return bool(
        tx.changed(
            "update outbox set state = :state, tries = tries + 1, sent_at = :now"
            " where id = :id and tries = :tries and state in ('call', 'called')",
            id=row_id,
            tries=tries,
            state=state,
            now=now,
        )
    )


def identities(tx: Tx, ticket_id: int, contact_id: int) -> Sequence[Identity]:
    """The sealed names and numbers of the person a notice was for: all they gave with this ticket."""
    found = (
        select(Identity)
        .join(
            Conversation,
            or_(
                col(Conversation.contact_id) == col(Identity.contact_id),
                col(Conversation.also_contact_id) == col(Identity.contact_id),
            ),
        )
        .join(TicketReporter, col(TicketReporter.conversation_id) == col(Conversation.id))
        .where(col(TicketReporter.ticket_id) == ticket_id, col(TicketReporter.contact_id) == contact_id)
        .order_by(col(Identity.contact_id))
        .distinct()
    )
    return tx.session.exec(found).all()
