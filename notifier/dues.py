"""Open promises as days in words."""

from datetime import datetime

from notifier.facts import Facts
from notifier.letterhead import Letterhead
from notifier.words import day

_STEPS = {"verify": "Tenggat triase", "first_response": "Tenggat tanggapan", "resolve": "Tenggat selesai"}


def until(known: Facts, step: str, head: Letterhead) -> str:
    """The day an open promise of this step ends, or ""."""
    due = known.deadlines.get(step)
    return day(due, head.tz) if due else ""


def promises(
    known: Facts, steps: tuple[str, ...], head: Letterhead, now: datetime
) -> list[tuple[str, str, bool]]:
    """(what, which day, whether it has passed) of the open promises of these steps."""
    found = [(_STEPS[step], known.deadlines.get(step)) for step in steps]
    return [(what, day(due, head.tz), due < now) for what, due in found if due is not None]
