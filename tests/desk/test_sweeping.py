"""Sweeps: since when a provider is asked, who asks, and that nothing is taken twice or left out."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from intake_world import World, chat

from channels.base import Deliver, Payload, Unavailable
from channels.fake import FakeDoor
from sapa.desk.sweeping import EVERY, FIRST, OVERLAP, Sweeping
from store import sweeps
from store.db import Ledger


@dataclass(kw_only=True)
class Listed(FakeDoor):
    """A chat whose provider can be asked: `kept` are its messages (when, id, text).

    `fails` is raised after as many messages as `before` says.
    """

    kept: list[tuple[datetime, str, str]] = field(default_factory=list)
    asked: list[datetime] = field(default_factory=list)
    fails: Exception | None = None
    before: int = 0

    async def sweep(self, since: datetime, deliver: Deliver) -> int:
        self.asked.append(since)
        given = [one for one in self.kept if one[0] >= since]
        for number, (at, id_, text) in enumerate(given):
            if self.fails is not None and number == self.before:
                raise self.fails
            await self.one(at, id_, text, deliver)
        if self.fails is not None:
            raise self.fails
        return len(given)

    async def one(self, at: datetime, id_: str, text: str, deliver: Deliver) -> None:
        body = json.dumps({**chat(id_, text), "swept": True}).encode()
        payload = Payload(
            channel="fake", account="fake", body=body, media_type="application/json",
            received_at=at, delivery_id=id_,
        )  # fmt: skip
        await deliver(payload, partial(self.parse, payload))


class Swept(World):
    def __init__(self, ledger: Ledger, folder: Path, now: datetime) -> None:
        super().__init__(ledger, folder, now)
        self.listed = Listed()
        self.sweeping = self.a_sweeping(self.listed)

    def a_sweeping(self, *doors: FakeDoor) -> Sweeping:
        """Another process's."""
        named = {str(number): door for number, door in enumerate(doors)}
        return Sweeping(ledger=self.ledger, doors=named, deliver=self.intake.deliver, clock=lambda: self.now)

    def sweep(self) -> int:
        return asyncio.run(self.sweeping.look())

    def wrote(self, id_: str, text: str, minutes_ago: int = 1) -> None:
        self.listed.kept.append((self.now - timedelta(minutes=minutes_ago), id_, text))

    def texts(self) -> list[str]:
        return [
            str(row[0]) for row in self.rows("SELECT text FROM message WHERE direction = 'in' ORDER BY id")
        ]


@pytest.fixture
def world(ledger: Ledger, tmp_path: Path, now: datetime) -> Swept:
    return Swept(ledger, tmp_path, now)


def test_what_was_missed_becomes_a_ticket_and_what_is_here_is_left_alone(world: Swept) -> None:
    world.say(chat("1", "Lampu jalan mati"), delivery="1")
    world.wrote("1", "Lampu jalan mati, kata penyedia")
    world.wrote("2", "di Meri")
    assert world.sweep() == 1
    assert world.texts() == ["Lampu jalan mati", "di Meri"]
    assert len(world.tickets()) == 1
    assert world.rows("SELECT count(*) FROM arrival") == [(2,)]


def test_a_delivery_that_comes_after_the_sweep_is_known(world: Swept) -> None:
    world.wrote("1", "Lampu jalan mati")
    assert world.sweep() == 1
    (accepted,) = world.say(chat("1", "Lampu jalan mati"), delivery="1")
    assert accepted.duplicate
    assert world.texts() == ["Lampu jalan mati"]


def test_the_first_sweep_looks_back_a_day_and_each_next_one_to_the_last_complete_one(world: Swept) -> None:
    start = world.now
    world.sweep()
    world.later(minutes=10)
    world.sweep()
    world.later(days=3)  # nobody was here
    world.say(chat("9", "Sampah menumpuk"))
    world.sweep()
    ten = start + timedelta(minutes=10)
    assert world.listed.asked == [start - FIRST, start - OVERLAP, ten - OVERLAP]


def test_a_sweep_that_failed_is_made_up_for_even_when_newer_messages_came(world: Swept) -> None:
    world.sweep()
    last = world.now
    world.later(minutes=10)
    world.wrote("1", "Lampu jalan mati", minutes_ago=2)
    world.wrote("2", "Sampah menumpuk", minutes_ago=1)
    world.listed.fails, world.listed.before = Unavailable("Twilio menjawab 503."), 1
    assert world.sweep() == 1
    world.listed.fails = None
    world.later(hours=5)
    assert world.sweep() == 1
    assert world.texts() == ["Lampu jalan mati", "Sampah menumpuk"]
    assert world.listed.asked[1:] == [last - OVERLAP, last - OVERLAP]


def test_a_door_that_fails_holds_up_no_other(world: Swept) -> None:
    broken = Listed(account="rusak", fails=ZeroDivisionError())
    world.wrote("1", "Lampu jalan mati")
    assert asyncio.run(world.a_sweeping(broken, world.listed).look()) == 1


def test_one_process_sweeps_at_a_turn_and_the_next_turn_is_anybodys(world: Swept) -> None:
    world.sweep()
    asyncio.run(world.a_sweeping(world.listed).look())
    assert len(world.listed.asked) == 1
    world.later(seconds=EVERY.total_seconds())
    asyncio.run(world.a_sweeping(world.listed).look())
    world.sweep()
    assert len(world.listed.asked) == 2
    assert world.rows("SELECT count(*) FROM job_run") == [(2,)]  # one turn, one end: they do not pile up


def test_the_turn_of_a_killed_process_can_be_given_back(world: Swept) -> None:
    world.sweep()
    assert world.ledger.write(sweeps.free) == 1
    world.sweep()
    assert len(world.listed.asked) == 2
    with world.ledger.reading() as tx:
        assert sweeps.last(tx) == {"fake:fake": world.now}
