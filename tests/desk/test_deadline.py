"""Deadlines in Indonesian working days."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sapa.desk.deadline import UNITS, Calendar, SlaRow, SlaTable, due

JAKARTA = ZoneInfo("Asia/Jakarta")
HOLIDAYS = frozenset({date(2026, 12, 24), date(2026, 12, 25), date(2027, 1, 1)})
CALENDAR = Calendar("x", HOLIDAYS, JAKARTA)

moments = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
numbers = st.integers(1, 60)
units = st.sampled_from(UNITS)
calendars = st.builds(
    Calendar,
    st.just("x"),
    st.frozensets(st.dates(date(2024, 1, 1), date(2031, 1, 1)), max_size=40),
    st.just(JAKARTA),
)


def city(*when: int) -> datetime:
    return datetime(*when, tzinfo=JAKARTA)  # type: ignore[misc, arg-type]


def test_a_complaint_of_friday_evening_counts_from_monday() -> None:
    assert CALENDAR.add(city(2026, 11, 27, 20, 0), 1, "hari_kerja") == city(2026, 11, 30, 23, 59, 59)
    assert CALENDAR.add(city(2026, 11, 28, 9, 0), 1, "hari_kerja") == city(2026, 11, 30, 23, 59, 59)


def test_shared_leave_days_do_not_count() -> None:
    assert CALENDAR.add(city(2026, 12, 23, 8, 0), 1, "hari_kerja") == city(2026, 12, 28, 23, 59, 59)


def test_the_day_is_the_citys_day() -> None:
    late_in_utc = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)  # Tuesday 01:00 in the city
    assert CALENDAR.add(late_in_utc, 1, "hari_kerja") == city(2026, 11, 25, 23, 59, 59)


def test_calendar_days_and_hours() -> None:
    friday = city(2026, 11, 27, 20, 0)
    assert CALENDAR.add(friday, 2, "hari_kalender") == city(2026, 11, 29, 23, 59, 59)
    assert CALENDAR.add(friday, 3, "jam") == city(2026, 11, 27, 23, 0)


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        CALENDAR.add(city(2026, 11, 27), 0, "hari_kerja")
    with pytest.raises(ValueError, match="unknown unit"):
        CALENDAR.add(city(2026, 11, 27), 1, "minggu")  # type: ignore[arg-type]


@given(moments, numbers, units, calendars)
def test_a_deadline_is_always_later_and_in_utc(
    start: datetime, number: int, unit: str, calendar: Calendar
) -> None:
    found = calendar.add(start, number, unit)  # type: ignore[arg-type]
    assert found > start
    assert found.tzinfo is UTC


@given(moments, numbers, calendars)
def test_it_never_falls_on_a_day_when_offices_are_closed(
    start: datetime, number: int, calendar: Calendar
) -> None:
    assert calendar.is_working(calendar.day(calendar.add(start, number, "hari_kerja")))


@given(moments, numbers, numbers, units, calendars)
def test_n_and_then_m_is_n_plus_m(
    start: datetime, first: int, second: int, unit: str, calendar: Calendar
) -> None:
    twice = calendar.add(calendar.add(start, first, unit), second, unit)  # type: ignore[arg-type]
    assert twice == calendar.add(start, first + second, unit)  # type: ignore[arg-type]


@given(moments, st.timedeltas(timedelta(0), timedelta(days=30)), numbers, units, calendars)
def test_a_later_start_is_never_due_earlier(
    start: datetime, later: timedelta, number: int, unit: str, calendar: Calendar
) -> None:
    first = calendar.add(start, number, unit)  # type: ignore[arg-type]
    assert first <= calendar.add(start + later, number, unit)  # type: ignore[arg-type]


@given(moments, numbers, calendars)
def test_counting_working_days_is_the_way_back(start: datetime, number: int, calendar: Calendar) -> None:
    assert calendar.working_days(start, calendar.add(start, number, "hari_kerja")) == number
    assert calendar.working_days(start, start - timedelta(days=9)) == 0


def test_a_pause_over_a_weekend_gives_no_working_day_that_was_not_lost() -> None:
    due_at = city(2026, 12, 2, 23, 59, 59)  # a Wednesday
    friday, monday = city(2026, 11, 27, 16, 0), city(2026, 11, 30, 10, 0)
    moved = CALENDAR.later(due_at, friday, monday, "hari_kerja")
    assert moved == city(2026, 12, 3, 17, 59, 59)  # 8 hours of Friday, 10 of Monday
    saturday, sunday = city(2026, 11, 28, 8, 0), city(2026, 11, 29, 20, 0)
    assert CALENDAR.later(due_at, saturday, sunday, "hari_kerja") == due_at


def test_what_a_pause_took_is_given_back_around_holidays() -> None:
    due_at = city(2026, 12, 23, 23, 59, 59)  # before two holidays and a weekend
    monday = city(2026, 12, 14, 9, 0)
    moved = CALENDAR.later(due_at, monday, monday + timedelta(days=1), "hari_kerja")
    assert moved == city(2026, 12, 28, 23, 59, 59)


def test_calendar_days_and_hours_move_by_the_clock() -> None:
    friday, monday = city(2026, 11, 27, 16, 0), city(2026, 11, 30, 10, 0)
    for unit in ("hari_kalender", "jam"):
        moved = CALENDAR.later(city(2026, 12, 2, 12, 0), friday, monday, unit)  # type: ignore[arg-type]
        assert moved == city(2026, 12, 5, 6, 0)


pauses = st.timedeltas(timedelta(0), timedelta(days=40))


@given(moments, moments, units, calendars)
def test_pause_and_resume_at_once_moves_nothing(
    due_at: datetime, asked: datetime, unit: str, calendar: Calendar
) -> None:
    assert calendar.later(due_at, asked, asked, unit) == due_at  # type: ignore[arg-type]
    assert calendar.later(due_at, asked, asked - timedelta(1), unit) == due_at  # type: ignore[arg-type]


@given(moments, pauses, pauses, calendars)
def test_the_working_time_left_is_the_same_before_and_after_a_pause(
    asked: datetime, left: timedelta, waited: timedelta, calendar: Calendar
) -> None:
    due_at, until = asked + left, asked + waited
    moved = calendar.later(due_at, asked, until, "hari_kerja")
    assert calendar.working_time(until, moved) == calendar.working_time(asked, due_at)
    late = asked + left  # a promise that was late already stays as late
    moved = calendar.later(asked, late, late + waited, "hari_kerja")
    assert calendar.working_time(moved, late + waited) == calendar.working_time(asked, late)


@given(moments, moments, pauses, calendars)
def test_a_moved_deadline_falls_on_a_working_day_and_never_earlier(
    due_at: datetime, asked: datetime, waited: timedelta, calendar: Calendar
) -> None:
    moved = calendar.later(due_at, asked, asked + waited, "hari_kerja")
    assert moved >= due_at
    assert moved == due_at or calendar.is_working(calendar.day(moved))


@given(moments, moments, pauses, pauses, units, calendars)
def test_a_longer_pause_or_a_later_deadline_is_never_due_earlier(
    due_at: datetime, asked: datetime, waited: timedelta, more: timedelta, unit: str, calendar: Calendar
) -> None:
    moved = calendar.later(due_at, asked, asked + waited, unit)  # type: ignore[arg-type]
    assert moved <= calendar.later(due_at, asked, asked + waited + more, unit)  # type: ignore[arg-type]
    assert moved <= calendar.later(due_at + more, asked, asked + waited, unit)  # type: ignore[arg-type]
    again = calendar.later(moved, asked + waited, asked + waited + more, unit)  # type: ignore[arg-type]
    assert again == calendar.later(due_at, asked, asked + waited + more, unit)  # type: ignore[arg-type]


def test_the_newest_row_in_force_counts_and_one_for_the_type_beats_the_general() -> None:
    table = SlaTable(
        "s",
        (
            SlaRow(step="resolve", number=14, unit="hari_kerja", valid_from=date(2020, 1, 1)),
            SlaRow(step="resolve", number=10, unit="hari_kerja", valid_from=date(2027, 1, 1)),
            SlaRow(
                step="resolve", type="information", number=5, unit="hari_kerja", valid_from=date(2018, 1, 1)
            ),
        ),
    )
    assert table.find("resolve", "complaint", date(2026, 12, 31)) == table.rows[0]
    assert table.find("resolve", "complaint", date(2027, 1, 1)) == table.rows[1]
    assert table.find("resolve", "information", date(2027, 1, 1)) == table.rows[2]
    assert table.find("resolve", "information", date(2017, 1, 1)) is None
    start = city(2026, 11, 27, 20, 0)
    assert due("resolve", "information", start, table, CALENDAR) == city(2026, 12, 4, 23, 59, 59)
    assert due("verify", "complaint", start, table, CALENDAR) is None
