"""What Telegram brings, in our words; what is odd is parked, never lost."""

import json
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from counterparts.telegram import BOT, TOKEN
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.base import Fetcher, Listener, Payload, Rejected, Request, Sender, Unreadable, Webhook
from channels.message import InboundMessage
from channels.telegram import TelegramDoor, TelegramSettings

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SECRET = "rahasia-uji-telegram"
#: Samples recorded elsewhere, beside the checkout; SAPA_TEST_PAYLOADS names another folder.
PAYLOADS = Path(os.environ.get("SAPA_TEST_PAYLOADS", Path(__file__).parents[3] / "shared" / "payloads"))
SAMPLES = PAYLOADS / "telegram_official_samples.json"
CHAT = {"id": 1001, "type": "private", "first_name": "Sri"}


def door(**more: Any) -> TelegramDoor:
    section = {"token": TOKEN, "mode": "webhook", "webhook_secret": SECRET, **more}
    return TelegramDoor(TelegramSettings(**section), lambda: NOW)


def parse(update: Any) -> Any:
    body = update if isinstance(update, bytes) else json.dumps(update).encode()
    return door().parse(
        Payload(channel="telegram", account=BOT, body=body, media_type="application/json", received_at=NOW)
    )


def message(**more: Any) -> dict[str, Any]:
    return {"update_id": 1, "message": {"message_id": 5, "date": 1764000000, "chat": CHAT, **more}}


def test_the_door_can_all_it_says() -> None:
    assert all(isinstance(door(), kind) for kind in (Webhook, Listener, Sender, Fetcher))
    assert (door().traits.burst, door().traits.edits, door().traits.retries) == (True, True, True)
    assert door().account == BOT
    assert TOKEN not in repr(door().settings)
    assert SECRET not in repr(door().settings)


@pytest.mark.parametrize(
    ("section", "wrong"),
    [
        ({"token": ""}, "token"),
        ({"token": "kata"}, "token"),
        ({"mode": "push"}, "mode"),
        ({"webhook_secret": ""}, "webhook_secret"),
        ({"webhook_secret": "pendek"}, "webhook_secret"),
    ],
)
def test_a_wrong_section_does_not_open(section: dict[str, str], wrong: str) -> None:
    with pytest.raises(ValueError, match=f"channels.telegram.{wrong}"):
        door(**section)


def test_the_secret_is_compared_before_anything_is_read() -> None:
    header = {"x-telegram-bot-api-secret-token": SECRET}
    body = b'{"message":{"text":"\\"update_id\\": 7"}, "update_id" : 42}'
    payload = door().verify(Request(url="", headers=header, body=body), NOW)
    assert (payload.delivery_id, payload.body, payload.account) == ("42", body, BOT)
    assert door().verify(Request(url="", headers=header, body=b"\xff["), NOW).delivery_id == ""
    for wrong in (
        {},
        {"x-telegram-bot-api-secret-token": "é\udcff"},
        {"x-telegram-bot-api-secret-token": ""},
    ):
        with pytest.raises(Rejected) as caught:
            door().verify(Request(url="", headers=wrong, body=body), NOW)
        assert caught.value.status == 403


def test_a_door_that_polls_takes_no_hooks() -> None:
    for secret in ("", SECRET):
        polling = door(mode="poll", webhook_secret=secret)
        with pytest.raises(Rejected):
            polling.verify(
                Request(url="", headers={"x-telegram-bot-api-secret-token": secret}, body=b"{}"), NOW
            )


def test_of_a_photo_the_largest_size_is_kept_wherever_it_stands() -> None:
    sizes = [{"file_id": f"f{w}", "width": w, "height": w} for w in (320, 1280, 90)]
    (got,) = parse(message(photo=sizes))
    assert [one.remote for one in got.attachments] == ["telegram:f1280"]
    assert got.attachments[0].content == b""


def test_text_beside_an_unknown_field_or_a_service_note_is_read() -> None:
    (got,) = parse(message(text="Lampu mati", holograms=[1], pinned_message={"x": 1}))
    assert got.text == "Lampu mati"


def test_nothing_but_spaces_is_shown_as_an_empty_message() -> None:
    assert parse(message(text=" \n "))[0].text == "[pesan kosong]"
    assert parse(message(text="", caption="x"))[0].text == "x"


def test_a_strange_kind_says_its_name_and_nothing_else() -> None:
    (got,) = parse(message(**{"x\n" + "y" * 500: {"a": 1}}))
    assert got.text.startswith("[pesan jenis x yyy")
    assert len(got.text) < 90


def test_a_place_that_cannot_be_is_said_so() -> None:
    (got,) = parse(message(location={"latitude": 0, "longitude": 0, "horizontal_accuracy": -1}))
    assert (got.place.lat, got.place.accuracy_m) == (None, None)
    assert got.place.label == "(titik lokasi tidak sah)"


def test_a_number_of_ones_own_that_is_none_stays_as_words() -> None:
    card = {"phone_number": "12", "first_name": "Sri", "user_id": 1001}
    (got,) = parse(message(contact=card))
    assert (got.text, got.contacts) == ("[kontak: Sri 12]", ())


def test_a_forward_of_the_old_form_names_its_origin() -> None:
    (got,) = parse(message(text="x", forward_date=1, forward_sender_name="Pak RT"))
    assert got.text == "[diteruskan dari Pak RT]\nx"
    (got,) = parse(message(text="x", forward_date=1))
    assert got.text == "[diteruskan dari orang lain]\nx"


def test_very_long_text_is_cut_and_broken_letters_are_mended() -> None:
    (got,) = parse(b'{"update_id":1,"message":' + json.dumps(
        message(text="a\x00b" + "x" * 300_000)["message"]
    ).encode() + b"}")  # fmt: skip
    assert got.text.startswith("a\ufffdb")
    assert len(got.text.encode()) <= 100 * 1024
    (got,) = parse(message(text="\ud800 lampu"))
    assert got.text == "\ufffd lampu"


@pytest.mark.parametrize(
    "update",
    [
        b"",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 100_000,
        {"update_id": "1", "message": {}},
        {"update_id": 1},
        {"update_id": 1, "message": None},
        {"update_id": 1, "message": {"chat": {"type": "private"}}},
        {"update_id": 1, "brand_new_kind": {"x": 1}},
        {"update_id": 2**70, "message": message(text="x")["message"]},
        message(text=5),
        message(text="x", caption=5),
        message(text="x", date=10**30),
        message(photo=[{"width": 1}]),
        message(document={"file_id": ""}),
        message(text="x", reply_to_message={"message_id": "a"}),
        b'{"update_id":1,"message":{"message_id":' + b"9" * 5000 + b"}}",
    ],
)
def test_what_cannot_be_read_is_unreadable(update: Any) -> None:
    with pytest.raises(Unreadable):
        parse(update)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KINDS = [
    "text", "caption", "photo", "document", "voice", "sticker", "location", "venue", "contact", "entities",
    "forward_origin", "reply_to_message", "media_group_id", "from", "dice", "pinned_message", "chat", "date",
    "message_id", "hologram",
]  # fmt: skip
SHAPED = st.fixed_dictionaries(
    {"message_id": st.integers(1, 9), "date": st.integers(0, 2**31), "chat": st.just(CHAT)},
    optional={kind: JSON for kind in KINDS if kind not in ("chat", "date", "message_id")},
)
UPDATES = st.fixed_dictionaries(
    {"update_id": st.integers(1, 2**40)},
    optional={
        "message": SHAPED | JSON,
        "edited_message": SHAPED,
        "my_chat_member": JSON,
        "callback_query": JSON,
    },
)


@settings(max_examples=300, deadline=None)
@given(update=UPDATES)
def test_whatever_is_shaped_like_an_update_is_read_or_unreadable(update: dict[str, Any]) -> None:
    with suppress(Unreadable):
        first, again = parse(update), parse(update)
        assert first == again
        for one in first:
            assert one.external_id
            if isinstance(one, InboundMessage):
                assert one.text or one.attachments or one.place or one.contacts
                one.text.encode()


@pytest.mark.skipif(not SAMPLES.exists(), reason="the recorded samples are not here")
def test_the_documented_samples_are_read() -> None:
    cases = json.loads(SAMPLES.read_text("utf-8"))["cases"]
    got = {name: parse(update) for name, update in cases.items()}
    assert got["callback_query"] == ()
    assert got["text"][0].text == "/start"
    assert got["forwarded_legacy"][0].text.startswith("[diteruskan dari Forward Firstname Forward Lastname]")
    assert got["forwarded_channel_legacy"][0].text.startswith("[diteruskan dari Test channel]")
    assert got["reply"][0].in_reply_to == "1111111:1334"
    assert got["edited_message"][0].edited
    for kind in ("audio", "voice", "document"):
        assert got[kind][0].attachments[0].remote == "telegram:AwADBAADbXXXXXXXXXXXGBdhD2l6_XX"
    assert {one.external_id for all_ in got.values() for one in all_} == {"1111111:1365"}
