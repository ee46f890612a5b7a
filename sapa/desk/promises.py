"""A ticket's running deadlines: kept, dropped, paused while a citizen is asked, restored."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sapa.desk.assign import promise
from sapa.desk.city import City
from sapa.desk.deadline import Unit
from store import assignments, events, tickets
from store.db import Tx
from store.tables import Deadline, Ticket

#: Who is waited for when these steps run: the office. The others wait for the citizen.
OURS = ("verify", "first_response", "resolve")


def meet(tx: Tx, ticket_id: int, now: datetime, *steps: str) -> None:
    """The promises for these steps, where they run, are kept."""
    for step in steps:
        assignments.end_deadline(tx, ticket_id, step, now, met=True)


def drop(tx: Tx, ticket_id: int, now: datetime) -> None:
    """No promise that still runs counts any longer."""
    for step in tickets.running(tx, ticket_id):
        assignments.end_deadline(tx, ticket_id, step, now, met=False)


def pause(tx: Tx, ticket_id: int, now: datetime) -> list[dict[str, Any]]:
    """Stop the office's clocks while the citizen is asked; returns what `resume` will start again."""
    paused = [row for step, row in tickets.running(tx, ticket_id).items() if step in OURS]
    for row in paused:
        assignments.end_deadline(tx, ticket_id, row.step, now, met=False)
    return [_written(row) for row in paused]


def resume(tx: Tx, ticket: Ticket, now: datetime, city: City, *, answered: bool) -> None:
    """Start the paused clocks again, each later by the time of its own kind that the pause took."""
    assert ticket.id is not None
    assignments.end_deadline(tx, ticket.id, "complete", now, met=answered)
    asked = events.last(tx, ticket.id, "asked")
    assert asked is not None  # a waiting ticket has been asked about
    for written in asked.data["paused"]:
        due, unit = datetime.fromisoformat(written["due_at"]), _unit(ticket, written, city)
        _start(tx, ticket.id, written, city.calendar.later(due, asked.at, now, unit))


def restart(tx: Tx, ticket: Ticket, step: str, now: datetime, city: City) -> None:
    """A new promise for a step from now on; one that still runs no longer counts."""
    assert ticket.id is not None
    assignments.end_deadline(tx, ticket.id, step, now, met=False)
    promise(tx, ticket.id, step, ticket.type, now, city)


def retype(tx: Tx, ticket_id: int, type_: str, now: datetime, city: City) -> None:
    """The ticket is of another type than was thought: each running promise is that type's, from its start."""
    for step, row in tickets.running(tx, ticket_id).items():
        assignments.end_deadline(tx, ticket_id, step, now, met=False)
        promise(tx, ticket_id, step, type_, row.started_at, city)
    ticket = tickets.get(tx, ticket_id)
    assert ticket is not None
    set_due(tx, ticket)


def restore(tx: Tx, ticket_id: int, deadline_ids: Iterable[int], now: datetime) -> None:
    """The promises that ran before an undone act run again, as they were; others no longer count."""
    wanted = set(deadline_ids)
    running = tickets.running(tx, ticket_id)
    for step, row in running.items():
        if row.id not in wanted:
            assignments.end_deadline(tx, ticket_id, step, now, met=False)
    kept = {row.id for row in running.values()} & wanted
    for row in tickets.deadlines(tx, ticket_id):
        if row.id in wanted - kept:
            _start(tx, ticket_id, _written(row), row.due_at)


def set_due(tx: Tx, ticket: Ticket) -> None:
    """The ticket's `due_at` is the running promise to finish it, if there is one."""
    assert ticket.id is not None
    row = tickets.running(tx, ticket.id).get("resolve")
    ticket.due_at = row.due_at if row else None


def _unit(ticket: Ticket, written: Mapping[str, Any], city: City) -> Unit:
    """What a paused promise counts; the table keeps its old rows for old tickets."""
    begun = city.calendar.day(datetime.fromisoformat(written["started_at"]))
    row = city.sla.find(written["step"], ticket.type, begun)
    return row.unit if row else "hari_kerja"


def _written(row: Deadline) -> dict[str, Any]:
    return {
        "step": row.step,
        "started_at": row.started_at.isoformat(),
        "due_at": row.due_at.isoformat(),
        "sla": row.sla,
        "calendar": row.calendar,
    }


def _start(tx: Tx, ticket_id: int, written: Mapping[str, Any], due: datetime) -> None:
    assignments.start_deadline(
        tx,
        ticket_id,
        written["step"],
        started=datetime.fromisoformat(written["started_at"]),
        due=due,
        sla=written["sla"],
        calendar=written["calendar"],
    )
