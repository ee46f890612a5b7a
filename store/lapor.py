"""SP4N-LAPOR!: imports, their faults, and LAPOR!'s own words about tickets."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from store.db import Tx, utc
from store.queue import Scope, within
from store.tables import Event, LaporCase, LaporFault, LaporImport, Message, Ticket

#: So many faults of one import are kept; the rest are counted.
FAULTS = 10_000


def add(tx: Tx, row: LaporImport) -> int:
    """A new import; returns its id."""
    tx.session.add(row)
    tx.flush()
    assert row.id is not None
    return row.id


def get(tx: Tx, import_id: int) -> LaporImport | None:
    """One import."""
    return tx.session.get(LaporImport, import_id)


def latest(tx: Tx, *, before: int | None = None, limit: int = 20) -> Sequence[LaporImport]:
    """The imports, the newest first."""
    found = select(LaporImport).where(col(LaporImport.state) != "dropped")
    if before is not None:
        found = found.where(col(LaporImport.id) < before)
    return tx.session.exec(found.order_by(col(LaporImport.id).desc()).limit(limit)).all()


def waiting(tx: Tx, now: datetime) -> list[int]:
    """The imports that run and that no process holds, oldest first."""
    rows = tx.run(
        "SELECT id FROM lapor_import WHERE state = 'running' AND (lease_until IS NULL OR lease_until < :now)"
        " ORDER BY id",
        now=now,
    )
    return [int(row[0]) for row in rows]


def claim(tx: Tx, import_id: int, now: datetime, until: datetime) -> bool:
    """Whether the import is this process's until then."""
    claimed = tx.changed(
        "UPDATE lapor_import SET lease_until = :until WHERE id = :id AND state = 'running'"
        " AND (lease_until IS NULL OR lease_until < :now)",
        id=import_id,
        now=now,
        until=until,
    )
    return bool(claimed)


def free(tx: Tx) -> int:
    """Give back every import, when no other process can be at work; how many there were."""
    return tx.changed("UPDATE lapor_import SET lease_until = NULL WHERE lease_until IS NOT NULL")


def let_go(tx: Tx, import_id: int) -> None:
    """Give one import back."""
    tx.run("UPDATE lapor_import SET lease_until = NULL WHERE id = :id", id=import_id)


def advance(
    tx: Tx, import_id: int, done: int, after: int, counts: Mapping[str, int], lease: datetime
) -> bool:
    """`after` rows are through, if `done` were until now; `counts` (new, changed, known, wrong) are added."""
    moved = tx.changed(
        "UPDATE lapor_import SET done = :after, new = new + :new, changed = changed + :changed,"
        " known = known + :known, wrong = wrong + :wrong, lease_until = :lease"
        " WHERE id = :id AND done = :done AND state = 'running'",
        id=import_id,
        done=done,
        after=after,
        lease=lease,
        **counts,
    )
    return bool(moved)


def end(tx: Tx, import_id: int, state: str, reason: str, now: datetime) -> None:
    """The import is over: done, or failed with the reason."""
    tx.run(
        "UPDATE lapor_import SET state = :state, reason = :reason, ended_at = :now WHERE id = :id",
        id=import_id,
        state=state,
        reason=reason,
        now=now,
    )


def cases(tx: Tx, tracking_ids: Collection[str]) -> Mapping[str, LaporCase]:
    """What LAPOR! said of these reports; at most some thousands are asked for."""
    if not tracking_ids:
        return {}
    found = select(LaporCase).where(col(LaporCase.tracking_id).in_(tracking_ids))
    return {row.tracking_id: row for row in tx.session.exec(found).all()}


def save(tx: Tx, case: LaporCase) -> None:
    """What LAPOR! says now."""
    tx.session.merge(case)
    tx.flush()


def add_fault(tx: Tx, import_id: int, line: int, reason: str) -> None:
    """A row that was not taken in, or not whole."""
    tx.session.add(LaporFault(import_id=import_id, line=line, reason=reason))


def clear_faults(tx: Tx, import_id: int) -> None:
    """Forget what was wrong when somebody looked."""
    tx.run("DELETE FROM lapor_fault WHERE import_id = :id", id=import_id)


def faults(tx: Tx, import_id: int, limit: int = FAULTS) -> Sequence[LaporFault]:
    """The faults of an import in the order of its file."""
    found = select(LaporFault).where(col(LaporFault.import_id) == import_id)
    return tx.session.exec(found.order_by(col(LaporFault.line), col(LaporFault.id)).limit(limit)).all()


def of_ticket(tx: Tx, ticket_id: int) -> Sequence[LaporCase]:
    """What LAPOR! says of the reports that are on a ticket."""
    found = (
        select(LaporCase)
        .join(Message, col(Message.external_id) == col(LaporCase.tracking_id))
        .where(col(Message.channel) == "lapor", col(Message.ticket_id) == ticket_id)
    )
    return tx.session.exec(found.order_by(col(Message.id))).all()


def ticket_of(tx: Tx, tracking_id: str) -> int | None:
    """The ticket of a report of LAPOR!."""
    found = select(Message.ticket_id).where(
        col(Message.channel) == "lapor", col(Message.external_id) == tracking_id
    )
    return tx.session.exec(found).first()


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A report of LAPOR!, its ticket (the one it was merged into), and the last public answer to it."""

    case: LaporCase
    ticket: Ticket
    answer: Event | None


def followed(tx: Tx, since: datetime | None, scope: Scope) -> Iterator[Followed]:
    """Every report of LAPOR! whose ticket changed since then and is in the scope, oldest first."""
    found = (
        select(LaporCase, Ticket)
        .join(Message, col(Message.external_id) == col(LaporCase.tracking_id))
        .join(Ticket, col(Ticket.id) == col(Message.ticket_id))
        .where(col(Message.channel) == "lapor", *within(scope))
        .order_by(col(Message.id))
    )
    pairs = list(tx.session.exec(found).all())
    answers = _answers(tx)
    for case, ticket in pairs:
        end = _end(tx, ticket)
        if since is None or utc(end.updated_at) >= since:
            yield Followed(case=case, ticket=end, answer=answers.get(end.id or 0))


def _end(tx: Tx, ticket: Ticket) -> Ticket:
    """The ticket that stands for it now."""
    seen: set[int | None] = set()
    while ticket.merged_into is not None and ticket.id not in seen:
        seen.add(ticket.id)
        into = tx.session.get(Ticket, ticket.merged_into)
        if into is None:
            break
        ticket = into
    return ticket


def _answers(tx: Tx) -> dict[int, Event]:
    """The newest public answer of each ticket that has a report of LAPOR!."""
    mine = select(Message.ticket_id).where(col(Message.channel) == "lapor")
    found = select(Event).where(
        col(Event.kind).in_(("answered", "resolved", "handed_over", "archived")),
        col(Event.ticket_id).in_(mine),
        col(Event.text) != "",
    )
    return {event.ticket_id: event for event in tx.session.exec(found.order_by(col(Event.id))).all()}
