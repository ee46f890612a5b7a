"""Agencies hear of a promise once: before it is due, or when its first answer is late."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from intake_world import World, chat

from sapa.desk.reminders import remind
from store.db import Ledger


@pytest.fixture
def world(ledger: Ledger, tmp_path: Path, now: datetime) -> World:
    return World(ledger, tmp_path, now)


def reminded(world: World, at: datetime) -> list[str]:
    while world.ledger.write(lambda tx: remind(tx, at, world.city)):
        pass
    return [row[0] for row in world.rows("SELECT key FROM outbox WHERE notice = 'reminder' ORDER BY id")]


def test_an_agency_is_reminded_once_of_each_promise(world: World, now: datetime) -> None:
    world.say(chat("1", "lampu jalan mati"))
    assert reminded(world, now + timedelta(days=3)) == []
    late = reminded(world, now + timedelta(days=8))
    assert len(late) == 1
    near = reminded(world, now + timedelta(days=17))
    assert len(near) == 2
    assert reminded(world, now + timedelta(days=40)) == near
    lanes = world.rows("SELECT DISTINCT lane FROM outbox WHERE notice = 'reminder'")
    assert lanes == [("opd:DISHUB",)]


def test_nobody_is_reminded_of_what_is_done_or_has_no_agency(world: World, now: datetime) -> None:
    world.say(chat("1", "lampu jalan mati", who="A"), chat("2", "entah apa", who="B"))
    world.ledger.write(lambda tx: tx.run("UPDATE ticket SET status = 'resolved' WHERE opd <> ''"))
    assert reminded(world, now + timedelta(days=40)) == []
