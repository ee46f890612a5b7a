"""Ways round a shut channel or a contact nothing reaches: other contacts, the telephone, and back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import col, select

from store.db import Tx
from store.driver import as_json
from store.outbox import Claimed
from store.tables import Outbox

_SHUT = """
select (select 1 from outage where channel = :channel and closed_at is null),
       (select undeliverable from contact where id = :contact)
"""

#: The contact it was meant for, and what was given with its first message, on this ticket alone.
_WAYS = """
select o.id, o.channel, o.id <> :meant and exists (
    select 1 from ticket_reporter r
    where r.ticket_id = :ticket and r.contact_id = o.id and r.role = 'reporter')
from contact o
where o.undeliverable = :no and o.id <> :now_at
  and (o.id = :meant or o.id in (
    select c.also_contact_id from ticket_reporter t join conversation c on c.id = t.conversation_id
    where t.ticket_id = :ticket and t.contact_id = :meant))
  and not exists (select 1 from outage d where d.channel = o.channel and d.closed_at is null)
order by o.id
"""

_MOVE = """
update outbox set lane = :lane, contact_id = :contact, channel = :channel, data = :data, state = 'pending',
       next_at = :now, lease_until = null, tries = 0, error = '', external_id = '', delivery = '',
       sent_at = null
where id = :id and state in ('pending', 'sent')
"""

_CALL = """
update outbox set state = 'call', data = :data, lease_until = null, tries = 0, error = :error
where id = :id and state in ('pending', 'sent')
"""


class Other(NamedTuple):
    """Another contact of the same person; `told`: they are a reporter there and hear of it anyway."""

    contact_id: int
    channel: str
    told: bool


def shut(tx: Tx, channel: str, contact_id: int | None) -> str:
    """Why a citizen cannot be told by a channel: "outage", "unreachable", or ""."""
    outage, unreachable = tx.run(_SHUT, channel=channel, contact=contact_id)[0]
    return "outage" if outage else "unreachable" if unreachable else ""


def others(tx: Tx, ticket_id: int | None, meant: int | None, now_at: int | None) -> list[Other]:
    """Further contacts of the person a notice was `meant` for that can be told, oldest first."""
    rows = tx.run(_WAYS, ticket=ticket_id, meant=meant, now_at=now_at, no=False)
    return [Other(int(id), str(channel), bool(told)) for id, channel, told in rows]


def move(tx: Tx, row_id: int, to: Other, data: Mapping[str, Any], now: datetime) -> None:
    """The row leaves by another contact, in that contact's lane; the same row is told once."""
    tx.run(
        _MOVE,
        id=row_id,
        lane=f"contact:{to.contact_id}",
        contact=to.contact_id,
        channel=to.channel,
        data=as_json(data),
        now=now,
    )


def to_call(tx: Tx, row_id: int, data: Mapping[str, Any], error: str) -> None:
    """The row waits for a person who telephones; `error` is what the provider said."""
    tx.run(_CALL, id=row_id, data=as_json(data), error=error)


def failed(tx: Tx, row_id: int, now: datetime) -> None:
    """The provider took the row and lost it: it is due again, and finds its contact unreachable."""
    tx.run(
        "update outbox set state = 'pending', next_at = :now, lease_until = null, tries = 0"
        " where id = :id and state = 'sent'",
        id=row_id,
        now=now,
    )


def cancel(tx: Tx, row: Claimed) -> None:
    """The row is not sent: nobody waits for it any more, or the person hears of it anyway."""
    tx.run("update outbox set state = 'canceled', lease_until = null where id = :id", id=row.id)


def resume(tx: Tx, channel: str, now: datetime) -> int:
    """What an outage of the channel held up is due now, each row once; how many there are."""
    found = tx.session.exec(
        select(Outbox).where(
            col(Outbox.state).in_(("pending", "call")),
            col(Outbox.channel) == channel,
            col(Outbox.contact_id).is_not(None),
        )
    ).all()
    held = [row for row in found if row.data.get("why") == "outage"]
    for row in held:
        data = {name: value for name, value in row.data.items() if name != "why"}
        row.state, row.next_at, row.tries = "pending", now, 0
        row.data = {**data, "retried_at": now.isoformat()}
    tx.flush()
    return len(held)


def hurry(tx: Tx, channel: str, now: datetime) -> None:
    """Citizens' notices that wait for another try of the channel are looked at now."""
    tx.run(
        "update outbox set next_at = :now where state = 'pending' and channel = :channel"
        " and contact_id is not null and tries > 0 and lease_until is null and next_at > :now",
        now=now,
        channel=channel,
    )
