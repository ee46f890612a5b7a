"""Everything one ticket's page shows, read in one go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier import links
from notifier.notices import NOTICES as KINDS
from sapa.desk import lifecycle, sealed, sight, undo
from sapa.desk.actor import Actor
from sapa.desk.city import City, OpdInfo
from sapa.desk.deed import offered
from sapa.desk.permissions import may
from sapa.web.staff import beside, highlight, history
from sapa.web.staff.sketch import Sketch, draw
from sapa.web.staff.thread import Entry
from sapa.web.staff.thread import read as read_thread
from sapa.web.staff.timing import Standing, age, standing
from sapa.web.staff.words import NOTICES, STEPS, delivery
from store import claims, console, contacts, events, officers, outbox, tickets
from store.claims import Held
from store.db import Tx
from store.tables import Disposition, Event, IdentityLook, Outbox, Ticket

#: What is offered elsewhere: undoing beside the last act, taking back on the counter's page.
NOT_HERE = ("undo", "withdraw")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A notice: what, to whom, how far it came, whether that needs somebody, and why."""

    what: str
    to: str
    state: str
    bad: bool
    at: datetime
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A rule that held: the words it found, for which agency."""

    words: str
    opd: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One ticket for the eyes of one officer. `seen` is the newest event on the page."""

    ticket: Ticket
    age: str
    lead: str
    supporting: tuple[str, ...]
    reporters: int
    silenced: tuple[tuple[str, datetime], ...]
    because: str
    decided_by: str
    found: tuple[Found, ...]
    candidates: tuple[OpdInfo, ...]
    thread: tuple[Entry, ...]
    history: tuple[history.Line, ...]
    promises: tuple[tuple[str, datetime, Standing], ...]
    post: tuple[Post, ...]
    acts: tuple[str, ...]
    undoes: tuple[int, str] | None
    map: str
    sketch: Sketch | None
    seen: int
    may_open: bool
    telling: bool
    looks: tuple[tuple[IdentityLook, str], ...]
    lapor: tuple[beside.Beside, ...]
    held: Held | None


def read(tx: Tx, ticket: Ticket, by: Actor, city: City, now: datetime) -> Case:
    """The page of a ticket that this officer may see."""
    assert ticket.id is not None
    happened, post = events.of_ticket(tx, ticket.id), outbox.of_ticket(tx, ticket.id)
    names = officers.names(tx, sorted({one.officer_id for one in happened if one.officer_id is not None}))
    given, owners = tickets.dispositions(tx, ticket.id), tickets.owners(tx, ticket.id)
    judged = next((one for one in given if one.matches), None)
    newest = given[0] if given else None
    may_open = sealed.may_open(by, ticket)
    lines, heard = history.lines(happened, names, city), ticket.privacy == "normal"
    return Case(
        ticket=ticket,
        age=age(ticket.opened_at, now),
        lead=city.opd_name(ticket.opd) if ticket.opd else "",
        supporting=tuple(city.opd_name(row.opd) for row in owners if row.role == "supporting"),
        reporters=len(tickets.reporters(tx, ticket.id)),
        silenced=tuple(contacts.silenced(tx, ticket.id)),
        because=newest.because if newest else "",
        decided_by=_decider(newest),
        found=_found(judged, ticket.summary, highlight.stale(judged, happened)),
        candidates=tuple(
            city.opds[code] for code in _candidates(newest) if code in city.opds and code != ticket.opd
        ),
        thread=tuple(read_thread(tx, ticket.id, judged, happened, post, names, city, heard=heard)),
        history=tuple(reversed(lines)),
        promises=_promises(tx, ticket.id, now, city),
        post=tuple(_post(row, city) for row in post),
        acts=tuple(act for act in offered(tx, ticket, by) if act not in NOT_HERE),
        undoes=_undoes(tx, ticket, by, happened, city),
        map=_map(ticket),
        sketch=_sketch(ticket, city),
        seen=lines[-1].id if lines else 0,
        may_open=may_open,
        telling=may_open or not sight.is_sealed(ticket),
        looks=tuple(console.looks(tx, ticket.id)) if may_open or may(by, "read_looks") else (),
        lapor=beside.read(tx, ticket, city, now),
        held=claims.of(tx, [ticket.id], now).get(ticket.id),
    )


def _promises(
    tx: Tx, ticket_id: int, now: datetime, city: City
) -> tuple[tuple[str, datetime, Standing], ...]:
    running = tickets.running(tx, ticket_id).items()
    return tuple((STEPS[step], row.due_at, standing(row.due_at, now, city.calendar)) for step, row in running)


def _map(ticket: Ticket) -> str:
    return "" if ticket.lat is None or ticket.lon is None else links.map_url(ticket.lat, ticket.lon)


def _sketch(ticket: Ticket, city: City) -> Sketch | None:
    if ticket.lat is None or ticket.lon is None:
        return None
    return draw(city.gazetteer, ticket.lat, ticket.lon, ticket.kelurahan)


def since(case: Case, seen: int) -> list[history.Line]:
    """What happened after the event `seen`, oldest first."""
    return [line for line in reversed(case.history) if line.id > seen]


def _decider(disposition: Disposition | None) -> str:
    if disposition is None:
        return ""
    return {"rules": "aturan", "officer": "petugas", "opd": "jawaban OPD"}.get(disposition.actor, "sistem")


def _candidates(disposition: Disposition | None) -> Sequence[str]:
    return disposition.candidates if disposition else ()


def _found(disposition: Disposition | None, text: str, moved: bool) -> tuple[Found, ...]:
    """Each rule that carried the decision with the words it found, the strongest first."""
    matches = disposition.matches if disposition and not moved else []
    return tuple(
        Found(
            words=", ".join(dict.fromkeys(text[start:end].casefold() for start, end, _ in match["words"])),
            opd=str(match["opd"]),
            rule=str(match["rule"]),
        )
        for match in highlight.carrying(matches)
        if match["words"]
    )


def _post(row: Outbox, city: City) -> Post:
    to = receiver(row, city)
    return Post(
        what=NOTICES.get(row.notice, row.notice),
        to=to,
        state=delivery(row.state, row.delivery),
        bad=row.state == "dead" or row.delivery == "failed",
        at=row.sent_at or row.created_at,
        error=row.error if row.state == "dead" else "",
    )


def receiver(row: Outbox, city: City) -> str:
    """Who a notice is for, in words; nobody's name."""
    way = city.channel_name(row.channel)
    if KINDS[row.notice].audience == "chat":
        return f"{city.opd_name(row.opd) if row.opd else 'petugas'}, {way}"
    if row.contact_id is not None:
        return f"pelapor, {way}"
    return city.opd_name(row.opd) if row.opd else "Diskominfo"


def _undoes(
    tx: Tx, ticket: Ticket, by: Actor, happened: Sequence[Event], city: City
) -> tuple[int, str] | None:
    """The act that may still be undone: its event and its headline."""
    if "undo" not in lifecycle.possible(ticket.status, by.part):
        return None
    assert ticket.id is not None
    event_id = undo.last_undoable(tx, ticket.id, ticket.version, by)
    title = next((history.title(event, city) for event in happened if event.id == event_id), "")
    return None if event_id is None else (event_id, title)
