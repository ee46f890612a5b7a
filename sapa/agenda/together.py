"""Complaints at one spot are one stop: nobody drives to the same hole twice. Pure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sapa.agenda.candidates import Scored
from sapa.agenda.rules import AgendaRules
from sapa.agenda.score import with_others
from sapa.agenda.travel import kilometres

_METRES_PER_DEGREE = 111_195
#: Two that are near enough lie in the same square of the grid or in neighbouring ones.
_SQUARE = 1.5


def stop_of(complaints: Sequence[Scored], rules: AgendaRules) -> Scored:
    """One stop for these complaints, the heaviest first; one alone stays what it is."""
    first, *others = sorted(complaints, key=_rank)
    if not others:
        return first
    worth = with_others(first.score, len(others), rules)
    minutes = rules.minutes_for(len(complaints))
    return replace(
        first,
        candidate=replace(first.candidate, score=worth.total, service_minutes=minutes),
        score=worth,
        also=tuple(one.ticket_id for one in others),
    )


def by_spot(complaints: Iterable[Scored], rules: AgendaRules) -> list[Scored]:
    """The stops of these complaints, the same for the same input.

    The heaviest opens a stop, and the next ones within `rules.merge_metres` of it join: no stop is
    wider than that. Those whose own point is not known stay alone.
    """
    stops: list[list[Scored]] = []
    grid: dict[tuple[int, int], list[list[Scored]]] = {}
    for one in sorted(complaints, key=_rank):
        row, column = _square(one, rules)
        near = (
            stop
            for i in (row - 1, row, row + 1)
            for j in (column - 1, column, column + 1)
            for stop in grid.get((i, j), ())
            if at_one_spot(stop[0], one, rules)
        )
        found = min(near, key=lambda stop: _rank(stop[0]), default=None)
        if found is not None:
            found.append(one)
        else:
            stops.append([one])
            grid.setdefault((row, column), []).append(stops[-1])
    return [stop_of(stop, rules) for stop in stops]


def at_one_spot(a: Scored, b: Scored, rules: AgendaRules) -> bool:
    """Whether two complaints with points of their own are near enough for one stop."""
    if not rules.merge_metres or not a.own_point or not b.own_point:
        return False
    apart = kilometres((a.candidate.lat, a.candidate.lon), (b.candidate.lat, b.candidate.lon))
    return apart * 1000 <= rules.merge_metres


def _rank(one: Scored) -> tuple[float, int]:
    return -one.score.total, one.ticket_id


def _square(one: Scored, rules: AgendaRules) -> tuple[int, int]:
    side = _SQUARE * max(1, rules.merge_metres) / _METRES_PER_DEGREE
    east = math.cos(math.radians(rules.start_lat))
    return math.floor(one.candidate.lat / side), math.floor(one.candidate.lon * east / side)
