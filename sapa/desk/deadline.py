"""When something is due, in Indonesian working days; pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

Unit = Literal["hari_kerja", "hari_kalender", "jam"]
UNITS: tuple[Unit, ...] = ("hari_kerja", "hari_kalender", "jam")

#: verify: Diskominfo names an OPD; first_response: the OPD answers; resolve: the OPD finishes;
#: complete: the citizen answers our question; confirm: the citizen's silence closes.
STEPS = ("verify", "first_response", "resolve", "complete", "confirm")

_DAY = timedelta(days=1)
_END = time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The city's days: Monday to Friday without `holidays` (libur nasional and cuti bersama)."""

    digest: str
    holidays: frozenset[date]
    tz: ZoneInfo

    def is_working(self, day: date) -> bool:
        """Whether the offices are open on this day."""
        return day.weekday() < 5 and day not in self.holidays

    def day(self, moment: datetime) -> date:
        """The city's date of an aware time."""
        return _day(self.tz, moment)

    def end_of(self, day: date) -> datetime:
        """The last second of a city day, in UTC."""
        return datetime.combine(day, _END, self.tz).astimezone(UTC)

    def add(self, start: datetime, number: int, unit: Unit) -> datetime:
        """`number` units (at least 1) after an aware `start`, in UTC.

        hari_kerja: the end of the nth working day after the day of `start`, so that a complaint of
        Friday evening counts from Monday; hari_kalender: the same with every day; jam: hours by
        the clock. Raises ValueError for a number below 1 or another unit.
        """
        if number < 1:
            raise ValueError("a deadline is at least 1 unit away")
        if unit == "jam":
            return start.astimezone(UTC) + timedelta(hours=number)
        if unit == "hari_kalender":
            return self.end_of(self.day(start) + number * _DAY)
        if unit != "hari_kerja":
            raise ValueError(f"unknown unit of time: {unit}")
        return _end_of_working_day(self, self.day(start), number)

    def later(self, due: datetime, since: datetime, until: datetime, unit: Unit) -> datetime:
        """A due time moved by what a pause from `since` to `until` took from it, in UTC.

        hari_kerja: by the working time between the two, so that a pause over a weekend moves
        nothing; hari_kalender and jam: by the clock.
        """
        due = due.astimezone(UTC)
        if unit == "hari_kerja":
            return self._worked(due, self.working_time(since, until))
        return due + max(until.astimezone(UTC) - since.astimezone(UTC), timedelta(0))

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        """How much of the time between two moments lies on working days, all 24 hours of each."""
        start, end = start.astimezone(UTC), max(start, end).astimezone(UTC)
        day, total = self.day(start), timedelta(0)
        while (begin := self._begin(day)) < end:
            if self.is_working(day):
                total += min(end, self._begin(day + _DAY)) - max(start, begin)
            day += _DAY
        return total

    def _worked(self, start: datetime, left: timedelta) -> datetime:
        """`left` of working time after `start`, on a working day; `start` itself for nothing."""
        if not left:
            return start
        day, moment = self.day(start), start
        while True:
            after = self._begin(day + _DAY)
            room = after - moment if self.is_working(day) else timedelta(0)
            if left < room:
                return moment + left
            day, moment, left = day + _DAY, after, left - room

    def _begin(self, day: date) -> datetime:
        return datetime.combine(day, time.min, self.tz).astimezone(UTC)

    def working_days(self, start: datetime, end: datetime) -> int:
        """Working days after the day of `start` up to and with the day of `end` (0 if earlier)."""
        day, last, count = self.day(start), self.day(end), 0
        while day < last:
            day += _DAY
            count += self.is_working(day)
        return count


@lru_cache(maxsize=4096)
def _day(tz: ZoneInfo, moment: datetime) -> date:
    """The date of a moment somewhere: one act asks half a dozen times."""
    return moment.astimezone(tz).date()


@lru_cache(maxsize=4096)
def _end_of_working_day(calendar: Calendar, day: date, number: int) -> datetime:
    """The end of the nth working day after a day: the same for every complaint of that day."""
    while number:
        day += _DAY
        number -= calendar.is_working(day)
    return calendar.end_of(day)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaRow:
    """One promise: `type` "" is for every type; in force from `valid_from`; `source` names the rule."""

    step: str
    type: str = ""
    number: int
    unit: Unit
    source: str = ""
    valid_from: date


@dataclass(frozen=True, slots=True)
class SlaTable:
    """All promises of time, past and present."""

    digest: str
    rows: tuple[SlaRow, ...]

    def __hash__(self) -> int:
        """By its digest: the rows are many."""
        return hash(self.digest)

    @lru_cache(maxsize=1024)  # noqa: B019 (a process has one table, or a few over its life)
    def find(self, step: str, type: str, on: date) -> SlaRow | None:
        """The newest row in force on a day; one for the type beats one for all types."""
        fitting = [
            row for row in self.rows if row.step == step and row.type in ("", type) and row.valid_from <= on
        ]
        return max(fitting, key=lambda row: (row.type != "", row.valid_from), default=None)


def due(step: str, type: str, start: datetime, sla: SlaTable, calendar: Calendar) -> datetime | None:
    """When a step begun at `start` is due (UTC), or None where nothing is promised."""
    row = sla.find(step, type, calendar.day(start))
    return None if row is None else calendar.add(start, row.number, row.unit)
