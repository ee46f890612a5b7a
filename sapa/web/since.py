"""What was asked and written on a ticket since its summary was made, for whoever acts by a link."""

from dataclasses import dataclass
from datetime import datetime

from notifier.links import map_url
from sapa.desk.mask import mask
from store import events, tickets
from store.db import Tx
from store.tables import Event, Message, MessageRevision, Ticket


@dataclass(frozen=True, slots=True)
class Said:
    """A question of ours or a citizen's words (masked); `map` leads to the place sent with them, or ""."""

    at: datetime
    title: str
    text: str
    map: str = ""


def since_summary(tx: Tx, ticket: Ticket) -> list[Said]:
    """Oldest first; nothing while no person has acted: until then the summary holds every word."""
    if ticket.touched_at is None:
        return []
    assert ticket.id is not None
    edits = tickets.revisions(tx, ticket.id)
    said = [_asked(event) for event in events.of_ticket(tx, ticket.id) if event.kind == "asked"]
    said += [
        _written(message, edits.get(message.id or 0, []))
        for message in tickets.messages(tx, ticket.id)
        if message.direction == "in" and message.received_at > ticket.touched_at
    ]
    return sorted(said, key=lambda one: one.at)


def _asked(event: Event) -> Said:
    return Said(event.at, "Pertanyaan kepada pelapor", event.text)


def _written(message: Message, edits: list[MessageRevision]) -> Said:
    words = edits[-1].text if edits else message.text
    here = message.lat is not None and message.lon is not None
    return Said(
        message.received_at,
        "Tulisan pelapor",
        mask("\n".join(filter(None, (words, message.place)))),
        map_url(message.lat or 0.0, message.lon or 0.0) if here else "",
    )
