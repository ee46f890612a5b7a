"""The ledger is away: nothing is acknowledged, nothing is lost, and it comes back by itself."""

import asyncio
import os
import sqlite3
from datetime import datetime
from pathlib import Path

import pytest
from full_disk import FullDisk
from intake_world import World, chat

from channels.base import Unavailable
from store.db import Ledger, LedgerUnavailable


@pytest.fixture
def world(ledger: Ledger, tmp_path: Path, now: datetime) -> World:
    return World(ledger, tmp_path, now)


class Gone:
    """A ledger whose database says no, as many times as told."""

    def __init__(self, ledger: Ledger, times: int) -> None:
        self.ledger, self.times = ledger, times

    async def awrite(self, act):  # type: ignore[no-untyped-def]
        if self.times > 0:
            self.times -= 1
            raise LedgerUnavailable("OperationalError")
        return await self.ledger.awrite(act)


def test_a_form_that_meets_a_dead_ledger_is_refused_and_spooled_and_comes_in_later(world: World) -> None:
    gone = Gone(world.ledger, times=99)
    intake = world.intake
    world.intake = world.an_intake(gone)  # type: ignore[arg-type]
    for _ in range(2):
        with pytest.raises(Unavailable) as error:
            world.form("kunci-0001", text="lampu jalan mati")
        assert error.value.retry_after > 0
    assert len(world.spool.waiting()) == 1
    assert asyncio.run(world.intake.drain()) == 0
    world.intake = intake
    assert asyncio.run(intake.drain()) == 1
    assert world.spool.waiting() == []
    assert [row[1:] for row in world.tickets()] == [("assigned", "DISHUB")]
    (again,) = world.form("kunci-0001", text="lampu jalan mati")
    assert again.duplicate


def test_a_provider_that_tries_again_is_not_spooled(world: World) -> None:
    world.intake = world.an_intake(Gone(world.ledger, times=9))  # type: ignore[arg-type]
    with pytest.raises(Unavailable):
        world.say(chat("1", "lampu jalan mati"))
    assert world.spool.waiting() == []


def test_a_spooled_payload_its_door_now_refuses_is_parked_not_lost(world: World) -> None:
    world.spool.keep(world.payload("web", b'{"key": "kunci-0001"}', delivery="kunci-0001"), "a")
    assert asyncio.run(world.intake.drain()) == 1
    assert [row[0] for row in world.rows("SELECT state FROM arrival")] == ["parked"]


def test_a_spool_that_cannot_be_written_refuses_to_start(tmp_path: Path, world: World) -> None:
    (tmp_path / "blocked").write_text("")
    with pytest.raises(OSError):
        type(world.spool)(tmp_path / "blocked")


def test_files_that_cannot_be_kept_are_no_yes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable):
        world.say(chat("1", "lampu jalan " * 10_000))
    assert world.tickets() == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_full_disk_is_a_no_and_room_on_it_is_a_yes_again(world: World, ledger: Ledger) -> None:
    """SQLite is kept from growing, as a full file system would: SQLITE_FULL at commit or before."""
    world.say(chat("1", "lampu jalan mati"))

    disk = FullDisk(ledger)
    disk.fill()
    answers = []
    for number in range(60):
        try:
            answers.append(world.say(chat(f"n{number}", "lampu jalan " * 200, who=f"p{number}"))[0])
        except Unavailable:
            answers.append(None)
    assert None in answers
    disk.make_room()
    world.say(chat("last", "ada sampah", who="z"))
    kept = {row[0] for row in world.rows("SELECT ref FROM ticket")}
    said = [one.ref for one in answers if one is not None]
    assert set(said) <= kept
    assert len(kept) == len(said) + 2
    assert world.rows("PRAGMA integrity_check") == [("ok",)]


def test_two_processes_that_take_the_same_message_make_one_ticket(
    ledger_url: str, tmp_path: Path, now: datetime
) -> None:
    first, second = Ledger(ledger_url), Ledger(ledger_url)
    one, two = World(first, tmp_path / "a", now), World(second, tmp_path / "b", now)

    async def both() -> list[str]:
        body = b'[{"id": "same", "from": "A", "text": "lampu jalan"}]'
        payloads = [world.payload("fake", body) for world in (one, two) for _ in range(4)]
        intakes = [one.intake] * 4 + [two.intake] * 4
        answers = await asyncio.gather(
            *[
                intake.deliver(payload, lambda payload=payload: one.door.parse(payload))
                for intake, payload in zip(intakes, payloads, strict=True)
            ]
        )
        return [answer[0].ref for answer in answers]

    refs = asyncio.run(both())
    assert len(set(refs)) == 1
    assert len(one.tickets()) == 1
    first.close()
    second.close()


def test_a_bad_act_fails_alone_among_many(ledger: Ledger, now: datetime) -> None:
    async def many() -> list[object]:
        def act(number: int):  # type: ignore[no-untyped-def]
            def run(tx):  # type: ignore[no-untyped-def]
                tx.run("INSERT INTO ref_block (month, next) VALUES (:month, 1)", month=str(number))
                if number == 7:
                    raise ValueError("seven")
                return number

            return run

        return await asyncio.gather(*[ledger.awrite(act(n)) for n in range(40)], return_exceptions=True)

    answers = asyncio.run(many())
    assert [answer for answer in answers if not isinstance(answer, int)] == [answers[7]]
    with ledger.reading() as tx:
        assert tx.run("SELECT COUNT(*) FROM ref_block") == [(39,)]


def test_a_reader_cannot_write(ledger: Ledger, now: datetime) -> None:
    with pytest.raises((LedgerUnavailable, sqlite3.Error, Exception)), ledger.reading() as tx:
        tx.run("INSERT INTO ref_block (month, next) VALUES ('2611', 1)")
    with ledger.reading() as tx:
        assert tx.run("SELECT * FROM ref_block") == []
