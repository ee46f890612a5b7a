"""An agenda as it stands in the ledger, told in plain values."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from notifier.words import OUTCOMES
from sapa.agenda import wording
from sapa.agenda.candidates import spot
from sapa.agenda.due import monday_of, week_of
from sapa.agenda.score import Part
from sapa.agenda.view import AgendaView, Change, Complaint, Moment, RecapRow, StopView
from sapa.desk.city import City
from sapa.desk.mask import mask
from store import agendas, officers, tickets
from store.db import Tx
from store.tables.tickets import Event, Ticket
from store.tables.visits import Agenda, Stop


def read(tx: Tx, week: str, city: City) -> AgendaView | None:
    """The agenda of a week, or None; tickets that became secret since are not in it."""
    agenda = agendas.by_week(tx, week_of(monday_of(week)))
    if agenda is None or agenda.id is None:
        return None
    rows = agendas.stops(tx, agenda.id)
    preventive = [_to_check(agenda, one) for one in agenda.plan["preventive"]]
    facts = _Facts(tx, city, agenda, [*rows, *preventive])
    stops = [facts.stop(row) for row in rows if facts.shown(row)]
    asked = [facts.stop(row) for row in preventive if facts.shown(row)]
    withheld = sum(len(agendas.complaints(row)) - len(facts.shown(row)) for row in rows if row.position)
    return _view(tx, agenda, city, stops, asked, withheld)


def _to_check(agenda: Agenda, ticket_id: int) -> Stop:
    """A row that is never written: finished work is only suggested."""
    return Stop(uuid=UUID(int=0), agenda_id=agenda.id or 0, ticket_id=ticket_id, position=0)


def _view(
    tx: Tx,
    agenda: Agenda,
    city: City,
    stops: Sequence[StopView],
    asked: Sequence[StopView],
    withheld: int,
) -> AgendaView:
    plan, begin = agenda.plan, _start(agenda, city)
    names = officers.names(tx, {one["by"] for one in plan["history"] if one["by"]})
    on_round = tuple(one for one in stops if one.position)
    return AgendaView(
        agenda_id=agenda.id or 0,
        version=agenda.version,
        week=agenda.week,
        visit_on=agenda.visit_on,
        day=wording.day(agenda.visit_on),
        state=agenda.state,
        state_word=wording.STATES[agenda.state],
        brand=city.brand,
        programme=city.programme,
        start_name=plan["start"]["name"],
        start=wording.clock(begin, city.tz),
        end=wording.clock(begin + timedelta(minutes=plan["total"]), city.tz),
        zone=begin.tzname() or "",
        stops=on_round,
        left_out=tuple(one for one in stops if not one.position),
        preventive=tuple(asked),
        withheld=withheld,
        travel_minutes=plan["total"] - sum(one.service_min for one in on_round),
        **_planned(plan),
        approved=wording.approval(agenda.approved_at, names.get(agenda.approved_by or 0, ""), city.tz),
        history=tuple(_change(entry, names, stops, city) for entry in plan["history"]),
        recap=_recap(tx, agenda, city),
    )


def _planned(plan: Mapping[str, Any]) -> dict[str, Any]:
    """What the plan itself says, by the view's names."""
    return {
        "candidates": plan["candidates"],
        "total_minutes": plan["total"],
        "return_min": plan["return"],
        "budget_minutes": plan["budget"],
        "over_minutes": plan["over"],
        "min_stops": plan["min_stops"],
        "max_stops": plan["max_stops"],
        "score": plan["score"],
    }


def _start(agenda: Agenda, city: City) -> datetime:
    return datetime.combine(agenda.visit_on, time.fromisoformat(agenda.plan["start_time"]), city.tz)


def _change(
    entry: Mapping[str, Any], names: Mapping[int, str], stops: Sequence[StopView], city: City
) -> Change:
    refs = {one.ticket_id: one.ref for stop in stops for one in stop.complaints}
    return Change(
        at=wording.moment(datetime.fromisoformat(entry["at"]), city.tz),
        who=names.get(entry["by"], "Petugas") if entry["by"] else "Sistem",
        what=wording.change(entry, refs),
    )


def _recap(tx: Tx, agenda: Agenda, city: City) -> dict[str, tuple[RecapRow, ...]]:
    """The seven days before the visit."""
    until = datetime.combine(agenda.visit_on, time(), city.tz)
    since = until - timedelta(days=7)
    called: dict[str, Callable[[str], str]] = {
        "opd": city.opd_name,
        "kelurahan": str,
        "channel": city.channel_name,
    }
    return {
        by: tuple(
            RecapRow(name=called[by](name) or "Belum ditetapkan", came=came, done=done, late=late)
            for name, came, done, late in agendas.recap(tx, by, since, until)
        )
        for by in called
    }


class _Facts:
    """What the stops are told from: a few queries for all of them."""

    def __init__(self, tx: Tx, city: City, agenda: Agenda, rows: Sequence[Stop]) -> None:
        self.city, self.begin = city, _start(agenda, city)
        ids = [ticket_id for row in rows for ticket_id in agendas.complaints(row)]
        self.tickets = tickets.by_ids(tx, ids)
        self.reporters = agendas.reporters(tx, ids)
        self.supporting = agendas.supporting(tx, ids)
        self.history = agendas.history(tx, ids)
        self.kecamatan = {area.kelurahan: area.kecamatan for area in city.gazetteer.areas}

    def shown(self, row: Stop) -> list[Ticket]:
        """The tickets of a stop that may still be read by whoever reads the agenda."""
        found = [self.tickets[one] for one in agendas.complaints(row) if one in self.tickets]
        return [ticket for ticket in found if agendas.may_be_shown(ticket)]

    def stop(self, row: Stop) -> StopView:
        """One stop in words; it is where its heaviest complaint is."""
        shown, city = self.shown(row), self.city
        ticket = shown[0]
        where = spot(ticket, city)
        arrive = self.begin + timedelta(minutes=row.arrive_min)
        return StopView(
            complaints=tuple(self._complaint(one) for one in shown),
            position=row.position,
            arrive=wording.clock(arrive, city.tz),
            leave=wording.clock(arrive + timedelta(minutes=row.service_min), city.tz),
            travel_min=row.travel_min,
            service_min=row.service_min,
            place=mask(ticket.place),
            kelurahan=ticket.kelurahan,
            kecamatan=self.kecamatan.get(ticket.kelurahan, ""),
            lat=where.lat if where else None,
            lon=where.lon if where else None,
            place_sure=bool(where and where.sure),
            score=row.score,
            parts=tuple(Part(**part) for part in row.parts.get("score", ())),
            reason=mask(row.parts.get("reason", "")),
            by_hand=row.by_hand,
        )

    def _complaint(self, ticket: Ticket) -> Complaint:
        assert ticket.id is not None
        city = self.city
        late = city.calendar.working_days(ticket.due_at, self.begin) if ticket.due_at else 0
        return Complaint(
            ticket_id=ticket.id,
            ref=ticket.ref,
            summary=mask(ticket.summary).strip() or "(tanpa teks)",
            reporters=self.reporters.get(ticket.id, 1),
            age_days=city.calendar.working_days(ticket.opened_at, self.begin),
            late_days=late,
            due=wording.short_day(city.calendar.day(ticket.due_at)) if ticket.due_at else "",
            status=wording.status(ticket.status, OUTCOMES.get(ticket.outcome, "")),
            opd=ticket.opd,
            opd_name=city.opd_name(ticket.opd),
            supporting=tuple(self.supporting.get(ticket.id, ())),
            ask=_ask(ticket, late),
            timeline=self._timeline(ticket),
        )

    def _timeline(self, ticket: Ticket) -> tuple[Moment, ...]:
        tz, calendar = self.city.tz, self.city.calendar
        first = Moment(on=wording.moment(ticket.opened_at, tz), what="Laporan masuk")
        events = [one for one in self.history.get(ticket.id or 0, ()) if one.kind in wording.EVENTS]
        late = []
        if ticket.due_at and calendar.day(ticket.due_at) < calendar.day(self.begin):
            late = [Moment(on=wording.moment(ticket.due_at, tz), what="Tenggat terlewati")]
        return (first, *(self._moment(event) for event in events), *late)

    def _moment(self, event: Event) -> Moment:
        """What happened; never what a citizen wrote."""
        what = wording.EVENTS[event.kind] + (f": {self.city.opd_name(event.opd)}" if event.opd else "")
        if event.public and event.actor in ("officer", "opd") and event.text:
            what += f" — {wording.line(mask(event.text), 200)}"
        return Moment(on=wording.moment(event.at, self.city.tz), what=what)


def _ask(ticket: Ticket, late: int) -> str:
    """The decision this stop is for."""
    if ticket.status in agendas.CHECKABLE:
        return "Periksa hasil pekerjaan di lapangan."
    if ticket.refusals:
        return "Tetapkan OPD yang bertanggung jawab dan tenggatnya."
    if ticket.reopened:
        return "Periksa mengapa belum selesai; tetapkan perbaikan dan tenggatnya."
    if late:
        return "Tetapkan tanggal selesai dan sumber anggarannya."
    return "Tetapkan tindakan, penanggung jawab dan tenggatnya."
