"""Who reported: shown to Diskominfo on normal tickets, unsealed by an administrator with a reason."""

from datetime import datetime

from sapa.desk.actor import Actor
from sapa.desk.errors import Forbidden, NotFound
from sapa.desk.sight import Facts, may_know_reporter, may_see
from sapa.desk.wording import clean
from store import tickets
from store.db import Tx
from store.tables import IdentityLook, Ticket
from store.tickets import Sender


def reporters(tx: Tx, ticket: Ticket, by: Actor) -> list[Sender] | None:
    """The reporters' names and addresses, or None when this person may not know them (unasked)."""
    assert ticket.id is not None
    if not _sees(tx, ticket, by) or not may_know_reporter(by, ticket.privacy):
        return None
    return tickets.senders(tx, ticket.id)


def unseal(tx: Tx, ticket_id: int, by: Actor, *, reason: str, now: datetime) -> list[Sender]:
    """Open the identities of an anonymous or secret ticket; who, when and why is kept.

    Administrators only. Raises Forbidden, NotFound, or Invalid without a reason.
    """
    reason = clean(reason, most=1_000, what="Alasan")
    ticket = tickets.get(tx, ticket_id)
    if ticket is None:
        raise NotFound
    if by.part != "administrator" or by.officer_id is None or not _sees(tx, ticket, by):
        raise Forbidden
    tx.session.add(
        IdentityLook(officer_id=by.officer_id, ticket_id=ticket_id, what="identity", reason=reason, at=now)
    )
    tx.flush()
    return tickets.senders(tx, ticket_id)


def _sees(tx: Tx, ticket: Ticket, by: Actor) -> bool:
    assert ticket.id is not None
    owners = frozenset(row.opd for row in tickets.owners(tx, ticket.id))
    return may_see(by, Facts(accused=ticket.accused, opds=owners))
