"""Who works on a ticket: two people never do unknowingly. A claim ends by itself; it is no assignment."""

from datetime import datetime, timedelta

from sapa.desk.actor import Actor
from sapa.desk.errors import ActError, Forbidden
from sapa.desk.sight import scope
from store import claims, tickets
from store.claims import Held
from store.db import Tx
from store.queue import Filter

#: How long a ticket is somebody's since they took it or last did something on it.
HELD = timedelta(minutes=15)
#: Acts that disturb nobody: anybody may do them while another works on the ticket.
ASIDE = frozenset({"note", "fetch_again", "write_down", "revoke"})


class Taken(ActError):
    """Somebody else works on the ticket."""

    def __init__(self, held: Held) -> None:
        super().__init__(
            f"{held.name} sedang mengerjakan laporan ini. "
            "Tanyakan dahulu, atau pilih “Ambil alih” bila memang perlu."
        )
        self.held = held


def take(tx: Tx, ticket_id: int, by: Actor, now: datetime, *, over: bool = False) -> None:
    """Work on a ticket; raises `Taken` unless it is taken `over`."""
    officer = _officer(by)
    if not claims.take(tx, ticket_id, officer, now=now, until=now + HELD, over=over):
        raise Taken(claims.of(tx, [ticket_id], now)[ticket_id])


def release(tx: Tx, ticket_id: int, by: Actor) -> None:
    """Leave a ticket to others."""
    claims.release(tx, ticket_id, _officer(by))


def take_next(tx: Tx, by: Actor, wanted: Filter, now: datetime) -> str:
    """The ref of the ticket to work on now, taken; "" when nothing waits that nobody else works on."""
    ticket = claims.next_free(tx, scope(by), wanted, _officer(by), now)
    if ticket is None or ticket.id is None:
        return ""
    take(tx, ticket.id, by, now)
    return ticket.ref


def check(tx: Tx, ticket_id: int, by: Actor, act: str, now: datetime) -> None:
    """Raises `Taken` when somebody else works on the ticket and this act would disturb them."""
    held = claims.of(tx, [ticket_id], now).get(ticket_id)
    if held is not None and held.officer_id != by.officer_id and act not in ASIDE:
        raise Taken(held)


def after(tx: Tx, ticket_id: int, by: Actor, turn: tuple[str, ...], now: datetime) -> None:
    """What an act does to its officer's claim: held on while it is their `turn`, else given back."""
    held = claims.of(tx, [ticket_id], now).get(ticket_id)
    if held is None or held.officer_id != by.officer_id or by.officer_id is None:
        return
    ticket = tickets.get(tx, ticket_id)
    if ticket is not None and ticket.status in turn:
        claims.take(tx, ticket_id, by.officer_id, now=now, until=now + HELD)
    else:
        claims.release(tx, ticket_id, by.officer_id)


def _officer(by: Actor) -> int:
    if by.kind != "officer" or by.officer_id is None:
        raise Forbidden
    return by.officer_id
