"""Which week's visit is being prepared, and when: days are the city's."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sapa.agenda.rules import WEEKDAYS, AgendaRules
from sapa.desk.city import City
from sapa.desk.errors import Invalid

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Visit:
    """The visit of one ISO week (`2026-W48`); times in UTC."""

    week: str
    visit_on: date
    starts_at: datetime
    draft_at: datetime


def week_of(day: date) -> str:
    """The ISO week a day is in."""
    return "{}-W{:02d}".format(*day.isocalendar()[:2])


def monday_of(week: str) -> date:
    """The first day of an ISO week; raises `Invalid` for anything else."""
    found = re.fullmatch(r"(\d{4})-W(\d{2})", week)
    if found:
        with suppress(ValueError):
            return date.fromisocalendar(int(found[1]), int(found[2]), 1)
    raise Invalid(f"Pekan ditulis seperti 2026-W48, bukan {week[:20]!r}.")


def visit_of(week: str, city: City, rules: AgendaRules) -> Visit | None:
    """The visit of a week, moved to the next working day when its day is a holiday.

    None when the week has no such day: then there is no visit (as in the week of Idul Fitri).
    """
    monday = monday_of(week)
    weekday, drafted = WEEKDAYS.index(rules.weekday), WEEKDAYS.index(rules.draft_weekday)
    usual = monday + weekday * _DAY
    day = usual
    if usual in city.calendar.holidays:
        while not city.calendar.is_working(day):
            day += _DAY
            if week_of(day) != week_of(monday):
                return None
    draft_on = usual - (weekday - drafted) % 7 * _DAY
    return Visit(
        week=week_of(monday),
        visit_on=day,
        starts_at=datetime.combine(day, rules.start_time, city.tz).astimezone(UTC),
        draft_at=datetime.combine(draft_on, rules.draft_time, city.tz).astimezone(UTC),
    )


def due_week(now: datetime, city: City, rules: AgendaRules) -> Visit:
    """The first visit whose day is not over."""
    today = now.astimezone(city.tz).date()
    monday = today - today.weekday() * _DAY
    while True:
        visit = visit_of(week_of(monday), city, rules)
        if visit is not None and visit.visit_on >= today:
            return visit
        monday += 7 * _DAY
