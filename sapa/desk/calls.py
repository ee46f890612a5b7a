"""The call list: who is told by telephone, what to say, and what came of it."""

from collections.abc import Sequence
from datetime import datetime

from sapa.desk import sealed, sight
from sapa.desk.actor import Actor
from sapa.desk.errors import Conflict, Invalid, NotFound
from sapa.desk.outage import diskominfo
from sapa.desk.wording import clean
from store import calls, events, tickets
from store.db import Tx
from store.tables import Identity, Outbox, Ticket


def contact(tx: Tx, row_id: int, by: Actor, *, reason: str, now: datetime) -> Sequence[Identity]:
    """Name and numbers of somebody on the list; the look is written down with its reason.

    Raises NotFound, Forbidden (an anonymous report is for administrators) or Invalid (no reason).
    """
    row, ticket = _listed(tx, row_id, by)
    sealed.look(tx, ticket, by, what=f"call:{row_id}", reason=reason, now=now)
    return calls.identities(tx, ticket.id or 0, _meant(row))


def reached(tx: Tx, row_id: int, by: Actor, *, tries: int, note: str, now: datetime) -> None:
    """ "Sudah dihubungi": they were told. Raises NotFound, Forbidden, Conflict (somebody was faster)."""
    _settle(tx, row_id, by, tries, "called", "called", note, now)


def missed(tx: Tx, row_id: int, by: Actor, *, tries: int, note: str, now: datetime) -> None:
    """ "Tidak tersambung": they stay on the list, and the try is written down."""
    _settle(tx, row_id, by, tries, "call", "call_missed", note, now)


def take_back(tx: Tx, row_id: int, by: Actor, *, tries: int, note: str, now: datetime) -> None:
    """ "Belum dihubungi": they were marked by mistake and stand on the list again."""
    _settle(tx, row_id, by, tries, "call", "call_undone", note, now)


def _settle(
    tx: Tx, row_id: int, by: Actor, tries: int, state: str, kind: str, note: str, now: datetime
) -> None:
    row, ticket = _listed(tx, row_id, by)
    key = f"call:{row_id}:{tries}:{kind}"
    if events.by_key(tx, key) is not None:
        return
    wanted = "called" if kind == "call_undone" else "call"
    if row.state != wanted or not calls.settle(tx, row_id, tries, state=state, now=_at(state, now)):
        raise Conflict(row.tries)
    events.add(
        tx,
        ticket.id or 0,
        kind,
        actor="officer",
        at=now,
        officer_id=by.officer_id,
        text=clean(note, most=300, what="Catatan") if note.strip() else "",
        data={"outbox": row_id, "notice": row.notice},
        key=key,
    )


def _at(state: str, now: datetime) -> datetime | None:
    return now if state == "called" else None


def _listed(tx: Tx, row_id: int, by: Actor) -> tuple[Outbox, Ticket]:
    """The row and its ticket, if this person works with the list and may see the ticket."""
    diskominfo(by)
    row = calls.get(tx, row_id)
    ticket = tickets.get(tx, row.ticket_id or 0) if row is not None else None
    if row is None or ticket is None:
        raise NotFound("Pemberitahuan ini tidak ada di daftar telepon.")
    if is_sealed(ticket) or not sight.may_see(by, sight.Facts(accused=ticket.accused, opds=frozenset())):
        raise NotFound("Pemberitahuan ini tidak ada di daftar telepon.")
    return row, ticket


def is_sealed(ticket: Ticket) -> bool:
    """A report that became secret after its notice came onto the list: nothing of it stays there."""
    return ticket.privacy == "secret" or bool(ticket.sensitive)


def _meant(row: Outbox) -> int:
    found = row.data.get("was", row.contact_id)
    if found is None:
        raise Invalid("Pemberitahuan ini tanpa penerima.")
    return int(found)
