"""Messages, their revisions and files (driver SQL: intake's path)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from store.db import Tx, utc
from store.tables import AttachmentRow, Message


@dataclass(frozen=True, slots=True)
class Known:
    """A message the ledger already holds; `heard`: it is part of a conversation, not parked."""

    id: int
    ticket_id: int | None
    text: str
    ref: str
    token: str
    heard: bool


def find_message(tx: Tx, channel: str, account: str, external_id: str) -> Known | None:
    """The message of this external id, with its ticket; `token` only if its writer is the reporter."""
    rows = tx.run(
        "SELECT message.id, message.ticket_id, message.text, ticket.ref,"
        " CASE WHEN role = 'reporter' THEN ticket.token END, message.conversation_id IS NOT NULL FROM message"
        " LEFT JOIN ticket ON ticket.id = message.ticket_id"
        " LEFT JOIN ticket_reporter ON ticket_reporter.ticket_id = message.ticket_id"
        " AND ticket_reporter.conversation_id = message.conversation_id WHERE message.channel = :channel"
        " AND message.account = :account AND message.external_id = :external_id",
        channel=channel,
        account=account,
        external_id=external_id,
    )
    if not rows:
        return None
    id_, ticket_id, text, ref, token, heard = rows[0]
    return Known(id_, ticket_id, text, ref or "", token or "", bool(heard))


def questions(tx: Tx, contact_id: int, since: datetime) -> list[str]:
    """The different texts of a contact since then that are on no ticket, at most 500."""
    rows = tx.run(
        "SELECT DISTINCT text FROM message JOIN conversation ON conversation.id = message.conversation_id"
        " WHERE contact_id = :contact AND direction = 'in' AND ticket_id IS NULL AND received_at > :since"
        " LIMIT 500",
        contact=contact_id,
        since=since,
    )
    return [str(row[0]) for row in rows]


@dataclass(frozen=True, slots=True)
class Said:
    """What a message said when it came, and its writer's `address` ("" none given, None nobody we know)."""

    text: str
    where: tuple[float | None, float | None, str, str]
    address: str | None
    received_at: datetime


def said(tx: Tx, message_id: int) -> Said:
    """A message as it came: text, (lat, lon, place, kelurahan), the writer's address, and when."""
    rows = tx.run(
        "SELECT text, lat, lon, place, kelurahan,"
        " CASE WHEN identity.channel = 'web' THEN '' ELSE value END, received_at FROM message"
        " LEFT JOIN conversation ON conversation.id = message.conversation_id"
        " LEFT JOIN identity ON identity.contact_id = conversation.contact_id WHERE message.id = :id",
        id=message_id,
    )
    text, lat, lon, place, kelurahan, address, received_at = rows[0]
    return Said(text, (lat, lon, place, kelurahan), address, utc(received_at))


def add_message(tx: Tx, uuid: UUID, **values: Any) -> int:
    """Keep one inbound message; returns its id. Raises the driver's IntegrityError for a known one.

    `values`: channel, account, external_id, ticket_id, conversation_id, arrival_id, subject, text,
    in_reply_to, group_id, machine, lat, lon, place, kelurahan, sent_at, now. If told, `accuracy_m`: how
    far from (lat, lon) it may be, in metres; `whole`: all that was written where `text` is less; `proof`:
    of its sender ("" nothing known); `category`: what the channel filed it under.
    """
    return tx.insert(
        "INSERT INTO message (uuid, direction, channel, account, external_id, ticket_id, conversation_id,"
        " arrival_id, subject, text, whole, in_reply_to, group_id, machine, proof, lat, lon, accuracy_m,"
        " place, kelurahan, category, sent_at, received_at) VALUES (:uuid, 'in', :channel, :account,"
        " :external_id, :ticket_id, :conversation_id, :arrival_id, :subject, :text, :whole, :in_reply_to,"
        " :group_id, :machine, :proof, :lat, :lon, :accuracy_m, :place, :kelurahan, :category,"
        " :sent_at, :now)",
        uuid=uuid,
        **{"accuracy_m": None, "whole": "", "proof": "", "category": ""} | values,
    )


def heard_since(tx: Tx, conversation_id: int, late: datetime, early: datetime) -> tuple[int, int]:
    """How many messages came in a thread after `late`, and how many after the earlier `early`."""
    rows = tx.run(
        "SELECT coalesce(sum(CASE WHEN received_at > :late THEN 1 ELSE 0 END), 0), count(*) FROM message"
        " WHERE conversation_id = :id AND direction = 'in' AND received_at > :early",
        id=conversation_id,
        late=late,
        early=early,
    )
    return int(rows[0][0]), int(rows[0][1])


def add_proof(tx: Tx, uuid: UUID, **values: Any) -> int:
    """Keep an officer's pictures of what was done, as a message of ours; returns its id.

    `values`: channel, account, external_id, ticket_id, arrival_id, sent_at, now.
    """
    return tx.insert(
        "INSERT INTO message (uuid, direction, channel, account, external_id, ticket_id, arrival_id,"
        " subject, text, in_reply_to, group_id, machine, place, kelurahan, sent_at, received_at)"
        " VALUES (:uuid, 'out', :channel, :account, :external_id, :ticket_id, :arrival_id, '', '', '', '',"
        " 'proof', '', '', :sent_at, :now)",
        uuid=uuid,
        **values,
    )


def add_revision(
    tx: Tx, message_id: int, arrival_id: int | None, digest: str, text: str, now: datetime
) -> bool:
    """Keep what a message says after an edit; False if this wording is already kept."""
    return bool(
        tx.changed(
            "INSERT INTO message_revision (message_id, arrival_id, digest, text, at)"
            " VALUES (:message, :arrival, :digest, :text, :now) ON CONFLICT (message_id, digest) DO NOTHING",
            message=message_id,
            arrival=arrival_id,
            digest=digest,
            text=text,
            now=now,
        )
    )


def add_attachment(
    tx: Tx, message_id: int, uuid: UUID, *, asked_at: datetime | None = None, **values: Any
) -> None:
    """A file of a message; `values`: name, media_type, size, state, reason, blob, served, remote, lat, lon,
    taken, phash.

    `asked_at`: since when a remote one is being fetched.
    """
    tx.run(
        "INSERT INTO attachment (uuid, message_id, name, media_type, size, state, reason, blob, served,"
        " remote, asked_at, next_at, tries, lat, lon, taken, phash, transcript)"
        " VALUES (:uuid, :message, :name, :media_type, :size, :state, :reason, :blob, :served,"
        " :remote, :asked_at, :asked_at, 0, :lat, :lon, :taken, :phash, '')",
        uuid=uuid,
        message=message_id,
        asked_at=asked_at,
        **values,
    )


@dataclass(frozen=True, slots=True)
class Part:
    """What one inbound message says now: its words, and where it is about (`kelurahan`: the chosen one)."""

    subject: str
    text: str
    lat: float | None
    lon: float | None
    accuracy_m: float | None
    place: str
    kelurahan: str
    group_id: str
    external_id: str
    category: str


def files_of(tx: Tx, message_id: int) -> frozenset[str]:
    """What names a message's files: their digests, and the handles of those a provider had or has."""
    rows = tx.run("SELECT blob, remote FROM attachment WHERE message_id = :id", id=message_id)
    return frozenset(str(name) for row in rows for name in row if name)


#: A message as it is after its last edit.
_PART = (
    "SELECT subject, COALESCE((SELECT revision.text FROM message_revision AS revision"
    " WHERE revision.message_id = message.id ORDER BY revision.id DESC LIMIT 1), text),"
    " lat, lon, accuracy_m, place, kelurahan, group_id, external_id, category"
)


def parts_since(tx: Tx, ticket_id: int, first: int) -> list[Part]:
    """What the ticket's inbound messages from the message `first` on say now, oldest first."""
    rows = tx.run(
        _PART + " FROM message WHERE ticket_id = :ticket AND direction = 'in' AND id >= :first ORDER BY id",
        ticket=ticket_id,
        first=first,
    )
    return [Part(*row) for row in rows]


def ticket_parts(tx: Tx, ticket_id: int) -> list[Part]:
    """What the ticket's reporters say now, in the order written (what others say, if nobody else does)."""
    rows = tx.run(
        # without a conversation it came from the private page
        _PART + ", message.conversation_id IS NULL OR role = 'reporter' FROM message"
        " LEFT JOIN ticket_reporter ON ticket_reporter.ticket_id = message.ticket_id"
        " AND ticket_reporter.conversation_id = message.conversation_id"
        " WHERE message.ticket_id = :ticket AND direction = 'in' ORDER BY sent_at, message.id",
        ticket=ticket_id,
    )
    own = [row for row in rows if row[-1]]
    return [Part(*row[:-1]) for row in own or rows]


def attach_to(tx: Tx, message_id: int, ticket_id: int | None, conversation_id: int | None) -> None:
    """Put a kept message on a ticket (a parked one that a person took up)."""
    tx.run(
        "UPDATE message SET ticket_id = :ticket, conversation_id = :conversation WHERE id = :id",
        ticket=ticket_id,
        conversation=conversation_id,
        id=message_id,
    )


@dataclass(frozen=True, slots=True)
class Loose:
    """A part that waits for its report: a place or files without a word (`machine` "loose", no ticket)."""

    id: int
    sent_at: datetime
    placed: bool


def loose(tx: Tx, conversation_id: int) -> list[Loose]:
    """A conversation's parts that wait for their report, oldest first."""
    rows = tx.run(
        "SELECT id, sent_at, lat IS NOT NULL OR place <> '' FROM message"
        " WHERE conversation_id = :id AND machine = 'loose' AND ticket_id IS NULL ORDER BY id",
        id=conversation_id,
    )
    return [Loose(int(id_), utc(at), bool(placed)) for id_, at, placed in rows]


def let_go(tx: Tx, conversation_id: int) -> None:
    """Their writer takes the waiting parts back: they are kept, and wait for nothing any more."""
    tx.run(
        "UPDATE message SET machine = 'canceled'"
        " WHERE conversation_id = :id AND machine = 'loose' AND ticket_id IS NULL",
        id=conversation_id,
    )


def long_loose(tx: Tx, before: datetime, limit: int) -> list[int]:
    """Conversations with a part that has waited for its report since before then, at most `limit`."""
    rows = tx.run(
        "SELECT DISTINCT conversation_id FROM message"
        " WHERE machine = 'loose' AND ticket_id IS NULL AND received_at < :before"
        " ORDER BY conversation_id LIMIT :limit",
        before=before,
        limit=limit,
    )
    return [int(row[0]) for row in rows]


def row(tx: Tx, message_id: int) -> Message:
    """A message as it stands in the ledger; raises `NoResultFound`."""
    return tx.session.exec(select(Message).where(col(Message.id) == message_id)).one()


def picture_points(tx: Tx, ticket_id: int) -> list[tuple[float, float]]:
    """(lat, lon) that the reporters' pictures say of themselves, oldest first."""
    rows = tx.run(
        "SELECT attachment.lat, attachment.lon FROM attachment"
        " JOIN message ON message.id = attachment.message_id"
        " LEFT JOIN ticket_reporter ON ticket_reporter.ticket_id = message.ticket_id"
        " AND ticket_reporter.conversation_id = message.conversation_id"
        " WHERE message.ticket_id = :ticket AND attachment.lat IS NOT NULL"
        " AND (message.conversation_id IS NULL OR role = 'reporter') ORDER BY attachment.id",
        ticket=ticket_id,
    )
    return [(row[0], row[1]) for row in rows]


def by_ids(tx: Tx, ids: Collection[int]) -> dict[int, Message]:
    """Messages by id."""
    found = tx.session.exec(select(Message).where(col(Message.id).in_(ids)))
    return {message.id: message for message in found if message.id is not None}


def attachment(tx: Tx, uuid: UUID) -> tuple[AttachmentRow, Message] | None:
    """A file by its public id, with the message it came with."""
    query = select(AttachmentRow, Message).join(Message).where(col(AttachmentRow.uuid) == uuid)
    return tx.session.exec(query).first()
