"""Pictures are opened elsewhere: what they say is read, what they carry left out, a bad one harms nobody."""

import io
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from picture_world import bomb, saved, scene, with_exif
from PIL import Image

from sapa.desk.decoding import BROKEN, HEAVY, HEIF, LARGE, BadPicture, Clean, Decoder


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    made = Decoder()
    yield made
    made.close()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def children() -> set[int]:
    """The processes that this one started and that live."""
    found = Path(f"/proc/{os.getpid()}/task")
    pids = {int(one) for task in found.iterdir() for one in (task / "children").read_text().split()}
    return {pid for pid in pids if alive(pid)}


def bits(one: Clean, other: Clean) -> int:
    return (int(one.phash, 16) ^ int(other.phash, 16)).bit_count()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_time_and_place_are_read_and_nothing_is_left_in_the_copy(decoder: Decoder, kind: str) -> None:
    clean = decoder.clean(with_exif(kind=kind), f"image/{kind.lower()}")
    assert clean.taken == "2026-11-24T08:15:03+07:00"
    assert clean.gps == pytest.approx((-7.455, 112.449889), abs=1e-5)
    copy = Image.open(io.BytesIO(clean.content))
    assert not copy.getexif()
    assert b"rahasia" not in clean.content


@pytest.mark.parametrize(
    ("taken", "offset", "told"),
    [
        ("2026:11:24 08:15:03", "", "2026-11-24T08:15:03"),
        ("2026:11:24 08:15:03\0", "+09:00\0", "2026-11-24T08:15:03+09:00"),
        ("2026:11:24 08:15:03", "WIB", "2026-11-24T08:15:03"),
        ("0000:00:00 00:00:00", "+07:00", ""),
        ("    :  :     :  :  ", "", ""),
        ("kemarin", "", ""),
        ("2026:13:40 99:99:99", "", ""),
    ],
)
def test_the_time_is_told_as_the_camera_wrote_it_or_not_at_all(
    decoder: Decoder, taken: str, offset: str, told: str
) -> None:
    assert decoder.clean(with_exif(taken, offset), "image/jpeg").taken == told


def test_a_picture_is_turned_upright_and_made_smaller(decoder: Decoder) -> None:
    turned = Image.open(io.BytesIO(decoder.clean(with_exif(orientation=6), "image/jpeg").content))
    assert turned.size == (480, 640)
    large = Image.open(io.BytesIO(decoder.clean(saved(scene((4000, 3000))), "image/jpeg").content))
    assert large.size == (1600, 1200)


def test_pictures_that_look_alike_have_hashes_that_are_alike(decoder: Decoder) -> None:
    first = decoder.clean(saved(scene(), quality=95), "image/jpeg")
    again = decoder.clean(saved(scene().resize((320, 240)), quality=40), "image/jpeg")
    as_png = decoder.clean(saved(scene(), "PNG"), "image/png")
    other = decoder.clean(saved(scene(other=True)), "image/jpeg")
    assert len(first.phash) == 16
    assert bits(first, again) <= 4
    assert bits(first, as_png) <= 4
    assert bits(first, other) >= 12


@pytest.mark.parametrize(
    ("content", "kind", "why"),
    [
        (bomb(20_000), "image/png", LARGE),
        (saved(scene())[:3000], "image/jpeg", BROKEN),
        (b"\xff\xd8\xff\xe0" + bytes(500), "image/jpeg", BROKEN),
        (saved(scene(), "PNG"), "image/jpeg", BROKEN),
        (b"", "image/png", BROKEN),
    ],
)
def test_a_bad_picture_is_refused_with_its_reason_and_the_next_is_opened(
    decoder: Decoder, content: bytes, kind: str, why: str
) -> None:
    with pytest.raises(BadPicture) as told:
        decoder.clean(content, kind)
    assert str(told.value) == why
    assert decoder.clean(saved(scene()), "image/jpeg").content


def test_a_picture_that_takes_too_long_is_stopped() -> None:
    decoder = Decoder(patience=0.05)
    with pytest.raises(BadPicture) as told:
        decoder.clean(saved(scene((6000, 4000)), "PNG"), "image/png")
    assert str(told.value) == HEAVY
    decoder.close()


def test_many_pictures_share_a_process_that_dies_with_one_picture_only(decoder: Decoder) -> None:
    before = children()
    for _ in range(3):
        decoder.clean(saved(scene()), "image/jpeg")
    (worker,) = children() - before
    limits = Path(f"/proc/{worker}/limits").read_text()
    assert "1073741824" in next(line for line in limits.splitlines() if "address space" in line)
    assert b"SAPA" not in Path(f"/proc/{worker}/environ").read_bytes()
    os.kill(worker, signal.SIGSTOP)  # it takes the next picture and never answers
    with ThreadPoolExecutor() as hands:
        lost = hands.submit(decoder.clean, saved(scene()), "image/jpeg")
        time.sleep(0.3)
        os.kill(worker, signal.SIGSEGV)
        os.kill(worker, signal.SIGCONT)
        with pytest.raises(BadPicture):
            lost.result(10)
    assert decoder.clean(saved(scene()), "image/jpeg").content
    assert worker not in children()


def test_it_ends_when_nobody_asks_and_another_begins_with_the_next_picture() -> None:
    decoder = Decoder(idle=0.2)
    before = children()
    decoder.clean(saved(scene()), "image/jpeg")
    assert decoder.running == 1
    until = time.monotonic() + 10
    while decoder.running and time.monotonic() < until:
        time.sleep(0.05)
    assert children() == before
    assert decoder.clean(saved(scene()), "image/jpeg").content
    decoder.close()
    assert children() == before


def test_pictures_of_many_threads_are_opened_by_few_processes(decoder: Decoder) -> None:
    before = children()
    with ThreadPoolExecutor(8) as hands:
        made = list(hands.map(lambda _: decoder.clean(saved(scene()), "image/jpeg"), range(24)))
    assert len({one.phash for one in made}) == 1
    assert 1 <= len(children() - before) <= 2


def test_a_photo_of_an_iphone_is_shown_where_its_reader_is_installed_and_refused_in_words_elsewhere(
    decoder: Decoder,
) -> None:
    try:
        import pillow_heif
    except ImportError:
        content = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200)
        with pytest.raises(BadPicture) as told:
            decoder.clean(content, "image/heic")
        assert str(told.value) == HEIF
        return
    pillow_heif.register_heif_opener()
    clean = decoder.clean(with_exif(kind="HEIF"), "image/heic")
    assert clean.content.startswith(b"\xff\xd8\xff")
    assert clean.taken == "2026-11-24T08:15:03+07:00"
