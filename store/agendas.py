"""The weekly agenda: its rows, and the tickets that may stand on it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from store.db import Tx
from store.driver import as_json
from store.tables.office import JobRun
from store.tables.tickets import Deadline, Event, Ticket, TicketOpd, TicketReporter
from store.tables.visits import Agenda, Stop

#: With an agency that is to do something about it.
OPEN = ("assigned", "accepted")
#: Said to be done: worth a look on a visit, when somebody asks for it.
CHECKABLE = ("resolved", "closed")
#: Of an agenda's candidates only so many that were left out are kept.
KEPT_LEFT_OUT = 30


def may_be_shown(ticket: Ticket) -> bool:
    """Whether a ticket may ever stand on an agenda: a complaint, neither secret nor sensitive."""
    return (
        ticket.type == "complaint"
        and ticket.privacy != "secret"
        and not ticket.sensitive
        and not ticket.accused
    )


def _shown() -> tuple[Any, ...]:
    """`may_be_shown`, as SQL."""
    return (
        col(Ticket.type) == "complaint",
        col(Ticket.privacy) != "secret",
        col(Ticket.sensitive) == "",
        col(Ticket.accused) == "",
    )


def open_complaints(tx: Tx) -> list[Ticket]:
    """All tickets an agenda may choose from, the oldest first."""
    asked = select(Ticket).where(*_shown(), col(Ticket.status).in_(OPEN)).order_by(col(Ticket.id))
    return list(tx.session.exec(asked))


def checkable(tx: Tx, limit: int) -> list[int]:
    """Ids of work to look at when nothing is left: conditional promises first, then the oldest."""
    asked = (
        select(Ticket.id)
        .where(*_shown(), col(Ticket.status).in_(CHECKABLE))
        .where(sa.or_(col(Ticket.lat).is_not(None), col(Ticket.kelurahan) != ""))
        .order_by(sa.case((col(Ticket.outcome) == "conditional", 0), else_=1), col(Ticket.status).desc())
        .order_by(col(Ticket.resolved_at), col(Ticket.id))
        .limit(limit)
    )
    return [found for found in tx.session.exec(asked) if found is not None]


def reporters(tx: Tx, ids: Collection[int] | None = None) -> dict[int, int]:
    """How many people stand behind a ticket; without ids, of every open one."""
    asked = (
        select(col(TicketReporter.ticket_id), sa.func.count(sa.distinct(col(TicketReporter.contact_id))))
        .where(_among(col(TicketReporter.ticket_id), ids))
        .group_by(col(TicketReporter.ticket_id))
    )
    return dict(tx.session.exec(asked).all())


def promised_days(tx: Tx, ids: Collection[int] | None = None) -> dict[int, float]:
    """Calendar days promised to a ticket: for resolving it, else the longest promise it has."""
    asked = select(Deadline).where(
        col(Deadline.void_at).is_(None), _among(col(Deadline.ticket_id), ids), col(Deadline.step) != "confirm"
    )
    found: dict[int, tuple[bool, float]] = {}
    for row in tx.session.exec(asked):
        promise = (row.step == "resolve", (row.due_at - row.started_at).total_seconds() / 86_400)
        found[row.ticket_id] = max(promise, found.get(row.ticket_id, promise))
    return {ticket_id: days for ticket_id, (_, days) in found.items()}


def _among(column: Any, ids: Collection[int] | None) -> Any:
    if ids is not None:
        return column.in_(ids)
    return column.in_(select(Ticket.id).where(*_shown(), col(Ticket.status).in_(OPEN)))


def visits_by_kelurahan(tx: Tx, since: date, before: date) -> dict[str, int]:
    """Stops of approved visits by kelurahan, from `since` to the day before `before`."""
    asked = (
        select(col(Ticket.kelurahan), sa.func.count())
        .join(Stop, col(Stop.ticket_id) == col(Ticket.id))
        .join(Agenda, col(Agenda.id) == col(Stop.agenda_id))
        .where(col(Stop.position) > 0, col(Agenda.state) != "draft")
        .where(col(Agenda.visit_on) >= since, col(Agenda.visit_on) < before)
        .group_by(col(Ticket.kelurahan))
    )
    return dict(tx.session.exec(asked).all())


def by_week(tx: Tx, week: str, *, lock: bool = False) -> Agenda | None:
    """The agenda of an ISO week; locked, nobody else changes it before this commit."""
    asked = select(Agenda).where(col(Agenda.week) == week)
    return tx.session.exec(asked.with_for_update() if lock else asked).first()


def recent(tx: Tx, limit: int = 20) -> list[Agenda]:
    """The newest agendas, for a list."""
    return list(tx.session.exec(select(Agenda).order_by(col(Agenda.visit_on).desc()).limit(limit)))


def open_draft(tx: Tx, *, week: str, visit_on: date, plan: Mapping[str, Any], now: datetime) -> int | None:
    """A new draft's id, or None when the week has an agenda already (whoever made it first wins)."""
    rows = tx.run(
        "INSERT INTO agenda (week, visit_on, state, created_at, plan, version)"
        " VALUES (:week, :day, 'draft', :now, :plan, 1) ON CONFLICT (week) DO NOTHING RETURNING id",
        week=week,
        day=visit_on.isoformat(),
        now=now,
        plan=as_json(plan),
    )
    return int(rows[0][0]) if rows else None


def stops(tx: Tx, agenda_id: int) -> list[Stop]:
    """The round in order, then what was left out, the highest score first."""
    asked = (
        select(Stop)
        .where(col(Stop.agenda_id) == agenda_id)
        .order_by(sa.case((col(Stop.position) == 0, 1), else_=0), col(Stop.position))
        .order_by(col(Stop.score).desc(), col(Stop.ticket_id))
    )
    return list(tx.session.exec(asked))


def complaints(stop: Stop) -> list[int]:
    """All tickets of a stop, the heaviest first: its own, and those at the same spot."""
    return [stop.ticket_id, *stop.parts.get("also", ())]


def remove_stops(tx: Tx, rows: Sequence[Stop]) -> None:
    """Forget rows of an agenda that is planned again."""
    for row in rows:
        tx.session.delete(row)
    tx.flush()


def supporting(tx: Tx, ids: Collection[int]) -> dict[int, list[str]]:
    """Codes of the agencies that support the lead now, by ticket."""
    asked = (
        select(TicketOpd)
        .where(col(TicketOpd.ticket_id).in_(ids), col(TicketOpd.until).is_(None))
        .where(col(TicketOpd.role) == "supporting")
        .order_by(col(TicketOpd.id))
    )
    found: dict[int, list[str]] = {}
    for row in tx.session.exec(asked):
        found.setdefault(row.ticket_id, []).append(row.opd)
    return found


def history(tx: Tx, ids: Collection[int]) -> dict[int, list[Event]]:
    """What happened to each ticket, the oldest first."""
    found: dict[int, list[Event]] = {}
    for event in tx.session.exec(select(Event).where(col(Event.ticket_id).in_(ids)).order_by(col(Event.id))):
        found.setdefault(event.ticket_id, []).append(event)
    return found


def recap(tx: Tx, by: str, since: datetime, until: datetime) -> list[tuple[str, int, int, int]]:
    """(name, came in, done, late) of a week per `opd`, `kelurahan` or `channel`; sensitive ones apart."""
    column: Any = {"opd": Ticket.opd, "kelurahan": Ticket.kelurahan, "channel": Ticket.channel}[by]
    came = sa.and_(col(Ticket.opened_at) >= since, col(Ticket.opened_at) < until)
    done = sa.and_(col(Ticket.resolved_at) >= since, col(Ticket.resolved_at) < until)
    late = sa.and_(col(Ticket.status).in_(("triage", *OPEN)), col(Ticket.due_at) < until)
    sums = [sa.func.sum(sa.case((one, 1), else_=0)) for one in (came, done, late)]
    asked = (
        sa.select(column, *sums)
        .where(*_shown()[1:], sa.or_(came, done, late))
        .group_by(column)
        .order_by(sums[0].desc(), column)
    )
    tx.flush()
    return [(name, int(a), int(b), int(c)) for name, a, b, c in tx.connection.execute(asked)]


def job_done(tx: Tx, name: str, scheduled_for: datetime) -> bool:
    """Whether a job did its work for this time."""
    return tx.session.get(JobRun, (name, scheduled_for)) is not None


def finish_job(tx: Tx, name: str, scheduled_for: datetime, now: datetime) -> None:
    """Write down that it did; saying so twice is once."""
    tx.run(
        "INSERT INTO job_run (name, scheduled_for, done_at) VALUES (:name, :due, :now)"
        " ON CONFLICT (name, scheduled_for) DO NOTHING",
        name=name,
        due=scheduled_for,
        now=now,
    )
