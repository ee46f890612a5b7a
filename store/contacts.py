"""Contacts, their sealed identity and their conversations (driver SQL: intake's path)."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from store.db import Tx, utc
from store.driver import as_json


def find_contact(tx: Tx, channel: str, value: str) -> int | None:
    """The contact behind an address."""
    rows = tx.run(
        "SELECT contact_id FROM identity WHERE channel = :channel AND value = :value",
        channel=channel,
        value=value,
    )
    return int(rows[0][0]) if rows else None


def add_contact(tx: Tx, channel: str, value: str, name: str, now: datetime) -> int:
    """A new contact with its sealed identity."""
    contact_id = tx.insert(
        "INSERT INTO contact (channel, created_at, undeliverable) VALUES (:channel, :now, :no)",
        channel=channel,
        now=now,
        no=False,
    )
    tx.add(
        "INSERT INTO identity (contact_id, channel, value, name) VALUES (:id, :channel, :value, :name)",
        id=contact_id,
        channel=channel,
        value=value,
        name=name,
    )
    return contact_id


def nameless(tx: Tx, channel: str, since: datetime) -> list[tuple[int, str]]:
    """(contact, address) of people of a channel who came after that and told no name."""
    rows = tx.run(
        "SELECT contact_id, value FROM identity JOIN contact ON contact.id = contact_id"
        " WHERE identity.channel = :channel AND name = '' AND created_at > :since ORDER BY contact_id",
        channel=channel,
        since=since,
    )
    return [(int(contact), str(value)) for contact, value in rows]


def named(tx: Tx, contact_id: int, name: str) -> None:
    """Somebody's name, where none was known."""
    tx.run("UPDATE identity SET name = :name WHERE contact_id = :id AND name = ''", id=contact_id, name=name)


def move(tx: Tx, contact_id: int, channel: str, value: str) -> None:
    """A contact has another address from now on, unless that is somebody's already."""
    tx.run(
        "UPDATE identity SET value = :value WHERE contact_id = :id AND NOT EXISTS"
        " (SELECT 1 FROM identity AS other WHERE other.channel = :channel AND other.value = :value)",
        id=contact_id,
        channel=channel,
        value=value,
    )


def set_reachable(tx: Tx, contact_id: int, reachable: bool) -> None:
    """Whether anything of ours reaches a contact: they write, said STOP, blocked us, or a message bounced."""
    tx.run(
        "UPDATE contact SET undeliverable = :un WHERE id = :id AND undeliverable <> :un",
        un=not reachable,
        id=contact_id,
    )


def stopped(tx: Tx, contact_id: int) -> bool:
    """Whether the last a contact said was that we shall not write any more (`message.machine` "stop")."""
    rows = tx.run(
        "SELECT machine FROM message JOIN conversation ON conversation.id = message.conversation_id"
        " WHERE contact_id = :contact AND direction = 'in' ORDER BY message.id DESC LIMIT 1",
        contact=contact_id,
    )
    return bool(rows) and rows[0][0] == "stop"


def silenced(tx: Tx, ticket_id: int) -> list[tuple[str, datetime]]:
    """(channel, since when) of the ticket's people who said STOP and have written nothing since."""
    rows = tx.run(
        "SELECT message.channel, message.received_at FROM ticket_reporter"
        " JOIN message ON message.id = (SELECT max(said.id) FROM message AS said"
        " JOIN conversation ON conversation.id = said.conversation_id"
        " WHERE conversation.contact_id = ticket_reporter.contact_id AND said.direction = 'in')"
        " WHERE ticket_reporter.ticket_id = :ticket AND message.machine = 'stop' ORDER BY message.id",
        ticket=ticket_id,
    )
    return [(channel, utc(at)) for channel, at in rows]


def cancel_waiting(tx: Tx, contact_id: int) -> None:
    """What waits to be sent to a contact is not sent."""
    tx.run(
        "UPDATE outbox SET state = 'canceled' WHERE state = 'pending' AND lane = :lane",
        lane=f"contact:{contact_id}",
    )


def find_conversation(tx: Tx, channel: str, account: str, contact_id: int) -> int | None:
    """A contact's thread with one of our accounts."""
    rows = tx.run(
        "SELECT id FROM conversation"
        " WHERE channel = :channel AND account = :account AND contact_id = :contact",
        channel=channel,
        account=account,
        contact=contact_id,
    )
    return int(rows[0][0]) if rows else None


def take_over(tx: Tx, channel: str, account: str, contact_id: int, former: Sequence[str]) -> int | None:
    """Our account changed: the contact's thread with a former one goes on with this."""
    for one in former:
        found = find_conversation(tx, channel, one, contact_id)
        if found is not None:
            tx.run("UPDATE conversation SET account = :account WHERE id = :id", account=account, id=found)
            return found
    return None


def add_conversation(
    tx: Tx, channel: str, account: str, contact_id: int, also_contact_id: int | None, now: datetime
) -> int:
    """A new thread; `also_contact_id` is another address the person gave with it, never changed later."""
    return tx.insert(
        "INSERT INTO conversation (channel, account, contact_id, also_contact_id, last_inbound_at,"
        " dialogue_state) VALUES (:channel, :account, :contact, :also, :now, '{}')",
        channel=channel,
        account=account,
        contact=contact_id,
        also=also_contact_id,
        now=now,
    )


def also_of(tx: Tx, conversation_id: int) -> int | None:
    """The other address that came with the thread's first message."""
    rows = tx.run("SELECT also_contact_id FROM conversation WHERE id = :id", id=conversation_id)
    return rows[0][0] if rows else None


def touch_conversation(tx: Tx, conversation_id: int, at: datetime) -> None:
    """Somebody wrote again: remember when."""
    tx.run(
        "UPDATE conversation SET last_inbound_at = :at WHERE id = :id AND last_inbound_at < :at",
        at=at,
        id=conversation_id,
    )


def dialogue(tx: Tx, conversation_id: int) -> dict[str, Any]:
    """What a thread was asked and has not answered (the words are `sapa.desk.dialogue`'s)."""
    rows = tx.run("SELECT dialogue_state FROM conversation WHERE id = :id", id=conversation_id)
    state = rows[0][0] if rows else {}
    found: dict[str, Any] = json.loads(state) if isinstance(state, str) else state
    return found


def set_dialogue(tx: Tx, conversation_id: int, state: Mapping[str, Any]) -> None:
    """Remember what a thread is asked."""
    tx.add(
        "UPDATE conversation SET dialogue_state = :state WHERE id = :id",
        state=as_json(state),
        id=conversation_id,
    )


def whose(tx: Tx, conversation_id: int) -> tuple[int, str]:
    """(contact, the channel where they are answered) of a thread."""
    rows = tx.run(
        "SELECT contact.id, contact.channel FROM conversation"
        " JOIN contact ON contact.id = conversation.contact_id WHERE conversation.id = :id",
        id=conversation_id,
    )
    return int(rows[0][0]), str(rows[0][1])


def add_reporter(tx: Tx, ticket_id: int, contact_id: int, conversation_id: int, role: str) -> None:
    """Somebody is answered about this ticket (`reporter` or `supporter`), if they were not already."""
    tx.add(
        "INSERT INTO ticket_reporter (ticket_id, contact_id, conversation_id, role)"
        " VALUES (:ticket, :contact, :conversation, :role)"
        " ON CONFLICT (ticket_id, conversation_id) DO NOTHING",
        ticket=ticket_id,
        contact=contact_id,
        conversation=conversation_id,
        role=role,
    )


def reporter_of(tx: Tx, ticket_id: int) -> tuple[int, int] | None:
    """(contact, conversation) of the ticket's first reporter."""
    rows = tx.run(
        "SELECT contact_id, conversation_id FROM ticket_reporter"
        " WHERE ticket_id = :ticket AND role = 'reporter' ORDER BY id LIMIT 1",
        ticket=ticket_id,
    )
    return (int(rows[0][0]), int(rows[0][1])) if rows else None


def role_of(tx: Tx, ticket_id: int, conversation_id: int | None, contact_id: int | None = None) -> str:
    """What a conversation, or else a contact, is to the ticket: `reporter`, `supporter`, or ""."""
    rows = tx.run(
        "SELECT role FROM ticket_reporter WHERE ticket_id = :ticket"
        " AND (conversation_id = :conversation OR contact_id = :contact) ORDER BY id LIMIT 1",
        ticket=ticket_id,
        conversation=conversation_id,
        contact=contact_id,
    )
    return str(rows[0][0]) if rows else ""
