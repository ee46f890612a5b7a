"""Triage: the tickets nobody owns, one below another, each decided by one click."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import Response

from sapa.desk import sight
from sapa.desk.city import City, OpdInfo
from sapa.web.office import office_of
from sapa.web.render import page
from sapa.web.session import DeskReader
from sapa.web.staff import highlight
from sapa.web.staff.timing import age
from sapa.web.staff.words import said
from store import agendas, claims, console, events, queue
from store.claims import Held
from store.ids import uuid7
from store.queue import Filter
from store.tables import Disposition, Ticket

router = APIRouter()
SIZE = 10
#: So many characters are shown of a long text; the rest stands on the ticket's page.
SHOWN = 700
GUESSES = 2


@dataclass(frozen=True, slots=True)
class Guess:
    """An owner the rules thought of, and the sentence that would be given as the reason."""

    owner: OpdInfo
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A ticket to decide on."""

    ticket: Ticket
    text: Markup
    age: str
    reporters: int
    because: str
    guesses: tuple[Guess, ...]
    key: str
    held: Held | None

    @property
    def outsider(self) -> str:
        """The best guess outside the city, or ""."""
        return next((one.owner.code for one in self.guesses if one.owner.kind == "external"), "")


@router.get("/petugas/triase")
def show(request: Request, me: DeskReader, ok: str = "", ref: str = "") -> Response:
    """What waits, the urgent first, then the oldest."""
    office = office_of(request)
    city, now, scope = office.city(), office.clock(), sight.scope(me.actor)
    only = Filter(statuses=("triage",))
    with office.ledger.reading() as tx:
        found = queue.waiting(tx, scope, only, size=SIZE)
        ids = [ticket.id for ticket in found if ticket.id is not None]
        given, reporters = console.newest_dispositions(tx, ids), agendas.reporters(tx, ids)
        held = claims.of(tx, ids, now)
        total = queue.count(tx, scope, only)
        newest = events.newest(tx)
    return page(
        request,
        "staff/triage.html",
        waiting=[
            Waiting(
                ticket=ticket,
                text=_text(ticket, given.get(id)),
                age=age(ticket.opened_at, now),
                reporters=reporters.get(id, 0),
                because=given[id].because if id in given else "",
                guesses=guesses(given.get(id), ticket, city),
                key=str(uuid7(now)),
                held=held.get(id),
            )
            for id, ticket in zip(ids, found, strict=True)
        ],
        total=total,
        live=newest,
        message=said(ok),
        decided=ref if said(ok) else "",
        opds=city.by_name("opd"),
        outside=city.by_name("external"),
    )


def guesses(given: Disposition | None, ticket: Ticket, city: City) -> tuple[Guess, ...]:
    """The best guesses that can be chosen: known owners, never the accused."""
    codes = [code for code in (given.candidates if given else []) if code != ticket.accused]
    known = [city.opds[code] for code in codes if code in city.opds]
    return tuple(Guess(owner, _reason(given, owner, city)) for owner in known[:GUESSES])


def _reason(given: Disposition | None, owner: OpdInfo, city: City) -> str:
    """The sentence of the strongest rule that named this owner, else a plain one."""
    matches = [match for match in (given.matches if given else []) if match["opd"] == owner.code]
    best = max(matches, key=lambda match: float(match["strength"]), default=None)
    rule = next((rule for rule in city.book.rules if best and rule.id == best["rule"]), None)
    return rule.because if rule and rule.because else f"Menurut Diskominfo ini urusan {owner.name}."


def _text(ticket: Ticket, given: Disposition | None) -> Markup:
    places = highlight.spans(given.matches) if given else []
    more = "…" if len(ticket.summary) > SHOWN else ""
    return highlight.marked(ticket.summary[:SHOWN] + more, places)
