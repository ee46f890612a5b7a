"""Names that messages do not tell are asked for: what comes is sealed, what fails is tried a few times."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from counterparts.graph import Graph, section
from intake_world import World, chat

from channels.base import Unavailable
from channels.fake import FakeDoor
from channels.meta import FacebookDoor, InstagramDoor
from sapa.desk.naming import NEW, TRIES, Naming
from store.db import Ledger


@dataclass(kw_only=True)
class Knowing(FakeDoor):
    people: dict[str, str] = field(default_factory=dict)
    away: bool = False
    asked: list[str] = field(default_factory=list)

    async def name_of(self, value: str) -> str:
        self.asked.append(value)
        if self.away:
            raise Unavailable("away")
        return self.people.get(value, "")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def world(ledger: Ledger, tmp_path: Path, now: datetime) -> World:
    return World(ledger, tmp_path, now)


def look(world: World, one: Naming) -> int:
    return asyncio.run(one.look())


def naming(world: World, door: Any) -> Naming:
    return Naming(ledger=world.ledger, doors={"fake": door}, clock=lambda: world.now)


def test_a_name_that_comes_is_kept_and_nobody_is_asked_for_twice(world: World) -> None:
    world.say({**chat("1", "lampu jalan mati", who="A"), "name": ""})
    world.say({**chat("2", "sampah", who="B"), "name": ""})
    door = Knowing(people={"A": "Siti"})
    one = naming(world, door)
    assert (look(world, one), look(world, one)) == (1, 0)
    assert sorted(door.asked) == ["A", "B"]
    assert world.rows("SELECT name FROM identity WHERE value = 'A'") == [("Siti",)]


def test_a_provider_that_is_away_is_asked_again_but_not_for_ever(world: World) -> None:
    world.say({**chat("1", "lampu jalan mati", who="A"), "name": ""})
    door = Knowing(people={"A": "Siti"}, away=True)
    one = naming(world, door)
    for _ in range(TRIES + 3):
        assert look(world, one) == 0
    assert len(door.asked) == TRIES


def test_who_came_long_ago_is_left_alone(world: World) -> None:
    world.say({**chat("1", "lampu jalan mati", who="A"), "name": ""})
    world.now += NEW
    door = Knowing(people={"A": "Siti"})
    assert look(world, naming(world, door)) == 0
    assert door.asked == []


def test_meta_is_asked_in_its_own_words(now: datetime) -> None:
    people = {"6001": {"first_name": "Siti", "last_name": "A.", "name": "Siti", "username": "siti_mjk"}}
    with Graph(people=people) as api:
        page = FacebookDoor.build(section(api.url), lambda: now)
        assert asyncio.run(page.name_of("6001")) == "Siti A."
        account = InstagramDoor.build(section(api.url), lambda: now)
        assert asyncio.run(account.name_of("6001")) == "Siti siti_mjk"
        assert asyncio.run(account.name_of("mention:55")) == ""
    with pytest.raises(Unavailable):
        asyncio.run(FacebookDoor.build(section(), lambda: now).name_of("6001"))
