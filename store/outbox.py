"""The outbox: claim the head of a lane, say what became of it, look at what waits or is dead.

Rows of one lane leave strictly in order: only its first pending row can be claimed, and while that
row waits (back-off, `not_before`) the later ones wait with it. A claim holds for a lease, so what a
crashed process had under way comes back by itself.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from store import contacts
from store.db import Tx, utc
from store.driver import as_json
from store.ids import uuid7
from store.tables import Outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A row under way, ours until its lease ends.

    `tries` counts the one under way; giving up counts from `since`.
    """

    id: int
    key: str
    lane: str
    notice: str
    ticket_id: int | None
    contact_id: int | None
    opd: str
    channel: str
    data: dict[str, Any]
    tries: int
    since: datetime

    @property
    def meant(self) -> int | None:
        """The contact it was told to, which is another one than `contact_id` after a detour."""
        return self.data.get("was", self.contact_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a citizen was sent, to be kept as an outgoing message of the conversation."""

    account: str
    subject: str
    text: str
    in_reply_to: str = ""


#: Only the head of a lane may go; the heads are read off the lane index, however long the lanes.
_DUE = """
select o.id from outbox o
join (select min(id) as id from outbox where state = 'pending' group by lane) head on head.id = o.id
where o.next_at <= :now and (o.lease_until is null or o.lease_until <= :now)
order by o.next_at, o.id limit :most
"""

_CLAIM = """
update outbox set lease_until = :lease, tries = tries + 1
where id = (
  select o.id from outbox o
  where o.id = :id and o.state = 'pending' and o.next_at <= :now
    and (o.lease_until is null or o.lease_until <= :now)
    and not exists (select 1 from outbox p
                    where p.state = 'pending' and p.lane = o.lane and p.id < o.id)
  {lock})
returning id, key, lane, notice, ticket_id, contact_id, opd, channel, data, tries, created_at
"""
_CLAIMS = {
    "sqlite": _CLAIM.replace("{lock}", ""),
    "postgresql": _CLAIM.replace("{lock}", "for update of o skip locked"),
}

_HEAD = "select id from outbox where state = 'pending' and lane = :lane order by id limit 1"

_SENT = """
update outbox set state = 'sent', sent_at = :now, external_id = :external, lease_until = null, error = ''
where id = :id and state <> 'sent'
"""

_CONVERSATION = """
select c.id from conversation c
join ticket_reporter r on r.conversation_id = c.id
where r.ticket_id = :ticket and c.contact_id = :contact
order by c.id desc limit 1
"""

_MESSAGE = """
insert into message (uuid, direction, channel, account, external_id, ticket_id, conversation_id, subject,
                     text, in_reply_to, group_id, machine, place, kelurahan, sent_at,
                     received_at)
values (:uuid, 'out', :channel, :account, :external, :ticket, :conversation, :subject,
        :text, :answers, '', '', '', '', :now, :now)
on conflict (channel, account, external_id) do nothing
"""

#: A later report never takes back what an earlier one said.
_RANK = {"": 0, "sent": 1, "delivered": 2, "read": 3, "failed": 4}


def due(tx: Tx, now: datetime, most: int = 200) -> list[int]:
    """Ids of lane heads that may leave now, those that waited longest first."""
    return [int(row[0]) for row in tx.run(_DUE, now=now, most=most)]


def claim(tx: Tx, row_id: int, now: datetime, lease_until: datetime) -> Claimed | None:
    """Take one row, if it is still the due and unclaimed head of its lane."""
    rows = tx.run(_CLAIMS[tx.dialect], id=row_id, now=now, lease=lease_until)
    return _claimed(rows[0]) if rows else None


def claim_next(tx: Tx, lane: str, now: datetime, lease_until: datetime) -> Claimed | None:
    """Take the head of a lane, if it is due."""
    head = tx.run(_HEAD, lane=lane)
    return claim(tx, int(head[0][0]), now, lease_until) if head else None


def complete(tx: Tx, row: Claimed, external_id: str, now: datetime, sent: Sent | None) -> None:
    """The provider took it. What a citizen was sent becomes a message of their conversation."""
    tx.run(_SENT, id=row.id, external=external_id, now=now)
    if sent is None:
        return
    found = tx.run(_CONVERSATION, ticket=row.ticket_id, contact=row.meant)
    tx.run(
        _MESSAGE,
        uuid=uuid7(now),
        channel=row.channel,
        account=sent.account,
        external=external_id or row.key,
        ticket=row.ticket_id,
        conversation=found[0][0] if found else None,
        subject=sent.subject,
        text=sent.text,
        answers=sent.in_reply_to,
        now=now,
    )


def postpone(tx: Tx, row_id: int, next_at: datetime, error: str) -> None:
    """Try again at `next_at`; its lane waits with it."""
    tx.run(
        "update outbox set next_at = :at, lease_until = null, error = :error"
        " where id = :id and state = 'pending'",
        id=row_id,
        at=next_at,
        error=error,
    )


def hold(tx: Tx, row_id: int, next_at: datetime, error: str, data: Mapping[str, Any]) -> None:
    """Like `postpone`, with other data: why it is held up."""
    tx.run("update outbox set data = :data where id = :id", id=row_id, data=as_json(data))
    postpone(tx, row_id, next_at, error)


def bury(tx: Tx, row: Claimed, error: str, *, unreachable: bool = False) -> None:
    """Give up visibly: the row is dead and its lane goes on.

    `unreachable` marks the contact as one the provider will never reach.
    """
    tx.run(
        "update outbox set state = 'dead', lease_until = null, error = :error"
        " where id = :id and state = 'pending'",
        id=row.id,
        error=error,
    )
    if unreachable and row.contact_id is not None:
        contacts.set_reachable(tx, row.contact_id, False)


def free(tx: Tx) -> int:
    """Let go of every row under way, when nobody can be sending any more; how many there were."""
    return tx.changed(
        "update outbox set lease_until = null where state = 'pending' and lease_until is not null"
    )


def retry(tx: Tx, row_id: int, now: datetime) -> bool:
    """ "Kirim ulang": a dead row is due again, with the same key; False if it is not dead."""
    row = tx.session.get(Outbox, row_id)
    if row is None or row.state != "dead":
        return False
    row.state, row.next_at, row.tries = "pending", now, 0
    row.data = {**row.data, "retried_at": now.isoformat()}
    tx.flush()
    return True


def report(tx: Tx, channel: str, external_id: str, status: str) -> int | None:
    """Note what the provider says of a message it took; the row's id, or None if we do not know it."""
    found = tx.session.exec(
        select(Outbox)
        .where(col(Outbox.channel) == channel, col(Outbox.external_id) == external_id)
        .order_by(col(Outbox.id).desc())
        .limit(1)
    ).first()
    if found is None or not external_id:
        return None
    if _RANK[status] > _RANK[found.delivery]:
        found.delivery = status
        tx.flush()
    return found.id


def page(
    tx: Tx, states: Iterable[str] = ("pending", "dead"), *, before: int | None = None, most: int = 50
) -> list[Outbox]:
    """Rows in these states, newest first, older than the row `before`."""
    query = select(Outbox).where(col(Outbox.state).in_(list(states)))
    if before is not None:
        query = query.where(col(Outbox.id) < before)
    return list(tx.session.exec(query.order_by(col(Outbox.id).desc()).limit(most)))


def of_ticket(tx: Tx, ticket_id: int) -> list[Outbox]:
    """Everything told about a ticket, oldest first."""
    query = select(Outbox).where(col(Outbox.ticket_id) == ticket_id).order_by(col(Outbox.id))
    return list(tx.session.exec(query))


def counts(tx: Tx) -> dict[tuple[str, str], int]:
    """How many rows wait or are dead: (channel, state) → number, for metrics."""
    rows = tx.run(
        "select channel, state, count(*) from outbox where state in ('pending', 'dead')"
        " group by channel, state"
    )
    return {(str(channel), str(state)): int(number) for channel, state, number in rows}


def oldest_due(tx: Tx, now: datetime) -> datetime | None:
    """Since when the longest waiting row has been due; None if nothing waits."""
    rows = tx.run("select min(next_at) from outbox where state = 'pending' and next_at <= :now", now=now)
    return utc(rows[0][0]) if rows[0][0] is not None else None


def _claimed(row: tuple[Any, ...]) -> Claimed:
    data = json.loads(row[8]) if isinstance(row[8], str) else dict(row[8])
    again = data.get("retried_at")
    return Claimed(
        id=row[0],
        key=row[1],
        lane=row[2],
        notice=row[3],
        ticket_id=row[4],
        contact_id=row[5],
        opd=row[6],
        channel=row[7],
        data=data,
        tries=row[9],
        since=datetime.fromisoformat(again) if again else utc(row[10]),
    )
