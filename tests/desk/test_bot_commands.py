"""What people ask the bot is answered; what they tell it is a complaint, whatever it begins with."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from telegram_world import Chats

from channels.message import Address, InboundMessage
from channels.sms import SmsDoor
from channels.whatsapp import WhatsAppDoor
from sapa.desk import commands
from store.db import Ledger


@pytest.fixture
def world(ledger: Ledger, tmp_path: Path, now: datetime) -> Chats:
    return Chats(ledger, tmp_path, now)


@pytest.mark.parametrize(
    "text", ["/start", "/start kelurahan-meri", "/bantuan", "/HELP@sapa_bot", "/halo", "/menu@sapa_bot"]
)
def test_a_question_opens_no_ticket_and_is_answered(world: Chats, text: str) -> None:
    (accepted,) = world.write(text)
    assert (accepted.ref, world.tickets(), world.told()) == ("", [], [("help", "contact:1")])
    assert world.rows("SELECT text, ticket_id FROM message") == [(text, None)]
    assert world.rows("SELECT state FROM arrival") == [("kept",)]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("/lapor Lampu jalan di Meri mati", "Lampu jalan di Meri mati"),
        ("/bantuan tolong lampu jalan mati", "tolong lampu jalan mati"),
        ("/start\nLampu jalan mati", "Lampu jalan mati"),
        ("/jalan lampu jalan mati", "/jalan lampu jalan mati"),
        ("/status kapan lampu jalan diperbaiki", "kapan lampu jalan diperbaiki"),
    ],
)
def test_what_says_more_is_a_complaint(world: Chats, text: str, kept: str) -> None:
    (accepted,) = world.write(text)
    assert world.tickets() == [(accepted.ref, "assigned", "DISHUB")]
    assert world.rows("SELECT text FROM message") == [(kept,)]
    assert world.asked() == []


def test_a_command_beside_a_photo_or_a_place_is_a_complaint(world: Chats) -> None:
    photo = [{"file_id": "AgAC", "width": 1, "height": 1}]
    world.write(caption="/lapor", photo=photo, who=1)
    world.write(caption="/lapor lampu jalan mati", photo=photo, who=2)
    assert len(world.tickets()) == 2
    assert world.rows("SELECT remote, state FROM attachment") == [("telegram:AgAC", "remote")] * 2
    assert world.asked() == []


def test_the_same_question_twice_is_answered_once_a_minute(world: Chats) -> None:
    for _ in range(3):
        world.write("/bantuan")
    world.later(minutes=1)
    world.write("/bantuan")
    assert [notice for notice, _ in world.asked()] == ["help", "help"]


def test_where_a_report_stands_is_told_to_its_reporter(world: Chats) -> None:
    (first,) = world.write("Lampu jalan di Meri mati")
    world.write(f"/status {first.ref}")
    world.later(minutes=1)
    world.write("/status")
    assert world.asked() == [("status", first.ref), ("status", first.ref)]


def test_somebody_elses_ref_and_an_unknown_one_are_answered_alike(world: Chats) -> None:
    (first,) = world.write("Lampu jalan di Meri mati")
    world.write(f"/status {first.ref.lower()}", who=2002)
    world.write("/status SMP-2611-9999", who=2002)
    assert world.asked() == [("status_none", None), ("status_none", None)]
    told = world.rows("SELECT data FROM outbox WHERE notice = 'status_none' ORDER BY id")
    first_said, second_said = ({**_json(data), "message_id": 0} for (data,) in told)
    assert first_said | {"ref": ""} == second_said | {"ref": ""}
    assert len(world.tickets()) == 1
    assert len(world.rows("SELECT 1 FROM ticket_reporter")) == 1


def test_who_added_to_a_report_is_told_where_it_stands(world: Chats) -> None:
    (first,) = world.write("Lampu jalan di Meri mati")
    world.write(f"{first.ref} di depan rumah saya juga", who=2002)
    world.write(f"/status {first.ref}", who=2002)
    assert world.asked() == [("status", first.ref)]


def _json(data: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(data) if isinstance(data, str) else data
    return found


@pytest.mark.parametrize("form", ["{ref}.", "#{ref}", "{bare}", "{spaced}"])
def test_a_ref_may_be_written_in_many_ways(world: Chats, form: str) -> None:
    (first,) = world.write("Lampu jalan di Meri mati")
    bare, spaced = first.ref.partition("-")[2], first.ref.replace("-", " ")
    world.write("/status " + form.format(ref=first.ref, bare=bare, spaced=spaced))
    assert world.asked() == [("status", first.ref)]


def test_all_open_reports_of_ones_own_are_meant_when_none_is_named(world: Chats) -> None:
    for _ in range(7):
        world.later(hours=1)
        world.write("Lampu jalan di Meri mati")
    world.later(hours=1)
    world.write("Tetangga dipukuli suaminya")
    world.write("/status")
    world.write("/status", who=2002)
    assert [notice for notice, _ in world.asked()] == ["status_list", "status_none"]
    ((data,),) = world.rows("SELECT data FROM outbox WHERE notice = 'status_list'")
    assert _json(data)["tickets"] == [7, 6, 5, 4, 3]


def test_the_newest_report_is_meant_when_only_one_is_open_or_none(world: Chats) -> None:
    refs = []
    for _ in range(2):
        world.later(hours=1)
        refs += [one.ref for one in world.write("Lampu jalan di Meri mati")]
    world.ledger.write(lambda tx: tx.run("UPDATE ticket SET status = 'closed' WHERE id = 1"))
    world.write("/status")
    world.ledger.write(lambda tx: tx.run("UPDATE ticket SET status = 'closed'"))
    world.later(minutes=1)
    world.write("/status")
    assert world.asked() == [("status", refs[1]), ("status", refs[1])]


def test_of_a_sensitive_or_secret_report_nothing_is_told(world: Chats) -> None:
    (sealed,) = world.write("Tetangga dipukuli suaminya")
    for question in (f"/status {sealed.ref}", "/status"):
        world.later(minutes=1)
        world.write(question)
    world.write(f"/status {sealed.ref}", who=2002)
    assert world.asked() == [("status_none", None)] * 3


def test_a_sealed_report_is_not_told_of_by_the_one_it_was_merged_into(world: Chats) -> None:
    (first,) = world.write("Lampu jalan di Meri mati")
    (sealed,) = world.write("Tetangga dipukuli suaminya", who=2002)
    world.ledger.write(
        lambda tx: tx.run(
            "UPDATE ticket SET status = 'merged', merged_into = (SELECT id FROM ticket WHERE ref = :first)"
            " WHERE ref = :sealed",
            first=first.ref,
            sealed=sealed.ref,
        )
    )
    world.write(f"/status {sealed.ref}")
    assert world.asked() == [("status_none", None)]


def test_what_a_stranger_writes_after_asking_is_their_own(world: Chats) -> None:
    (first,) = world.write("Lampu jalan di Meri mati")
    world.write(f"/status {first.ref}", who=2002)
    (second,) = world.write("Sampah menumpuk di Wates", who=2002)
    assert second.ref != first.ref


def test_a_question_between_does_not_part_a_burst(world: Chats) -> None:
    (first,) = world.write("Lampu jalan mati")
    world.write("/status")
    (again,) = world.write("di Meri, tiang nomor 7")
    assert first.ref == again.ref


def test_a_question_rewritten_into_a_complaint_is_one(world: Chats) -> None:
    world.write("/bantuan", number=77)
    (accepted,) = world.write("Lampu jalan di Meri mati", number=77, edit_date=1764000000)
    assert world.tickets() == [(accepted.ref, "assigned", "DISHUB")]
    assert world.rows("SELECT text FROM message_revision") == [("Lampu jalan di Meri mati",)]
    assert len(world.rows("SELECT 1 FROM message")) == 1


def test_other_doors_know_no_commands(world: Chats) -> None:
    world.say({"id": "1", "from": "08123", "text": "/bantuan"})
    assert len(world.tickets()) == 1


@pytest.mark.parametrize(
    ("text", "about"),
    [("/status", "status"), ("/lapor", "report"), ("/batal", "cancel"), ("/bantuan", "help")],
)
@pytest.mark.parametrize("door", [WhatsAppDoor, SmsDoor])
def test_where_words_are_commands_those_of_a_bot_are_known_too(
    world: Chats, door: Any, text: str, about: str
) -> None:
    world.city = replace(world.city, channels={**world.city.channels, "fake": door.traits})
    message = fake_message(text, world.now)
    question = commands.asked(message, world.city)
    assert question is not None
    assert question.about == about


def test_where_words_are_commands_a_complaint_may_begin_with_a_bots(world: Chats) -> None:
    world.city = replace(world.city, channels={**world.city.channels, "fake": WhatsAppDoor.traits})
    words = "Lampu jalan di depan pos ronda Meri sudah lama mati dan gelap sekali"
    message = fake_message(f"/lapor {words}", world.now)
    assert commands.asked(message, world.city) is None
    assert commands.begins(message, world.city)
    assert commands.plain(message, world.city).text == words
    assert commands.asked(fake_message("/jalan", world.now), world.city) is None


def fake_message(text: str, now: datetime) -> InboundMessage:
    sender = Address(channel="fake", value="08123")
    return InboundMessage(
        channel="fake", account="fake", sender=sender, external_id="1", text=text, sent_at=now
    )
