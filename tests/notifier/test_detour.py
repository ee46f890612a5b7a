"""A shut channel or an unreachable contact: another contact, else the call list; each notice once."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from post_world import World, build

from channels.base import Traits, Unavailable, Undeliverable
from channels.message import OutboundMessage, Receipt
from notifier.relay import Relay
from store import calls, contacts, detours, outages, outbox, schema
from store.db import Ledger
from store.tables import Conversation, Identity, Officer, Outbox, Ticket, TicketReporter


@dataclass
class Post:
    """The post room with two doors; a door says "never" or "later" while it is told to."""

    world: World
    mood: dict[str, str] = field(default_factory=dict)
    sent: list[tuple[str, str]] = field(default_factory=list)

    def run(self, hours: float = 2) -> None:
        """Everything that falls due within so many hours is tried."""
        self.world.now += timedelta(hours=hours)
        doors = {name: Door(name, self) for name in ("fake", "email")}
        asyncio.run(Relay(self.world.ledger, doors, self.world.renderer, lambda: self.world.now).once())

    def down(self, channel: str = "fake") -> None:
        now = self.world.now
        self.world.ledger.write(
            lambda tx: outages.declare(tx, channel, "Nomor diblokir", None, key=f"{now}", by=1, now=now)
        )

    def up(self, channel: str = "fake") -> int:
        now = self.world.now

        def act(tx) -> int:  # type: ignore[no-untyped-def]
            outage = outages.of_channel(tx, channel)
            if outage is None or not outages.end(tx, outage.id or 0, by=1, now=now):
                return 0
            return detours.resume(tx, channel, now)

        return self.world.ledger.write(act)

    def rows(self) -> dict[str, tuple[str, str]]:
        """State and channel by key."""
        with self.world.ledger.reading() as tx:
            found = tx.run("select key, state, channel from outbox order by id")
        return {key: (state, channel) for key, state, channel in found}

    def also(self, channel: str = "email", value: str = "warga@example.org") -> int:
        """The reporter gave another address with the first message."""
        world = self.world
        contact = world.ledger.write(lambda tx: contacts.add_contact(tx, channel, value, "", world.now))
        world.change(Conversation, world.conversation_id, also_contact_id=contact)
        return contact


class Door:
    """Sends, unless its mood is another."""

    name: ClassVar[str] = "door"
    traits: ClassVar[Traits] = Traits()

    def __init__(self, channel: str, post: Post) -> None:
        self.channel = channel
        self.post = post

    async def send(self, message: OutboundMessage) -> Receipt:
        mood = self.post.mood.get(self.channel, "")
        if mood == "never":
            raise Undeliverable("Warga memblokir bot ini.")
        if mood == "later":
            raise Unavailable("Penyedia sedang tidak dapat dihubungi.")
        self.post.sent.append((message.key, self.channel))
        return Receipt(external_id=f"{self.channel}-{message.key}-{len(self.post.sent)}")


def hired(world: World) -> World:
    world.insert(
        Officer(login="koordinator", name="K", role="coordinator", password_hash="-", created_at=world.now)
    )
    return world


@pytest.fixture
def post(world: World) -> Post:
    return Post(hired(world))


def test_while_a_channel_is_down_the_other_address_is_written_to_once(post: Post) -> None:
    other = post.also()
    post.world.tell("ack", "1")
    post.down()
    post.run()
    assert post.rows() == {"1": ("sent", "email")}
    assert post.up() == 0
    post.run()
    assert post.sent == [("1", "email")]
    row = next(iter_rows(post))
    assert (row.contact_id, row.data["was"]) == (other, post.world.contact_id)
    with post.world.ledger.reading() as tx:
        told = tx.run("select conversation_id, channel from message where direction = 'out'")
    assert told == [(post.world.conversation_id, "email")]


def test_without_another_address_it_is_telephoned_or_leaves_when_the_channel_is_back(post: Post) -> None:
    post.world.tell("ack", "1")
    post.world.tell("accepted", "2")
    post.down()
    post.run()
    assert post.rows() == {"1": ("call", "fake"), "2": ("call", "fake")}
    post.world.ledger.write(lambda tx: tx.run("update outbox set state = 'called' where key = '1'"))
    assert post.up() == 1
    post.run()
    assert post.rows() == {"1": ("called", "fake"), "2": ("sent", "fake")}
    assert post.sent == [("2", "fake")]


def test_what_has_left_is_not_sent_again(post: Post) -> None:
    post.also()
    post.world.tell("ack", "1")
    post.run()
    post.down()
    post.run()
    post.up()
    post.run()
    assert post.sent == [("1", "fake")]


def test_a_notice_that_waits_for_another_try_is_looked_at_when_the_channel_goes_down(post: Post) -> None:
    post.world.tell("ack", "1")
    post.mood["fake"] = "later"
    post.run(0)
    post.down()
    post.world.ledger.write(lambda tx: detours.hurry(tx, "fake", post.world.now))
    post.run(0)
    assert post.rows() == {"1": ("call", "fake")}


def test_who_blocked_us_is_told_by_the_other_address_and_by_telephone_when_that_is_dead_too(
    post: Post,
) -> None:
    post.also()
    post.world.tell("ack", "1")
    post.mood["fake"] = "never"
    post.run()
    post.run()
    assert post.rows() == {"1": ("sent", "email")}
    post.mood["email"] = "never"
    post.world.tell("accepted", "2")
    post.run()
    post.run()
    assert post.rows()["2"] == ("call", "email")


@pytest.mark.parametrize("channel", ["phone", "sms"])
def test_a_telephone_number_or_a_closed_door_is_no_way_to_write(post: Post, channel: str) -> None:
    post.also(channel, "+6281200000000")
    post.world.tell("ack", "1")
    post.down()
    post.run()
    assert post.rows() == {"1": ("call", "fake")}


def test_nobody_is_told_twice_who_is_a_reporter_by_the_other_address_too(post: Post) -> None:
    other, world = post.also(), post.world
    thread = world.insert(
        Conversation(channel="email", account="desk", contact_id=other, last_inbound_at=world.now)
    )
    world.insert(
        TicketReporter(ticket_id=world.ticket_id, contact_id=other, conversation_id=thread, role="reporter")
    )
    post.world.tell("ack", "1")
    post.down()
    post.run()
    assert post.rows() == {"1": ("canceled", "fake")}


def test_an_address_of_another_report_is_not_used(post: Post) -> None:
    """What somebody typed into another form proves nothing."""
    world = post.world
    stranger = world.ledger.write(
        lambda tx: contacts.add_contact(tx, "email", "x@example.org", "", world.now)
    )
    world.insert(
        Conversation(
            channel="web",
            account="web",
            contact_id=world.contact_id,
            also_contact_id=stranger,
            last_inbound_at=world.now,
        )
    )
    world.tell("ack", "1")
    post.down()
    post.run()
    assert post.rows() == {"1": ("call", "fake")}


@pytest.mark.parametrize("sealed", [{"privacy": "secret"}, {"sensitive": "kekerasan"}])
def test_a_sealed_report_is_on_no_list_and_waits_for_its_channel(post: Post, sealed: dict[str, str]) -> None:
    post.world.change(Ticket, post.world.ticket_id, **sealed)
    post.world.tell("ack", "1")
    post.down()
    post.run()
    post.run(hours=24 * 5)
    assert post.rows() == {"1": ("pending", "fake")}
    post.up()
    post.run(0)
    assert post.sent == [("1", "fake")]


def test_a_sealed_report_of_somebody_nothing_reaches_is_dead_and_seen(post: Post) -> None:
    post.world.change(Ticket, post.world.ticket_id, privacy="secret")
    post.world.tell("ack", "1")
    post.mood["fake"] = "never"
    post.run()
    assert post.rows() == {"1": ("dead", "fake")}


def test_who_only_supports_gets_no_private_link_by_the_other_address_either(post: Post) -> None:
    post.also()
    world = post.world
    world.change(TicketReporter, 1, role="supporter")
    row_id = world.tell("ack", "1")
    post.down()
    doors: list[OutboundMessage] = []

    class Keeping(Door):
        async def send(self, message: OutboundMessage) -> Receipt:
            doors.append(message)
            return await super().send(message)

    both = {name: Keeping(name, post) for name in ("fake", "email")}
    asyncio.run(Relay(world.ledger, both, world.renderer, lambda: world.now).once())
    assert world.row(row_id).state == "sent"
    assert "k=" not in doors[0].text
    assert doors[0].reply_token == ""


def test_an_answer_to_a_bot_is_not_telephoned(post: Post) -> None:
    post.world.tell("help", "1", ticket_id=None, data={"message_id": 1, "ref": ""})
    post.down()
    post.run()
    assert post.rows() == {"1": ("canceled", "fake")}


def test_agencies_are_still_written_to(post: Post) -> None:
    post.world.tell("assigned", "1")
    post.down("email")
    post.run()
    assert post.sent == [("1", "email")]


def iter_rows(post: Post) -> Iterator[Outbox]:
    with post.world.ledger.reading() as tx:
        found = [int(row[0]) for row in tx.run("select id from outbox order by id")]
    return iter([post.world.row(id) for id in found])


STEPS = st.sampled_from(
    ["tell", "run", "run", "down fake", "up fake", "down email", "up email", "never", "later", "fine", "kill"]
)


@settings(max_examples=25, deadline=None)
@given(st.lists(STEPS, max_size=14), st.booleans())
def test_whatever_happens_each_notice_is_told_once_by_one_way_or_stands_on_the_list(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str], other: bool
) -> None:
    folder = tmp_path_factory.mktemp("detour")
    ledger = Ledger(f"sqlite:///{folder}/ledger.db")
    schema.migrate(ledger.engine)
    post = Post(hired(build(ledger, Path(folder), datetime.fromisoformat("2026-11-24T02:00:00+00:00"))))
    if other:
        post.also()
    for number, step in enumerate([*steps, "run", "run"]):
        take(post, step, number)
    told = Counter(key for key, _ in post.sent)
    for key, (state, _) in post.rows().items():
        assert told[key] == (1 if state == "sent" else 0), (key, state)
        assert state in ("sent", "call", "pending")
        assert state != "pending" or post.mood.get("fake") == "later"
    ledger.close()


def take(post: Post, step: str, number: int) -> None:
    """One step of a story."""
    what, _, channel = step.partition(" ")
    world = post.world
    if what == "tell":
        world.tell("answer", f"n{number}")
    elif what == "run":
        post.run()
    elif what == "down":
        post.down(channel)
    elif what == "up":
        post.up(channel)
    elif what == "kill":  # a process dies with a row in its hands, before it was sent
        row = next((one for one in iter_rows(post) if one.state == "pending"), None)
        if row is not None:
            until = world.now + timedelta(minutes=2)
            world.ledger.write(lambda tx: outbox.claim(tx, row.id or 0, world.now, until))
    else:
        post.mood = {} if what == "fine" else {"fake": what}


def test_the_identity_of_whom_we_call_is_all_they_gave(post: Post) -> None:
    post.also("phone", "+6281200000000")
    with post.world.ledger.reading() as tx:
        found = calls.identities(tx, post.world.ticket_id, post.world.contact_id)
        assert [(one.channel, one.value) for one in found] == [
            ("fake", "warga-77"),
            ("phone", "+6281200000000"),
        ]
        assert all(isinstance(one, Identity) for one in found)
