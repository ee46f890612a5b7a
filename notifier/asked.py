"""Answers to what a citizen asked by a command: how to complain, where a report stands."""

from dataclasses import replace
from typing import Any

from channels.message import Address, OutboundMessage
from notifier import facts as look
from notifier.brief import standing
from notifier.compose import compose
from notifier.dues import until
from notifier.facts import Facts
from notifier.letterhead import Letterhead
from notifier.links import tracking_url
from notifier.words import line
from store.db import Tx
from store.outbox import Claimed

#: What is said of no report at all.
_PLAIN = ("help", "status_limit")


def to_asker(tx: Tx, row: Claimed, head: Letterhead) -> OutboundMessage:
    """The answer as the ledger stands now.

    To its reporter a report's agency, day and private link; to anybody else the public word; of one
    that is sealed by now, what is said of one we do not know.
    """
    person = look.identity(tx, row.contact_id)
    to = Address(channel=person.channel, value=person.value, name=person.name)
    known = look.facts(tx, row) if row.notice == "status" else None
    context: dict[str, Any] = {"brand": head.brand, "city": head.city, "about": "", "week": ""}
    token = ""
    if known is None or known.sealed:
        row = replace(row, notice=row.notice if row.notice in _PLAIN else "status_none")
        context |= {"ref": line(str(row.data.get("ref", "")), 30), "urgent": head.urgent_numbers}
    else:
        own = look.reports(tx, known.ticket.id, row.contact_id)
        token = known.ticket.token if own else ""
        context |= _status(known, head, own=own)
    message = compose(row, to, context, token, head)
    return replace(
        message,
        in_reply_to=look.external_id(tx, row.data.get("message_id")),
        heard_at=look.heard_at(tx, row.contact_id, row.channel),
    )


def _status(known: Facts, head: Letterhead, *, own: bool) -> dict[str, Any]:
    ticket = known.ticket
    opd = head.opd_name(ticket.opd) if own and ticket.opd else ""
    return {
        "ref": ticket.ref,
        "status": standing(ticket.status, opd, own=own),
        "expected": until(known, "resolve", head) if own else "",
        "track": tracking_url(head.public_url, ticket.ref, ticket.token if own else ""),
    }
