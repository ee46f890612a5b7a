"""What a reporter writes after their unanswered ticket was archived lands on a ticket that lives."""

from datetime import datetime
from pathlib import Path

import pytest
from intake_world import World, chat

from sapa.desk import acts, citizen
from sapa.desk.actor import Actor
from store.db import Ledger


@pytest.fixture
def world(ledger: Ledger, tmp_path: Path, now: datetime) -> World:
    return World(ledger, tmp_path, now)


def lapse(world: World) -> None:
    """The first ticket's reporter is asked, and the time to answer passes."""
    actor = Actor(kind="opd", opd="DISHUB")
    world.ledger.write(
        lambda tx: acts.ask(
            tx, 1, actor, version=1, key="ask-1", now=world.now, city=world.city, text="Di tiang mana?"
        )
    )
    world.later(days=20)
    assert world.ledger.write(lambda tx: citizen.archive_unanswered(tx, world.now, world.city)) == 1
    world.ledger.write(lambda tx: tx.run("UPDATE outbox SET state = 'sent' WHERE state = 'pending'"))
    world.later(days=1)


def after(world: World, key: str = "received") -> str:
    return str(
        world.rows("SELECT data FROM event WHERE kind = :kind ORDER BY id DESC LIMIT 1", kind=key)[0][0]
    )


def test_an_answer_that_quotes_the_number_opens_the_ticket_again(world: World) -> None:
    (first,) = world.say(chat("1", "lampu jalan mati"))
    lapse(world)
    (second,) = world.say(chat("2", f"{first.ref} tiang nomor tujuh"))
    (third,) = world.say(chat("3", "dekat pos ronda"))
    assert (second.ref, third.ref) == (first.ref, first.ref)
    assert world.tickets() == [(first.ref, "assigned", "DISHUB")]
    assert world.told() == [("reopened_opd", "opd:DISHUB"), ("reopened", "contact:1")]
    assert world.rows("SELECT count(*) FROM message WHERE ticket_id = 1") == [(3,)]


def test_so_does_one_by_the_private_link_also_of_a_secret_ticket(world: World) -> None:
    (first,) = world.form("kunci-0001", text="lampu jalan mati", privacy="secret", email="siti@contoh.id")
    lapse(world)
    (second,) = world.form("kunci-0002", text="tiang nomor tujuh", token=first.token)
    assert (second.ref, second.token) == (first.ref, first.token)
    assert world.tickets() == [(first.ref, "assigned", "DISHUB")]


def test_an_answer_by_mail_to_the_question_opens_it_again(world: World) -> None:
    (first,) = world.form("kunci-0001", text="lampu jalan mati", email="siti@contoh.id")
    lapse(world)
    (second,) = world.post(
        b"From: Siti <siti@contoh.id>\r\nTo: lapor+" + first.token.encode() + b"@kota.example\r\n"
        b"Message-ID: <b@contoh.id>\r\nSubject: Re: Pertanyaan\r\n\r\ntiang nomor tujuh\r\n"
    )
    assert second.ref == first.ref
    assert [row[1] for row in world.tickets()] == ["assigned"]


def test_without_a_word_of_the_old_ticket_it_is_a_new_one(world: World) -> None:
    (first,) = world.say(chat("1", "lampu jalan mati"))
    lapse(world)
    (second,) = world.say(chat("2", "ada sampah di pasar"))
    assert world.tickets() == [(first.ref, "archived", "DISHUB"), (second.ref, "assigned", "DLH")]


def test_a_stranger_opens_nothing_and_gets_a_ticket_of_their_own(world: World) -> None:
    (first,) = world.form("kunci-0001", text="lampu jalan mati", email="siti@contoh.id")
    lapse(world)
    (by_chat,) = world.say(chat("1", f"{first.ref} tiang tujuh", who="B"))
    (by_form,) = world.form("kunci-0002", text=f"{first.ref} tiang tujuh", email="siti@contoh.id")
    assert [row[1] for row in world.tickets()] == ["archived", "triage", "triage"]
    assert len({first.ref, by_chat.ref, by_form.ref}) == 3
    assert first.ref in after(world)
