"""Telegram's way of telling things, through intake: albums, edits, doubles, blocks, and nonsense."""

import json
from contextlib import closing
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from telegram_world import Chats

from store.db import Ledger

PHOTO = [{"file_id": "AgAC", "width": 10, "height": 10}]


@pytest.fixture
def world(ledger: Ledger, tmp_path: Path, now: datetime) -> Chats:
    return Chats(ledger, tmp_path, now)


def test_an_album_in_any_order_and_doubled_is_one_ticket(world: Chats) -> None:
    for number, caption in ((12, ""), (10, "Lampu jalan di Meri mati"), (11, ""), (12, "")):
        more = {"caption": caption} if caption else {}
        world.write(number=number, photo=PHOTO, media_group_id="13579", **more)
    assert [(status, opd) for _, status, opd in world.tickets()] == [("assigned", "DISHUB")]
    assert len(world.rows("SELECT 1 FROM message")) == 3
    assert len(world.rows("SELECT 1 FROM attachment WHERE state = 'remote'")) == 3
    assert [notice for notice, _ in world.told()].count("ack") == 1


def test_an_edit_is_a_revision_and_routes_again(world: Chats) -> None:
    world.write("Ada yang rusak", number=5)
    world.write("Lampu jalan di Meri rusak", number=5, edit_date=1764000000)
    assert [opd for _, _, opd in world.tickets()] == ["DISHUB"]
    assert world.rows("SELECT text FROM message_revision") == [("Lampu jalan di Meri rusak",)]


def test_a_picture_put_in_place_of_another_is_kept_beside_it(world: Chats) -> None:
    other = [{"file_id": "AgAD", "width": 10, "height": 10}]
    world.write(number=5, photo=PHOTO, caption="Lampu jalan mati")
    for edit in (1, 2):
        world.write(number=5, photo=other, caption="Lampu jalan mati", edit_date=1764000000 + edit)
    assert world.rows("SELECT remote FROM attachment ORDER BY id") == [("telegram:AgAC",), ("telegram:AgAD",)]


def test_a_live_location_is_one_message_however_often_it_moves(world: Chats) -> None:
    world.write("Lampu jalan mati")
    for step in range(4):
        more = {"edit_date": 1764000000 + step} if step else {}
        place = {"latitude": -7.481 - step / 10_000, "longitude": 112.4475, "live_period": 900}
        world.write(number=50, location=place, **more)
    assert len(world.tickets()) == 1
    assert len(world.rows("SELECT 1 FROM message")) == 2
    assert world.rows("SELECT kelurahan FROM ticket") == [("Meri",)]


def test_groups_channels_and_notes_are_kept_without_tickets(world: Chats) -> None:
    group = {"id": -1001, "type": "supergroup", "title": "Warga"}
    world.write("Lampu jalan mati", chat=group)
    world.write(pinned_message={"message_id": 1})
    world.update({"channel_post": {"message_id": 1, "date": 1, "chat": group, "text": "x"}})
    assert world.tickets() == []
    assert world.rows("SELECT state FROM arrival") == [("kept",)] * 3


def test_what_is_of_no_known_kind_is_parked_and_can_be_taken_up(world: Chats) -> None:
    (accepted,) = world.update({"telepathy": {"x": 1}})
    assert accepted.external_id == ""
    ((state, reason),) = world.rows("SELECT state, reason FROM arrival")
    assert (state, reason) == ("parked", "Jenis pembaruan Telegram belum dikenal: telepathy.")


def test_who_blocks_the_bot_is_unreachable_until_they_write(world: Chats) -> None:
    world.write("Lampu jalan mati")
    change = {"chat": {"id": 1001, "type": "private"}, "date": 1764000000}
    world.update({"my_chat_member": change | {"new_chat_member": {"status": "kicked"}}})
    assert [bool(row[0]) for row in world.rows("SELECT undeliverable FROM contact")] == [True]
    world.write("di Meri")
    assert [bool(row[0]) for row in world.rows("SELECT undeliverable FROM contact")] == [False]


def test_the_writers_own_number_is_another_way_to_reach_them(world: Chats) -> None:
    world.write("Lampu jalan mati")
    card = {"phone_number": "6281234567890", "first_name": "Sri", "user_id": 1001}
    world.write(contact=card)
    assert len(world.tickets()) == 1
    assert world.rows("SELECT value FROM identity WHERE channel = 'phone'") == [("+6281234567890",)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
CHAT = st.fixed_dictionaries({"id": st.integers(1, 3), "type": st.sampled_from(["private", "group"])})
MESSAGE = st.fixed_dictionaries(
    {"message_id": st.integers(1, 5), "date": st.integers(1764000000, 1764009000), "chat": CHAT},
    optional={
        "text": st.sampled_from(["Lampu jalan mati", "/start", "/status SMP-2611-0001", "pak", "\x00\ud800"])
        | JSON,
        "photo": st.just(PHOTO) | JSON,
        "location": st.just({"latitude": -7.48, "longitude": 112.44}) | JSON,
        "media_group_id": st.sampled_from(["a", "b"]) | JSON,
        "reply_to_message": JSON,
        "contact": JSON,
        "hologram": JSON,
    },
)
UPDATE = st.fixed_dictionaries(
    {"update_id": st.integers(1, 4) | JSON},
    optional={"message": MESSAGE | JSON, "edited_message": MESSAGE, "my_chat_member": JSON, "x": JSON},
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(updates=st.lists(UPDATE, min_size=1, max_size=5))
def test_any_update_is_kept_and_twice_is_once(
    sqlite_template: Path, now: datetime, updates: list[dict[str, Any]]
) -> None:
    with TemporaryDirectory() as folder:
        place = Path(folder) / "ledger.db"
        place.write_bytes(sqlite_template.read_bytes())
        with closing(Ledger(f"sqlite:///{place}")) as ledger:
            world = Chats(ledger, Path(folder), now)
            bodies = [json.dumps(update).encode() for update in updates]
            for body in bodies:
                world.bring(body, "")
            looks = [
                world.rows(f"SELECT COUNT(*) FROM {table}")
                for table in ("arrival", "message", "ticket", "outbox", "attachment")
            ]
            assert looks[0] == [(len(set(bodies)),)]
            for body in bodies:
                world.bring(body, "")
            assert looks == [
                world.rows(f"SELECT COUNT(*) FROM {table}")
                for table in ("arrival", "message", "ticket", "outbox", "attachment")
            ]
