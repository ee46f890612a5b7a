"""Choosing and ordering stops."""

import itertools

import pytest
from agenda_world import HALL, RULES, rules
from hypothesis import given, settings
from hypothesis import strategies as st

from sapa.agenda.plan import POOL, Candidate, Plan, insertion, plan, walk
from sapa.agenda.rules import AgendaRules
from sapa.agenda.solve import Problem, completed, shortest, solve
from sapa.agenda.travel import minutes


def candidate(number: int, north: float, east: float, score: float = 10.0) -> Candidate:
    """A candidate so many kilometres from the hall."""
    return Candidate(
        ticket_id=number,
        lat=HALL[0] + north / 111.2,
        lon=HALL[1] + east / 110.3,
        score=score,
        service_minutes=RULES.service_minutes,
    )


def ids(found: Plan) -> list[int]:
    return [stop.ticket_id for stop in found.stops]


OFFSET = st.integers(-40, 40).map(lambda tenth: tenth / 10)
SETS = st.lists(st.tuples(OFFSET, OFFSET, st.integers(0, 600)), max_size=8).map(
    lambda rows: [candidate(i, n, e, s / 10) for i, (n, e, s) in enumerate(rows, 1)]
)


def best_score(candidates: list[Candidate], rules: AgendaRules) -> float:
    """By trying everything."""
    points = [HALL, *((one.lat, one.lon) for one in candidates)]
    table = minutes(
        points, speed_kmh=rules.speed_kmh, detour=rules.detour, parking_minutes=rules.parking_minutes
    )
    best = 0.0
    for size in range(min(rules.max_stops, len(candidates)) + 1):
        for chosen in itertools.permutations(range(1, len(points)), size):
            way = sum(table[a][b] for a, b in itertools.pairwise([0, *chosen, 0]))
            if way + size * rules.service_minutes <= rules.budget_minutes:
                best = max(best, sum(candidates[i - 1].score for i in chosen))
    return best


def test_nothing_to_visit_is_an_empty_round() -> None:
    assert plan([], RULES) == Plan(
        stops=(), left_out=(), total_minutes=0, return_min=0, over_minutes=0, score=0
    )


def test_one_place_is_there_and_back() -> None:
    found = plan([candidate(7, 1.0, 0)], RULES)
    stop = found.stops[0]
    assert (stop.ticket_id, stop.travel_min, stop.arrive_min, stop.service_min) == (7, 6, 6, 25)
    assert (found.return_min, found.total_minutes, found.score) == (4, 35, 10.0)


def test_times_add_up_along_the_round() -> None:
    found = plan([candidate(i, i * 0.5, (i % 3) * 0.7) for i in range(1, 6)], RULES)
    clock = 0
    for stop in found.stops:
        clock += stop.travel_min
        assert stop.arrive_min == clock
        clock += stop.service_min
    assert found.total_minutes == clock + found.return_min <= RULES.budget_minutes


@settings(max_examples=30, deadline=None)
@given(SETS, st.sampled_from([40, 75, 120, 240]), st.integers(1, 4))
def test_a_small_round_is_as_good_as_trying_everything(
    candidates: list[Candidate], budget: int, most: int
) -> None:
    tight = rules(budget_minutes=budget, max_stops=most)
    found = plan(candidates, tight)
    assert found.score == pytest.approx(best_score(candidates, tight), abs=0.05)


@settings(max_examples=30, deadline=None)
@given(SETS, st.integers(30, 240), st.integers(0, 120))
def test_more_time_never_lowers_the_score(candidates: list[Candidate], budget: int, more: int) -> None:
    short = plan(candidates, rules(budget_minutes=budget))
    assert plan(candidates, rules(budget_minutes=budget + more)).score >= short.score


@settings(max_examples=40, deadline=None)
@given(SETS, st.integers(30, 240), st.integers(1, 6), st.sets(st.integers(1, 10), max_size=4), st.randoms())
def test_any_candidates_give_a_round_that_keeps_the_rules(
    candidates: list[Candidate], budget: int, most: int, pins: set[int], random: object
) -> None:
    tight = rules(budget_minutes=budget, max_stops=most)
    found = plan(candidates, tight, pins=pins)
    known = {one.ticket_id for one in candidates}
    assert len(set(ids(found))) == len(found.stops)
    assert pins & known <= set(ids(found)) <= known
    assert len(found.stops) <= max(most, len(pins & known))
    assert found.over_minutes == max(0, found.total_minutes - budget)
    if found.over_minutes:
        assert set(ids(found)) == pins & known
    left = {left.ticket_id for left in found.left_out}
    assert left | set(ids(found)) == known
    assert not left & set(ids(found))
    shuffled = list(candidates)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert plan(shuffled, tight, pins=pins) == found


def test_why_a_candidate_is_left_out_is_said_in_minutes() -> None:
    near = [candidate(i, 0.2 * i, 0, 20 - i) for i in range(1, 4)]
    far = candidate(9, 60, 0, 99)
    reasons = {one.ticket_id: one.reason for one in plan([*near, far], rules(max_stops=2)).left_out}
    assert reasons[9] == "Terlalu jauh: sendirian 495 menit, waktu yang ada 240 menit."
    assert reasons[3] == "Titik sudah penuh (2); singgah menambah 29 menit."
    short = plan(near, rules(budget_minutes=70))
    assert short.left_out[0].reason == "Waktu tidak cukup: singgah menambah 29 menit, sisa 12 menit."


def test_pins_that_do_not_fit_are_walked_all_the_same_and_the_minutes_over_are_told() -> None:
    found = plan(
        [candidate(1, 2, 0), candidate(2, -2, 0), candidate(3, 0, 0.1)], rules(budget_minutes=60), pins={1, 2}
    )
    assert sorted(ids(found)) == [1, 2]
    assert found.over_minutes == found.total_minutes - 60 > 0


def test_more_pins_than_stops_are_all_kept() -> None:
    several = [candidate(i, 0.1 * i, 0) for i in range(1, 6)]
    assert sorted(ids(plan(several, rules(max_stops=2), pins={1, 2, 3}))) == [1, 2, 3]


def test_an_order_people_made_is_kept_and_new_stops_go_between() -> None:
    line = [candidate(i, 0.3 * i, 0) for i in range(1, 5)]
    found = plan(line, rules(max_stops=4), order=[4, 2, 99, 1])
    assert [one for one in ids(found) if one != 3] == [4, 2, 1]
    assert 3 in ids(found)


def test_an_ordered_round_takes_no_more_stops_than_fit() -> None:
    line = [candidate(i, 0.5 * i, 0) for i in range(1, 5)]
    whole = plan(line, rules(max_stops=4)).total_minutes
    tight = rules(max_stops=4, budget_minutes=whole)
    assert ids(plan(line, tight, order=[4, 1, 3])) == [4, 1, 3]
    zigzag = plan(line, tight, order=[4, 1, 3, 2])
    assert ids(zigzag) == [4, 1, 3, 2]
    assert zigzag.over_minutes > 0


def test_only_the_highest_scores_of_very_many_are_looked_at() -> None:
    many = [candidate(i, (i % 20) / 10, (i % 7) / 10, i % 50) for i in range(1, POOL + 11)]
    found = plan(many, rules(iterations=1))
    assert len(found.stops) == 6
    assert sum("Di luar 150 calon" in left.reason for left in found.left_out) == 10


def test_walking_an_order_gives_its_times_even_when_too_long() -> None:
    far, near = candidate(1, 3, 0), candidate(2, 0.1, 0)
    found = walk([far, near], rules(budget_minutes=30))
    assert ids(found) == [1, 2]
    assert found.over_minutes == found.total_minutes - 30
    assert walk([], RULES).total_minutes == 0


def test_a_new_stop_goes_where_it_costs_least() -> None:
    line = [candidate(1, 1, 0), candidate(2, 3, 0)]
    assert insertion(line, candidate(3, 2, 0), RULES) == 1
    assert insertion([], candidate(3, 2, 0), RULES) == 0


def test_effort_grows_with_the_number_of_candidates_never_with_time() -> None:
    assert [rules(iterations=2000).effort(n) for n in (0, 8, 40, 80, 150)] == [200, 400, 2000, 4000, 4000]


def problem(**changes: object) -> Problem:
    known: dict[str, object] = {
        "travel": [[0, 5, 9], [5, 0, 5], [9, 5, 0]],
        "service": [0, 10, 10],
        "prize": [0, 10, 20],
        "budget": 40,
        "max_stops": 2,
    }
    return Problem(**{**known, **changes})  # type: ignore[arg-type]


def test_a_round_is_checked_by_our_own_rules() -> None:
    whole = problem()
    assert whole.fits([1, 2])
    assert not whole.fits([1, 1])
    assert not whole.fits([0, 1])
    assert not problem(budget=38).fits([1, 2])
    assert not problem(max_stops=1).fits([1, 2])
    assert not problem(required=frozenset({2})).fits([1])


def test_what_still_fits_is_put_in() -> None:
    assert completed(problem(), []) == [1, 2]
    assert completed(problem(max_stops=1), []) == [2]
    assert completed(problem(budget=1), []) == []


def test_required_places_beyond_the_budget_have_no_round_that_fits() -> None:
    pinned = problem(required=frozenset({1, 2}), budget=20)
    assert solve(pinned, 50) is None
    assert sorted(shortest(pinned, 50)) == [1, 2]
    assert shortest(problem(), 50) == []


def test_a_search_that_ends_too_early_still_gives_a_round() -> None:
    assert sorted(solve(problem(), 1) or ()) == [1, 2]


def test_a_round_may_end_somewhere_else() -> None:
    line = problem(start=0, end=2, budget=20)
    assert solve(line, 50) == [1]
    assert line.length([1]) == 20
