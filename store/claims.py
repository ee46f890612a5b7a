"""Who is working on which ticket just now."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, delete, select

from store import queue
from store.db import Tx
from store.queue import Filter, Scope
from store.tables import Claim, Officer, Ticket


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody works on a ticket until then, unless they leave it before."""

    officer_id: int
    name: str
    since: datetime
    until: datetime


_TAKE = """
insert into claim (ticket_id, officer_id, since, until) values (:ticket, :officer, :now, :until)
on conflict (ticket_id) do update set
    since = case when claim.officer_id = excluded.officer_id and claim.until > :now
                 then claim.since else excluded.since end,
    officer_id = excluded.officer_id, until = excluded.until
where claim.officer_id = excluded.officer_id or claim.until <= :now or :over = 1
"""


def take(
    tx: Tx, ticket_id: int, officer_id: int, *, now: datetime, until: datetime, over: bool = False
) -> bool:
    """Take a ticket, or hold it longer; False when somebody else has it and it is not taken `over`."""
    given = {"ticket": ticket_id, "officer": officer_id, "now": now, "until": until, "over": int(over)}
    return tx.changed(_TAKE, **given) == 1


def of(tx: Tx, ids: Collection[int], now: datetime) -> dict[int, Held]:
    """By ticket: who works on it."""
    found = (
        select(Claim, Officer.name)
        .join(Officer, col(Officer.id) == col(Claim.officer_id))
        .where(col(Claim.ticket_id).in_(ids), col(Claim.until) > now)
    )
    return {
        claim.ticket_id or 0: Held(claim.officer_id, name, claim.since, claim.until)
        for claim, name in tx.session.exec(found)
    }


def release(tx: Tx, ticket_id: int, officer_id: int) -> None:
    """The ticket is free again, if it was this officer's."""
    held = (col(Claim.ticket_id) == ticket_id, col(Claim.officer_id) == officer_id)
    tx.session.exec(delete(Claim).where(*held))


def release_all(tx: Tx, officer_id: int) -> None:
    """Everything this officer was working on is free again."""
    tx.session.exec(delete(Claim).where(col(Claim.officer_id) == officer_id))


def next_free(tx: Tx, scope: Scope, wanted: Filter, officer_id: int, now: datetime) -> Ticket | None:
    """What this officer already works on, else the most pressing ticket nobody else does."""
    mine = select(Claim.ticket_id).where(col(Claim.officer_id) == officer_id, col(Claim.until) > now)
    taken = select(Claim.ticket_id).where(col(Claim.officer_id) != officer_id, col(Claim.until) > now)
    for among in (col(Ticket.id).in_(mine), col(Ticket.id).not_in(taken)):
        if found := queue.waiting(tx, scope, wanted, size=1, among=among):
            return found[0]
    return None
