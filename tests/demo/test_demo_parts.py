"""What the demo city is made of: pictures, sounds, words, moments and doors that lead nowhere."""

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import filetype
import pytest
from demo_town import ROOT
from PIL import Image

from channels.base import Undeliverable, Unreadable
from channels.message import Address, DeliveryReport, InboundMessage, OutboundMessage
from channels.walkin import WalkinDoor
from router.place import Gazetteer
from sapa.bootstrap.values import city_of
from sapa.demo.complaints import complaints
from sapa.demo.doors import FolderDoor, doors
from sapa.demo.moments import QUIET, Span, told
from sapa.demo.payloads import STRANGE, WRITERS
from sapa.demo.pictures import by_handle, photo, voice
from sapa.demo.telling import Telling, payload
from sapa.demo.voices import Speechless, Voices, runs
from sapa.settings import load as read

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
SPAN = Span(NOW - timedelta(weeks=8), NOW, ZoneInfo("Asia/Jakarta"))


@pytest.fixture
def gazetteer() -> Gazetteer:
    return city_of(read(ROOT / "config.yaml", {}), NOW.date(), {}).gazetteer


@pytest.fixture
def ways(tmp_path: Path) -> dict[str, FolderDoor]:
    return doors(tmp_path, "http://127.0.0.1:8000", lambda: NOW)


def test_a_photo_tells_where_it_was_taken() -> None:
    drawn = Image.open(BytesIO(photo("jalan", 3, (-7.4612, 112.4385))))
    gps = drawn.getexif().get_ifd(0x8825)
    degrees, minutes, seconds = (float(one) for one in gps[2])
    assert gps[1] == "S"
    assert degrees + minutes / 60 + seconds / 3600 == pytest.approx(7.4612, abs=1e-5)
    assert not Image.open(BytesIO(photo("jalan", 3))).getexif()


def test_each_complaint_has_a_photo_of_its_own_and_each_kind_is_drawn() -> None:
    kinds = {one.picture for one in complaints() if one.picture}
    assert len({photo(kind, 1) for kind in kinds}) == len(kinds)
    assert "" not in kinds
    plain = photo("", 1)
    assert all(photo(kind, 1) != plain for kind in kinds)
    assert photo("pohon", 1) != photo("pohon", 2)


def test_what_a_provider_holds_is_drawn_and_the_rest_is_gone() -> None:
    assert by_handle("telegram:contoh_lampu_7") == photo("lampu", 7)
    assert by_handle("twilio:MM1/contoh_suara_1") == voice()
    assert by_handle("telegram:AgACAgUAAx") is None


def test_a_voice_is_ogg_whose_pages_add_up() -> None:
    sound = voice(2)
    assert filetype.guess_mime(sound) == "audio/ogg"
    assert sound.count(b"OggS") == 4
    assert b"OpusHead" in sound
    last = sound.rindex(b"OggS")
    assert sound[last + 5] == 4
    assert int.from_bytes(sound[last + 6 : last + 14], "little") == 2 * 48_000


def test_the_same_play_every_time_and_quiet_channels_at_its_end(gazetteer: Gazetteer) -> None:
    accounts = dict.fromkeys(WRITERS, "kota")

    def played() -> list[tuple[datetime, Telling]]:
        rng = random.Random("kota-contoh")
        return told(complaints(), SPAN, accounts, gazetteer, rng)

    first = played()
    assert first == played()
    assert [at for at, _ in first] == sorted(at for at, _ in first)
    assert all(SPAN.start < at < SPAN.end for at, _ in first)
    shapes = Counter((one.channel, one.shape) for _, one in first)
    assert set(shapes) >= {
        (name, shape) for name, writer in WRITERS.items() for shape in (*writer.plain, *writer.shown)
    } | {("web", "secret")}
    for name, before in QUIET.items():
        assert max(at for at, one in first if one.channel == name) <= SPAN.end - before
    assert {one.channel for _, one in first if one.complaint.right == "INSPEKTORAT"} == {"web"}


def test_voices_say_nothing_twice_and_fall_silent_at_last() -> None:
    voices = Voices(random.Random(1))
    heard: set[tuple[str, ...]] = set()
    said: list[str] = []

    def say_all() -> None:
        while True:
            said.append(voices.say("archive"))
            assert not runs(said[-1]) & heard
            heard.update(runs(said[-1]))

    with pytest.raises(Speechless):
        say_all()
    assert len(said) >= 10
    assert voices.say("resolve", "lampu", tempat="Meri") != voices.say("resolve", "lampu", tempat="Meri")
    assert voices.say("resolve", "", "dlh", tempat="Meri")
    assert voices.say("ask", tempat="Meri")[0].isupper()


def test_every_right_answer_is_somebody() -> None:
    settings = read(ROOT / "config.yaml", {})
    known = {one.code for one in settings.opds} | {one.code for one in settings.external} | {""}
    found = Counter(one.right for one in complaints())
    assert set(found) <= known
    assert len(found) >= 25
    assert found[""] < 10


def message(value: str, channel: str = "whatsapp", key: str = "k1") -> OutboundMessage:
    return OutboundMessage(to=Address(channel=channel, value=value), text="Halo", key=key)


def test_a_door_sends_into_its_folder_the_same_once(ways: dict[str, FolderDoor], tmp_path: Path) -> None:
    door = ways["whatsapp"]
    receipts = [asyncio.run(door.send(message("+628120001001"))) for _ in range(2)]
    assert receipts[0] == receipts[1]
    (file,) = (tmp_path / "outbox-whatsapp").iterdir()
    assert file.read_text() == "Kepada: +628120001001\n\nHalo\n"
    assert door.told["+628120001001"] == receipts[0].external_id
    with pytest.raises(Undeliverable):
        asyncio.run(door.send(message("+628120001013")))


def test_a_door_fetches_what_is_drawn(ways: dict[str, FolderDoor]) -> None:
    fetch = ways["telegram"].fetch
    assert asyncio.run(fetch("telegram:contoh_air_1", 1_000_000)).startswith(b"\xff\xd8")
    for remote, limit in (("telegram:AgAC", 1_000_000), ("telegram:contoh_air_1", 100)):
        with pytest.raises(Undeliverable):
            asyncio.run(fetch(remote, limit))


def test_what_is_strange_is_so_to_the_door(ways: dict[str, FolderDoor]) -> None:
    anybody = Telling(number=1, complaint=complaints()[0], channel="", account="", shape="", spot=(0.0, 0.0))
    for name, body in STRANGE:
        anybody.channel, anybody.account = name, ways[name].account
        kind = "application/x-www-form-urlencoded" if body.startswith(b"Body") else "application/json"
        with pytest.raises(Unreadable):
            ways[name].parse(payload(anybody, body, kind, NOW).payload)


@pytest.mark.parametrize("name", sorted(set(WRITERS) - {"web", "email", "walkin"}))
def test_every_shape_is_read_by_its_door(ways: dict[str, FolderDoor], name: str) -> None:
    writer = WRITERS[name]
    shown = next(one for one in complaints() if one.picture == "lampu")
    for shape in {*writer.plain, *writer.shown}:
        telling = Telling(
            number=7,
            complaint=shown,
            channel=name,
            account=ways[name].account,
            shape=shape,
            spot=(-7.46, 112.44),
        )
        read = [one for sent in writer.tell(telling, NOW) for one in ways[name].parse(sent.payload)]
        telling.quoted = "900000007:42"
        read += ways[name].parse(writer.again(telling, "Nggih Pak", NOW).payload)
        words = [one for one in read if not isinstance(one, DeliveryReport)]
        assert len({one.sender.value for one in words}) == 1
        assert len({(one.external_id, one.edited) for one in words}) == len(words)
        assert shown.text in " ".join(one.text for one in words)


def test_what_is_told_at_the_counter_is_read_and_who_comes_back_is_added() -> None:
    writer, door = WRITERS["walkin"], WalkinDoor()
    shown = next(one for one in complaints() if one.picture == "lampu")
    for number, shape in enumerate(sorted({*writer.plain, *writer.shown})):
        telling = Telling(
            number=number, complaint=shown, channel="walkin", account="walkin", shape=shape,
            spot=(-7.46, 112.44), clerk=5, ref="SMP-2611-0007",
        )  # fmt: skip
        (read,) = [one for sent in writer.tell(telling, NOW) for one in door.parse(sent.payload)]
        (again,) = door.parse(writer.again(telling, "Masih sama", NOW).payload)
        assert isinstance(read, InboundMessage)
        assert isinstance(again, InboundMessage)
        assert read.noted is not None
        assert again.noted is not None
        assert (read.noted.by, read.noted.source, read.noted.joins) == (5, shape, "")
        assert (again.noted.joins, again.text) == ("SMP-2611-0007", "Masih sama")
        assert len(read.attachments) == 2
