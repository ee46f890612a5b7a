"""The ticket an officer asks for, if they may see it; a foreign one is as if it were not there."""

from sapa.desk import sight, undo
from sapa.desk.actor import Actor
from sapa.desk.errors import NotFound
from store import tickets
from store.db import Tx
from store.tables import Ticket


def visible(tx: Tx, ref: str, by: Actor) -> Ticket:
    """The ticket of a ref; raises NotFound when there is none, or none for this person."""
    ticket = tickets.by_ref(tx, ref)
    if ticket is None or not sees(tx, ticket, by):
        raise NotFound
    return ticket


def sees(tx: Tx, ticket: Ticket, by: Actor) -> bool:
    """Whether this person may see the ticket."""
    assert ticket.id is not None
    owners = (row.opd for row in tickets.owners(tx, ticket.id))
    return sight.may_see(by, sight.facts(ticket, owners))


def lost(tx: Tx, ref: str, by: Actor) -> tuple[Ticket, int] | None:
    """A ticket that left this person by their own OPD's last act, and that act, which they may undo."""
    ticket = tickets.by_ref(tx, ref) if by.part == "opd" else None
    if ticket is None or ticket.id is None:
        return None
    event = undo.last_undoable(tx, ticket.id, ticket.version, by)
    return None if event is None else (ticket, event)
