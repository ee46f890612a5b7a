"""A ref is public: who quotes somebody else's adds to that ticket and learns nothing from it."""

import base64
import io
from datetime import datetime
from pathlib import Path

import pytest
from intake_world import World, chat
from PIL import Image

from sapa.desk import acts
from sapa.desk.actor import Actor
from store.db import Ledger


@pytest.fixture
def world(ledger: Ledger, tmp_path: Path, now: datetime) -> World:
    return World(ledger, tmp_path, now)


def roles(world: World) -> list[str]:
    return [role for (role,) in world.rows("SELECT role FROM ticket_reporter ORDER BY id")]


def ask(world: World) -> None:
    actor = Actor(kind="opd", opd="DISHUB")
    world.ledger.write(
        lambda tx: acts.ask(
            tx, 1, actor, version=1, key="ask-1", now=world.now, city=world.city, text="Di tiang mana?"
        )
    )


def status(world: World) -> str:
    return str(world.rows("SELECT status FROM ticket WHERE id = 1")[0][0])


def test_the_form_gives_the_private_link_to_no_stranger_not_even_the_second_time(world: World) -> None:
    (first,) = world.form("kunci-0001", text="lampu jalan mati", email="siti@contoh.id")
    for _ in range(2):
        (other,) = world.form("kunci-0002", text=f"tentang {first.ref}", name="Orang Lain")
        assert (other.ref, other.token) == (first.ref, "")
    assert roles(world) == ["reporter", "supporter"]


def test_an_address_typed_into_the_form_is_no_proof_of_being_the_reporter(world: World) -> None:
    (first,) = world.form("kunci-0001", text="lampu jalan mati", email="siti@contoh.id")
    (other,) = world.form("kunci-0002", text=f"tentang {first.ref}", email="siti@contoh.id")
    assert other.ref != first.ref
    assert first.token not in (other.token, "")


def test_who_holds_the_token_gets_it_again(world: World) -> None:
    (first,) = world.form("kunci-0001", text="lampu jalan mati", email="siti@contoh.id")
    for _ in range(2):
        (again,) = world.form("kunci-0002", text="tiang tujuh", token=first.token)
        assert (again.ref, again.token) == (first.ref, first.token)
    assert roles(world) == ["reporter"]


def test_a_stranger_who_writes_on_another_channel_stays_a_stranger(world: World) -> None:
    (first,) = world.form("kunci-0001", text="lampu jalan mati")
    for key in ("kunci-0002", "kunci-0003"):
        world.form(key, text=f"tentang {first.ref}", email="budi@contoh.id")
    world.post(b"From: budi@contoh.id\r\nSubject: " + first.ref.encode() + b"\r\n\r\nsama\r\n")
    assert roles(world) == ["reporter", "supporter", "supporter"]


def test_a_strangers_words_neither_move_nor_seal_the_ticket(world: World) -> None:
    (first,) = world.say(chat("1", "lampu jalan mati", who="A"))
    world.later(hours=1)
    world.say(chat("2", f"{first.ref} ada sampah", who="B"))
    assert world.rows("SELECT opd, privacy, summary FROM ticket") == [
        ("DISHUB", "normal", "lampu jalan mati")
    ]


def test_what_few_may_read_does_not_join_a_strangers_ticket_that_many_read(world: World) -> None:
    (first,) = world.say(chat("1", "lampu jalan mati", who="A"))
    world.later(hours=1)
    (other,) = world.say(chat("2", f"{first.ref} ada pungli", who="B"))
    (hidden,) = world.form("kunci-0001", text=f"tentang {first.ref}", privacy="anonymous")
    assert world.rows("SELECT ref, privacy FROM ticket ORDER BY id") == [
        (first.ref, "normal"),
        (other.ref, "secret"),
        (hidden.ref, "anonymous"),
    ]
    (data,) = world.rows("SELECT data FROM event WHERE ticket_id = 2 AND kind = 'received'")[0]
    assert first.ref in str(data)  # an object or its text, as the database gives it
    assert world.rows("SELECT COUNT(*) FROM message WHERE ticket_id = 1") == [(1,)]


def test_a_stranger_who_answers_a_secret_report_in_public_does_not_join_it(world: World) -> None:
    (secret,) = world.say(chat("1", "ada pungli di kantor", who="A"))
    world.later(hours=1)
    (other,) = world.say(chat("2", "saya juga melihatnya", who="B", reply_to="1"))
    assert secret.ref != other.ref
    assert roles(world) == ["reporter", "reporter"]
    assert world.rows("SELECT data FROM event WHERE ticket_id = 2 AND kind = 'received'")[0][0] not in (
        None,
        "",
    )


def test_a_strangers_words_do_not_count_either_once_the_reporter_adds_a_part(world: World) -> None:
    (first,) = world.say(chat("1", "lampu jalan mati", who="A"))
    world.later(minutes=1)
    place = {"lat": -7.4551, "lon": 112.4498}
    exif, file = Image.Exif(), io.BytesIO()
    exif.get_ifd(0x8825).update({1: "S", 2: (7.0, 27.0, 18.0), 3: "E", 4: (112.0, 26.0, 59.6)})
    Image.new("RGB", (64, 48)).save(file, "JPEG", exif=exif)
    photos = [{"name": "foto.jpg", "base64": base64.b64encode(file.getvalue()).decode()}]
    world.say(chat("2", f"{first.ref} ada sampah", who="B", place=place, photos=photos))
    world.later(minutes=1)
    world.say(chat("3", "sudah tiga hari", who="A"))
    assert world.rows("SELECT opd, privacy, kelurahan, summary FROM ticket") == [
        ("DISHUB", "normal", "", "lampu jalan mati\nsudah tiga hari")
    ]
    assert world.rows("SELECT COUNT(*) FROM message WHERE ticket_id = 1") == [(3,)]


def test_a_strangers_words_do_not_answer_what_the_reporter_was_asked(world: World) -> None:
    (first,) = world.say(chat("1", "lampu jalan mati", who="A"))
    world.later(hours=1)
    world.say(chat("2", f"{first.ref} sama", who="B"))
    ask(world)
    assert [lane for notice, lane in world.told() if notice == "question"] == ["contact:1"]
    world.say(chat("3", f"{first.ref} tiang sembilan", who="B"))
    assert status(world) == "waiting"
    world.say(chat("4", f"{first.ref} tiang tujuh", who="A"))
    assert status(world) == "assigned"


def test_who_says_the_same_words_without_a_key_is_not_taken_for_the_one_who_said_them_first(
    world: World,
) -> None:
    body = b'{"text": "lampu jalan mati"}'
    (first,) = world.deliver(world.payload("web", body))
    assert first.token
    (other,) = world.deliver(world.payload("web", body))
    assert (other.ref, other.token, other.duplicate) == (first.ref, "", True)
