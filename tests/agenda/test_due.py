"""Which week's visit, and when."""

from datetime import date

import pytest
from agenda_world import RULES, at, city, rules

from sapa.agenda.due import due_week, monday_of, visit_of, week_of
from sapa.desk.errors import Invalid


def test_the_visit_is_on_wednesday_at_eight_and_drafted_on_tuesday_noon() -> None:
    visit = visit_of("2026-W48", city(), RULES)
    assert visit is not None
    assert visit.visit_on == date(2026, 11, 25)
    assert visit.starts_at == at(11, 25, 8)
    assert visit.draft_at == at(11, 24, 12)


def test_until_the_visit_day_is_over_it_is_this_week_then_the_next() -> None:
    assert due_week(at(11, 23, 0, 1), city(), RULES).week == "2026-W48"
    assert due_week(at(11, 25, 23, 59), city(), RULES).week == "2026-W48"
    assert due_week(at(11, 26, 0, 0), city(), RULES).week == "2026-W49"


def test_the_day_is_the_citys_not_utcs() -> None:
    # 00:30 on Thursday in Mojokerto is still Wednesday in UTC.
    assert due_week(at(11, 26, 0, 30), city(), RULES).week == "2026-W49"


def test_a_holiday_moves_the_visit_to_the_next_working_day_not_the_draft() -> None:
    visit = visit_of("2026-W48", city(date(2026, 11, 25), date(2026, 11, 26)), RULES)
    assert visit is not None
    assert visit.visit_on == date(2026, 11, 27)
    assert visit.draft_at == at(11, 24, 12)


def test_a_week_without_a_working_day_left_has_no_visit() -> None:
    closed = city(*(date(2026, 11, day) for day in (25, 26, 27)))
    assert visit_of("2026-W48", closed, RULES) is None
    assert due_week(at(11, 23), closed, RULES).week == "2026-W49"


def test_a_city_may_walk_on_sundays_and_draft_the_week_before() -> None:
    sunday = visit_of("2026-W48", city(), rules(weekday="sun"))
    assert sunday is not None
    assert sunday.visit_on == date(2026, 11, 29)
    monday = visit_of("2026-W48", city(), rules(weekday="mon", draft_weekday="fri"))
    assert monday is not None
    assert monday.draft_at == at(11, 20, 12)


def test_weeks_are_iso_weeks_across_the_new_year() -> None:
    assert week_of(date(2027, 1, 1)) == "2026-W53"
    assert monday_of("2026-W53") == date(2026, 12, 28)
    assert due_week(at(12, 31, 9), city(), RULES).week == "2027-W01"


@pytest.mark.parametrize("week", ["", "2026-48", "2026-W54", "2026-W00", "rabu", "2026-W48x"])
def test_anything_else_is_refused(week: str) -> None:
    with pytest.raises(Invalid, match="2026-W48"):
        monday_of(week)
