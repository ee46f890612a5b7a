"""Open what is sealed: who complained, a payload as it came, a file as it was. Each look is logged."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sapa.desk import sight
from sapa.desk.actor import Actor
from sapa.desk.errors import Forbidden, Invalid, NotFound
from sapa.desk.permissions import may
from sapa.desk.wording import clean
from store import arrivals, console, tickets
from store.arrivals import KeptArrival
from store.db import Tx
from store.tables import AttachmentRow, Ticket
from store.tickets import Sender

LOCKED = "Berkas ini dikarantina atau belum diperiksa dari virus, jadi tidak dapat dibuka siapa pun."
SEALED = "Identitas pada laporan ini hanya dapat dibuka administrator atau pembuka identitas."


def may_open(by: Actor, ticket: Ticket) -> bool:
    """Whether this person may see the ticket and open, for a reason, what is sealed about it."""
    right = "open_sealed" if sight.is_sealed(ticket) else "open_identity"
    return may(by, right) and sight.may_see(by, sight.facts(ticket))


def reporters(tx: Tx, ticket_id: int, by: Actor, *, reason: str, now: datetime) -> list[Sender]:
    """Who complained; raises NotFound, Forbidden, or Invalid without a reason."""
    ticket = tickets.get(tx, ticket_id)
    if ticket is None:
        raise NotFound
    _note(tx, by, (ticket,), ticket.id, "reporter", reason, now)
    return tickets.senders(tx, ticket_id)


def look(tx: Tx, ticket: Ticket, by: Actor, *, what: str, reason: str, now: datetime) -> None:
    """Write down that somebody looks at what is sealed about a ticket; raises Forbidden, Invalid."""
    _note(tx, by, (ticket,), ticket.id, what, reason, now)


def arrival(tx: Tx, arrival_id: int, by: Actor, *, reason: str, now: datetime) -> KeptArrival:
    """A payload as it came, with the names in it; raises NotFound, Forbidden, Invalid."""
    kept = arrivals.find(tx, arrival_id)
    if kept is None:
        raise NotFound("Kiriman tidak ditemukan.")
    hanging = console.tickets_of_arrival(tx, arrival_id)
    _note(tx, by, hanging, hanging[0].id if hanging else None, f"arrival:{arrival_id}", reason, now)
    return kept


def original(tx: Tx, uuid: UUID, by: Actor, *, reason: str, now: datetime) -> AttachmentRow:
    """A file as it was sent, with all it says of its sender; raises NotFound, Forbidden, Invalid."""
    found = console.attachment(tx, uuid)
    if found is None or found[0].blob is None:
        raise NotFound("Berkas tidak ditemukan.")
    file, ticket = found
    if file.state in ("unscanned", "quarantined"):
        raise Invalid(LOCKED)
    _note(tx, by, (ticket,), ticket.id, f"file:{uuid}", reason, now)
    return file


def _note(
    tx: Tx,
    by: Actor,
    hanging: Sequence[Ticket],
    ticket_id: int | None,
    what: str,
    reason: str,
    now: datetime,
) -> None:
    """Check that this person may look, and write down that they did."""
    if by.officer_id is None or not (hanging or may(by, "open_identity")):
        raise Forbidden
    if not all(may_open(by, ticket) for ticket in hanging):
        raise Forbidden(SEALED)
    console.add_look(tx, by.officer_id, ticket_id, what, clean(reason, most=500, what="Alasan"), now)
