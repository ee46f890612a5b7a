"""One change of one agenda: checked, recomputed, recorded."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sapa.agenda.candidates import Scored, chosen, kept
from sapa.agenda.draft import totals
from sapa.agenda.due import Visit, monday_of, visit_of, week_of
from sapa.agenda.errors import AgendaChanged, AgendaClosed
from sapa.agenda.plan import insertion, walk
from sapa.agenda.rules import AgendaRules
from sapa.agenda.together import at_one_spot, stop_of
from sapa.desk.actor import Actor
from sapa.desk.city import City
from sapa.desk.errors import Forbidden, Invalid, NotFound
from sapa.desk.permissions import may
from store import agendas, tickets
from store.db import Tx
from store.ids import uuid7
from store.tables.tickets import Ticket
from store.tables.visits import Agenda, Stop

NO_LONGER = "Laporan ini tidak lagi boleh atau tidak lagi dapat ditampilkan di agenda."


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A change that is made: the agenda's version after it. `repeated`: it had been made before."""

    agenda_id: int
    version: int
    repeated: bool = False


class Desk:
    """One change of one agenda, in one transaction."""

    def __init__(
        self,
        tx: Tx,
        week: str,
        by: Actor,
        version: int,
        key: str,
        now: datetime,
        city: City,
        rules: AgendaRules,
        *,
        lock: bool = True,
    ) -> None:
        found = agendas.by_week(tx, week_of(monday_of(week)), lock=lock)
        if found is None or found.id is None:
            raise NotFound(f"Belum ada agenda untuk pekan {week}.")
        self.tx, self.by, self.version, self.key, self.now = tx, by, version, key, now
        self.city, self.rules = city, rules
        self.agenda: Agenda = found
        self.agenda_id: int = found.id
        self.read_rows()

    def read_rows(self) -> None:
        """The stops as they are written now."""
        self.rows: list[Stop] = agendas.stops(self.tx, self.agenda_id)
        self.route: list[Stop] = [row for row in self.rows if row.position]

    def stop_with(self, ticket_id: int) -> Stop | None:
        """The stop this ticket is at, on the round or left out."""
        return next((row for row in self.rows if ticket_id in agendas.complaints(row)), None)

    @property
    def repeated(self) -> bool:
        """Whether this very change was made before."""
        return bool(self.key) and any(done["key"] == self.key for done in self.agenda.plan["history"])

    def check(self) -> None:
        """Raise unless this person may change this version of this agenda."""
        if self.by.kind != "system" and not may(self.by, "run_agenda"):
            raise Forbidden
        if self.agenda.version != self.version:
            raise AgendaChanged(self.agenda.version)
        if self.agenda.state not in ("draft", "reviewed"):
            raise AgendaClosed(self.agenda.state)

    def do(self, what: str, change: Callable[[], dict[str, Any]]) -> Changed:
        """Check, change, recompute the times, record who did it."""
        if self.repeated:
            return self.done(repeated=True)
        self.check()
        if self.agenda.state == "reviewed":
            self.agenda.state, self.agenda.approved_at, self.agenda.approved_by = "draft", None, None
        told = change()
        self._record(what, told)
        self._settle()
        self.agenda.version += 1
        self.tx.session.add(self.agenda)
        self.tx.flush()
        return self.done()

    def done(self, *, repeated: bool = False) -> Changed:
        """What the caller is told."""
        return Changed(agenda_id=self.agenda_id, version=self.agenda.version, repeated=repeated)

    def take_off(self, row: Stop, by_hand: str, reason: str) -> None:
        """A stop leaves the round, with all its tickets, and is one that was left out."""
        self.route = [one for one in self.route if one is not row]
        row.position, row.arrive_min, row.travel_min, row.service_min = 0, 0, 0, 0
        row.by_hand, row.parts = by_hand, {**row.parts, "reason": reason}
        self.tx.session.add(row)

    def visitable(self, ticket_id: int) -> list[Scored]:
        """The ticket to add and those left out with it; `Invalid` when it may not be visited."""
        row = self.stop_with(ticket_id)
        found = tickets.by_ids(self.tx, [ticket_id] if row is None else agendas.complaints(row))
        if ticket_id not in found:
            raise NotFound
        states = ("waiting", *agendas.OPEN, *agendas.CHECKABLE)
        able = self._scored([one for one in found.values() if one.status in states])
        if ticket_id not in able:
            raise Invalid("Laporan ini rahasia, tanpa lokasi, atau bukan pengaduan yang dapat dikunjungi.")
        return list(able.values())

    def put_on(self, extra: Sequence[Scored], row: Stop | None, position: int) -> int:
        """Complaints go on the round: to the stop at their spot, else as one of their own; its position."""
        here, known = stop_of(extra, self.rules), self._round()
        for at, (on, complaints) in enumerate(known):
            if complaints and at_one_spot(stop_of(complaints, self.rules), here, self.rules):
                if row is not None:
                    agendas.remove_stops(self.tx, [row])
                self._write(on, [*complaints, *extra])
                return at + 1
        if row is None:
            row = Stop(uuid=uuid7(self.now), agenda_id=self.agenda_id, ticket_id=here.ticket_id, position=0)
        stops = [stop_of(complaints, self.rules).candidate for _, complaints in known if complaints]
        place = position - 1 if position else insertion(stops, here.candidate, self.rules)
        self.route.insert(max(0, min(place, len(self.route))), row)
        self._write(row, extra)
        return self.route.index(row) + 1

    def visit(self) -> Visit:
        """The day of the visit by today's calendar; `Invalid` when that closed the whole week."""
        visit = visit_of(self.agenda.week, self.city, self.rules)
        if visit is None:
            raise Invalid(f"Pekan {self.agenda.week} tidak punya hari kerja untuk kunjungan.")
        return visit

    def _write(self, row: Stop, complaints: Sequence[Scored]) -> None:
        """The complaints of a stop that a person put there."""
        row.sqlmodel_update(kept(stop_of(complaints, self.rules)))
        row.by_hand = "added"
        self.tx.session.add(row)

    def _scored(self, found: Collection[Ticket]) -> dict[int, Scored]:
        """Tickets where they are now; those that may not be shown any more are missing."""
        return {one.ticket_id: one for one in chosen(self.tx, found, self.city, self.rules, self.visit())}

    def _round(self) -> list[tuple[Stop, list[Scored]]]:
        """Each stop of the round with those of its complaints that may still be shown."""
        ids = [one for row in self.route for one in agendas.complaints(row)]
        scored = self._scored(tickets.by_ids(self.tx, ids).values())
        return [
            (row, [scored[one] for one in agendas.complaints(row) if one in scored]) for row in self.route
        ]

    def _settle(self) -> None:
        """Times for the round as it is now; what may not be shown any more leaves it."""
        walked = []
        for row, complaints in self._round():
            gone = set(agendas.complaints(row)) - {one.ticket_id for one in complaints}
            if gone:
                self._record("withdraw", {"tickets": sorted(gone)}, by_system=True)
            if not complaints:
                self.take_off(row, "", NO_LONGER)
                continue
            stop = stop_of(complaints, self.rules)
            if gone:
                row.sqlmodel_update(kept(stop))
            walked.append((row, stop.candidate))
        round_ = walk([candidate for _, candidate in walked], self.rules)
        for position, ((row, _), at) in enumerate(zip(walked, round_.stops, strict=True), 1):
            row.position, row.arrive_min = position, at.arrive_min
            row.travel_min, row.service_min = at.travel_min, at.service_min
            self.tx.session.add(row)
        self.agenda.plan = {**self.agenda.plan, **totals(round_)}

    def _record(self, what: str, told: dict[str, Any], *, by_system: bool = False) -> None:
        entry = {
            "what": what,
            "by": None if by_system else self.by.officer_id,
            "at": self.now.isoformat(),
            "key": "" if by_system else self.key,
            **told,
        }
        self.agenda.plan = {**self.agenda.plan, "history": [*self.agenda.plan["history"], entry]}
