"""What providers say later of what we sent: it comes back in through the desk."""

from datetime import datetime

from channels.message import Address, DeliveryReport
from notifier.notices import NOTICES
from store import chats, contacts, detours, events, outbox
from store.db import Tx
from store.tables import Outbox


def record(tx: Tx, report: DeliveryReport, now: datetime) -> bool:
    """Keep a delivery report; False if we know no such message of ours (or no such person).

    A failure shows on the ticket, once, and marks the contact as unreachable until something
    reaches them again (never one who said STOP), unless it was not about them; a citizen's notice
    then goes another way. The provider's words may hold addresses: only its code is kept, and what
    our door says of it.
    """
    if report.to is not None:
        return _of_person(tx, report, report.to, now)
    row_id = outbox.report(tx, report.channel, report.external_id, report.status)
    if row_id is None:
        return False
    row = tx.session.get_one(Outbox, row_id)
    tells = report.status != "sent" and not report.reachable
    if row.contact_id is not None and tells and not contacts.stopped(tx, row.contact_id):
        contacts.set_reachable(tx, row.contact_id, report.status != "failed")
    if report.status == "failed" and NOTICES[row.notice].audience == "citizen":
        detours.failed(tx, row_id, now)
    key = f"undelivered:{row_id}"
    if report.status == "failed" and row.ticket_id is not None and events.by_key(tx, key) is None:
        events.add(
            tx,
            row.ticket_id,
            "undelivered",
            actor="system",
            at=now,
            opd=row.opd,
            text=report.why,
            data={"outbox": row_id, "notice": row.notice, "code": report.code[:100]},
            key=key,
        )
    return True


def _of_person(tx: Tx, report: DeliveryReport, to: Address, now: datetime) -> bool:
    """Somebody blocked us, or let us in again: what is sent next will show the same.

    An officer's chat or a group that did so is linked no more; a group that moved has a new address.
    """
    contact_id = contacts.find_contact(tx, to.channel, to.value)
    if contact_id is None:
        return False
    if report.moved:
        contacts.move(tx, contact_id, to.channel, report.moved)
        return True
    if report.status == "failed":
        chats.end_of_contact(tx, contact_id, now, "blocked")
    contacts.set_reachable(tx, contact_id, report.status != "failed")
    return True
