"""Files that a provider still has: which are due, whose they are now, what became of them.

A claim holds for a lease and is named by its end: what a crashed process had under way comes back by
itself, and who lost the lease meanwhile can write nothing down any more.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from store.db import Tx, utc
from store.tables import AttachmentRow, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A file under way, ours until `lease`.

    `remote` is the handle its door knows it by; `tries` counts the one under way; giving up counts
    from `since`; its message came at `received_at`.
    """

    id: int
    message_id: int
    channel: str
    name: str
    media_type: str
    remote: str
    tries: int
    since: datetime
    received_at: datetime
    lease: datetime


_FREE = "state = 'remote' AND next_at <= :now AND (lease_until IS NULL OR lease_until <= :now)"
_CHANNELS = """
SELECT DISTINCT message.channel FROM attachment JOIN message ON message.id = attachment.message_id
WHERE {free} ORDER BY message.channel
""".replace("{free}", _FREE)
_DUE = """
SELECT attachment.id FROM attachment JOIN message ON message.id = attachment.message_id
WHERE {free} AND message.channel = :channel ORDER BY next_at, attachment.id LIMIT :most
""".replace("{free}", _FREE)
_CLAIM = """
UPDATE attachment SET lease_until = :lease, tries = tries + 1
WHERE id = (SELECT id FROM attachment WHERE id = :id AND {free} {lock})
RETURNING id, message_id, name, media_type, remote, tries, asked_at
""".replace("{free}", _FREE)
_CLAIMS = {
    "sqlite": _CLAIM.replace("{lock}", ""),
    "postgresql": _CLAIM.replace("{lock}", "FOR UPDATE SKIP LOCKED"),
}
_END = """
UPDATE attachment SET lease_until = NULL WHERE id = :id AND state = 'remote' AND lease_until = :lease
"""


def channels_due(tx: Tx, now: datetime) -> list[str]:
    """The channels that have a file to be fetched now."""
    return [str(row[0]) for row in tx.run(_CHANNELS, now=now)]


def due(tx: Tx, channel: str, now: datetime, most: int) -> list[int]:
    """Ids of a channel's files to be fetched now, those that waited longest first."""
    return [int(row[0]) for row in tx.run(_DUE, channel=channel, now=now, most=most)]


def claim(tx: Tx, file_id: int, now: datetime, lease: datetime) -> Wanted | None:
    """Take one file, if it is still due and nobody else's."""
    rows = tx.run(_CLAIMS[tx.dialect], id=file_id, now=now, lease=lease)
    if not rows:
        return None
    id_, message_id, name, media_type, remote, tries, since = rows[0]
    channel, received_at = tx.run("SELECT channel, received_at FROM message WHERE id = :id", id=message_id)[0]
    return Wanted(
        id=id_,
        message_id=message_id,
        channel=channel,
        name=name,
        media_type=media_type,
        remote=remote,
        tries=tries,
        since=utc(since),
        received_at=utc(received_at),
        lease=lease,
    )


def end(tx: Tx, wanted: Wanted) -> bool:
    """Let go of the lease to write down what became of the file; False when it is no longer ours."""
    return bool(tx.changed(_END, id=wanted.id, lease=wanted.lease))


def keep(tx: Tx, file_id: int, **values: Any) -> None:
    """The file is here, shown or not; `values`: the columns from media_type to phash that change."""
    tx.run(
        "UPDATE attachment SET media_type = :media_type, size = :size, state = :state, reason = :reason,"
        " blob = :blob, served = :served, next_at = NULL, lat = :lat, lon = :lon, taken = :taken,"
        " phash = :phash WHERE id = :id",
        id=file_id,
        **values,
    )


def write_down(tx: Tx, file_id: int, text: str) -> bool:
    """What a machine heard in a recording; False where somebody wrote it down already."""
    return bool(
        tx.changed(
            "UPDATE attachment SET transcript = :text WHERE id = :id AND transcript = ''",
            id=file_id,
            text=text,
        )
    )


def transcripts(tx: Tx, ticket_id: int) -> list[str]:
    """What is said in the recordings of the ticket's reporters, as far as it was written down."""
    rows = tx.run(
        "SELECT transcript FROM attachment JOIN message ON message.id = attachment.message_id"
        " LEFT JOIN ticket_reporter ON ticket_reporter.ticket_id = message.ticket_id"
        " AND ticket_reporter.conversation_id = message.conversation_id"
        " WHERE message.ticket_id = :ticket AND transcript <> ''"
        " AND (message.conversation_id IS NULL OR role = 'reporter') ORDER BY attachment.id",
        ticket=ticket_id,
    )
    return [transcript for (transcript,) in rows]


def postpone(tx: Tx, file_id: int, next_at: datetime, reason: str) -> None:
    """Try again at `next_at`."""
    tx.run(
        "UPDATE attachment SET next_at = :at, reason = :reason WHERE id = :id",
        id=file_id,
        at=next_at,
        reason=reason,
    )


def refuse(tx: Tx, file_id: int, reason: str) -> None:
    """Give up visibly."""
    tx.run(
        "UPDATE attachment SET state = 'refused', next_at = NULL, reason = :reason WHERE id = :id",
        id=file_id,
        reason=reason,
    )


def again(tx: Tx, file_id: int, now: datetime) -> None:
    """Fetch a file now, also one that was given up; who has it under way goes on."""
    tx.run(
        "UPDATE attachment SET state = 'remote', asked_at = :now, next_at = :now,"
        " tries = CASE WHEN lease_until IS NULL THEN 0 ELSE tries END WHERE id = :id",
        id=file_id,
        now=now,
    )


def find(tx: Tx, ticket_id: int, uuid: UUID) -> AttachmentRow | None:
    """A file of a ticket by its public id."""
    query = select(AttachmentRow).join(Message).where(col(AttachmentRow.uuid) == uuid)
    return tx.session.exec(query.where(col(Message.ticket_id) == ticket_id)).first()


def ticket_of(tx: Tx, message_id: int) -> int | None:
    """The ticket a message hangs on now."""
    found: int | None = tx.run("SELECT ticket_id FROM message WHERE id = :id", id=message_id)[0][0]
    return found


def free(tx: Tx) -> int:
    """Let go of every file under way, when nobody can be fetching any more; how many there were."""
    return tx.changed(
        "UPDATE attachment SET lease_until = NULL WHERE state = 'remote' AND lease_until IS NOT NULL"
    )


def waiting(tx: Tx) -> tuple[int, datetime | None]:
    """How many files are still with their providers, and since when the oldest has been waited for."""
    count, since = tx.run("SELECT count(*), min(asked_at) FROM attachment WHERE state = 'remote'")[0]
    return int(count), utc(since) if since is not None else None
