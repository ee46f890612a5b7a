"""A ticket as its reporter may read it: what happened, in words, oldest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sapa.desk.city import City
from sapa.desk.pictures import visible
from sapa.web import words
from store import events, tickets
from store.db import Tx
from store.tables import AttachmentRow, Event, Message, Ticket

#: Kinds of event the reporter is shown, and their headline; `{opd}` and `{owner}` are filled in.
HEADLINES: Mapping[str, str] = {
    "received": "Laporan diterima",
    "assigned": "Diteruskan ke {opd}",
    "triage": "Diperiksa Diskominfo",
    "accepted": "Mulai ditangani {opd}",
    "asked": "{opd} bertanya kepada Anda",
    "answered": "Jawaban dari {opd}",
    "resolved": "Dinyatakan selesai oleh {opd}",
    "closed": "Laporan ditutup",
    "reopened": "Laporan dibuka kembali",
    "archived": "Laporan diarsipkan",
    "handed_over": "Diserahkan ke {owner}",
}
#: The reporter's own steps, in their words.
MINE: Mapping[str, str] = {
    "closed": "Anda menyatakan sudah selesai; laporan ditutup",
    "reopened": "Anda menyatakan belum selesai; laporan dibuka kembali",
}
#: Public, but already told by the message itself.
SILENT = frozenset({"replied"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the story; `mine` are the reporter's own words."""

    at: datetime
    title: str
    text: str = ""
    detail: str = ""
    mine: bool = False
    pictures: tuple[AttachmentRow, ...] = ()
    files: tuple[AttachmentRow, ...] = ()


def of(tx: Tx, ticket: Ticket, city: City) -> list[Entry]:
    """Public events and the reporter's own messages; nothing anybody else wrote."""
    assert ticket.id is not None
    told = [
        _event(event, ticket, city)
        for event in events.of_ticket(tx, ticket.id, public_only=True)
        if event.kind not in SILENT
    ]
    return sorted([*told, *_messages(tx, ticket.id)], key=_order)


def _order(entry: Entry) -> tuple[datetime, int]:
    """By time; what happened in one moment in the order a person would tell it."""
    if entry.title == HEADLINES["received"]:
        return entry.at, 0
    return entry.at, 1 if entry.mine else 2


def own_messages(tx: Tx, ticket_id: int) -> Sequence[Message]:
    """What the reporter (not a supporter) wrote."""
    own = {row.conversation_id for row in tickets.reporters(tx, ticket_id) if row.role == "reporter"}
    return [
        message
        for message in tickets.messages(tx, ticket_id)
        if message.direction == "in" and message.conversation_id in own
    ]


def _event(event: Event, ticket: Ticket, city: City) -> Entry:
    mine = event.actor == "citizen" and event.kind in MINE
    headline = MINE[event.kind] if mine else HEADLINES.get(event.kind, "Perkembangan")
    owner = city.opd_name(str(event.data.get("owner", ""))) or "pihak lain"
    title = headline.format(opd=_who(event, ticket, city), owner=owner)
    return Entry(
        at=event.at, title=title, text=event.text, detail=", ".join(words.detail(event.data)), mine=mine
    )


def _who(event: Event, ticket: Ticket, city: City) -> str:
    """The body behind an event: an assignment names its receiver, an act the one who did it."""
    if event.actor == "officer" and not event.opd:
        return "Diskominfo"
    code = event.opd or ticket.opd
    return city.opd_name(code) if code else "Diskominfo"


def _messages(tx: Tx, ticket_id: int) -> list[Entry]:
    files, revisions = tickets.attachments(tx, ticket_id), tickets.revisions(tx, ticket_id)
    found = []
    for message in own_messages(tx, ticket_id):
        assert message.id is not None
        own = files.get(message.id, [])
        revised = revisions.get(message.id)
        found.append(
            Entry(
                at=message.received_at,
                title="Anda menyampaikan" if message.channel == "walkin" else "Anda menulis",
                text=revised[-1].text if revised else message.text,
                mine=True,
                pictures=tuple(file for file in own if visible(file)),
                files=tuple(file for file in own if not visible(file)),
            )
        )
    return found
