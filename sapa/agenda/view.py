"""An agenda as people see it: plain frozen values, the citizens' words masked, nobody named."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sapa.agenda.score import Part

#: A stop tells so many complaints in full; of the others it names the number.
TOLD = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One step of a ticket's history."""

    on: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """A ticket of a stop; `ask` is the decision the visit is to bring."""

    ticket_id: int
    ref: str
    summary: str
    reporters: int
    age_days: int
    late_days: int
    due: str
    status: str
    opd: str
    opd_name: str
    supporting: tuple[str, ...]
    ask: str
    timeline: tuple[Moment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StopView:
    """A stop of the round (`position` from 1), or one that was left out (0, with `reason`).

    `complaints` are the tickets at this spot, the heaviest first; any of their ids names the stop.
    """

    complaints: tuple[Complaint, ...]
    position: int
    arrive: str
    leave: str
    travel_min: int
    service_min: int
    place: str
    kelurahan: str
    kecamatan: str
    lat: float | None
    lon: float | None
    place_sure: bool
    score: float
    parts: tuple[Part, ...]
    reason: str
    by_hand: str

    @property
    def first(self) -> Complaint:
        """The heaviest complaint."""
        return self.complaints[0]

    @property
    def told(self) -> tuple[Complaint, ...]:
        """The complaints that are told in full."""
        return self.complaints[:TOLD]

    @property
    def more(self) -> tuple[str, ...]:
        """Numbers of the complaints beyond those."""
        return tuple(one.ref for one in self.complaints[TOLD:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One entry of the record of changes."""

    at: str
    who: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecapRow:
    """The week's numbers of one OPD, kelurahan or channel."""

    name: str
    came: int
    done: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaView:
    """One week's field visit. Times are the city's (`08.00`), dates Indonesian.

    `withheld` counts tickets of the round that became secret or sensitive: they are not here, and
    leave it with the next change. When there was nothing to choose from (`empty`), `preventive`
    lists finished work to look at.
    """

    agenda_id: int
    version: int
    week: str
    visit_on: date
    day: str
    state: str
    state_word: str
    brand: str
    programme: str
    start_name: str
    start: str
    end: str
    zone: str
    stops: tuple[StopView, ...]
    left_out: tuple[StopView, ...]
    preventive: tuple[StopView, ...]
    withheld: int
    candidates: int
    total_minutes: int
    travel_minutes: int
    return_min: int
    budget_minutes: int
    over_minutes: int
    min_stops: int
    max_stops: int
    score: float
    approved: str
    history: tuple[Change, ...]
    recap: Mapping[str, tuple[RecapRow, ...]]

    @property
    def empty(self) -> bool:
        """Whether there was no complaint to choose from and nobody added one."""
        return not self.stops and not self.left_out and not self.candidates

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the reviewer should know before approving."""
        found = []
        if self.withheld:
            found.append(
                f"{self.withheld} laporan kini rahasia dan tidak ditampilkan; susun ulang agenda ini."
            )
        if self.over_minutes:
            found.append(f"Perjalanan {self.over_minutes} menit lebih lama dari waktu yang ada.")
        if len(self.stops) > self.max_stops:
            found.append(f"Lebih dari {self.max_stops} titik kunjungan.")
        if not self.empty and len(self.stops) < self.min_stops:
            found.append(f"Kurang dari {self.min_stops} titik kunjungan.")
        return tuple(found)
