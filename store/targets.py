"""Which ticket a message may belong to, and new tickets (driver SQL: intake's path)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from store.db import Tx, utc


class Target(NamedTuple):
    """A ticket a message may join."""

    id: int
    ref: str
    token: str
    status: str
    privacy: str
    merged_into: int | None


_TARGET = "SELECT ticket.id, ref, token, status, privacy, merged_into FROM ticket "


def ticket_by_token(tx: Tx, token: str) -> Target | None:
    """The ticket of a reply address or tracking link."""
    return _target(tx.run(_TARGET + "WHERE token = :token", token=token))


def ticket_by_ref(tx: Tx, ref: str) -> Target | None:
    """The ticket of a public ref."""
    return _target(tx.run(_TARGET + "WHERE ref = :ref", ref=ref))


def ticket_by_id(tx: Tx, ticket_id: int) -> Target | None:
    """The ticket itself."""
    return _target(tx.run(_TARGET + "WHERE id = :id", id=ticket_id))


def ticket_by_reply(tx: Tx, channel: str, external_ids: Sequence[str]) -> Target | None:
    """The ticket of the first of these messages (ours or theirs) that we know."""
    for external_id in external_ids:
        rows = tx.run(
            _TARGET + "JOIN message ON message.ticket_id = ticket.id"
            " WHERE message.channel = :channel AND message.external_id = :external_id LIMIT 1",
            channel=channel,
            external_id=external_id,
        )
        if rows:
            return _target(rows)
    return None


def answers_an_office(tx: Tx, channel: str, external_ids: Sequence[str]) -> bool:
    """Whether one of these messages of ours went to an agency or to Diskominfo, not to a citizen."""
    return any(
        tx.run(
            "SELECT 1 FROM outbox WHERE channel = :channel AND external_id = :external_id"
            " AND external_id <> '' AND contact_id IS NULL LIMIT 1",
            channel=channel,
            external_id=external_id,
        )
        for external_id in external_ids
    )


def ticket_by_group(tx: Tx, conversation_id: int, group_id: str) -> Target | None:
    """The ticket of an album's other pictures."""
    return _target(
        tx.run(
            _TARGET + "JOIN message ON message.ticket_id = ticket.id"
            " WHERE conversation_id = :conversation AND group_id = :group AND group_id <> '' LIMIT 1",
            conversation=conversation_id,
            group=group_id,
        )
    )


def newest_own(tx: Tx, conversation_id: int) -> Target | None:
    """The newest report of a conversation's own that is not sealed."""
    return _target(
        tx.run(
            _TARGET + "JOIN ticket_reporter ON ticket_reporter.ticket_id = ticket.id"
            " WHERE conversation_id = :conversation AND role = 'reporter' AND status <> 'merged'"
            " AND privacy <> 'secret' AND sensitive = '' ORDER BY ticket.id DESC LIMIT 1",
            conversation=conversation_id,
        )
    )


def own_open(tx: Tx, conversation_id: int, over: Collection[str]) -> list[Target]:
    """The conversation's own reports whose status is none of `over`, newest first."""
    rows = tx.run(
        _TARGET + "JOIN ticket_reporter ON ticket_reporter.ticket_id = ticket.id"
        " WHERE conversation_id = :conversation AND role = 'reporter' ORDER BY ticket.id DESC",
        conversation=conversation_id,
    )
    return [target for target in (Target(*row) for row in rows) if target.status not in over]


@dataclass(frozen=True, slots=True)
class Told:
    """What a ticket knows of itself: its kind, where it is, whether pictures came."""

    type: str
    privacy: str
    sensitive: str
    urgent: bool
    place: bool
    files: bool
    summary: str


def told(tx: Tx, ticket_id: int) -> Told:
    """What is known of a ticket; `place`: by a point, a kelurahan or words of its own."""
    rows = tx.run(
        "SELECT type, privacy, sensitive, urgent, lat IS NOT NULL OR kelurahan <> '' OR place <> '',"
        " EXISTS (SELECT 1 FROM attachment JOIN message ON message.id = attachment.message_id"
        " WHERE message.ticket_id = ticket.id), summary FROM ticket WHERE id = :id",
        id=ticket_id,
    )
    type_, privacy, sensitive, urgent, place, files, summary = rows[0]
    return Told(type_, privacy, sensitive, bool(urgent), bool(place), bool(files), summary)


def tickets_around(
    tx: Tx, conversation_id: int, at: datetime, window: timedelta, *, since: datetime | None, bare: str
) -> list[Target]:
    """Tickets of a conversation that have a message within `window` of a moment, nearest first.

    `since` is a line drawn in the conversation: what was written before it does not go with what was
    written after it, but a ticket whose summary is `bare` (no word yet) goes with either.
    """
    rows = tx.run(
        "SELECT ticket.id, ref, token, status, privacy, merged_into, sent_at, summary FROM ticket"
        " JOIN message ON message.ticket_id = ticket.id WHERE conversation_id = :conversation"
        " AND direction = 'in' AND sent_at BETWEEN :first AND :last",
        conversation=conversation_id,
        first=at - window,
        last=at + window,
    )
    if since is not None:
        rows = [row for row in rows if row[7] == bare or (utc(row[6]) >= since) == (at >= since)]
    rows.sort(key=lambda row: (abs(utc(row[6]) - at), row[0]))
    found = {row[0]: Target(*row[:6]) for row in reversed(rows)}
    return list(reversed(found.values()))


def tickets_waiting(tx: Tx, conversation_id: int) -> list[Target]:
    """The conversation's tickets that wait for the citizen (at most two: more than one is ambiguous)."""
    rows = tx.run(
        _TARGET + "JOIN ticket_reporter ON ticket_reporter.ticket_id = ticket.id"
        " WHERE conversation_id = :conversation AND status = 'waiting' LIMIT 2",
        conversation=conversation_id,
    )
    return [Target(*row) for row in rows]


def add_ticket(tx: Tx, **values: Any) -> int:
    """A new ticket; `values` are the columns that differ from an empty one."""
    return tx.insert(
        "INSERT INTO ticket (ref, token, channel, status, type, privacy, sensitive, accused, urgent,"
        " summary, search, opd, owner, rule, kelurahan, lat, lon, place, place_sure, outcome, refusals,"
        " reopened, opened_at, updated_at, due_at, version) VALUES (:ref, :token, :channel, :status,"
        " :type, :privacy, :sensitive, :accused, :urgent, :summary, :search, :opd, '', :rule, :kelurahan,"
        " :lat, :lon, :place, :place_sure, '', 0, 0, :now, :now, :due, 1)",
        **values,
    )


def has_pending(tx: Tx, ticket_id: int, notices: Sequence[str]) -> bool:
    """Whether one of these notices about the ticket has not left yet."""
    rows = tx.run(
        "SELECT notice FROM outbox WHERE ticket_id = :ticket AND state = 'pending'", ticket=ticket_id
    )
    return any(row[0] in notices for row in rows)


def reserve_refs(tx: Tx, month: str, count: int) -> int:
    """Take `count` numbers of a month (`yymm`); returns the first."""
    rows = tx.run(
        "INSERT INTO ref_block (month, next) VALUES (:month, :after) ON CONFLICT (month)"
        " DO UPDATE SET next = ref_block.next + :count RETURNING next",
        month=month,
        after=1 + count,
        count=count,
    )
    return int(rows[0][0]) - count


def _target(rows: list[tuple[Any, ...]]) -> Target | None:
    return Target(*rows[0]) if rows else None


@dataclass(frozen=True, slots=True)
class State:
    """What a late part must know of its ticket."""

    status: str
    touched: bool
    opd: str
    channel: str
    privacy: str
    sensitive: str
    type: str


def state_of(tx: Tx, ticket_id: int) -> State:
    """The ticket as it stands now."""
    rows = tx.run(
        "SELECT status, touched_at IS NOT NULL, opd, channel, privacy, sensitive, type FROM ticket"
        " WHERE id = :id",
        id=ticket_id,
    )
    status, touched, *rest = rows[0]
    return State(status, bool(touched), *rest)


def rewrite(tx: Tx, ticket_id: int, **values: Any) -> None:
    """What the ticket says after a late part: words, place, kind."""
    tx.run(
        "UPDATE ticket SET type = :type, privacy = :privacy, sensitive = :sensitive, accused = :accused,"
        " urgent = :urgent, summary = :summary, search = :search, kelurahan = :kelurahan, lat = :lat,"
        " lon = :lon, place = :place, place_sure = :place_sure, updated_at = :now WHERE id = :id",
        id=ticket_id,
        **values,
    )


def hide(tx: Tx, ticket_id: int, privacy: str) -> None:
    """Its reporter wants the ticket `anonymous` or `secret` after all; nothing becomes less private."""
    tx.run(
        "UPDATE ticket SET privacy = :privacy WHERE id = :id"
        " AND (privacy = 'normal' OR privacy = 'anonymous' AND :privacy = 'secret')",
        id=ticket_id,
        privacy=privacy,
    )


def absorb(tx: Tx, into: int, gone: int, now: datetime) -> None:
    """Move a ticket's messages and reporters into another one; the first is merged from now on."""
    for statement in (
        "UPDATE message SET ticket_id = :into WHERE ticket_id = :gone",
        "DELETE FROM ticket_reporter WHERE ticket_id = :gone AND conversation_id IN"
        " (SELECT conversation_id FROM ticket_reporter WHERE ticket_id = :into)",
        "UPDATE ticket_reporter SET ticket_id = :into WHERE ticket_id = :gone",
        "UPDATE deadline SET void_at = :now WHERE ticket_id = :gone AND met_at IS NULL AND void_at IS NULL",
        "UPDATE outbox SET state = 'canceled' WHERE ticket_id = :gone AND state IN ('pending', 'call')",
        "UPDATE ticket SET status = 'merged', merged_into = :into, opd = '', closed_at = :now,"
        " updated_at = :now, version = version + 1 WHERE id = :gone",
    ):
        tx.run(statement, into=into, gone=gone, now=now)
