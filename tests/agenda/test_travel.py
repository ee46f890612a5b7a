"""Minutes between places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sapa.agenda.travel import closed, kilometres, minutes

POINT = st.tuples(st.floats(-7.52, -7.42), st.floats(112.38, 112.48))


def test_a_degree_of_latitude_is_111_kilometres() -> None:
    assert kilometres((0.0, 112.0), (1.0, 112.0)) == pytest.approx(111.195, abs=0.01)


def test_a_kilometre_at_twenty_with_detour_takes_four_minutes_and_parking() -> None:
    a, b = (-7.47, 112.43), (-7.479, 112.43)  # 1.0008 km: 3.9 minutes
    assert minutes([a, b], speed_kmh=20, detour=1.3, parking_minutes=2) == [[0, 6], [4, 0]]


def test_the_way_back_needs_no_parking() -> None:
    table = minutes([(-7.47, 112.43)] * 3, speed_kmh=20, detour=1.3, parking_minutes=2)
    assert table == [[0, 2, 2], [0, 0, 2], [0, 2, 0]]


@given(st.lists(POINT, min_size=1, max_size=6), st.integers(0, 5))
def test_no_way_is_longer_than_the_way_by_a_third_place(
    points: list[tuple[float, float]], parking: int
) -> None:
    table = minutes(points, speed_kmh=20, detour=1.3, parking_minutes=parking)
    everywhere = range(len(points))
    assert all(
        table[i][j] <= table[i][k] + table[k][j] for i in everywhere for j in everywhere for k in everywhere
    )


def test_the_closure_shortens_what_a_road_table_got_wrong() -> None:
    assert closed([[0, 9, 2], [9, 0, 3], [2, 3, 0]]) == [[0, 5, 2], [5, 0, 3], [2, 3, 0]]
    assert closed([[0]]) == [[0]]
