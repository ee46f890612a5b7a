"""Diskominfo's say on what went nowhere: parked payloads, and notices that could not be sent."""

from datetime import datetime

from sapa.desk.actor import Actor
from sapa.desk.errors import Forbidden, Invalid, NotFound
from sapa.desk.permissions import may
from sapa.desk.wording import clean
from store import arrivals, console, outbox
from store.db import Tx

#: So many dead notices are taken up in one go.
AT_ONCE = 500


def settle(tx: Tx, arrival_id: int, by: Actor, *, reason: str) -> None:
    """A parked payload needs no ticket; it stays kept, with the reason and who said so.

    Raises Forbidden, NotFound (none of that number is parked) or Invalid (no reason).
    """
    _need(by, "settle_parked")
    reason = clean(reason, most=500, what="Alasan")
    kept = arrivals.find(tx, arrival_id)
    if kept is None or kept.state != "parked":
        raise NotFound("Kiriman ini tidak sedang diparkir.")
    arrivals.set_arrival(tx, arrival_id, "resolved", f"{reason} ({by.name}; semula: {kept.reason})")


def send_again(tx: Tx, by: Actor, row_id: int, *, now: datetime) -> None:
    """ "Kirim ulang": a dead notice is due again; raises Forbidden or Invalid (it is not dead)."""
    _need(by, "resend")
    if not outbox.retry(tx, row_id, now):
        raise Invalid("Pesan ini tidak ada, atau tidak sedang gagal.")


def send_all_again(tx: Tx, by: Actor, channel: str, *, now: datetime) -> int:
    """Every dead notice of a channel (at most `AT_ONCE`) is due again; returns how many."""
    _need(by, "resend")
    return sum(outbox.retry(tx, row_id, now) for row_id in console.dead(tx, channel, AT_ONCE))


def _need(by: Actor, right: str) -> None:
    if not may(by, right):
        raise Forbidden
