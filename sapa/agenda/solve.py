"""Which stops, in which order: an orienteering problem given to PyVRP. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

#: A tenth of a point is worth this many minutes on the road: points decide, minutes break ties.
MINUTES_PER_TENTH = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Places 0 … n: `travel` and `service` in whole units of time, `prize` in tenths of a point.

    The round starts at place `start`, ends at place `end`, takes at most `budget` and has at most
    `max_stops` stops; every place of `required` is on it.
    """

    travel: Sequence[Sequence[int]]
    service: Sequence[int]
    prize: Sequence[int]
    budget: int
    max_stops: int
    required: frozenset[int] = frozenset()
    start: int = 0
    end: int = 0

    def length(self, route: Sequence[int]) -> int:
        """Travel and service of a round, from the start to the end."""
        places = [self.start, *route, self.end]
        legs = sum(self.travel[a][b] for a, b in pairwise(places))
        return legs + sum(self.service[place] for place in route)

    def fits(self, route: Sequence[int]) -> bool:
        """Whether a round keeps every promise of this problem; the solver's word is not taken."""
        return (
            len(set(route)) == len(route) <= self.max_stops
            and not {self.start, self.end} & set(route)
            and self.required <= set(route)
            and self.length(route) <= self.budget
        )

    def cheapest(self, route: Sequence[int], place: int) -> tuple[int, int]:
        """The least extra time for `place` in this round, and at which index."""
        stops = [self.start, *route, self.end]
        extra = [
            self.travel[a][place] + self.travel[place][b] - self.travel[a][b] for a, b in pairwise(stops)
        ]
        at = min(range(len(extra)), key=extra.__getitem__)
        return extra[at] + self.service[place], at

    def value(self, route: Sequence[int]) -> tuple[int, int]:
        """More prize is better, then less time."""
        return sum(self.prize[place] for place in route), -self.length(route)


def solve(problem: Problem, iterations: int) -> list[int] | None:
    """The best round found in so many iterations, or None when none was found that fits.

    The same problem and number give the same round: it never looks at a clock.
    """
    stops = [i for i in range(len(problem.travel)) if i not in (problem.start, problem.end)]
    if not stops:
        return []
    rounds = [*(_search(problem, stops, iterations, seed) for seed in (1, 2)), []]
    fitting = [completed(problem, route) for route in rounds if problem.fits(route)]
    return max(fitting, key=problem.value, default=None)


def completed(problem: Problem, route: Sequence[int]) -> list[int]:
    """The round with whatever still fits put in: then "no room" is true of all that is left out."""
    route = list(route)
    left = set(range(len(problem.travel))) - set(route) - {problem.start, problem.end}
    for place in sorted(left, key=lambda i: (-problem.prize[i], i)):
        extra, at = problem.cheapest(route, place)
        if len(route) < problem.max_stops and problem.length(route) + extra <= problem.budget:
            route.insert(at, place)
    return route


def shortest(problem: Problem, iterations: int) -> list[int]:
    """The shortest round over the required places, whatever the budget."""
    places = sorted(problem.required)
    if not places:
        return []
    return _search(problem, places, iterations, 1, limited=False)


def _search(
    problem: Problem, stops: Sequence[int], iterations: int, seed: int, *, limited: bool = True
) -> list[int]:
    from pyvrp import solve as search
    from pyvrp.stop import MaxIterations

    data = _data(problem, stops, limited)
    best = search(data, MaxIterations(iterations), seed=seed, collect_stats=False, display=False).best
    return [stops[step.idx] for route in best.routes() for step in route if step.is_client()]


def _data(problem: Problem, stops: Sequence[int], limited: bool) -> Any:
    """PyVRP's own form; it wants whole numbers and its minutes scaled up."""
    import numpy
    import pyvrp

    travel: Any = numpy.array(problem.travel, dtype=numpy.int64)
    limits: dict[str, Any] = {"capacity": [len(stops)]}
    if limited:
        limits = {"capacity": [problem.max_stops], "shift_duration": problem.budget}
    clients = [
        pyvrp.Client(
            location=place,
            delivery=[1],
            service_duration=problem.service[place],
            prize=problem.prize[place] * MINUTES_PER_TENTH,
            required=not limited or place in problem.required,
        )
        for place in stops
    ]
    return pyvrp.ProblemData(
        locations=[pyvrp.Location(x=0, y=0) for _ in problem.travel],
        clients=clients,
        depots=[pyvrp.Depot(location=problem.start), pyvrp.Depot(location=problem.end)],
        vehicle_types=[pyvrp.VehicleType(start_depot=0, end_depot=1, **limits)],
        distance_matrices=[travel],
        duration_matrices=[travel],
    )
