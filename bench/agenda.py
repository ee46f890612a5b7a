"""How good the weekly round is: against simple ways on made-up days, and against textbook optima.

    python bench/agenda.py [--instances FOLDER] [--days N]

FOLDER may hold orienteering instances as JSON: {"name", "kind": "OP", "coords", "score", "service",
"tmax", "start", "end", "distance": "euclid", "best_known"}. Prints JSON.
"""

import argparse
import json
import math
import random
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from sapa.agenda.plan import POOL
from sapa.agenda.rules import AgendaRules
from sapa.agenda.solve import Problem, completed, solve
from sapa.agenda.travel import minutes

HALL = (-7.4722, 112.4338)
RULES = AgendaRules(start_name="", start_lat=HALL[0], start_lon=HALL[1])
UNIT = 10_000


def textbook(path: Path) -> dict[str, Any] | None:
    """One instance solved as a draft is; None for a kind the first form does not know."""
    told = json.loads(path.read_text())
    if told["kind"] != "OP":
        return None
    coords = told["coords"]
    problem = Problem(
        # Rounded down, so that the optimum of the real plane still fits; the length is told exactly.
        travel=[[math.floor(math.dist(a, b) * UNIT) for b in coords] for a in coords],
        service=[math.floor(one * UNIT) for one in told["service"]],
        # In tenths, and a point worth 20 units of distance, as `solve` expects of minutes.
        prize=[round(one * 10 * UNIT) for one in told["score"]],
        budget=math.floor(told["tmax"] * UNIT),
        max_stops=len(coords),
        start=told["start"],
        end=told["end"],
    )
    begun = time.perf_counter()
    route = solve(problem, RULES.effort(len(coords))) or []
    found = sum(told["score"][place] for place in route)
    way = [told["start"], *route, told["end"]]
    length = sum(math.dist(coords[a], coords[b]) for a, b in pairwise(way))
    return {
        "name": told["name"],
        "score": found,
        "best": told["best_known"],
        "length": round(length, 4),
        "tmax": told["tmax"],
        "seconds": round(time.perf_counter() - begun, 2),
    }


def day(seed: int, candidates: int, most: int) -> dict[str, Any]:
    """One made-up week over the city's 7 x 5 km: our round beside three others, in points."""
    rng = random.Random(seed)
    points = [HALL] + [
        (HALL[0] + rng.uniform(-0.022, 0.022), HALL[1] + rng.uniform(-0.032, 0.032))
        for _ in range(candidates)
    ]
    problem = Problem(
        travel=minutes(points, speed_kmh=20.0, detour=1.3, parking_minutes=2),
        service=[0] + [rng.choice((10, 15, 25)) for _ in range(candidates)],
        prize=[0] + [rng.randint(10, 600) for _ in range(candidates)],
        budget=240,
        max_stops=most,
    )
    begun = time.perf_counter()
    ours = solve(problem, RULES.effort(candidates)) or []
    seconds = time.perf_counter() - begun
    best = max(problem.value(ours)[0], problem.value(solve(problem, 20_000) or [])[0])
    return {
        "candidates": candidates,
        "max_stops": most,
        "fits": problem.fits(ours),
        "seconds": round(seconds, 2),
        "ours": round(problem.value(ours)[0] / best, 3),
        "insertion": round(problem.value(completed(problem, []))[0] / best, 3),
        "append": round(problem.value(_append(problem))[0] / best, 3),
    }


def _append(problem: Problem) -> list[int]:
    """What a clerk does: the highest score next, as long as there is time."""
    route: list[int] = []
    for place in sorted(range(1, len(problem.prize)), key=lambda i: -problem.prize[i]):
        if problem.fits([*route, place]):
            route.append(place)
    return route


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--instances", type=Path)
    asked.add_argument("--days", type=int, default=3)
    given = asked.parse_args()
    files = sorted(given.instances.glob("*.json")) if given.instances else []
    shapes = [(30, 6), (60, 6), (30, 30), (60, 30), (POOL, 6)]
    result = {
        "textbook": [one for one in map(textbook, files) if one is not None],
        "days": [day(seed, n, most) for seed in range(given.days) for n, most in shapes],
    }
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
