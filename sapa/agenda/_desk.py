"""One change of one agenda: checked, recomputed, recorded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sapa.agenda.candidates import chosen, kept_parts
from sapa.agenda.draft import totals
from sapa.agenda.due import Visit, monday_of, visit_of, week_of
from sapa.agenda.errors import AgendaChanged, AgendaClosed
from sapa.agenda.plan import Candidate, walk
from sapa.agenda.rules import AgendaRules
from sapa.desk.actor import Actor
from sapa.desk.city import City
from sapa.desk.errors import Forbidden, Invalid, NotFound
from store import agendas, tickets
from store.db import Tx
from store.ids import uuid7
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
        self.route = [row.ticket_id for row in self.rows if row.position]

    @property
    def repeated(self) -> bool:
        """Whether this very change was made before."""
        return bool(self.key) and any(done["key"] == self.key for done in self.agenda.plan["history"])

    def check(self) -> None:
        """Raise unless this person may change this version of this agenda."""
        if self.by.kind != "system" and self.by.role not in ("administrator", "coordinator"):
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

    def take_off(self, ticket_id: int, by_hand: str, reason: str) -> None:
        """A stop becomes one that was left out."""
        row = next(row for row in self.rows if row.ticket_id == ticket_id)
        row.position, row.arrive_min, row.travel_min, row.service_min = 0, 0, 0, 0
        row.by_hand, row.parts = by_hand, {**row.parts, "reason": reason}
        self.tx.session.add(row)

    def candidates(self, ids: Sequence[int]) -> list[Candidate]:
        """These tickets where they are now; those that may not be shown any more are missing."""
        found = tickets.by_ids(self.tx, ids)
        scored = chosen(self.tx, list(found.values()), self.city, self.rules, self.visit())
        by_id = {one.ticket_id: one.candidate for one in scored}
        return [by_id[ticket_id] for ticket_id in ids if ticket_id in by_id]

    def visitable(self, ticket_id: int) -> Candidate:
        """The ticket to add, with its row; `Invalid` when it may not be visited."""
        ticket = tickets.by_ids(self.tx, [ticket_id]).get(ticket_id)
        if ticket is None:
            raise NotFound
        able = ticket.status in ("waiting", *agendas.OPEN, *agendas.CHECKABLE)
        scored = chosen(self.tx, [ticket], self.city, self.rules, self.visit()) if able else ()
        if not scored:
            raise Invalid("Laporan ini rahasia, tanpa lokasi, atau bukan pengaduan yang dapat dikunjungi.")
        worth = scored[0].score
        row = next((row for row in self.rows if row.ticket_id == ticket_id), None)
        if row is None:
            row = Stop(uuid=uuid7(self.now), agenda_id=self.agenda_id, ticket_id=ticket_id, position=0)
            self.rows.append(row)
        row.score, row.parts = worth.total, {"score": kept_parts(worth.parts), "reason": ""}
        row.by_hand = "added"
        self.tx.session.add(row)
        return scored[0].candidate

    def visit(self) -> Visit:
        """The day of the visit by today's calendar; `Invalid` when that closed the whole week."""
        visit = visit_of(self.agenda.week, self.city, self.rules)
        if visit is None:
            raise Invalid(f"Pekan {self.agenda.week} tidak punya hari kerja untuk kunjungan.")
        return visit

    def _settle(self) -> None:
        """Times for the round as it is now; what may not be shown any more leaves it."""
        stops = self.candidates(self.route)
        for ticket_id in set(self.route) - {one.ticket_id for one in stops}:
            self.take_off(ticket_id, "", NO_LONGER)
            self._record("withdraw", {"ticket": ticket_id}, by_system=True)
        round_ = walk(stops, self.rules)
        rows = {row.ticket_id: row for row in self.rows}
        for position, stop in enumerate(round_.stops, 1):
            row = rows[stop.ticket_id]
            row.position, row.arrive_min = position, stop.arrive_min
            row.travel_min, row.service_min = stop.travel_min, stop.service_min
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
