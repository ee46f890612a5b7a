"""Makes the message of an outbox row when it is sent: the address, the words, the links, the photos."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from channels.message import Address, Attachment, OutboundMessage
from notifier import choices
from notifier import facts as look
from notifier.added import added
from notifier.asked import to_asker
from notifier.chats import to_chat
from notifier.compose import compose, letter
from notifier.doors import DOORS, of_door
from notifier.dues import promises, until
from notifier.facts import Facts, NotTellable
from notifier.letterhead import Letterhead
from notifier.links import action_url, agenda_url, map_url, ticket_url, tracking_url
from notifier.notices import NOTICES
from notifier.officers import to_officer
from notifier.texts import subject, text
from notifier.words import OUTCOMES, day, line, lines, written
from store.db import Tx
from store.files import Files
from store.outbox import Claimed

_SUMMARY = 600
_WORDS = 3000
_ABOUT = 60
_PHOTOS = 3
_PHOTO_BYTES = 6_000_000


class Renderer:
    """Renders rows with the letterhead in force and the cleaned photos in `files`.

    `mask` hides what citizens write about themselves from whoever may not know it.
    """

    def __init__(
        self, letterhead: Callable[[], Letterhead], files: Files, mask: Callable[[str], str]
    ) -> None:
        self._letterhead = letterhead
        self._files = files
        self._mask = mask

    def render(self, tx: Tx, row: Claimed, now: datetime) -> OutboundMessage:
        """The message as the ledger stands now; raises `NotTellable` when there is nobody to tell."""
        head = self._letterhead()
        audience = NOTICES[row.notice].audience
        if audience == "citizen":
            return _to_citizen(tx, row, head)
        if audience == "officer":
            return to_officer(tx, row, head, now)
        if audience == "asker":
            return to_asker(tx, row, head)
        if audience == "chat":
            return to_chat(tx, row, head, self._mask, now)
        to = _office_address(row, head)
        if row.notice == "agenda_draft":
            return _agenda(tx, row, head, to)
        if row.notice in DOORS:
            return of_door(tx, row, head, to)
        known = look.facts(tx, row)
        common = _common(known, head)
        if known.sealed:
            return _office_mail(tx, row, to, "sealed", common)
        context = common | _about(known, row, head, now) | _action(tx, known, row, head, now)
        first = row.data.get("message_id")
        context |= added(tx, known.ticket.id, first, self._mask)
        first = 0 if row.notice == "assigned" else first
        pictures = [] if first is None else look.photos(tx, known.ticket.id, first)
        attached = self._photos(pictures)
        context |= {"photos": len(attached), "more_photos": len(pictures) - len(attached)}
        return _office_mail(tx, row, to, row.notice, context, attached)

    def _photos(self, pictures: list[str]) -> tuple[Attachment, ...]:
        """The first cleaned copies that fit into one mail, under names that say nothing."""
        found: list[Attachment] = []
        room = _PHOTO_BYTES
        for digest in pictures[:_PHOTOS]:
            try:
                content = self._files.read(digest)
            except OSError:
                continue
            room -= len(content)
            if room < 0:
                break
            suffix = (
                "png" if content.startswith(b"\x89PNG") else "jpeg"
            )  # cleaned copies are one or the other
            name = f"foto-{len(found) + 1}.{suffix}"
            found.append(Attachment(name=name, media_type=f"image/{suffix}", content=content))
        return tuple(found)


def _to_citizen(tx: Tx, row: Claimed, head: Letterhead) -> OutboundMessage:
    person = look.identity(tx, row.contact_id)
    known = look.facts(tx, row)
    own = not look.supports(tx, known.ticket.id, row.meant)
    context = _common(known, head) | _for_citizen(known, head, own)
    asks = _asks(tx, known, row)
    context |= asks
    said = look.thread(tx, known.ticket.id, row.contact_id, row.channel)
    answered = next((external for direction, external in said if direction == "in"), "")
    to = Address(channel=person.channel, value=person.value, name=person.name)
    message = compose(row, to, context, known.ticket.token if own else "", head)
    return replace(
        message,
        in_reply_to=answered,
        references=tuple(external for _, external in said),
        heard_at=look.heard_at(tx, row.contact_id, row.channel),
        choices=choices.PLACE if asks["asks_place"] else None,
    )


def _asks(tx: Tx, known: Facts, row: Claimed) -> dict[str, bool]:
    """What the acknowledgement asks for, as far as it has not come by now."""
    if row.notice != "ack" or known.sealed:
        return {"asks_place": False, "asks_photo": False}
    ticket = known.ticket
    asked = look.asks(tx, ticket.id, row.contact_id, row.channel)
    placed = ticket.lat is not None or bool(ticket.kelurahan or ticket.place)
    return {
        "asks_place": bool(asked.get("place")) and not placed,
        "asks_photo": bool(asked.get("photo")),
    }


def _office_mail(
    tx: Tx,
    row: Claimed,
    to: Address,
    template: str,
    context: dict[str, Any],
    attached: tuple[Attachment, ...] = (),
) -> OutboundMessage:
    heading = subject(row.notice, context)
    before = look.earlier_notice(tx, row)
    return OutboundMessage(
        to=to,
        text=text(template, context | {"to_name": to.name, "subject": heading}),
        key=row.key,
        subject=heading,
        in_reply_to=before,
        references=(before,) if before else (),
        template=row.notice,
        sender_name=str(context["brand"]),
        attachments=attached,
        actions=(("Buka laporan", str(context["login"])),),
    )


def _agenda(tx: Tx, row: Claimed, head: Letterhead, to: Address) -> OutboundMessage:
    week, visit_on, stops = look.agenda(tx, row)
    link = agenda_url(head.public_url, week)
    context = {"week": week, "visit_on": written(visit_on), "stops": stops, "login": link}
    return letter(row, to, context, head, ("Periksa agenda", link))


def _office_address(row: Claimed, head: Letterhead) -> Address:
    """Where an agency or the desk reads; configuration says, not the ledger."""
    if not row.opd:
        value, name = head.diskominfo_email, head.desk_name
    else:
        value, name = head.opd_emails.get(row.opd, ""), head.opd_name(row.opd)
    if not value:
        raise NotTellable(f"{name} belum punya alamat e-mail.")
    return Address(channel=row.channel, value=value, name=name)


def _common(known: Facts, head: Letterhead) -> dict[str, Any]:
    """What every notice about a ticket may say, sealed or not."""
    ticket = known.ticket
    return {
        "brand": head.brand,
        "city": head.city,
        "ref": ticket.ref,
        "login": ticket_url(head.public_url, ticket.ref),
        "sealed": known.sealed,
        "about": "",
        "week": "",
    }


def _for_citizen(known: Facts, head: Letterhead, own: bool) -> dict[str, Any]:
    """For the reporter; of a sealed ticket no word leaves by a channel others may read.

    Who only added to somebody's report (not `own`) is told its status, never the private link or
    what was written to the reporter.
    """
    ticket, event, sealed = known.ticket, known.event, known.sealed
    data = event.data if event else {}
    expected = known.deadlines.get("resolve")
    return {
        "own": own,
        "track": tracking_url(head.public_url, ticket.ref, ticket.token if own else ""),
        "urgent": head.urgent_numbers if ticket.urgent else (),
        "opd": "" if sealed or not ticket.opd else head.opd_name(ticket.opd),
        "owner": "" if sealed or not ticket.owner else head.opd_name(ticket.owner),
        "reach": "" if sealed else head.reach.get(ticket.owner, ""),
        "letter": "" if sealed else line(str(data.get("letter", "")), 120),
        "words": "" if sealed or event is None or not own else lines(event.text, _WORDS),
        "outcome": "" if sealed else _outcome(known, head),
        "unanswered": own and bool(data.get("unanswered")),
        "expected": day(expected, head.tz) if expected else "",
        "checked_by": until(known, "verify", head),
        "confirm_by": until(known, "confirm", head),
        "complete_by": until(known, "complete", head),
    }


def _outcome(known: Facts, head: Letterhead) -> str:
    """What became of it, with the owner or the budget year where there is one."""
    ticket, data = known.ticket, known.event.data if known.event else {}
    if ticket.outcome == "external" and ticket.owner:
        return f"diteruskan kepada {head.opd_name(ticket.owner)}"
    year = data.get("budget_year")
    return OUTCOMES.get(ticket.outcome, "") + (f" tahun {year}" if year else "")


def _about(known: Facts, row: Claimed, head: Letterhead, now: datetime) -> dict[str, Any]:
    """For an agency or the desk: what it is, where, until when and why; never who said so."""
    ticket, disposition, event = known.ticket, known.disposition, known.event
    summary = lines(ticket.summary, _SUMMARY)
    dues = promises(known, ("first_response", "resolve") if row.opd else ("verify", "resolve"), head, now)
    decliner = event.opd if event else ""
    candidates = list(disposition.candidates[:2]) if disposition else []
    return {
        "about": f": {line(summary, _ABOUT)}" if summary else "",
        "summary": summary,
        "where": _where(known),
        "map": map_url(ticket.lat, ticket.lon) if ticket.lat is not None and ticket.lon is not None else "",
        "urgent": ticket.urgent,
        "dues": dues,
        "late": any(late for _, _, late in dues),
        "because": line(disposition.because, 300) if disposition else "",
        "supports": disposition is not None and row.opd in disposition.supporting,
        "guesses": [head.opd_name(code) for code in candidates],
        "decliner": head.opd_name(decliner) if decliner else "OPD",
        "reason": lines(event.text, 300) if event else "",
        "refusals": ticket.refusals,
        "now_with": head.opd_name(ticket.opd) if ticket.opd else "",
    }


def _action(tx: Tx, known: Facts, row: Claimed, head: Letterhead, now: datetime) -> dict[str, Any]:
    link = look.action_link(tx, known.ticket.id, row.opd, now) if row.opd else None
    if link is None:
        return {"act": "", "act_until": ""}
    return {
        "act": action_url(head.public_url, head.secret, link.uuid),
        "act_until": day(link.expires_at, head.tz),
    }


def _where(known: Facts) -> str:
    ticket = known.ticket
    kelurahan = f"Kelurahan {ticket.kelurahan}" if ticket.kelurahan else ""
    if kelurahan and not ticket.place_sure:
        kelurahan += " (perlu dipastikan)"
    return ", ".join(filter(None, (line(ticket.place, 200), kelurahan)))
