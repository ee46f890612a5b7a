"""How the field day is planned: configuration as one frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from types import MappingProxyType

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

#: How much each part of a score counts; one unit is worth at most `score.POINTS`.
WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "age": 1.0,
        "overdue": 2.0,
        "reporters": 1.5,
        "reopened": 2.0,
        "declined": 1.0,
        "urgent": 3.0,
        "fairness": 1.0,
        "together": 1.0,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """The head of the printed sheet and who signs it; empty lines are left to fill by hand.

    `notice` is what everybody must know of this installation.
    """

    lines: tuple[str, ...] = ()
    place: str = ""
    position: str = ""
    name: str = ""
    number: str = ""
    notice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaRules:
    """When the visit is, where it begins and ends, and how much fits into it.

    Times are the city's; `weekday` and `draft_weekday` are one of `WEEKDAYS`. `detour` stretches
    the straight line to a road (1.3 in European and Asian towns), `parking_minutes` is added at
    every stop. Complaints within `merge_metres` of each other are one stop; 0 keeps each apart.
    `iterations` is the solver's effort for forty candidates; it grows with their number, to twice
    as much.
    """

    start_name: str
    start_lat: float
    start_lon: float
    weekday: str = "wed"
    start_time: time = time(8)
    draft_weekday: str = "tue"
    draft_time: time = time(12)
    budget_minutes: int = 240
    min_stops: int = 3
    max_stops: int = 6
    service_minutes: int = 25
    merge_metres: int = 30
    parking_minutes: int = 2
    speed_kmh: float = 20.0
    detour: float = 1.3
    iterations: int = 2000
    weights: Mapping[str, float] = field(default_factory=lambda: WEIGHTS)
    letterhead: Letterhead = Letterhead()

    def effort(self, candidates: int) -> int:
        """The solver's iterations for this many candidates: by size, never by the clock."""
        return min(2 * self.iterations, max(200, self.iterations * candidates // 40))

    def minutes_for(self, complaints: int) -> int:
        """Minutes at a stop: a fifth more for every further complaint, never more than twice as long."""
        more = (complaints - 1) * max(1, self.service_minutes // 5)
        return self.service_minutes + min(self.service_minutes, more)

    def weight(self, part: str) -> float:
        """How much a part of the score counts; one the configuration leaves out counts nothing."""
        return self.weights.get(part, 0.0)
