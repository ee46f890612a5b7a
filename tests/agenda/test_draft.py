"""The week's draft."""

import threading
from datetime import date, datetime

import pytest
from agenda_world import NOW, RULES, WEEK, Desk, at, city, rules

from sapa.agenda import week
from sapa.agenda.view import AgendaView
from sapa.desk.errors import Invalid
from store import agendas
from store.db import Ledger

NOON = at(11, 24, 12)


def view(ledger: Ledger, of: str = WEEK) -> AgendaView:
    with ledger.reading() as tx:
        found = week.read(tx, of, city())
    assert found is not None
    return found


def told(ledger: Ledger) -> list[tuple[str, str]]:
    with ledger.reading() as tx:
        return [(row[0], row[1]) for row in tx.run("SELECT notice, key FROM outbox ORDER BY id")]


def test_a_draft_holds_the_round_and_what_was_left_out(desk: Desk) -> None:
    near = [desk.ticket(lat=-7.47 - n / 1000, urgent=n > 2) for n in range(8)]
    agenda_id = week.draft(desk.ledger, city(), RULES, NOW)
    found = view(desk.ledger)
    assert found.agenda_id == agenda_id
    assert (found.week, found.visit_on, found.state) == (WEEK, date(2026, 11, 25), "draft")
    assert len(found.stops) == 5 or len(found.stops) == 6
    assert {one.first.ticket_id for one in (*found.stops, *found.left_out)} == set(near)
    assert [one.position for one in found.stops] == list(range(1, len(found.stops) + 1))
    assert all(one.reason.startswith("Titik sudah penuh") for one in found.left_out)
    assert found.total_minutes <= found.budget_minutes
    assert found.score == pytest.approx(sum(one.score for one in found.stops), abs=0.05)
    assert [change.what for change in found.history] == ["Rancangan dibuat"]
    assert found.history[0].who == "Sistem"
    assert not found.empty


def test_however_often_it_fires_there_is_one_draft_a_week_and_one_notice(desk: Desk) -> None:
    desk.ticket()
    first = week.draft(desk.ledger, city(), RULES, NOW)
    desk.ticket(urgent=True)
    assert week.draft(desk.ledger, city(), RULES, NOW) == first
    assert week.catch_up(desk.ledger, city(), RULES, NOON) == first
    assert len(view(desk.ledger).stops) == 1
    assert told(desk.ledger) == [("agenda_draft", f"agenda:{WEEK}")]


def test_a_draft_that_found_nothing_is_planned_again_when_there_is_something(desk: Desk) -> None:
    first = week.catch_up(desk.ledger, city(), RULES, NOON)
    assert week.draft(desk.ledger, city(), RULES, NOON) == first
    assert view(desk.ledger).empty
    ticket_id = desk.ticket()
    assert week.draft(desk.ledger, city(), RULES, NOON) == first
    found = view(desk.ledger)
    assert [one.first.ticket_id for one in found.stops] == [ticket_id]
    assert [(one.what, one.who) for one in found.history] == [
        ("Rancangan dibuat", "Sistem"),
        ("Rancangan disusun ulang", "Sistem"),
    ]
    desk.ticket(urgent=True)
    assert week.draft(desk.ledger, city(), RULES, NOON) == first
    assert [one.first.ticket_id for one in view(desk.ledger).stops] == [ticket_id]
    assert len(told(desk.ledger)) == 1


def test_a_blank_draft_that_a_person_approved_stays_blank(desk: Desk) -> None:
    week.draft(desk.ledger, city(), RULES, NOW)
    by, version = desk.officer(), view(desk.ledger).version
    desk.ledger.write(
        lambda tx: week.approve(tx, WEEK, by, version=version, key="a", now=NOW, city=city(), rules=RULES)
    )
    desk.ticket()
    week.draft(desk.ledger, city(), RULES, NOW)
    assert not view(desk.ledger).stops


def test_two_that_draft_at_the_same_time_get_the_same_one(desk: Desk) -> None:
    for n in range(4):
        desk.ticket(lat=-7.47 - n / 1000)
    ids: list[int] = []
    threads = [
        threading.Thread(target=lambda: ids.append(week.draft(desk.ledger, city(), RULES, NOW)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 3
    assert len(set(ids)) == 1
    assert len(told(desk.ledger)) == 1
    assert len(view(desk.ledger).stops) == 4


def test_the_same_tickets_give_the_same_round_whenever_in_the_week_it_is_drafted(desk: Desk) -> None:
    for n in range(9):
        desk.ticket(lat=-7.46 - n / 500, lon=112.43 + n % 3 / 300, days=n * 4, reporters=1 + n % 3)
    week.draft(desk.ledger, city(), RULES, at(11, 23, 1))
    first = [(one.first.ticket_id, one.arrive, one.score) for one in view(desk.ledger).stops]
    desk.ledger.write(lambda tx: tx.run("DELETE FROM stop"))
    desk.ledger.write(lambda tx: tx.run("DELETE FROM agenda"))
    week.draft(desk.ledger, city(), RULES, at(11, 25, 6))
    assert [(one.first.ticket_id, one.arrive, one.score) for one in view(desk.ledger).stops] == first


def caught_up(ledger: Ledger, when: datetime) -> list[str]:
    """The weeks drafted and the jobs done after asking at this time."""
    week.catch_up(ledger, city(), RULES, when)
    with ledger.reading() as tx:
        noons = {"2026-W48": at(11, 24, 12), "2026-W49": at(12, 1, 12)}
        done = {of for of, noon in noons.items() if agendas.job_done(tx, week.JOB, noon)}
        weeks = [row.week for row in agendas.recent(tx)]
    assert done == set(weeks)
    return weeks


def test_a_draft_is_made_from_tuesday_noon_on(ledger: Ledger) -> None:
    assert caught_up(ledger, at(11, 23, 12)) == []
    assert caught_up(ledger, at(11, 24, 11, 59)) == []
    assert caught_up(ledger, at(11, 24, 12)) == ["2026-W48"]
    assert caught_up(ledger, at(11, 26, 1)) == ["2026-W48"]
    assert caught_up(ledger, at(12, 1, 12)) == ["2026-W49", "2026-W48"]


def test_a_draft_that_was_missed_is_made_up_on_the_day_of_the_visit(ledger: Ledger) -> None:
    assert caught_up(ledger, at(11, 25, 17)) == ["2026-W48"]


def test_a_draft_that_was_missed_is_not_made_after_the_visit_day(ledger: Ledger) -> None:
    assert caught_up(ledger, at(11, 26, 1)) == []


def test_catching_up_twice_is_once(ledger: Ledger) -> None:
    first = week.catch_up(ledger, city(), RULES, NOON)
    assert week.catch_up(ledger, city(), RULES, at(11, 25, 7)) == first
    with ledger.reading() as tx:
        assert len(agendas.recent(tx)) == 1
        assert tx.run("SELECT count(*) FROM job_run") == [(1,)]


def test_a_holiday_moves_the_visit(ledger: Ledger) -> None:
    off = city(date(2026, 11, 25))
    assert week.catch_up(ledger, off, RULES, at(11, 26, 9)) is not None
    assert view(ledger).visit_on == date(2026, 11, 26)
    assert view(ledger).day == "Kamis, 26 November 2026"


def test_another_week_may_be_drafted_but_not_one_that_is_over_or_closed(ledger: Ledger) -> None:
    assert week.draft(ledger, city(), RULES, NOW, "2026-W50") > 0
    assert view(ledger, "2026-W50").visit_on == date(2026, 12, 9)
    with pytest.raises(Invalid, match="sudah lewat"):
        week.draft(ledger, city(), RULES, NOW, "2026-W47")
    closed = city(*(date(2026, 12, day) for day in (16, 17, 18)))
    with pytest.raises(Invalid, match="hari kerja"):
        week.draft(ledger, closed, RULES, NOW, "2026-W51")


def test_a_week_without_complaints_suggests_work_to_check_conditional_promises_first(desk: Desk) -> None:
    done = {"status": "resolved", "outcome": "fixed"}
    later = desk.ticket(resolved_at=at(11, 10), **done)
    promised = desk.ticket(status="closed", outcome="conditional", resolved_at=at(11, 12))
    earlier = desk.ticket(resolved_at=at(11, 2), **done)
    desk.ticket(resolved_at=at(11, 1), privacy="secret", **done)
    desk.ticket(resolved_at=at(11, 1), lat=None, lon=None, kelurahan="", **done)
    week.draft(desk.ledger, city(), RULES, NOW)
    found = view(desk.ledger)
    assert found.empty
    assert [one.first.ticket_id for one in found.preventive] == [promised, earlier, later]
    assert found.preventive[0].first.ask == "Periksa hasil pekerjaan di lapangan."
    assert (found.stops, found.left_out, found.warnings, found.total_minutes) == ((), (), (), 0)
    desk.change(later, sensitive="kekerasan")
    assert [one.first.ticket_id for one in view(desk.ledger).preventive] == [promised, earlier]


def test_only_the_best_of_those_left_out_are_kept(desk: Desk) -> None:
    for n in range(40):
        desk.ticket(lat=-7.46 - n % 8 / 500, lon=112.43 + n % 5 / 300)
    week.draft(desk.ledger, city(), rules(iterations=40), NOW)
    found = view(desk.ledger)
    assert len(found.left_out) == 30
    assert found.candidates == 40


def test_a_short_round_warns(desk: Desk) -> None:
    desk.ticket()
    week.draft(desk.ledger, city(), RULES, NOW)
    assert view(desk.ledger).warnings == ("Kurang dari 3 titik kunjungan.",)


def test_a_week_without_agenda_reads_as_none(ledger: Ledger) -> None:
    with ledger.reading() as tx:
        assert week.read(tx, WEEK, city()) is None
