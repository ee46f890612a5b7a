"""What LAPOR! says of a ticket's reports, to stand beside our own words."""

from dataclasses import dataclass
from datetime import datetime

from sapa.desk import deadline, followup
from sapa.desk.city import City
from sapa.web.staff.timing import Standing, standing
from sapa.web.staff.words import STEPS
from store import lapor
from store.db import Tx
from store.tables import LaporCase, Ticket

#: LAPOR! promises these steps, from the day a report was written there.
PROMISED = ("verify", "first_response", "resolve")


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One report: LAPOR!'s words, its deadlines (what, when, how it stands), and our status in its words."""

    case: LaporCase
    promises: tuple[tuple[str, datetime, Standing], ...]
    ours: str


def read(tx: Tx, ticket: Ticket, city: City, now: datetime) -> tuple[Beside, ...]:
    """The reports of LAPOR! that are on a ticket, oldest first."""
    return tuple(_beside(case, ticket, city, now) for case in lapor.of_ticket(tx, ticket.id or 0))


def _beside(case: LaporCase, ticket: Ticket, city: City, now: datetime) -> Beside:
    told = [("batas waktu", case.due_at)] if case.due_at else []
    if case.written_at is not None:
        for step in PROMISED:
            due = deadline.due(step, ticket.type, case.written_at, city.sla, city.calendar)
            told += [(STEPS[step].lower(), due)] if due else []
    return Beside(
        case=case,
        promises=tuple((name, at, standing(at, now, city.calendar)) for name, at in told),
        ours=followup.STATUSES[ticket.status],
    )
