"""From scored candidates to a round that fits into the morning. Pure; the search is `solve`'s."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from sapa.agenda import travel
from sapa.agenda.rules import AgendaRules
from sapa.agenda.solve import Problem, completed, shortest, solve

#: More candidates than these, by score, are not even looked at: six stops never need them.
POOL = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A ticket that could be visited: degrees, points, minutes on the spot."""

    ticket_id: int
    lat: float
    lon: float
    score: float
    service_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStop:
    """A stop of the round; `arrive_min` counts from the start, `travel_min` from the stop before."""

    ticket_id: int
    arrive_min: int
    travel_min: int
    service_min: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A candidate that is not on the round, and why (Indonesian, for the review page)."""

    ticket_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The round in order; `over_minutes` is above 0 only when people asked for more than fits."""

    stops: tuple[PlannedStop, ...]
    left_out: tuple[LeftOut, ...]
    total_minutes: int
    return_min: int
    over_minutes: int
    score: float


def plan(
    candidates: Iterable[Candidate],
    rules: AgendaRules,
    *,
    pins: Collection[int] = (),
    order: Sequence[int] = (),
) -> Plan:
    """The best round within `rules.budget_minutes` and `rules.max_stops`, the same for the same input.

    `pins` are ticket ids that must be on it; when they alone do not fit, the round is the shortest
    over them and `over_minutes` says by how much. Stops named in `order` keep that order.
    """
    ranked = sorted(candidates, key=lambda one: (one.ticket_id not in pins, -one.score, one.ticket_id))
    pool, beyond = ranked[: max(POOL, len(pins))], ranked[max(POOL, len(pins)) :]
    problem = _problem(pool, rules, pins)
    route = _route(problem, rules.effort(len(pool)))
    if order:
        route = _in_order(problem, route, [place for one in order for place in _places(pool, one)])
    result = _timed(problem, pool, route, rules)
    reason = f"Di luar {POOL} calon dengan skor tertinggi."
    low = tuple(LeftOut(one.ticket_id, reason) for one in beyond)
    return replace(result, left_out=(*_left_out(problem, pool, route), *low))


def walk(stops: Sequence[Candidate], rules: AgendaRules) -> Plan:
    """The times of a round whose stops and order people chose; it may take longer than allowed."""
    return _timed(_problem(stops, rules, ()), stops, list(range(1, len(stops) + 1)), rules)


def insertion(stops: Sequence[Candidate], extra: Candidate, rules: AgendaRules) -> int:
    """The index in this round at which one more stop costs the least time."""
    problem = _problem([*stops, extra], rules, ())
    return problem.cheapest(range(1, len(stops) + 1), len(stops) + 1)[1]


def _problem(pool: Sequence[Candidate], rules: AgendaRules, pins: Collection[int]) -> Problem:
    """Place 0 is where the round starts and ends, place i the candidate i - 1."""
    points = [(rules.start_lat, rules.start_lon), *((one.lat, one.lon) for one in pool)]
    table = travel.minutes(
        points, speed_kmh=rules.speed_kmh, detour=rules.detour, parking_minutes=rules.parking_minutes
    )
    required = frozenset(i for i, one in enumerate(pool, 1) if one.ticket_id in pins)
    return Problem(
        travel=table,
        service=(0, *(one.service_minutes for one in pool)),
        prize=(0, *(max(1, round(one.score * 10)) for one in pool)),
        budget=rules.budget_minutes,
        max_stops=max(rules.max_stops, len(required)),
        required=required,
    )


def _route(problem: Problem, effort: int) -> list[int]:
    base = shortest(problem, effort)
    if base and problem.length(base) > problem.budget:
        return base
    found = solve(problem, effort)
    return completed(problem, base) if found is None else found


def _places(pool: Sequence[Candidate], ticket_id: int) -> list[int]:
    return [i for i, one in enumerate(pool, 1) if one.ticket_id == ticket_id]


def _in_order(problem: Problem, route: Sequence[int], order: Sequence[int]) -> list[int]:
    """The stops people ordered stay in their order; the others go in where they still fit."""
    kept = [place for place in order if place in route]
    for place in route:
        extra, at = problem.cheapest(kept, place)
        room = problem.length(kept) + extra <= problem.budget
        if place not in kept and (room or place in problem.required):
            kept.insert(at, place)
    return kept


def _timed(problem: Problem, pool: Sequence[Candidate], route: Sequence[int], rules: AgendaRules) -> Plan:
    """Walk the round with a watch."""
    stops, clock, here = [], 0, 0
    for place in route:
        one, way = pool[place - 1], problem.travel[here][place]
        clock += way
        stops.append(
            PlannedStop(
                ticket_id=one.ticket_id, arrive_min=clock, travel_min=way, service_min=one.service_minutes
            )
        )
        clock, here = clock + one.service_minutes, place
    back = problem.travel[here][0]
    return Plan(
        stops=tuple(stops),
        left_out=(),
        total_minutes=clock + back,
        return_min=back,
        over_minutes=max(0, clock + back - rules.budget_minutes),
        score=round(sum(pool[place - 1].score for place in route), 1),
    )


def _left_out(problem: Problem, pool: Sequence[Candidate], route: Sequence[int]) -> list[LeftOut]:
    spare = problem.budget - problem.length(route)
    left = []
    for place, one in enumerate(pool, 1):
        if place in route:
            continue
        alone = problem.length([place])
        extra = problem.cheapest(route, place)[0]
        if alone > problem.budget:
            reason = f"Terlalu jauh: sendirian {alone} menit, waktu yang ada {problem.budget} menit."
        elif len(route) >= problem.max_stops:
            reason = f"Titik sudah penuh ({len(route)}); singgah menambah {extra} menit."
        else:
            reason = f"Waktu tidak cukup: singgah menambah {extra} menit, sisa {max(0, spare)} menit."
        left.append(LeftOut(one.ticket_id, reason))
    return left
