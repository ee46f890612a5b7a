"""Which tickets the visit may choose from, and what each is worth."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sapa.agenda.due import Visit
from sapa.agenda.plan import Candidate
from sapa.agenda.rules import AgendaRules
from sapa.agenda.score import Score, Standing, score
from sapa.desk.city import City
from store import agendas
from store.db import Tx
from store.tables.tickets import Ticket

#: How far back visits count for fairness between kelurahan.
FAIRNESS = timedelta(weeks=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A ticket that may be visited, where it is, and why it is worth it.

    `own_point` is False when only its kelurahan is known. `also` names the other tickets of a stop,
    of which this one is the heaviest.
    """

    candidate: Candidate
    score: Score
    own_point: bool
    also: tuple[int, ...] = ()

    @property
    def ticket_id(self) -> int:
        """The ticket."""
        return self.candidate.ticket_id

    @property
    def tickets(self) -> tuple[int, ...]:
        """All tickets of the stop, the heaviest first."""
        return (self.ticket_id, *self.also)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a ticket is; not `sure` when only its kelurahan is known."""

    lat: float
    lon: float
    sure: bool


def candidates(tx: Tx, city: City, rules: AgendaRules, visit: Visit) -> tuple[Scored, ...]:
    """Every open complaint with a place, never a secret or sensitive one; scored for that day."""
    return _scored(tx, agendas.open_complaints(tx), None, city, rules, visit)


def chosen(
    tx: Tx, tickets: Collection[Ticket], city: City, rules: AgendaRules, visit: Visit
) -> tuple[Scored, ...]:
    """These tickets, scored; those that may not be shown or have no place are missing."""
    ids = [ticket.id for ticket in tickets if ticket.id is not None]
    return _scored(tx, tickets, ids, city, rules, visit)


def spot(ticket: Ticket, city: City) -> Spot | None:
    """The ticket's own point, else the middle of its kelurahan, else None."""
    if ticket.lat is not None and ticket.lon is not None:
        return Spot(ticket.lat, ticket.lon, ticket.place_sure)
    for area in city.gazetteer.areas:
        if area.kelurahan == ticket.kelurahan and area.points:
            lats, lons = zip(*area.points, strict=True)
            return Spot(sum(lats) / len(lats), sum(lons) / len(lons), False)
    return None


def kept(stop: Scored, reason: str = "") -> dict[str, Any]:
    """What a stop's row keeps of its tickets, its score and the words about it."""
    parts = [
        {"name": part.name, "label": part.label, "points": part.points, "detail": part.detail}
        for part in stop.score.parts
    ]
    return {
        "ticket_id": stop.ticket_id,
        "score": stop.score.total,
        "parts": {"score": parts, "reason": reason, "also": list(stop.also)},
    }


def _scored(
    tx: Tx,
    tickets: Collection[Ticket],
    ids: Collection[int] | None,
    city: City,
    rules: AgendaRules,
    visit: Visit,
) -> tuple[Scored, ...]:
    placed = [
        (ticket, where)
        for ticket in tickets
        if agendas.may_be_shown(ticket) and (where := spot(ticket, city)) is not None
    ]
    known = _Known(
        reporters=agendas.reporters(tx, ids),
        promised=agendas.promised_days(tx, ids),
        backlog=_shares(_backlog(tx, tickets, ids)),
        visits=_shares(agendas.visits_by_kelurahan(tx, visit.visit_on - FAIRNESS, visit.visit_on)),
    )
    return tuple(
        Scored(
            candidate=_candidate(ticket, where, worth, rules),
            score=worth,
            own_point=ticket.lat is not None and ticket.lon is not None,
        )
        for ticket, where in placed
        if (worth := score(_standing(ticket, known, visit), rules))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    reporters: Mapping[int, int]
    promised: Mapping[int, float]
    backlog: Mapping[str, float]
    visits: Mapping[str, float]


def _backlog(tx: Tx, tickets: Collection[Ticket], ids: Collection[int] | None) -> dict[str, int]:
    """Open complaints by kelurahan; when only some tickets are scored, all are counted still."""
    everything = tickets if ids is None else agendas.open_complaints(tx)
    return Counter(ticket.kelurahan for ticket in everything if ticket.kelurahan)


def _shares(counts: Mapping[str, int]) -> dict[str, float]:
    total = sum(counts.values())
    return {name: count / total for name, count in counts.items()}


def _standing(ticket: Ticket, known: _Known, visit: Visit) -> Standing:
    assert ticket.id is not None
    return Standing(
        age_days=(visit.starts_at - ticket.opened_at).total_seconds() / 86_400,
        promised_days=known.promised.get(ticket.id),
        reporters=known.reporters.get(ticket.id, 1),
        reopened=ticket.reopened,
        refusals=ticket.refusals,
        urgent=ticket.urgent,
        kelurahan=ticket.kelurahan,
        backlog_share=known.backlog.get(ticket.kelurahan, 0.0),
        visit_share=known.visits.get(ticket.kelurahan, 0.0),
    )


def _candidate(ticket: Ticket, where: Spot, worth: Score, rules: AgendaRules) -> Candidate:
    assert ticket.id is not None
    return Candidate(
        ticket_id=ticket.id,
        lat=where.lat,
        lon=where.lon,
        score=worth.total,
        service_minutes=rules.service_minutes,
    )
