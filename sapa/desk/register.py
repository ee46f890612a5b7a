"""What officers take down at the counter: the note of who did, whom they may add to, and taking it back."""

from dataclasses import dataclass
from datetime import datetime

from channels.message import InboundMessage
from notifier import notices
from sapa.desk import alike, sight
from sapa.desk.actor import Actor, Done
from sapa.desk.city import City
from sapa.desk.deed import begin
from sapa.desk.errors import Invalid, NotFound
from sapa.desk.incoming import Sitting
from sapa.desk.judge import Judgement, judge
from sapa.desk.triage import archived
from sapa.desk.which import more_open
from store import assignments, claims, outbox, queue, targets, tickets
from store.db import Tx
from store.tables import Outbox, Ticket

WITHDRAWN = "Dibatalkan petugas yang mencatatnya."
TOO_LATE = "Catatan hanya dapat dibatalkan pada hari yang sama, sebelum ada yang menanganinya."


def note(tx: Tx, ticket_id: int, message: InboundMessage, message_id: int, sitting: Sitting) -> None:
    """Write into the history who took the message down and where they had it from (called by intake)."""
    noted = message.noted
    assert noted is not None
    known = {
        "source": noted.source,
        "message": message_id,
        "agreed": noted.agreed,
        "letter": noted.letter,
        "dated": noted.dated,
    }
    assignments.add_event(
        tx,
        ticket_id,
        "registered",
        actor="officer",
        officer_id=noted.by,
        data={name: value for name, value in known.items() if value != ""},
        now=sitting.now,
    )


def joinable(tx: Tx, ref: str, by: Actor) -> bool:
    """Whether this person may add what they take down to a ticket: open, and shown to them as alike."""
    target = targets.ticket_by_ref(tx, ref)
    ticket = tickets.get(tx, target.id) if target is not None else None
    return ticket is not None and ticket.status in queue.OPEN and shown(tx, ticket, by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is being taken down: the words, and where it is as far as told (degrees, or None)."""

    text: str
    place: str = ""
    kelurahan: str = ""
    lat: float | None = None
    lon: float | None = None


def too_open(tx: Tx, ref: str, words: Words, privacy: str, city: City) -> bool:
    """Whether more people read the ticket than may know what is being taken down."""
    target = targets.ticket_by_ref(tx, ref)
    wanted = "secret" if _judged(words, city).sensitive else privacy
    return target is not None and more_open(target.privacy, wanted)


def likely(tx: Tx, words: Words, by: Actor, now: datetime, city: City) -> list[Ticket]:
    """Open tickets that may be about the same as what is being taken down, the likest first."""
    judged = _judged(words, city)
    spot = judged.spot
    new = alike.said(
        words.text,
        rule=judged.assignment.rule,
        at=now,
        place=words.place,
        kelurahan=spot.kelurahan if spot.sure else "",
        lat=spot.lat,
        lon=spot.lon,
    )
    recent = queue.recent(tx, now - alike.WINDOW, alike.COMPARED)
    known = {ticket.id or 0: ticket for ticket in recent if shown(tx, ticket, by)}
    found = alike.alike(new, ((id, _said(ticket)) for id, ticket in known.items()))
    return [known[id] for id, _ in found]


def _judged(words: Words, city: City) -> Judgement:
    point = [(words.lat, words.lon, 0.0)] if words.lat is not None and words.lon is not None else []
    return judge(
        [words.text],
        channel="walkin",
        chosen=words.kelurahan,
        points=point,
        labels=[words.place],
        city=city,
    )


def _said(ticket: Ticket) -> alike.Said:
    return alike.said(
        ticket.summary,
        rule=ticket.rule,
        at=ticket.opened_at,
        place=ticket.place,
        kelurahan=ticket.kelurahan if ticket.place_sure else "",
        lat=ticket.lat,
        lon=ticket.lon,
    )


def shown(tx: Tx, ticket: Ticket, by: Actor) -> bool:
    """Whether a ticket may be shown as alike: to everybody at the counter unless sealed or accusing."""
    if not sight.is_sealed(ticket) and not ticket.accused:
        return True
    owners = (row.opd for row in tickets.owners(tx, ticket.id or 0))
    return sight.may_see(by, sight.facts(ticket, owners))


def may_withdraw(tx: Tx, ticket: Ticket, by: Actor, now: datetime, city: City) -> bool:
    """Whether the ticket is this person's own of today, and nobody works on it or has added to it."""
    own = by.officer_id is not None and ticket.registered_by == by.officer_id
    untouched = ticket.touched_at is None and ticket.status in ("triage", "assigned")
    today = city.calendar.day(ticket.opened_at) == city.calendar.day(now)
    held = claims.of(tx, [ticket.id or 0], now).get(ticket.id or 0)
    free = held is None or held.officer_id == by.officer_id
    said = [one for one in tickets.messages(tx, ticket.id or 0) if one.direction == "in"]
    return own and untouched and free and today and len(said) == 1


def withdraw(tx: Tx, ticket_id: int, by: Actor, *, version: int, key: str, now: datetime, city: City) -> Done:
    """Take back what was taken down by mistake: the ticket is archived, its history stays.

    Raises NotFound for somebody else's, Invalid when the day is over or somebody has acted.
    """
    ticket = tickets.get(tx, ticket_id)
    if ticket is None or by.officer_id is None or ticket.registered_by != by.officer_id:
        raise NotFound
    possible = may_withdraw(tx, ticket, by, now, city)
    deed = begin(tx, "withdraw", ticket_id, by, version=version, key=key, now=now, city=city)
    if isinstance(deed, Done):
        return deed
    if not possible:
        raise Invalid(TOO_LATE)
    told = any(row.contact_id and _left(row) for row in outbox.of_ticket(tx, ticket_id))
    notices.withdraw(tx, f"ack:{ticket_id}:", ticket_id=ticket_id)
    return archived(deed, WITHDRAWN, tell=told)


def _left(row: Outbox) -> bool:
    """Whether a notice has been told, or is leaving at this moment."""
    return row.state in ("sent", "called") or (row.state == "pending" and row.lease_until is not None)
