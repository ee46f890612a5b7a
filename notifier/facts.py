"""What a notice may be about: one look into the ledger for one outbox row (driver SQL: it is sent often)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from store.db import Tx, utc
from store.outbox import Claimed


class NotTellable(Exception):
    """There is nobody to tell, or nothing to tell it about; the reason is for officers."""


class Withheld(NotTellable):
    """It is not for this recipient any more: nothing is told, and nobody has to do anything about it."""


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """The columns of `ticket` that notices speak of."""

    id: int
    ref: str
    token: str
    privacy: str
    sensitive: str
    urgent: bool
    summary: str
    opd: str
    owner: str
    kelurahan: str
    lat: float | None
    lon: float | None
    place: str
    place_sure: bool
    outcome: str
    refusals: int
    status: str


@dataclass(frozen=True, slots=True)
class EventFacts:
    """What somebody did: the OPD it is about, the words, and what else was noted."""

    opd: str
    text: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DispositionFacts:
    """Why the ticket went where it went."""

    because: str
    supporting: tuple[str, ...]
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """The rows behind a notice; `deadlines` are the open promises, step → when due."""

    ticket: TicketFacts
    event: EventFacts | None
    disposition: DispositionFacts | None
    deadlines: Mapping[str, datetime]

    @property
    def sealed(self) -> bool:
        """Whether nothing of this ticket may be told but its number."""
        return self.ticket.privacy == "secret" or bool(self.ticket.sensitive)


@dataclass(frozen=True, slots=True)
class Person:
    """Where a citizen is reached."""

    channel: str
    value: str
    name: str


@dataclass(frozen=True, slots=True)
class Link:
    """An action link that still works."""

    uuid: UUID
    expires_at: datetime


def facts(tx: Tx, row: Claimed) -> Facts:
    """The ticket of a row, with the event and the disposition its data name (else the newest)."""
    found = tx.run(
        "SELECT id, ref, token, privacy, sensitive, urgent, summary, opd, owner, kelurahan, lat, lon,"
        " place, place_sure, outcome, refusals, status FROM ticket WHERE id = :id",
        id=row.ticket_id,
    )
    if not found:
        raise NotTellable("Laporannya tidak ada lagi.")
    ticket = TicketFacts(*found[0])
    due = tx.run(
        "SELECT step, due_at FROM deadline"
        " WHERE ticket_id = :id AND met_at IS NULL AND void_at IS NULL ORDER BY id",
        id=ticket.id,
    )
    deadlines = {str(step): utc(at) for step, at in due}
    return Facts(ticket, _event(tx, row.data.get("event_id")), _disposition(tx, row, ticket.id), deadlines)


def _event(tx: Tx, event_id: int | None) -> EventFacts | None:
    if event_id is None:
        return None
    found = tx.run("SELECT opd, text, data FROM event WHERE id = :id", id=event_id)
    return EventFacts(found[0][0], found[0][1], _json(found[0][2])) if found else None


def _disposition(tx: Tx, row: Claimed, ticket_id: int) -> DispositionFacts | None:
    columns = "SELECT because, supporting, candidates FROM disposition"
    named = row.data.get("disposition_id")
    if named is not None:
        found = tx.run(f"{columns} WHERE id = :id", id=named)
    else:
        found = tx.run(f"{columns} WHERE ticket_id = :id ORDER BY id DESC LIMIT 1", id=ticket_id)
    if not found:
        return None
    because, supporting, candidates = found[0]
    return DispositionFacts(because, tuple(_json(supporting)), tuple(_json(candidates)))


def identity(tx: Tx, contact_id: int | None) -> Person:
    """Where a citizen is reached; `NotTellable` when it was erased."""
    found = tx.run("SELECT channel, value, name FROM identity WHERE contact_id = :id", id=contact_id)
    if not found or not found[0][1]:
        raise NotTellable("Kontak pelapor sudah dihapus.")
    return Person(*found[0])


def supports(tx: Tx, ticket_id: int, contact_id: int | None) -> bool:
    """Whether this citizen only added to somebody else's report."""
    found = tx.run(
        "SELECT role FROM ticket_reporter WHERE ticket_id = :ticket AND contact_id = :contact"
        " ORDER BY id LIMIT 1",
        ticket=ticket_id,
        contact=contact_id,
    )
    return bool(found) and found[0][0] == "supporter"


def reports(tx: Tx, ticket_id: int, contact_id: int | None) -> bool:
    """Whether this citizen is a reporter of the ticket; who is nothing to it is not."""
    found = tx.run(
        "SELECT 1 FROM ticket_reporter WHERE ticket_id = :ticket AND contact_id = :contact"
        " AND role = 'reporter' LIMIT 1",
        ticket=ticket_id,
        contact=contact_id,
    )
    return bool(found)


def thread(tx: Tx, ticket_id: int, contact_id: int | None, channel: str) -> list[tuple[str, str]]:
    """(direction, external id) of what this citizen and we wrote on this channel, newest first."""
    rows = tx.run(
        "SELECT m.direction, m.external_id FROM message m"
        " JOIN conversation c ON c.id = m.conversation_id"
        " JOIN ticket_reporter r ON r.conversation_id = c.id AND r.ticket_id = m.ticket_id"
        " WHERE m.ticket_id = :ticket AND m.channel = :channel"
        " AND c.contact_id = :contact"
        " ORDER BY m.id DESC LIMIT 6",
        ticket=ticket_id,
        contact=contact_id,
        channel=channel,
    )
    return [(str(direction), str(external)) for direction, external in rows]


def asks(tx: Tx, ticket_id: int, contact_id: int | None, channel: str) -> Mapping[str, Any]:
    """What a citizen is asked for about a ticket on this channel (`sapa.desk.dialogue`): `place`, `photo`."""
    found = tx.run(
        "SELECT dialogue_state FROM conversation c JOIN ticket_reporter r ON r.conversation_id = c.id"
        " WHERE r.ticket_id = :ticket AND c.contact_id = :contact AND c.channel = :channel",
        ticket=ticket_id,
        contact=contact_id,
        channel=channel,
    )
    asked: Mapping[str, Any] = _json(found[0][0]).get("asked", {}) if found else {}
    what: Mapping[str, Any] = asked.get(str(ticket_id), {})
    return what


def heard_at(tx: Tx, contact_id: int | None, channel: str) -> datetime | None:
    """When a citizen last wrote to us on a channel."""
    found = tx.run(
        "SELECT MAX(last_inbound_at) FROM conversation WHERE contact_id = :contact AND channel = :channel",
        contact=contact_id,
        channel=channel,
    )
    return utc(found[0][0]) if found[0][0] is not None else None


def external_id(tx: Tx, message_id: int | None) -> str:
    """The provider's id of a message, or ""."""
    found = tx.run("SELECT external_id FROM message WHERE id = :id", id=message_id)
    return str(found[0][0]) if found else ""


def earlier_notice(tx: Tx, row: Claimed) -> str:
    """The provider's id of the last notice about this ticket in this lane, or ""."""
    found = tx.run(
        "SELECT external_id FROM outbox WHERE ticket_id = :ticket AND lane = :lane AND state = 'sent'"
        " ORDER BY id DESC LIMIT 1",
        ticket=row.ticket_id,
        lane=row.lane,
    )
    return str(found[0][0]) if found else ""


def photos(tx: Tx, ticket_id: int, first: int = 0) -> list[str]:
    """Digests of the cleaned copies of the citizens' pictures from message `first` on, oldest first."""
    rows = tx.run(
        "SELECT a.served FROM attachment a JOIN message m ON m.id = a.message_id"
        " WHERE m.ticket_id = :ticket AND m.direction = 'in' AND m.id >= :first AND a.state = 'kept'"
        " AND a.served IS NOT NULL ORDER BY a.id",
        ticket=ticket_id,
        first=first,
    )
    return [str(row[0]) for row in rows]


def action_link(tx: Tx, ticket_id: int, opd: str, now: datetime) -> Link | None:
    """The agency's newest link on this ticket that still works."""
    found = tx.run(
        "SELECT uuid, expires_at FROM action_link WHERE ticket_id = :ticket AND opd = :opd"
        " AND used_at IS NULL AND revoked_at IS NULL AND expires_at > :now"
        " ORDER BY disposition_id DESC, expires_at DESC LIMIT 1",
        ticket=ticket_id,
        opd=opd,
        now=now,
    )
    return Link(UUID(str(found[0][0])), utc(found[0][1])) if found else None


def agenda(tx: Tx, row: Claimed) -> tuple[str, date, int]:
    """Week and day of the field visit a notice is about, and its stops; `NotTellable`."""
    found = tx.run(
        "SELECT week, visit_on, (SELECT count(*) FROM stop WHERE agenda_id = agenda.id AND position > 0)"
        " FROM agenda WHERE id = :id",
        id=row.data.get("agenda_id"),
    )
    if not found:
        raise NotTellable("Agendanya tidak ada lagi.")
    week, visit_on, stops = found[0]
    return str(week), date.fromisoformat(str(visit_on)), int(stops)


def _json(value: Any) -> Any:
    """A JSON column as driver SQL gives it: text on SQLite, the value itself on PostgreSQL."""
    return json.loads(value) if isinstance(value, str) else value
