"""The queue: which tickets there are for this officer, and which come first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from sapa.desk import sight
from sapa.desk.city import City
from sapa.web.fields import whole
from sapa.web.office import office_of
from sapa.web.render import page
from sapa.web.session import Me
from sapa.web.staff.sought import lost, sees
from sapa.web.staff.timing import Standing, age, standing
from sapa.web.staff.words import LOOKS, STATUSES, said
from store import agendas, claims, console, events, queue, tickets
from store.claims import Held
from store.db import Tx
from store.ids import uuid7
from store.queue import Filter, Scope
from store.tables import Ticket

router = APIRouter()
SIZE = 20
#: Statuses with a count above the list; what is over has none.
COUNTED = ("triage", "assigned", "accepted", "waiting", "resolved", "external")
#: What waits for each part; the others have no turn and see what is open.
TURN: Mapping[str, tuple[str, ...]] = {
    "administrator": ("triage",),
    "coordinator": ("triage",),
    "opd": ("assigned", "accepted"),
}
VIEWS = ("saya", "terbuka", "semua")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the address asks for; anything unknown in it is as if it were not there."""

    view: str = "saya"
    status: str = ""
    opd: str = ""
    kelurahan: str = ""
    channel: str = ""
    urgent: bool = False
    late: bool = False
    soonest: bool = False
    text: str = ""
    after: int | None = None

    @property
    def narrowed(self) -> bool:
        """Whether a filter is set, besides the view."""
        return any((self.status, self.opd, self.kelurahan, self.channel, self.urgent, self.late, self.text))

    def query(self, **changes: object) -> str:
        """The address of this list with some things changed; paging starts anew."""
        values = {
            "tampil": self.view,
            "status": self.status,
            "opd": self.opd,
            "kelurahan": self.kelurahan,
            "kanal": self.channel,
            "mendesak": "1" if self.urgent else "",
            "lewat": "1" if self.late else "",
            "urut": "tenggat" if self.soonest else "",
            "cari": self.text,
        } | changes
        return "/petugas?" + urlencode({name: value for name, value in values.items() if value})


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One ticket of the list; of a sealed one no word."""

    ticket: Ticket
    summary: str
    opd: str
    age: str
    due: Standing | None
    reporters: int
    held: Held | None


@router.get("/petugas")
def show(request: Request, me: Me) -> Response:
    """The tickets of this officer, narrowed as asked; a full ref leads straight to its ticket."""
    office, by = office_of(request), me.actor
    city, now = office.city(), office.clock()
    asked, scope = read(request.query_params, city), sight.scope(me.actor)
    with office.ledger.reading() as tx:
        if asked.text.upper().startswith(f"{city.prefix}-"):
            hit = tickets.by_ref(tx, asked.text.upper())
            if hit is not None and sees(tx, hit, by):
                return RedirectResponse(f"/petugas/laporan/{hit.ref}", status_code=303)
        found, after = _found(tx, scope, wanted(asked, by.part, now), asked)
        items = _items(tx, found, city, now)
        newest = events.newest(tx)
        counts = queue.counts(tx, scope, COUNTED)
        gone = lost(tx, request.query_params.get("ref", ""), by)
    return page(
        request,
        "staff/queue.html",
        asked=asked,
        items=items,
        after=after,
        counts=counts,
        counted=COUNTED,
        statuses=STATUSES,
        looks=LOOKS,
        message=said(request.query_params.get("ok", "")),
        gone=gone,
        opds=city.by_name("opd"),
        kelurahan=sorted(area.kelurahan for area in city.gazetteer.areas),
        channels=sorted(city.channels),
        size=SIZE,
        may_act=me.may("work"),
        live=newest,
        key=str(uuid7(now)),
    )


def read(params: Mapping[str, str], city: City) -> Asked:
    """The filters in the address."""

    def one_of(name: str, known: Sequence[str]) -> str:
        value = params.get(name, "")
        return value if value in known else ""

    return Asked(
        view=one_of("tampil", VIEWS) or "saya",
        status=one_of("status", list(STATUSES)),
        opd=one_of("opd", list(city.opds)),
        kelurahan=one_of("kelurahan", [area.kelurahan for area in city.gazetteer.areas]),
        channel=one_of("kanal", list(city.channels)),
        urgent=params.get("mendesak") == "1",
        late=params.get("lewat") == "1",
        soonest=params.get("urut") == "tenggat",
        text=" ".join(params.get("cari", "").split())[:100],
        after=whole(params.get("setelah", "")),
    )


def wanted(asked: Asked, part: str, now: datetime) -> Filter:
    """The list that is asked for; a search or a status looks everywhere."""
    everywhere = bool(asked.status or asked.text)
    mine = asked.view == "saya" and not everywhere and part in TURN
    or_late = mine and part != "opd" and not asked.late
    statuses: tuple[str, ...] = ()
    if asked.status:
        statuses = (asked.status,)
    elif or_late or (mine and part == "opd"):
        statuses = TURN[part]
    return Filter(
        statuses=statuses,
        opd=asked.opd,
        kelurahan=asked.kelurahan,
        channel=asked.channel,
        text=asked.text,
        urgent=asked.urgent,
        late_at=now if asked.late or or_late else None,
        or_late=or_late,
        open_only=not everywhere and asked.view != "semua" and not mine,
    )


def _found(tx: Tx, scope: Scope, narrowed: Filter, asked: Asked) -> tuple[Sequence[Ticket], int | None]:
    if asked.soonest:
        return queue.pressing(tx, scope, narrowed, size=SIZE * 2), None
    found = queue.page(tx, scope, narrowed, after=asked.after, size=SIZE)
    return found.tickets, found.after


def _items(tx: Tx, found: Sequence[Ticket], city: City, now: datetime) -> list[Item]:
    ids = [ticket.id for ticket in found if ticket.id is not None]
    due, reporters = console.next_due(tx, ids), agendas.reporters(tx, ids)
    held = claims.of(tx, ids, now)
    return [
        Item(
            ticket=ticket,
            summary=listed(ticket),
            opd=city.opd_name(ticket.opd or ticket.owner),
            age=age(ticket.opened_at, now),
            due=standing(due[id].due_at, now, city.calendar) if id in due else None,
            reporters=reporters.get(id, 0),
            held=held.get(id),
        )
        for id, ticket in zip(ids, found, strict=True)
    ]


def listed(ticket: Ticket) -> str:
    """A ticket's words for a list: none of a sealed one, which is read on its own page only."""
    if ticket.privacy == "secret" or ticket.sensitive:
        return ""
    return " ".join(ticket.summary.split())[:240]
