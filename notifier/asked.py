"""Answers to what a citizen asked a bot: how to complain, how their own report stands."""

from channels.message import Address, OutboundMessage
from notifier import facts as look
from notifier import texts
from notifier.facts import Facts
from notifier.letterhead import Letterhead
from notifier.links import tracking_url
from notifier.words import STATUSES, day
from store.db import Tx
from store.outbox import Claimed


def to_asker(tx: Tx, row: Claimed, head: Letterhead) -> OutboundMessage:
    """The answer as the ledger stands now; of a report that is sealed by now, that none is found."""
    person = look.identity(tx, row.contact_id)
    known = look.facts(tx, row) if row.notice == "status" else None
    if known is not None and (known.sealed or look.supports(tx, known.ticket.id, row.contact_id)):
        known = None
    notice = row.notice if known or row.notice == "help" else "status_none"
    context: dict[str, object] = {"brand": head.brand, "city": head.city, "ref": "", "about": "", "week": ""}
    context |= {"urgent": head.urgent_numbers} if known is None else _status(known, head)
    return OutboundMessage(
        to=Address(channel=person.channel, value=person.value, name=person.name),
        text=texts.text(notice, context),
        key=row.key,
        subject=texts.subject(notice, context),
        in_reply_to=look.external_id(tx, row.data.get("message_id")),
        reply_token=known.ticket.token if known else "",
        template=notice,
        sender_name=head.brand,
        actions=(("Lihat laporan", str(context["track"])),) if known else (),
    )


def _status(known: Facts, head: Letterhead) -> dict[str, object]:
    ticket, due = known.ticket, known.deadlines.get("resolve")
    return {
        "ref": ticket.ref,
        "status": STATUSES.get(ticket.status, "Sedang diproses"),
        "opd": head.opd_name(ticket.opd) if ticket.opd else "",
        "expected": day(due, head.tz) if due else "",
        "track": tracking_url(head.public_url, ticket.ref, ticket.token),
    }
