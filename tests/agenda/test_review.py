"""What Diskominfo may change, and what is written down about it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from agenda_world import NOW, RULES, WEEK, Desk, at, city, rules

from sapa.agenda import week
from sapa.agenda.view import AgendaView
from sapa.agenda.week import Changed
from sapa.desk.actor import Actor
from sapa.desk.errors import Conflict, Forbidden, Invalid, NotAllowed, NotFound
from store.db import Tx

LATER = at(11, 24, 13)
SYSTEM = Actor(kind="system")


class Review:
    """A drafted week, and an officer who changes it; remembers the version."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.by = desk.officer()
        self.version = 1
        self.count = 0
        week.draft(desk.ledger, city(), RULES, NOW)

    def do(self, act: Callable[..., Changed], *, by: Actor | None = None, **what: Any) -> Changed:
        self.count += 1
        known: dict[str, Any] = {
            "version": self.version,
            "key": f"key-{self.count}",
            "now": LATER,
            "city": city(),
            "rules": RULES,
            **what,
        }
        if act is week.redraft:
            done = week.redraft(self.desk.ledger, by=by or self.by, week=WEEK, **known)
        else:

            def write(tx: Tx) -> Changed:
                return act(tx, WEEK, by or self.by, **known)

            done = self.desk.ledger.write(write)
        self.version = done.version
        return done

    @property
    def view(self) -> AgendaView:
        with self.desk.ledger.reading() as tx:
            found = week.read(tx, WEEK, city())
        assert found is not None
        return found

    @property
    def route(self) -> list[int]:
        return [one.first.ticket_id for one in self.view.stops]

    @property
    def left(self) -> dict[int, str]:
        return {one.first.ticket_id: one.reason for one in self.view.left_out}


@pytest.fixture
def review(desk: Desk) -> Review:
    """Three stops north of the hall, each half a kilometre further."""
    for n in range(1, 4):
        desk.ticket(lat=-7.4722 + n * 0.0045, lon=112.4338)
    return Review(desk)


def test_another_order_gets_its_own_times(review: Review) -> None:
    before = review.view
    order = [review.route[1], review.route[0], review.route[2]]
    done = review.do(week.reorder, order=order)
    after = review.view
    assert (done.version, done.repeated, after.version) == (2, False, 2)
    assert review.route == order
    assert [one.position for one in after.stops] == [1, 2, 3]
    assert [one.arrive for one in after.stops] != [one.arrive for one in before.stops]
    assert (
        after.total_minutes == sum(one.travel_min + one.service_min for one in after.stops) + after.return_min
    )
    last = after.history[-1]
    assert (last.at, last.who, last.what) == ("24 Nov 2026 13.00", "Petugas Meja", "Urutan titik diubah")


def test_an_order_must_hold_every_stop_once(review: Review) -> None:
    route = review.route
    for order in (route[:2], [*route, 99], [route[0]] * 3):
        with pytest.raises(Invalid, match="tepat satu kali"):
            review.do(week.reorder, order=order)
    assert review.view.version == 1


def test_a_stop_is_dropped_for_a_reason_and_stays_visible(review: Review) -> None:
    gone = review.route[1]
    review.do(week.drop, ticket_id=gone, reason=" Sudah dikerjakan DLH kemarin. ")
    assert gone not in review.route
    assert review.left[gone] == "Sudah dikerjakan DLH kemarin."
    assert review.view.left_out[0].by_hand == "dropped"
    assert [one.position for one in review.view.stops] == [1, 2]
    ref = review.view.left_out[0].first.ref
    assert review.view.history[-1].what == f"{ref} dikeluarkan: Sudah dikerjakan DLH kemarin."
    with pytest.raises(NotFound):
        review.do(week.drop, ticket_id=gone, reason="lagi")
    with pytest.raises(Invalid, match="Alasan wajib diisi"):
        review.do(week.drop, ticket_id=review.route[0], reason="  ")


def test_a_ticket_is_added_where_it_costs_least_or_where_one_says(review: Review) -> None:
    between = review.desk.ticket(lat=-7.4722, lon=112.4338)
    first = review.desk.ticket(lat=-7.45, lon=112.45)
    last = review.desk.ticket(lat=-7.46, lon=112.45)
    review.do(week.add, ticket_id=between)
    assert review.route.index(between) in (0, 3)  # at the hall: before all or after all
    review.do(week.add, ticket_id=first, position=1)
    review.do(week.add, ticket_id=last, position=99)
    assert (review.route[0], review.route[-1]) == (first, last)
    added = [one for one in review.view.stops if one.by_hand == "added"]
    assert len(added) == 3
    assert all(one.score > 0 and one.parts for one in added)
    assert review.view.history[-1].what.endswith("ditambahkan di titik 6")


def test_a_dropped_stop_comes_back_by_adding_it(review: Review) -> None:
    gone = review.route[0]
    review.do(week.drop, ticket_id=gone, reason="keliru")
    review.do(week.add, ticket_id=gone)
    assert gone in review.route
    assert review.left == {}


def test_finished_work_may_be_added_to_look_at_it(review: Review) -> None:
    done = review.desk.ticket(status="resolved", outcome="conditional", resolved_at=at(11, 20))
    review.do(week.add, ticket_id=done)
    assert done in review.route
    stop = next(one for one in review.view.stops if one.first.ticket_id == done)
    assert stop.first.status.startswith("Selesai, menunggu pelapor (selesai bersyarat")


def test_what_may_not_be_visited_cannot_be_added(review: Review) -> None:
    never: tuple[dict[str, Any], ...] = (
        {"privacy": "secret"},
        {"sensitive": "anak"},
        {"accused": "DISKOMINFO"},
        {"status": "archived"},
        {"type": "information"},
        {"lat": None, "lon": None, "kelurahan": ""},
    )
    for fields in never:
        other = review.desk.ticket(**fields)
        with pytest.raises(Invalid, match="rahasia, tanpa lokasi"):
            review.do(week.add, ticket_id=other)
        assert other not in review.route


def test_only_new_and_existing_tickets_can_be_added(review: Review) -> None:
    with pytest.raises(Invalid, match="sudah ada"):
        review.do(week.add, ticket_id=review.route[0])
    with pytest.raises(NotFound):
        review.do(week.add, ticket_id=987654)


def test_more_than_fits_is_allowed_by_hand_and_warned_about(review: Review) -> None:
    for n in range(4):
        review.do(week.add, ticket_id=review.desk.ticket(lat=-7.40 - n / 100, lon=112.50))
    warnings = review.view.warnings
    assert any("menit lebih lama" in warning for warning in warnings)
    assert "Lebih dari 6 titik kunjungan." in warnings
    assert review.view.over_minutes == review.view.total_minutes - 240


def test_approval_is_written_down_and_a_change_takes_it_back(review: Review) -> None:
    review.do(week.approve)
    found = review.view
    assert (found.state, found.state_word) == ("reviewed", "Disetujui")
    assert found.approved == "Petugas Meja, 24 Nov 2026 13.00"
    review.do(week.reorder, order=review.route[::-1])
    assert (review.view.state, review.view.approved) == ("draft", "")
    review.do(week.approve, by=SYSTEM)
    assert review.view.approved == "Sistem, 24 Nov 2026 13.00"


def test_who_comes_second_is_told_the_version(review: Review) -> None:
    review.do(week.reorder, order=review.route[::-1])
    for act, what in (
        (week.reorder, {"order": review.route}),
        (week.drop, {"ticket_id": review.route[0], "reason": "x"}),
        (week.add, {"ticket_id": 1}),
        (week.approve, {}),
        (week.redraft, {}),
    ):
        with pytest.raises(Conflict, match="Agenda ini baru saja berubah") as error:
            review.do(act, version=1, **what)
        assert error.value.version == 2


def test_the_same_key_changes_once(review: Review) -> None:
    order = review.route[::-1]
    first = review.do(week.reorder, order=order, key="sekali")
    again = review.do(week.reorder, order=order, key="sekali", version=1)
    assert (again.version, again.repeated) == (first.version, True)
    drafted = review.do(week.redraft, key="susun")
    assert review.do(week.redraft, key="susun", version=1).repeated
    assert review.view.version == drafted.version


def test_only_diskominfo_may_change_it(review: Review) -> None:
    for stranger in (review.desk.officer("opd", "DLH"), Actor(kind="citizen"), Actor(kind="opd", opd="DLH")):
        with pytest.raises(Forbidden):
            review.do(week.approve, by=stranger)
    review.do(week.approve, by=review.desk.officer("administrator"))


def test_a_published_agenda_stays_as_it_is(review: Review) -> None:
    review.desk.ledger.write(lambda tx: tx.run("UPDATE agenda SET state = 'published'"))
    with pytest.raises(NotAllowed, match="tidak dapat diubah lagi"):
        review.do(week.reorder, order=review.route)


def test_a_week_without_agenda_cannot_be_changed(desk: Desk) -> None:
    by = desk.officer()
    known: dict[str, Any] = {"version": 1, "key": "", "now": NOW, "city": city(), "rules": RULES}
    with pytest.raises(NotFound, match="Belum ada agenda"):
        desk.ledger.write(lambda tx: week.approve(tx, WEEK, by, **known))


def test_a_week_that_was_closed_after_its_draft_cannot_be_planned_again(review: Review) -> None:
    closed = city(*(date(2026, 11, day) for day in (25, 26, 27)))
    for act, what in ((week.redraft, {}), (week.reorder, {"order": review.route})):
        with pytest.raises(Invalid, match="tidak punya hari kerja"):
            review.do(act, city=closed, **what)


def test_a_ticket_that_became_secret_is_hidden_at_once_and_leaves_with_the_next_change(
    review: Review,
) -> None:
    gone = review.route[0]
    ref = review.view.stops[0].first.ref
    review.desk.change(gone, privacy="secret")
    found = review.view
    assert gone not in [one.first.ticket_id for one in (*found.stops, *found.left_out)]
    assert found.withheld == 1
    assert found.warnings[0].startswith("1 laporan kini rahasia")
    review.do(week.approve)
    found = review.view
    assert [one.position for one in found.stops] == [1, 2]
    assert (found.withheld, found.left_out) == (0, ())
    assert found.history[-1].who == "Sistem"
    assert found.history[-1].what.startswith("Satu laporan ditarik")
    assert ref not in str(found)


def test_planning_again_keeps_what_people_did(review: Review) -> None:
    dropped, kept = review.route[0], review.route[1:]
    pinned = review.desk.ticket(lat=-7.44, lon=112.46)
    fresh = review.desk.ticket(lat=-7.4722, lon=112.4338, urgent=True)
    review.do(week.drop, ticket_id=dropped, reason="bukan pekan ini")
    review.do(week.add, ticket_id=pinned, position=1)
    review.do(week.reorder, order=[pinned, *kept[::-1]])
    review.do(week.redraft)
    found = review.view
    assert [one for one in review.route if one != fresh] == [pinned, *kept[::-1]]
    assert fresh in review.route
    assert review.left[dropped] == "bukan pekan ini"
    assert next(one for one in found.stops if one.first.ticket_id == pinned).by_hand == "added"
    assert found.history[-1].what == "Rancangan disusun ulang"
    assert len(found.history) == 5


def test_planning_again_from_nothing_when_asked(review: Review) -> None:
    dropped = review.route[0]
    far = review.desk.ticket(lat=-7.80, lon=112.80)
    review.do(week.drop, ticket_id=dropped, reason="keliru")
    review.do(week.add, ticket_id=far)
    review.do(week.redraft, keep_by_hand=False)
    assert dropped in review.route
    assert far not in review.route
    assert review.left[far].startswith("Terlalu jauh")
    assert review.view.over_minutes == 0


def test_planning_again_with_new_rules_and_tickets(review: Review) -> None:
    review.do(week.redraft, rules=rules(max_stops=2))
    assert len(review.route) == 2
    assert review.view.max_stops == 2
    assert len(review.left) == 1


@pytest.fixture
def shared(desk: Desk) -> Review:
    """One stop of three complaints (1, 2, 3), and one of a single complaint (4)."""
    for n in range(3):
        desk.ticket(lat=-7.4767, lon=112.4338, days=9 - n)
    desk.ticket(lat=-7.4812, lon=112.4338)
    return Review(desk)


def stops(review: Review) -> dict[tuple[int, ...], int]:
    """The complaints of each stop → its position, 0 when left out."""
    found = (*review.view.stops, *review.view.left_out)
    return {tuple(one.ticket_id for one in stop.complaints): stop.position for stop in found}


def test_a_shared_stop_is_dropped_and_comes_back_with_all_its_complaints(shared: Review) -> None:
    shared.do(week.drop, ticket_id=2, reason="sudah ditambal")
    assert stops(shared) == {(4,): 1, (1, 2, 3): 0}
    assert shared.view.history[-1].what == (
        "CTH-2611-0001, CTH-2611-0002, CTH-2611-0003 dikeluarkan: sudah ditambal"
    )
    shared.do(week.redraft)
    assert stops(shared) == {(4,): 1, (1, 2, 3): 0}
    shared.do(week.add, ticket_id=3, position=1)
    assert stops(shared) == {(1, 2, 3): 1, (4,): 2}
    assert shared.view.stops[0].service_min == 35
    assert shared.view.history[-1].what.endswith("CTH-2611-0003 ditambahkan di titik 1")
    with pytest.raises(Invalid, match="sudah ada"):
        shared.do(week.add, ticket_id=2)


def test_a_shared_stop_moves_by_any_of_its_complaints_but_only_once(shared: Review) -> None:
    last = shared.view.stops[-1].first.ticket_id
    other = 4 if last != 4 else 2
    shared.do(week.reorder, order=[last, other])
    assert [one.first.ticket_id for one in shared.view.stops] == [last, 1 if other == 2 else 4]
    for order in ([1, 2], [1, 2, 4], [4, 4]):
        with pytest.raises(Invalid, match="tepat satu kali"):
            shared.do(week.reorder, order=order)


def test_a_complaint_added_at_the_spot_of_a_stop_joins_it(shared: Review) -> None:
    waiting = shared.desk.ticket(lat=-7.4767, lon=112.43382, days=2, status="waiting")
    shared.do(week.add, ticket_id=waiting)
    assert set(stops(shared)) == {(1, 2, 3, waiting), (4,)}
    position = stops(shared)[1, 2, 3, waiting]
    assert shared.view.stops[position - 1].service_min == 40
    assert shared.view.history[-1].what == f"CTH-2611-0005 ditambahkan di titik {position}"
    shared.do(week.redraft)
    assert set(stops(shared)) == {(1, 2, 3, waiting), (4,)}


def test_what_was_dropped_joins_the_stop_that_took_its_place(shared: Review) -> None:
    shared.do(week.drop, ticket_id=1, reason="bukan pekan ini")
    fresh = shared.desk.ticket(lat=-7.4767, lon=112.4338, days=1)
    shared.do(week.redraft)
    assert set(stops(shared)) == {(fresh,), (4,), (1, 2, 3)}
    shared.do(week.add, ticket_id=1)
    assert set(stops(shared)) == {(1, 2, 3, fresh), (4,)}
    assert shared.view.left_out == ()


def test_a_complaint_that_became_secret_leaves_its_stop_to_the_others(shared: Review) -> None:
    shared.desk.change(1, privacy="secret")
    assert set(stops(shared)) == {(2, 3), (4,)}
    assert shared.view.withheld == 1
    shared.do(week.approve)
    assert set(stops(shared)) == {(2, 3), (4,)}
    assert shared.view.withheld == 0
    assert shared.view.state == "reviewed"
    assert shared.view.history[-1].what.startswith("Satu laporan ditarik")
    (stop,) = (one for one in shared.view.stops if len(one.complaints) == 2)
    assert stop.service_min == 30
    assert "1 laporan lain" in [part.detail for part in stop.parts]
    shared.do(week.drop, ticket_id=2, reason="keliru")
    assert stops(shared) == {(4,): 1, (2, 3): 0}


def test_planning_again_keeps_the_order_of_shared_stops(shared: Review) -> None:
    order = shared.route[::-1]
    shared.do(week.reorder, order=order)
    shared.desk.change(3, urgent=True)
    shared.do(week.redraft)
    assert [tuple(one.ticket_id for one in stop.complaints) for stop in shared.view.stops] == [
        (4,) if first == 4 else (3, 1, 2) for first in order
    ]
