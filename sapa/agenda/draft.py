"""The week's draft: read, plan outside the writer gate, write once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notifier import notices
from sapa.agenda.candidates import Scored, candidates, chosen, kept
from sapa.agenda.due import Visit, due_week, visit_of
from sapa.agenda.plan import Plan, plan
from sapa.agenda.rules import AgendaRules
from sapa.agenda.together import by_spot
from sapa.desk.city import City
from sapa.desk.errors import Invalid
from store import agendas, tickets
from store.db import Ledger, Tx
from store.ids import uuid7
from store.tables.visits import Agenda, Stop

JOB = "agenda_draft"
#: What to look at in a week without complaints.
PREVENTIVE = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What a week is planned from; nothing of it refers to a transaction.

    `stops` are by their heaviest ticket.
    """

    visit: Visit
    stops: Mapping[int, Scored]
    preventive: tuple[int, ...]

    def places(self, tickets: Iterable[int]) -> list[int]:
        """The stops these tickets are at, each once, in this order."""
        at = {ticket_id: stop.ticket_id for stop in self.stops.values() for ticket_id in stop.tickets}
        return list(dict.fromkeys(at[ticket_id] for ticket_id in tickets if ticket_id in at))


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A planned week that is not written yet."""

    gathered: Gathered
    plan: Plan


def draft(ledger: Ledger, city: City, rules: AgendaRules, now: datetime, week: str | None = None) -> int:
    """The agenda of a week (the next visit's unless given): its id, made when there was none.

    However often this is called there is one agenda a week, and Diskominfo is told once. A draft
    that found nothing to visit, and that nobody approved, is planned again when there is something.
    Raises `Invalid` for a week that is over or has no working day for the visit.
    """
    visit = due_week(now, city, rules) if week is None else _asked(week, now, city, rules)
    with ledger.reading() as tx:
        found = agendas.by_week(tx, visit.week)
        if found is not None and found.id is not None and not _blank(tx, found):
            return found.id
        gathered = gather(tx, city, rules, visit)
    if found is not None and found.id is not None and not gathered.stops:
        return found.id
    proposal = propose(gathered, rules)
    return ledger.write(lambda tx: _open(tx, proposal, rules, now))


def catch_up(ledger: Ledger, city: City, rules: AgendaRules, now: datetime) -> int | None:
    """Make the draft whose time has come, or None before that; asked at start and every hour."""
    visit = due_week(now, city, rules)
    if now < visit.draft_at:
        return None
    agenda_id = draft(ledger, city, rules, now)
    with ledger.reading() as tx:
        done = agendas.job_done(tx, JOB, visit.draft_at)
    if not done:
        ledger.write(lambda tx: agendas.finish_job(tx, JOB, visit.draft_at, now))
    return agenda_id


def gather(
    tx: Tx,
    city: City,
    rules: AgendaRules,
    visit: Visit,
    *,
    pins: Collection[int] = (),
    without: Collection[int] = (),
) -> Gathered:
    """What can be visited that day: the candidates and what people pinned, less what they dropped."""
    pinned = list(tickets.by_ids(tx, pins).values())
    able = (*candidates(tx, city, rules, visit), *chosen(tx, pinned, city, rules, visit))
    wanted = {one.ticket_id: one for one in able if one.ticket_id not in without}
    return Gathered(
        visit=visit,
        stops={stop.ticket_id: stop for stop in by_spot(wanted.values(), rules)},
        preventive=() if able else tuple(agendas.checkable(tx, PREVENTIVE)),
    )


def propose(
    gathered: Gathered, rules: AgendaRules, *, pins: Collection[int] = (), order: Sequence[int] = ()
) -> Proposal:
    """Plan the round. Pure, and takes seconds for many candidates: never inside a transaction."""
    able = [one.candidate for one in gathered.stops.values()]
    made = plan(able, rules, pins=gathered.places(pins), order=gathered.places(order))
    return Proposal(gathered=gathered, plan=made)


def settings(rules: AgendaRules) -> dict[str, Any]:
    """The rules a plan was made by, as the agenda keeps them for later questions."""
    return {
        "start": {"name": rules.start_name, "lat": rules.start_lat, "lon": rules.start_lon},
        "start_time": rules.start_time.strftime("%H:%M"),
        "budget": rules.budget_minutes,
        "min_stops": rules.min_stops,
        "max_stops": rules.max_stops,
        "service_minutes": rules.service_minutes,
        "merge_metres": rules.merge_metres,
        "parking_minutes": rules.parking_minutes,
        "speed_kmh": rules.speed_kmh,
        "detour": rules.detour,
        "iterations": rules.iterations,
        "weights": dict(rules.weights),
    }


def totals(plan: Plan) -> dict[str, Any]:
    """The sums of a round, as the agenda keeps them."""
    return {
        "total": plan.total_minutes,
        "return": plan.return_min,
        "over": plan.over_minutes,
        "score": plan.score,
    }


def add_rows(
    tx: Tx, agenda_id: int, proposal: Proposal, now: datetime, by_hand: Collection[int] = ()
) -> None:
    """Write the round and the best of what was left out."""
    stops, pinned = proposal.gathered.stops, set(by_hand)
    for position, stop in enumerate(proposal.plan.stops, 1):
        tx.session.add(
            Stop(
                uuid=uuid7(now),
                agenda_id=agenda_id,
                position=position,
                arrive_min=stop.arrive_min,
                travel_min=stop.travel_min,
                service_min=stop.service_min,
                by_hand="added" if pinned.intersection(stops[stop.ticket_id].tickets) else "",
                **kept(stops[stop.ticket_id]),
            )
        )
    for left in proposal.plan.left_out[: agendas.KEPT_LEFT_OUT]:
        told = kept(stops[left.ticket_id], left.reason)
        tx.session.add(Stop(uuid=uuid7(now), agenda_id=agenda_id, position=0, **told))
    tx.flush()


def facts(proposal: Proposal) -> dict[str, Any]:
    """What a plan says of its candidates."""
    gathered = proposal.gathered
    complaints = sum(len(stop.tickets) for stop in gathered.stops.values())
    return {"candidates": complaints, "preventive": list(gathered.preventive)}


def _open(tx: Tx, proposal: Proposal, rules: AgendaRules, now: datetime) -> int:
    visit = proposal.gathered.visit
    kept = {**settings(rules), **totals(proposal.plan), **facts(proposal), "ordered": False}
    made = {"what": "draft", "by": None, "at": now.isoformat(), "key": ""}
    agenda_id = agendas.open_draft(
        tx, week=visit.week, visit_on=visit.visit_on, plan={**kept, "history": [made]}, now=now
    )
    if agenda_id is None:
        return _fill(tx, proposal, kept, made | {"what": "redraft"}, now)
    add_rows(tx, agenda_id, proposal, now)
    notices.tell(
        tx,
        "agenda_draft",
        notices.diskominfo(),
        key=f"agenda:{visit.week}",
        now=now,
        data={"agenda_id": agenda_id},
    )
    return agenda_id


def _fill(tx: Tx, proposal: Proposal, kept: Mapping[str, Any], made: Mapping[str, Any], now: datetime) -> int:
    """The week's agenda as it is, with the round in it when it is still blank."""
    visit = proposal.gathered.visit
    found = agendas.by_week(tx, visit.week, lock=True)
    assert found is not None
    assert found.id is not None
    if _blank(tx, found):
        found.visit_on, found.version = visit.visit_on, found.version + 1
        found.plan = {**kept, "history": [*found.plan["history"], made]}
        tx.session.add(found)
        add_rows(tx, found.id, proposal, now)
    return found.id


def _blank(tx: Tx, agenda: Agenda) -> bool:
    """Whether a draft found nothing to visit (a stop that people dropped is still a row of it)."""
    return agenda.state == "draft" and not agendas.stops(tx, agenda.id or 0)


def _asked(week: str, now: datetime, city: City, rules: AgendaRules) -> Visit:
    visit = visit_of(week, city, rules)
    if visit is None:
        raise Invalid(f"Pekan {week} tidak punya hari kerja untuk kunjungan.")
    if visit.visit_on < now.astimezone(city.tz).date():
        raise Invalid(f"Kunjungan pekan {week} sudah lewat.")
    return visit
