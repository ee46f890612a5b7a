"""Errands to a mailbox: what is kept is not asked for again, and each minute one process goes."""

import asyncio
import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from intake_world import World, chat

from channels.base import Deliver, Known, Payload, Unavailable
from channels.fake import FakeDoor
from sapa.desk.collecting import EVERY, Collecting
from store.db import Ledger, LedgerUnavailable


@dataclass(kw_only=True)
class Boxed(FakeDoor):
    """A chat whose messages lie in a box by number; `fails` is raised once they are handed over."""

    box: dict[int, str] = field(default_factory=dict)
    known: Collection[str] = ()
    fails: Exception | None = None

    async def collect(self, known: Known, deliver: Deliver) -> int:
        self.known = await known("box:1:")
        new = [number for number in self.box if f"box:1:{number}" not in self.known]
        for number in new:
            payload = Payload(
                channel="fake", account="fake", body=json.dumps(chat(str(number), self.box[number])).encode(),
                media_type="application/json",
                received_at=datetime.fromisoformat("2026-11-24T02:00:00+00:00"),
                delivery_id=f"box:1:{number}",
            )  # fmt: skip
            await deliver(payload, partial(self.parse, payload))
        if self.fails is not None:
            raise self.fails
        return len(new)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def world(ledger: Ledger, tmp_path: Path, now: datetime) -> World:
    return World(ledger, tmp_path, now)


def errands(world: World, *doors: FakeDoor) -> Collecting:
    named = {str(number): door for number, door in enumerate(doors)}
    return Collecting(ledger=world.ledger, doors=named, deliver=world.intake.deliver, clock=lambda: world.now)


def test_each_is_kept_once_and_named_to_the_next_errand(world: World) -> None:
    door = Boxed(box={1: "lampu jalan mati", 10: "sampah menumpuk"})
    one = errands(world, door)
    assert asyncio.run(one.look()) == 2
    world.later(minutes=1)
    door.box[2] = "air keruh"
    assert asyncio.run(one.look()) == 1
    assert sorted(door.known) == ["box:1:1", "box:1:10"]
    assert world.rows("SELECT count(*) FROM message WHERE direction = 'in'") == [(3,)]


def test_a_minute_is_one_process_s_alone(world: World) -> None:
    door, other = Boxed(box={1: "lampu jalan mati"}), Boxed(box={1: "lampu jalan mati"})
    assert asyncio.run(errands(world, door).look()) == 1
    assert asyncio.run(errands(world, other).look()) == 0
    world.now += EVERY
    assert asyncio.run(errands(world, other).look()) == 0
    assert set(other.known) == {"box:1:1"}


@pytest.mark.parametrize("error", [Unavailable("the mailbox is away"), ValueError("x")])
def test_a_door_that_fails_holds_up_no_other_and_what_it_brought_is_kept(
    world: World, error: Exception
) -> None:
    failing, well = Boxed(box={1: "lampu jalan mati"}, fails=error), Boxed(box={2: "sampah"}, account="lain")
    assert asyncio.run(errands(world, failing, well).look()) == 1
    assert world.rows("SELECT count(*) FROM arrival") == [(2,)]
    world.later(seconds=timedelta(minutes=1).total_seconds())
    failing.fails = None
    assert asyncio.run(errands(world, failing).look()) == 0


def test_while_the_ledger_is_away_the_errand_waits(world: World) -> None:
    door = Boxed(box={1: "lampu jalan mati"}, fails=LedgerUnavailable("away"))
    with pytest.raises(LedgerUnavailable):
        asyncio.run(errands(world, door).look())
