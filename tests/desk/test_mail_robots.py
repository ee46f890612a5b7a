"""Programs that write by mail: bounces mark what was lost, loops end, and people lose nothing."""

from datetime import datetime
from pathlib import Path

import pytest
from intake_world import World

from channels._email_names import message_id
from sapa.desk import acts
from sapa.desk.actor import Actor
from store.db import Ledger

OWN = message_id("ack:1", "", "kota.example")


@pytest.fixture
def world(ledger: Ledger, tmp_path: Path, now: datetime) -> World:
    return World(ledger, tmp_path, now)


def mail(number: int, *, subject: str = "Laporan", more: str = "", text: str = "lampu jalan mati") -> bytes:
    return (
        f"From: Siti <siti@contoh.id>\r\nTo: lapor@kota.example\r\nMessage-ID: <{number}@contoh.id>\r\n"
        f"Subject: {subject}\r\n{more}\r\n{text}\r\n"
    ).encode()


def bounced(diagnosis: str) -> bytes:
    return (
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.contoh.id\r\nSubject: failure notice\r\n\r\n"
        f"Hi. This is the qmail-send program at mx.contoh.id.\r\n\r\n<siti@contoh.id>:\r\n{diagnosis}\r\n\r\n"
        f"--- Below this line is a copy of the message.\r\n\r\nMessage-ID: <{OWN}>\r\n"
    ).encode()


def lost(world: World, diagnosis: str) -> list[tuple[object, ...]]:
    """(contact marked, what the ticket says) after the acknowledgement of a mail came back."""
    world.post(mail(1))
    world.ledger.write(
        lambda tx: tx.run(
            "UPDATE outbox SET state = 'sent', external_id = :own WHERE notice = 'ack'", own=OWN
        )
    )
    world.post(bounced(diagnosis))
    assert len(world.tickets()) == 1
    assert world.rows("SELECT reason FROM arrival WHERE state = 'parked'") == [
        ("Pesan mesin: surat kembali (bounce)",)
    ]
    return world.rows(
        "SELECT undeliverable, event.text FROM identity JOIN contact ON contact.id = identity.contact_id,"
        " event WHERE identity.value = 'siti@contoh.id' AND event.kind = 'undelivered'"
    )


def test_an_address_that_is_gone_is_marked_on_the_contact_and_the_ticket(world: World) -> None:
    ((marked, said),) = lost(world, "Sorry, no mailbox here by that name. (#5.1.1)")
    assert marked
    assert said == "Alamat penerima tidak dikenal atau tidak aktif lagi."


def test_a_full_mailbox_loses_the_mail_but_not_the_address(world: World) -> None:
    ((marked, said),) = lost(world, "Mailbox quota exceeded (#5.2.2)")
    assert not marked
    assert said == "Kotak surat penerima penuh."


def test_a_program_that_answers_every_acknowledgement_and_says_nothing_of_it_is_soon_answered_no_more(
    world: World,
) -> None:
    acks, sent = 0, 0
    while sent == acks and sent < 50:
        sent += 1
        world.post(mail(sent, subject="Pesan Anda sudah masuk", text=f"Terima kasih, nomor {sent}."))
        acks = sum(notice == "ack" for notice, _ in world.told())
        world.later(minutes=2)
    assert sent == 6
    assert len(world.tickets()) == 6
    world.later(hours=2)
    world.post(mail(99, text="ada sampah"))
    assert sum(notice == "ack" for notice, _ in world.told()) == acks + 1


def test_a_slow_loop_ends_within_the_day(world: World) -> None:
    for number in range(40):
        world.post(mail(number, text=f"nomor {number}"))
        world.later(minutes=20)
    assert sum(notice == "ack" for notice, _ in world.told()) == 20
    assert len(world.tickets()) == 40


def test_on_a_chat_nobody_is_too_fast(world: World) -> None:
    for number in range(9):
        world.say({"id": str(number), "from": "08123", "text": "lampu jalan mati"})
        world.later(minutes=11)
    assert sum(notice == "ack" for notice, _ in world.told()) == len(world.tickets())


def test_the_answer_of_somebody_who_writes_too_fast_is_kept_but_moves_nothing(world: World) -> None:
    (first,) = world.post(mail(0))
    for number in range(1, 7):
        world.post(mail(number, text=f"ada sampah {number}"))
    actor = Actor(kind="opd", opd="DISHUB")
    world.ledger.write(
        lambda tx: acts.ask(
            tx, 1, actor, version=1, key="ask-1", now=world.now, city=world.city, text="Di tiang mana?"
        )
    )
    status = "SELECT status FROM ticket WHERE id = 1"
    assert world.rows(status) == [("waiting",)]
    world.post(mail(9, subject=f"Re: {first.ref}", text="Di depan pasar."))
    assert world.rows(status) == [("waiting",)]
    assert world.rows("SELECT text FROM message WHERE ticket_id = 1 AND direction = 'in'") == [
        ("lampu jalan mati",),
        ("Di depan pasar.",),
    ]
    world.later(hours=2)
    world.post(mail(10, subject=f"Re: {first.ref}", text="Tiang nomor 4."))
    assert world.rows(status) != [("waiting",)]


def test_all_of_a_mail_is_kept_beside_what_its_sender_wrote(world: World) -> None:
    more = "In-Reply-To: <x@kota.example>\r\n"
    world.post(mail(1, more=more, text="Sudah terang.\r\n\r\nSapa <lapor@kota.example> menulis:\r\n> Sudah?"))
    ((text, whole),) = world.rows("SELECT text, whole FROM message")
    assert text == "Sudah terang."
    assert whole == "Sudah terang.\n\nSapa <lapor@kota.example> menulis:\n> Sudah?"
