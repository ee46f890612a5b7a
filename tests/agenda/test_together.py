"""Several complaints at one spot: one stop."""

import math
from dataclasses import replace

import pytest
from agenda_world import HALL, NOW, RULES, WEEK, Desk, city, rules
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from sapa.agenda import sheet, week
from sapa.agenda.candidates import Scored
from sapa.agenda.plan import Candidate
from sapa.agenda.rules import AgendaRules
from sapa.agenda.score import Part, Score
from sapa.agenda.together import by_spot, stop_of
from sapa.agenda.travel import kilometres
from sapa.agenda.view import AgendaView


def one(
    number: int, metres_north: float = 0, points: float = 10, *, own: bool = True, east: float = 0
) -> Scored:
    """A complaint so many metres from the hall."""
    where = Candidate(
        ticket_id=number,
        lat=HALL[0] + metres_north / 111_195,
        lon=HALL[1] + east / (111_195 * math.cos(math.radians(HALL[0]))),
        score=points,
        service_minutes=RULES.service_minutes,
    )
    return Scored(
        candidate=where, score=Score(points, (Part("age", "Umur laporan", points, ""),)), own_point=own
    )


def groups(found: list[Scored]) -> set[tuple[int, ...]]:
    return {stop.tickets for stop in found}


def test_what_is_within_thirty_metres_of_the_heaviest_is_one_stop() -> None:
    near = [one(1, 0, 5), one(2, 25, 30), one(3, 50, 8), one(4, 58, 7)]
    assert groups(by_spot(near, RULES)) == {(2, 3, 1), (4,)}
    assert groups(by_spot(near[::-1], RULES)) == {(2, 3, 1), (4,)}


def test_the_distance_is_a_setting_and_zero_keeps_each_apart() -> None:
    near = [one(1, 0, 9), one(2, 0, 8), one(3, 90, 7)]
    assert groups(by_spot(near, rules(merge_metres=100))) == {(1, 2, 3)}
    assert groups(by_spot(near, rules(merge_metres=0))) == {(1,), (2,), (3,)}


def test_those_whose_own_point_is_not_known_stay_alone() -> None:
    near = [one(1, 0, 9), one(2, 0, 8, own=False), one(3, 0, 7, own=False)]
    assert groups(by_spot(near, RULES)) == {(1,), (2,), (3,)}


def test_the_others_give_a_small_part_with_a_name_and_a_bound() -> None:
    def worth(count: int, rules_: AgendaRules = RULES) -> Score:
        return stop_of(
            [one(number, points=20 + (number == 7)) for number in range(7, 7 + count)], rules_
        ).score

    assert worth(1) == one(7, points=21).score
    assert [worth(count).total for count in (2, 4, 8, 32, 200)] == [23, 25, 27, 31, 31]
    assert worth(4).parts[1] == Part("together", "Laporan di titik yang sama", 4.0, "3 laporan lain")
    assert worth(4, rules(weights={"together": 0.0})).total == 21
    assert stop_of([one(1, points=20), one(2, points=20)], RULES).candidate.score == 22


def test_a_stop_takes_longer_for_more_complaints_but_never_more_than_twice_as_long() -> None:
    minutes = [
        stop_of([one(number) for number in range(1, count + 1)], RULES).candidate.service_minutes
        for count in (1, 2, 3, 6, 60)
    ]
    assert minutes == [25, 30, 35, 50, 50]


@given(
    st.lists(st.tuples(st.floats(0, 200), st.floats(0, 200), st.integers(0, 40), st.booleans()), max_size=40),
    st.integers(0, 80),
)
def test_every_complaint_is_at_one_stop_and_no_stop_is_wider_than_allowed(
    rows: list[tuple[float, float, int, bool]], metres: int
) -> None:
    complaints = [one(i, n, p, own=own, east=e) for i, (n, e, p, own) in enumerate(rows)]
    where = {each.ticket_id: each for each in complaints}
    found = by_spot(complaints, rules(merge_metres=metres))
    assert sorted(ticket for stop in found for ticket in stop.tickets) == sorted(where)

    def apart(a: int, b: int) -> float:
        return 1000 * kilometres(*((where[i].candidate.lat, where[i].candidate.lon) for i in (a, b)))

    assert all(apart(stop.ticket_id, other) <= metres for stop in found for other in stop.also)
    heads = [stop.ticket_id for stop in found if where[stop.ticket_id].own_point]
    assert metres == 0 or all(apart(a, b) > metres for a in heads for b in heads if a < b)


@pytest.fixture
def crowded(desk: Desk) -> Desk:
    """Seven complaints about one hole (1 … 7), and two places elsewhere (8, 9)."""
    for number in range(7):
        desk.ticket(lat=-7.4750, lon=112.4360, days=9 - number, opd="PUPR" if number == 1 else "DLH")
    desk.ticket(lat=-7.4700, lon=112.4400)
    desk.ticket(lat=-7.4650, lon=112.4400)
    return desk


def view(desk: Desk) -> AgendaView:
    with desk.ledger.reading() as tx:
        found = week.read(tx, WEEK, city())
    assert found is not None
    return found


def at_stops(found: AgendaView) -> dict[tuple[int, ...], int]:
    """The tickets of each stop → its position."""
    stops = (*found.stops, *found.left_out)
    return {tuple(each.ticket_id for each in stop.complaints): stop.position for stop in stops}


def test_many_complaints_at_one_spot_leave_room_for_others(crowded: Desk) -> None:
    week.draft(crowded.ledger, city(), rules(max_stops=3), NOW)
    found = view(crowded)
    assert set(at_stops(found)) == {(1, 2, 3, 4, 5, 6, 7), (8,), (9,)}
    assert len(found.stops) == 3
    assert found.candidates == 9
    (hole,) = (stop for stop in found.stops if len(stop.complaints) > 1)
    assert hole.service_min == 50
    assert "together" in [part.name for part in hole.parts]
    assert hole.score == pytest.approx(sum(part.points for part in hole.parts), abs=0.05)
    assert [each.opd for each in hole.complaints][:3] == ["DLH", "PUPR", "DLH"]


def test_paper_terminal_and_chat_name_the_complaints_of_a_stop(crowded: Desk) -> None:
    week.draft(crowded.ledger, city(), RULES, NOW)
    found = view(crowded)
    refs = [f"CTH-2611-{number:04d}" for number in range(1, 8)]
    page = HTMLParser(sheet.html(found))
    assert len(page.css("section.stop")) == 3
    stop = next(section for section in page.css("section.stop") if refs[0] in section.text())
    assert all(ref in stop.text() for ref in refs)
    rows = page.css(".rundown tbody tr")
    assert len(rows) == 5 + 1 + 2
    (wide,) = {cell.attributes["rowspan"] for cell in page.css(".rundown td[rowspan]")} - {"1"}
    assert wide == "6"
    assert all(ref in sheet.text(found) for ref in refs)
    chat = sheet.whatsapp(found)
    assert all(f"{ref} · " in chat for ref in refs[:5])
    assert f"{refs[1]} · PUPR" in chat
    assert "dan 2 laporan lain di titik ini" in chat


def test_a_stop_left_out_names_all_its_complaints(crowded: Desk) -> None:
    week.draft(crowded.ledger, city(), rules(max_stops=1), NOW)
    found = view(crowded)
    (hole,) = (stop for stop in found.stops if len(stop.complaints) > 1)
    left = replace(hole, position=0, reason="Titik sudah penuh.")
    text = sheet.text(replace(found, stops=(), left_out=(left,)))
    assert "CTH-2611-0001, CTH-2611-0002" in text
    assert "CTH-2611-0007" in text
