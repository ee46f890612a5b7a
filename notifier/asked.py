"""Answers to what a citizen asked or told a bot: how to complain, where a report stands, what it is about."""

from dataclasses import replace
from typing import Any

from channels.message import Address, Choice, OutboundMessage
from notifier import choices
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

#: What is asked about, by what came.
_PARTS = {"place": "Lokasi", "photo": "Foto"}
#: What is told in place of a list of nothing.
_NONE = "status_none"


def to_asker(tx: Tx, row: Claimed, head: Letterhead) -> OutboundMessage:
    """The answer as the ledger stands now.

    To its reporter a report's agency, day and private link; to anybody else the public word; of one
    that is sealed by now, what is said of one we do not know.
    """
    person = look.identity(tx, row.contact_id)
    to = Address(channel=person.channel, value=person.value, name=person.name)
    known = look.facts(tx, row) if row.notice in ("status", "part_kept") else None
    part = _PARTS.get(str(row.data.get("part")), "")
    context: dict[str, Any] = {"brand": head.brand, "city": head.city, "about": "", "week": "", "part": part}
    context |= {"ref": line(str(row.data.get("ref", "")), 30), "urgent": head.urgent_numbers}
    token = ""
    offered: tuple[Choice, ...] | None = None
    if row.notice == "part_kept" and known is not None:
        context["ref"] = known.ticket.ref
        offered = None if row.data.get("asks") else ()
    elif row.notice == "which_asked":
        context["lines"] = choices.numbered([_named(one) for one in _reports(tx, row)])
        offered = choices.to_tap(context["lines"])
    elif row.notice == "canceled":
        offered = ()
    elif row.notice == "status_list":
        context["reports"] = _standings(tx, row)
        row = row if context["reports"] else replace(row, notice=_NONE)
    elif known is not None and known.sealed:
        row = replace(row, notice=_NONE)
    elif known is not None:
        own = look.reports(tx, known.ticket.id, row.contact_id)
        token = known.ticket.token if own else ""
        context |= _status(known, head, own=own)
    message = compose(row, to, context, token, head)
    return replace(
        message,
        in_reply_to=look.external_id(tx, row.data.get("message_id")),
        heard_at=look.heard_at(tx, row.contact_id, row.channel),
        choices=offered,
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


def _reports(tx: Tx, row: Claimed) -> list[Facts]:
    """The reports a notice speaks of, in its order."""
    return [look.facts(tx, replace(row, ticket_id=ticket_id)) for ticket_id in row.data.get("tickets", ())]


def _named(known: Facts) -> tuple[str, str]:
    """A report as its reporter knows it again; of a sealed one its number is all."""
    return known.ticket.ref, "" if known.sealed else known.ticket.summary


def _standings(tx: Tx, row: Claimed) -> list[tuple[str, str]]:
    """(ref, where it stands) of the reports that are not sealed by now."""
    return [
        (known.ticket.ref, standing(known.ticket.status, "", own=True))
        for known in _reports(tx, row)
        if not known.sealed
    ]
