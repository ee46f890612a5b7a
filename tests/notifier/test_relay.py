"""The relay: in order, at least once, never stuck, never silent."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from post_world import World

from channels.base import Sender, Traits, Unavailable, Undeliverable
from channels.fake import FakeDoor
from channels.message import Address, OutboundMessage, Receipt
from notifier.facts import NotTellable
from notifier.notices import agency, diskominfo, reporter, tell
from notifier.relay import NO_DOOR, Relay
from notifier.retry import Retry
from store import outbox
from store.db import Ledger, LedgerUnavailable, Tx
from store.outbox import Claimed
from store.tables import Contact, Message


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **span: float) -> None:
        self.now += timedelta(**span)


class Plain:
    """Renders the key and nothing else."""

    def render(self, tx: Tx, row: Claimed, now: datetime) -> OutboundMessage:
        return OutboundMessage(to=Address(channel=row.channel, value=row.lane), text="t", key=row.key)


class ScriptedDoor:
    """Sends by a coroutine of the test."""

    name: ClassVar[str] = "email"
    traits: ClassVar[Traits] = Traits()

    def __init__(self, act: Callable[[OutboundMessage], Awaitable[None]]) -> None:
        self.act = act
        self.keys: list[str] = []

    async def send(self, message: OutboundMessage) -> Receipt:
        self.keys.append(message.key)
        await self.act(message)
        return Receipt(external_id=f"r-{message.key}")


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


def _relay(ledger: Ledger, doors: Mapping[str, Sender], clock: Clock, **more: Any) -> Relay:
    renderer = more.pop("renderer", None) or Plain()
    return Relay(ledger, doors, renderer, clock, **{"poll": 0.05, **more})


def _queue(ledger: Ledger, now: datetime, *keys: str, **values: Any) -> None:
    """Notices `LANE:NUMBER`, in this order; the lane d is the desk's, others agencies'."""

    def act(tx: Tx) -> None:
        for key in keys:
            lane = key.split(":")[0]
            notice, to = ("triage", diskominfo()) if lane == "d" else ("citizen_wrote", agency(lane))
            tell(tx, notice, to, key=key, now=now, **values)

    ledger.write(act)


def _states(ledger: Ledger) -> dict[str, str]:
    with ledger.reading() as tx:
        return {key: state for key, state in tx.run("select key, state from outbox")}  # noqa: C416


def _errors(ledger: Ledger) -> dict[str, str]:
    with ledger.reading() as tx:
        return {key: error for key, error in tx.run("select key, error from outbox") if error}


def _once(relay: Relay) -> int:
    return asyncio.run(relay.once())


def test_rows_of_a_lane_go_in_order(ledger: Ledger, clock: Clock) -> None:
    keys = [f"{lane}:{number}" for number in range(5) for lane in "abd"]
    _queue(ledger, clock.now, *keys)
    door = FakeDoor()
    assert _once(_relay(ledger, {"email": door}, clock)) == 15
    for lane in "abd":
        sent = [message.key for message in door.sent if message.key[0] == lane]
        assert sent == [f"{lane}:{number}" for number in range(5)]
    assert set(_states(ledger).values()) == {"sent"}
    assert _once(_relay(ledger, {"email": door}, clock)) == 0


def test_a_slow_lane_does_not_hold_up_the_others(ledger: Ledger, clock: Clock) -> None:
    _queue(ledger, clock.now, "slow:1", "slow:2", *[f"{lane}:1" for lane in "abcefghijk"])
    rest = asyncio.Event()

    async def act(message: OutboundMessage) -> None:
        if message.key == "slow:1":
            await asyncio.wait_for(rest.wait(), 10)
        elif len(door.keys) == 11:
            rest.set()

    door = ScriptedDoor(act)
    assert _once(_relay(ledger, {"email": door}, clock, width=3)) == 12
    assert door.keys[-1] == "slow:2"


def test_no_more_lanes_than_allowed_go_at_once(ledger: Ledger, clock: Clock) -> None:
    _queue(ledger, clock.now, *[f"l{number}:1" for number in range(12)])
    under_way, most = 0, 0

    async def act(message: OutboundMessage) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.01)
        under_way -= 1

    _once(_relay(ledger, {"email": ScriptedDoor(act)}, clock, width=4))
    assert most == 4


def test_a_lane_rests_after_each_row_when_asked_to(ledger: Ledger, clock: Clock) -> None:
    _queue(ledger, clock.now, "a:1", "a:2")

    async def story() -> float:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        await _relay(ledger, {"email": FakeDoor()}, clock, pause=lambda: 0.05).once()
        return loop.time() - begun

    assert asyncio.run(story()) >= 0.1


def test_a_notice_that_waits_is_not_overtaken(ledger: Ledger, clock: Clock) -> None:
    door = FakeDoor()
    relay = _relay(ledger, {"email": door}, clock)
    _queue(ledger, clock.now, "a:1", not_before=clock.now + timedelta(seconds=60))
    _queue(ledger, clock.now, "a:2", "b:1")
    _once(relay)
    assert [message.key for message in door.sent] == ["b:1"]
    clock.move(seconds=60)
    _once(relay)
    assert [message.key for message in door.sent] == ["b:1", "a:1", "a:2"]


def test_a_provider_that_is_away_is_tried_again_and_its_lane_waits(ledger: Ledger, clock: Clock) -> None:
    _queue(ledger, clock.now, "a:1", "a:2")
    door = FakeDoor(unavailable=2)
    relay = _relay(ledger, {"email": door}, clock)
    assert _once(relay) == 1
    assert door.sent == []
    assert _errors(ledger) == {"a:1": "Penyedia sedang tidak dapat dihubungi."}
    assert _once(relay) == 0
    clock.move(seconds=38)
    assert _once(relay) == 1
    clock.move(seconds=44)
    assert _once(relay) == 0
    clock.move(seconds=31)
    assert _once(relay) == 2
    assert [message.key for message in door.sent] == ["a:1", "a:2"]
    assert _errors(ledger) == {}


def test_the_time_a_provider_asks_for_is_given(ledger: Ledger, clock: Clock) -> None:
    _queue(ledger, clock.now, "a:1")

    async def act(message: OutboundMessage) -> None:
        if len(door.keys) == 1:
            raise Unavailable("pelan-pelan", retry_after=600)

    door = ScriptedDoor(act)
    relay = _relay(ledger, {"email": door}, clock)
    _once(relay)
    clock.move(seconds=599)
    assert _once(relay) == 0
    clock.move(seconds=1)
    assert _once(relay) == 1


def test_after_days_it_gives_up_visibly_and_the_lane_goes_on(ledger: Ledger, clock: Clock) -> None:
    _queue(ledger, clock.now, "a:1")
    door = FakeDoor(unavailable=1000)
    relay = _relay(ledger, {"email": door}, clock)
    tries = 0
    while _states(ledger)["a:1"] == "pending":
        tries += _once(relay)
        clock.move(minutes=50)
    _queue(ledger, clock.now, "a:2")
    assert 40 < tries < 120
    assert _errors(ledger)["a:1"] == "Menyerah setelah 3 hari: Penyedia sedang tidak dapat dihubungi."
    door.unavailable = 0
    _once(relay)
    assert _states(ledger) == {"a:1": "dead", "a:2": "sent"}


def test_a_dead_row_sent_again_has_its_days_anew(ledger: Ledger, clock: Clock) -> None:
    _queue(ledger, clock.now, "a:1")
    door = FakeDoor(undeliverable=1, unavailable=0)
    relay = _relay(ledger, {"email": door}, clock)
    _once(relay)
    clock.move(days=9)
    row_id = outbox_ids(ledger)["a:1"]
    assert ledger.write(lambda tx: outbox.retry(tx, row_id, clock.now))
    door.unavailable = 1
    _once(relay)
    assert _states(ledger) == {"a:1": "pending"}
    clock.move(minutes=1)
    _once(relay)
    assert _states(ledger) == {"a:1": "sent"}


def outbox_ids(ledger: Ledger) -> dict[str, int]:
    with ledger.reading() as tx:
        return {key: row_id for key, row_id in tx.run("select key, id from outbox")}  # noqa: C416


def test_whom_the_provider_never_reaches_is_marked_and_telephoned(world: World, clock: Clock) -> None:
    world.tell("ack", "1")
    world.tell("accepted", "2")

    async def act(message: OutboundMessage) -> None:
        if message.key == "1":
            raise Undeliverable("550 no such user warga-77 <w@example.org>")

    door = ScriptedDoor(act)
    assert _once(_relay(world.ledger, {"fake": door}, clock, renderer=world.renderer)) == 2
    assert door.keys == ["1"]
    assert _states(world.ledger) == {"1": "call", "2": "call"}
    assert _errors(world.ledger) == {"1": "550 no such user … …"}
    with world.ledger.reading() as tx:
        contact = tx.session.get(Contact, world.contact_id)
        assert contact is not None
        assert contact.undeliverable


def test_our_own_mistakes_are_tried_three_times_and_named_without_words(ledger: Ledger, clock: Clock) -> None:
    _queue(ledger, clock.now, "a:1", "a:2")

    async def act(message: OutboundMessage) -> None:
        if message.key == "a:1":
            raise RuntimeError("the number +62 812 3456 7890 is odd")

    door = ScriptedDoor(act)
    relay = _relay(ledger, {"email": door}, clock)
    for _ in range(3):
        _once(relay)
        clock.move(hours=1)
    assert door.keys == ["a:1", "a:1", "a:1", "a:2"]
    assert _states(ledger) == {"a:1": "dead", "a:2": "sent"}
    assert _errors(ledger) == {"a:1": "Kesalahan program: RuntimeError"}


def test_a_sending_that_never_ends_is_ended_and_tried_again(ledger: Ledger, clock: Clock) -> None:
    _queue(ledger, clock.now, "a:1")

    async def act(message: OutboundMessage) -> None:
        await asyncio.sleep(60)

    retry = Retry(timeout=timedelta(seconds=0.02))
    _once(_relay(ledger, {"email": ScriptedDoor(act)}, clock, retry=retry))
    assert _states(ledger) == {"a:1": "pending"}
    assert _errors(ledger) == {"a:1": "TimeoutError"}


def test_a_channel_that_is_not_open_is_said_so(ledger: Ledger, clock: Clock) -> None:
    _queue(ledger, clock.now, "a:1", "a:2")
    assert _once(_relay(ledger, {}, clock)) == 2
    assert _errors(ledger) == {"a:1": NO_DOOR, "a:2": NO_DOOR}
    assert set(_states(ledger).values()) == {"dead"}


def test_nobody_to_tell_is_said_so(ledger: Ledger, clock: Clock) -> None:
    class Nobody:
        def render(self, tx: Tx, row: Claimed, now: datetime) -> OutboundMessage:
            raise NotTellable("Dinas X belum punya alamat e-mail.")

    _queue(ledger, clock.now, "a:1")
    _once(_relay(ledger, {"email": FakeDoor()}, clock, renderer=Nobody()))
    assert _states(ledger) == {"a:1": "dead"}
    assert _errors(ledger) == {"a:1": "Dinas X belum punya alamat e-mail."}


def test_a_ledger_that_cannot_be_read_costs_a_try_not_the_notice(ledger: Ledger, clock: Clock) -> None:
    class Away:
        def render(self, tx: Tx, row: Claimed, now: datetime) -> OutboundMessage:
            raise LedgerUnavailable("gone")

    _queue(ledger, clock.now, "a:1")
    _once(_relay(ledger, {"email": FakeDoor()}, clock, renderer=Away()))
    assert _states(ledger) == {"a:1": "pending"}


def test_what_the_citizen_was_told_stands_in_the_thread_without_the_private_link(
    world: World, clock: Clock
) -> None:
    world.tell("ack", "ack:1")
    door = FakeDoor(account="desk")
    _once(_relay(world.ledger, {"fake": door}, clock, renderer=world.renderer))
    with world.ledger.reading() as tx:
        found = tx.session.exec(outbox.select(Message).where(Message.direction == "out")).one()
    token = door.sent[0].reply_token
    assert token in door.sent[0].text
    assert (found.channel, found.account, found.external_id) == ("fake", "desk", "fake-ack:1")
    assert (found.ticket_id, found.conversation_id) == (world.ticket_id, world.conversation_id)
    assert found.text == door.sent[0].text.replace(token, "…")
    assert found.in_reply_to == "in-1"


def test_what_an_agency_was_told_is_no_message_of_the_ticket(world: World, clock: Clock) -> None:
    world.tell("assigned")
    door = FakeDoor()
    _once(_relay(world.ledger, {"email": door}, clock, renderer=world.renderer))
    assert len(door.sent) == 1
    with world.ledger.reading() as tx:
        assert tx.run("select count(*) from message where direction = 'out'") == [(0,)]


def test_killed_between_the_yes_and_the_commit_it_sends_the_same_key_again(
    world: World, clock: Clock
) -> None:
    world.tell("ack", "ack:1")
    ledger = world.ledger

    async def die(message: OutboundMessage) -> None:
        raise asyncio.CancelledError  # the provider has it; this process is gone

    async def first() -> None:
        with pytest.raises(asyncio.CancelledError):
            await _relay(ledger, {"fake": ScriptedDoor(die)}, clock, renderer=world.renderer).once()

    asyncio.run(first())
    assert _states(ledger) == {"ack:1": "pending"}
    door = FakeDoor()
    relay = _relay(ledger, {"fake": door}, clock, renderer=world.renderer)
    assert _once(relay) == 0
    clock.move(minutes=2)
    assert _once(relay) == 1
    assert [message.key for message in door.sent] == ["ack:1"]
    with ledger.reading() as tx:
        assert tx.run("select count(*) from message where direction = 'out'") == [(1,)]


def _cut(ledger: Ledger) -> None:
    """Take the ledger away, as a full disk or a restarted server does."""
    if ledger.dialect == "sqlite":
        return _pragma(ledger, "ON")
    url = ledger.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def _mend(ledger: Ledger) -> None:
    if ledger.dialect == "sqlite":
        _pragma(ledger, "OFF")


def _pragma(ledger: Ledger, value: str) -> None:
    """From now on every writing transaction begins so, on whatever connection."""

    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA query_only = {value}")

    sa.event.listen(ledger.engine, "begin", begin)


def test_what_was_sent_is_remembered_when_the_ledger_comes_back(ledger: Ledger, clock: Clock) -> None:
    _queue(ledger, clock.now, "a:1")

    async def act(message: OutboundMessage) -> None:
        _cut(ledger)
        asyncio.get_running_loop().call_later(0.2, _mend, ledger)

    door = ScriptedDoor(act)
    assert _once(_relay(ledger, {"email": door}, clock)) == 1
    assert door.keys == ["a:1"]
    assert _states(ledger) == {"a:1": "sent"}


def test_it_runs_until_stopped_is_woken_and_survives_a_ledger_that_is_away(
    ledger: Ledger, clock: Clock
) -> None:
    door = FakeDoor()

    async def until(keys: list[str]) -> None:
        async with asyncio.timeout(20):
            while [message.key for message in door.sent] != keys:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def story() -> None:
        relay = _relay(ledger, {"email": door}, clock)
        relay.wake()
        running = asyncio.create_task(relay.run())
        await asyncio.to_thread(_queue, ledger, clock.now, "a:1")
        await asyncio.to_thread(relay.wake)
        await until(["a:1"])
        later = clock.now + timedelta(seconds=60)
        await asyncio.to_thread(lambda: _queue(ledger, clock.now, "a:2", not_before=later))
        _cut(ledger)
        clock.move(seconds=60)
        await asyncio.sleep(0.3)
        assert not running.done()
        _mend(ledger)
        await until(["a:1", "a:2"])
        await relay.stop()
        await running

    asyncio.run(story())
    assert set(_states(ledger).values()) == {"sent"}


def test_stopping_finishes_what_is_under_way_and_takes_nothing_new(ledger: Ledger, clock: Clock) -> None:
    _queue(ledger, clock.now, "a:1", "a:2", "b:1", "c:1")

    async def story() -> list[str]:
        begun = asyncio.Event()

        async def act(message: OutboundMessage) -> None:
            begun.set()
            await asyncio.sleep(0.1)

        door = ScriptedDoor(act)
        relay = _relay(ledger, {"email": door}, clock, width=1)
        running = asyncio.create_task(relay.run())
        await begun.wait()
        await relay.stop()
        await running
        assert await relay.once() == 0
        return door.keys

    assert asyncio.run(story()) == ["a:1"]
    states = _states(ledger)
    assert states.pop("a:1") == "sent"
    assert set(states.values()) == {"pending"}


def test_a_cancelled_relay_leaves_its_rows_to_the_next(ledger: Ledger, clock: Clock) -> None:
    _queue(ledger, clock.now, "a:1")

    async def story() -> None:
        begun = asyncio.Event()

        async def act(message: OutboundMessage) -> None:
            begun.set()
            await asyncio.sleep(60)

        running = asyncio.create_task(_relay(ledger, {"email": ScriptedDoor(act)}, clock).run())
        await begun.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(story())
    clock.move(minutes=2)
    assert _once(_relay(ledger, {"email": FakeDoor()}, clock)) == 1


def test_several_relays_share_the_work_and_send_each_once_and_in_order(
    ledger: Ledger, ledger_url: str, database: str, clock: Clock
) -> None:
    keys = [f"l{lane}:{number}" for number in range(12) for lane in range(10)]
    _queue(ledger, clock.now, *keys)
    door = FakeDoor()
    other = Ledger(ledger_url) if database == "postgresql" else ledger

    async def story() -> list[int]:
        relays = [_relay(each, {"email": door}, clock, width=4) for each in (ledger, other)]
        return await asyncio.gather(*[relay.once() for relay in relays])

    assert sum(asyncio.run(story())) == 120
    sent = [message.key for message in door.sent]
    assert sorted(sent) == sorted(keys)
    for lane in range(10):
        assert [key for key in sent if key.startswith(f"l{lane}:")] == [f"l{lane}:{n}" for n in range(12)]
    if other is not ledger:
        other.close()


def test_a_thousand_waiting_notices_are_drained(ledger: Ledger, database: str, clock: Clock) -> None:
    number = 1000 if database == "sqlite" else 300
    _queue(ledger, clock.now, *[f"l{n % 300}:{n}" for n in range(number)])
    door = FakeDoor()
    assert _once(_relay(ledger, {"email": door}, clock)) == number
    assert len(door.sent) == number


def test_a_ledger_that_stays_away_ends_the_lane_and_its_row_comes_back(ledger: Ledger, clock: Clock) -> None:
    _queue(ledger, clock.now, "a:1")

    async def act(message: OutboundMessage) -> None:
        if ledger.dialect == "sqlite":
            _cut(ledger)

    relay = _relay(ledger, {"email": ScriptedDoor(act)}, clock, poll=0.001)
    if ledger.dialect == "sqlite":
        with pytest.raises(LedgerUnavailable):
            _once(relay)
        _mend(ledger)
        assert _states(ledger) == {"a:1": "pending"}
        clock.move(minutes=2)
    door = FakeDoor()
    assert _once(_relay(ledger, {"email": door}, clock)) == 1


@pytest.mark.parametrize("where", ["nowhere", "empty"])
def test_it_keeps_looking_at_an_outbox_it_cannot_read(where: str, tmp_path: Path, clock: Clock) -> None:
    url = "postgresql://127.0.0.1:1/none" if where == "nowhere" else f"sqlite:///{tmp_path}/empty.db"
    ledger = Ledger(url)

    async def story() -> None:
        relay = _relay(ledger, {}, clock)
        running = asyncio.create_task(relay.run())
        await asyncio.sleep(0.3)
        assert not running.done()
        await relay.stop()
        await running

    asyncio.run(story())
    ledger.close()


def test_a_door_without_an_account_and_a_text_without_a_link_are_kept_too(
    ledger: Ledger, clock: Clock
) -> None:
    def act(tx: Tx) -> None:
        contact = Contact(channel="email", created_at=clock.now)
        tx.session.add(contact)
        tx.flush()
        assert contact.id is not None
        tell(tx, "ack", reporter(contact.id, "email"), key="ack:1", now=clock.now)

    ledger.write(act)

    async def say_yes(message: OutboundMessage) -> None:
        return None

    _once(_relay(ledger, {"email": ScriptedDoor(say_yes)}, clock))
    with ledger.reading() as tx:
        assert tx.run("select account, external_id, text from message") == [("", "r-ack:1", "t")]


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_whatever_fails_lanes_keep_their_order_and_nothing_is_forgotten(
    data: st.DataObject, sqlite_template: Path
) -> None:
    """Any notices, any failures: each lane's sent keys are its keys in order, less the dead ones."""
    keys = [f"{lane}:{number}" for number, lane in enumerate(data.draw(st.text("abc", max_size=12)))]
    script = {key: data.draw(st.lists(st.sampled_from("uxd"), max_size=3)) for key in keys}
    errors = {"u": Unavailable("later"), "x": ValueError("odd"), "d": Undeliverable("never")}
    fates = {key: list(fate) for key, fate in script.items()}
    sent: list[str] = []

    async def act(message: OutboundMessage) -> None:
        await asyncio.sleep(0)
        if fates[message.key]:
            raise errors[fates[message.key].pop(0)]
        sent.append(message.key)

    clock = Clock(datetime(2026, 11, 24, tzinfo=UTC))
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(sqlite_template, f"{folder}/ledger.db")
        ledger = Ledger(f"sqlite:///{folder}/ledger.db")
        _queue(ledger, clock.now, *keys)
        relay = _relay(ledger, {"email": ScriptedDoor(act)}, clock)
        for _ in range(30 * 4):
            _once(relay)
            clock.move(minutes=5)
            if "pending" not in (states := _states(ledger)).values():
                break
        ledger.close()
    dead = {key for key in keys if "d" in script[key] or script[key][2:] == ["x"]}
    assert {key for key, state in states.items() if state == "dead"} == dead
    for lane in "abc":
        assert [key for key in sent if key[0] == lane] == [k for k in keys if k[0] == lane and k not in dead]
