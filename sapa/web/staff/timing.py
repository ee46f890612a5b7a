"""How old a ticket is and how it stands against a promise of time, in words."""

from dataclasses import dataclass
from datetime import datetime

from sapa.desk.deadline import Calendar

#: With so many working days left or fewer a promise is pressing.
SOON = 2


@dataclass(frozen=True, slots=True)
class Standing:
    """Words for a list, and how they look ("", warn or bad)."""

    words: str
    look: str = ""


def standing(due: datetime, now: datetime, calendar: Calendar) -> Standing:
    """`sisa 3 hari kerja`, `hari ini`, `lewat 2 hari kerja`."""
    if due < now:
        late = calendar.working_days(due, now)
        return Standing(f"lewat {late} hari kerja" if late else "baru saja lewat", "bad")
    left = calendar.working_days(now, due)
    return Standing(f"sisa {left} hari kerja" if left else "tenggat hari ini", "warn" if left <= SOON else "")


def age(since: datetime, now: datetime) -> str:
    """`3 hari`, `5 jam`, `baru saja`."""
    minutes = int((now - since).total_seconds() // 60)
    if minutes < 5:
        return "baru saja"
    if minutes < 60:
        return f"{minutes} menit"
    return f"{minutes // 60} jam" if minutes < 48 * 60 else f"{minutes // 1440} hari"
