"""A mail that only claims a reporter's address is not the reporter's."""

from datetime import datetime
from pathlib import Path

import pytest
from intake_world import World

from sapa.desk import acts
from sapa.desk.actor import Actor
from store.db import Ledger

FRONT = b"Authentication-Results: mx.kota.example; "
PROVEN = FRONT + b"dmarc=pass header.from=contoh.id\r\n"
FORGED = FRONT + b"dmarc=fail header.from=contoh.id\r\n"


@pytest.fixture
def world(ledger: Ledger, tmp_path: Path, now: datetime) -> World:
    return World(ledger, tmp_path, now)


def mail(subject: str, text: str, above: bytes = b"", more: bytes = b"") -> bytes:
    head = f"From: siti@contoh.id\r\nSubject: {subject}\r\n".encode()
    return above + head + more + f"\r\n{text}\r\n".encode()


def roles(world: World) -> list[tuple[int, str]]:
    return [tuple(row) for row in world.rows("SELECT ticket_id, role FROM ticket_reporter ORDER BY id")]  # type: ignore[misc]


def ask(world: World) -> None:
    actor = Actor(kind="opd", opd="DISHUB")
    world.ledger.write(
        lambda tx: acts.ask(
            tx, 1, actor, version=1, key="ask-1", now=world.now, city=world.city, text="Di tiang mana?"
        )
    )


def status(world: World) -> str:
    return str(world.rows("SELECT status FROM ticket WHERE id = 1")[0][0])


def test_the_proof_is_kept_with_the_message(world: World) -> None:
    world.post(mail("lampu", "lampu jalan mati", PROVEN))
    world.post(mail("lubang", "jalan berlubang"))
    assert [row[0] for row in world.rows("SELECT proof FROM message ORDER BY id")] == ["dmarc:contoh.id", ""]


@pytest.mark.parametrize("above", [PROVEN, b"", FRONT + b"dkim=none\r\n"])
def test_the_reporters_own_answer_moves_the_ticket(world: World, above: bytes) -> None:
    (first,) = world.post(mail("lampu", "lampu jalan mati", PROVEN))
    ask(world)
    (second,) = world.post(mail(f"Re: {first.ref}", "tiang tujuh", above))
    assert (second.ref, status(world)) == (first.ref, "assigned")


def test_a_forged_answer_joins_as_a_strangers(world: World) -> None:
    (first,) = world.post(mail("lampu", "lampu jalan mati", PROVEN))
    ask(world)
    told = world.told()
    (second,) = world.post(mail(f"Re: {first.ref}", "cabut saja laporannya", FORGED))
    assert second.ref == first.ref
    assert second.token == ""
    assert status(world) == "waiting"
    assert roles(world) == [(1, "reporter")]
    assert len([one for one in world.told() if one not in told and "ack" in map(str, one)]) == 0


def test_a_reporters_address_as_place_of_answer_is_not_the_reporter(world: World) -> None:
    (first,) = world.post(mail("lampu", "lampu jalan mati", PROVEN))
    ask(world)
    raw = mail(f"Re: {first.ref}", "cabut", b"", b"Reply-To: siti@contoh.id\r\n")
    (second,) = world.post(raw.replace(b"From: siti@contoh.id", b"From: jahat@jahat.example"))
    assert (second.ref, second.token, status(world)) == (first.ref, "", "waiting")


def test_who_holds_the_token_is_heard_even_so(world: World) -> None:
    (first,) = world.post(mail("lampu", "lampu jalan mati", PROVEN))
    ask(world)
    to = f"To: lapor+{first.token}@kota.example\r\n".encode()
    world.post(mail("Re: lampu", "tiang tujuh", FORGED, to))
    assert status(world) == "assigned"


def test_a_forged_mail_reopens_nothing_and_is_not_lost(world: World) -> None:
    (first,) = world.post(mail("lampu", "lampu jalan mati", PROVEN))
    world.rows("SELECT 1")
    world.ledger.write(lambda tx: tx.run("UPDATE ticket SET status = 'closed' WHERE id = 1"))
    (second,) = world.post(mail(f"Re: {first.ref}", "masih mati", FORGED))
    assert second.ref != first.ref
    assert status(world) == "closed"
