"""Lists of tickets: filters, search and paging by key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlmodel import col, func, or_, select

from store.db import Tx
from store.tables import Deadline, Ticket, TicketOpd

Query = TypeVar("Query", bound="sa.Select[*tuple[Any, ...]]")

#: Steps by which a ticket is late: the office is waited for, or a citizen's answer no longer comes.
OURS = ("verify", "first_response", "resolve", "complete")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which tickets somebody may see: of an OPD, not accusing a body, sealed, taken down by one, or none."""

    opd: str = ""
    not_accusing: str = ""
    sealed: bool = False
    registered_by: int | None = None
    nothing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a list is narrowed to; "" and None mean everything.

    `late_at` keeps tickets with a deadline of ours before that time; with `or_late` it adds the
    open ones among them to those of `statuses`. `text` is matched word by word, or as a ref.
    """

    statuses: tuple[str, ...] = ()
    opd: str = ""
    kelurahan: str = ""
    channel: str = ""
    type: str = ""
    text: str = ""
    urgent: bool = False
    late_at: datetime | None = None
    or_late: bool = False
    open_only: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One page of tickets; `after` is the key of the next page, None at the end."""

    tickets: Sequence[Ticket]
    after: int | None


OPEN = ("received", "triage", "assigned", "accepted", "waiting")


def page(tx: Tx, scope: Scope, wanted: Filter, *, after: int | None = None, size: int = 50) -> Page:
    """Tickets, newest first; `after` is the last id of the page before."""
    found = _narrowed(select(Ticket), scope, wanted)
    if after is not None:
        found = found.where(col(Ticket.id) < after)
    rows = tx.session.exec(found.order_by(col(Ticket.id).desc()).limit(size + 1)).all()
    shown = rows[:size]
    return Page(shown, shown[-1].id if len(rows) > size else None)


def pressing(tx: Tx, scope: Scope, wanted: Filter, *, size: int = 50) -> Sequence[Ticket]:
    """Tickets with a promise to finish, the soonest due first."""
    found = _narrowed(select(Ticket), scope, wanted).where(col(Ticket.due_at).is_not(None))
    return tx.session.exec(found.order_by(col(Ticket.due_at), col(Ticket.id)).limit(size)).all()


def waiting(tx: Tx, scope: Scope, wanted: Filter, *, size: int = 50, among: Any = None) -> Sequence[Ticket]:
    """Tickets to be worked off one by one: the urgent first, then the oldest; `among` narrows further."""
    found = _narrowed(select(Ticket), scope, wanted)
    if among is not None:
        found = found.where(among)
    return tx.session.exec(found.order_by(col(Ticket.urgent).desc(), col(Ticket.id)).limit(size)).all()


def recent(tx: Tx, since: datetime, most: int) -> Sequence[Ticket]:
    """The newest open tickets since then, whoever may see them."""
    found = select(Ticket).where(col(Ticket.status).in_(OPEN), col(Ticket.opened_at) >= since)
    return tx.session.exec(found.order_by(col(Ticket.id).desc()).limit(most)).all()


def count(tx: Tx, scope: Scope, wanted: Filter) -> int:
    """How many tickets a list holds."""
    return tx.session.exec(_narrowed(select(func.count()).select_from(Ticket), scope, wanted)).one()


def within(scope: Scope) -> list[Any]:
    """The conditions on `Ticket` that hold for what somebody may see."""
    return _scope(scope)


def counts(tx: Tx, scope: Scope, statuses: tuple[str, ...] = ()) -> dict[str, int]:
    """How many tickets there are of each status (of these statuses, unless all)."""
    wanted = Filter(statuses=statuses)
    found = _narrowed(select(Ticket.status, func.count()), scope, wanted).group_by(col(Ticket.status))
    return dict(tx.session.exec(found).all())


def _narrowed(found: Query, scope: Scope, wanted: Filter) -> Query:
    return found.where(*_scope(scope), *_filter(wanted))


def _scope(scope: Scope) -> list[Any]:
    if scope.nothing:
        return [sa.false()]
    conditions: list[Any] = []
    if scope.not_accusing:
        conditions.append(col(Ticket.accused) != scope.not_accusing)
    if scope.sealed:
        conditions.append(or_(col(Ticket.privacy) != "normal", col(Ticket.sensitive) != ""))
    if scope.registered_by is not None:
        conditions.append(col(Ticket.registered_by) == scope.registered_by)
    if scope.opd:
        conditions.append(_owned_by(scope.opd))
    return conditions


def _owned_by(opd: str) -> Any:
    owned = select(TicketOpd.id).where(
        col(TicketOpd.ticket_id) == col(Ticket.id), col(TicketOpd.opd) == opd, col(TicketOpd.until).is_(None)
    )
    return owned.exists()


def _filter(wanted: Filter) -> list[Any]:
    conditions: list[Any] = [
        column == value
        for column, value in (
            (col(Ticket.kelurahan), wanted.kelurahan),
            (col(Ticket.channel), wanted.channel),
            (col(Ticket.type), wanted.type),
        )
        if value
    ]
    statuses = wanted.statuses or (OPEN if wanted.open_only else ())
    late = None if wanted.late_at is None else _late(wanted.late_at)
    if wanted.or_late and late is not None:
        conditions.append(col(Ticket.status).in_(OPEN))
        late = or_(col(Ticket.status).in_(statuses), late)
    elif statuses:
        conditions.append(col(Ticket.status).in_(statuses))
    if wanted.opd:
        conditions.append(_owned_by(wanted.opd))
    if wanted.urgent:
        conditions.append(col(Ticket.urgent))
    if late is not None:
        conditions.append(late)
    return conditions + [_says(word) for word in wanted.text.split()[:8]]


def _late(at: datetime) -> Any:
    late = select(Deadline.id).where(
        col(Deadline.ticket_id) == col(Ticket.id),
        col(Deadline.due_at) < at,
        col(Deadline.met_at).is_(None),
        col(Deadline.void_at).is_(None),
        col(Deadline.step).in_(OURS),
    )
    return late.exists()


def _says(word: str) -> Any:
    return or_(
        col(Ticket.search).contains(word.lower(), autoescape=True),
        col(Ticket.ref).startswith(word.upper(), autoescape=True),
    )
