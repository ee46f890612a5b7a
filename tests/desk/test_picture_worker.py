"""What the process that opens pictures tells of one; how it is run is held by test_decoding."""

import io
from importlib.util import find_spec

import pytest
from picture_world import bomb, saved, scene, with_exif
from PIL import Image

from sapa.desk.picture_worker import LONGEST_SIDE, answer


def copy(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def test_a_photo_tells_when_and_where_and_its_copy_does_not() -> None:
    told, clean = answer(with_exif(), "image/jpeg")
    assert told["taken"] == "2026-11-24T08:15:03+07:00"
    assert told["gps"] == pytest.approx((-7.455, 112.4499), abs=1e-3)
    assert len(told["phash"]) == 16
    assert dict(copy(clean).getexif()) == {}
    assert b"rahasia" not in clean


@pytest.mark.parametrize(
    ("taken", "offset", "told"),
    [
        ("2026:11:24 08:15:03", "jam dua", "2026-11-24T08:15:03"),
        ("kemarin", "+07:00", ""),
        ("", "", ""),
    ],
)
def test_a_camera_that_writes_nonsense_is_not_believed(taken: str, offset: str, told: str) -> None:
    assert answer(with_exif(taken, offset), "image/jpeg")[0]["taken"] == told


def test_a_large_picture_becomes_smaller_and_stands_upright() -> None:
    told, clean = answer(with_exif(orientation=6), "image/jpeg")
    assert copy(clean).size == (480, 640)
    _, clean = answer(saved(scene((4000, 1000))), "image/jpeg")
    assert max(copy(clean).size) == LONGEST_SIDE
    assert told["gps"]


@pytest.mark.parametrize("mode", ["RGBA", "P", "LA"])
def test_what_is_see_through_stays_so(mode: str) -> None:
    image = scene((64, 48)).convert("RGBA")
    image.putalpha(100)
    kept = image.convert(mode)
    told, clean = answer(saved(kept, "PNG"), "image/png")
    assert copy(clean).mode == "RGBA"
    assert told["taken"] == ""
    assert told["gps"] is None


@pytest.mark.parametrize(
    ("content", "kind", "why"),
    [
        (b"\xff\xd8\xff\xe0 bukan gambar", "image/jpeg", "broken"),
        (bomb(9_000), "image/png", "large"),
        (bomb(60_000), "image/png", "large"),
    ],
)
def test_what_cannot_be_shown_has_a_word_why(content: bytes, kind: str, why: str) -> None:
    assert answer(content, kind) == ({"refused": why}, b"")


def test_two_looks_at_one_scene_differ_little() -> None:
    one = int(answer(saved(scene()), "image/jpeg")[0]["phash"], 16)
    small = int(answer(saved(scene((320, 240)), "PNG"), "image/png")[0]["phash"], 16)
    other = int(answer(saved(scene(other=True)), "image/jpeg")[0]["phash"], 16)
    assert (one ^ small).bit_count() < (one ^ other).bit_count()


@pytest.mark.parametrize("lat", [(0.0, 0.0, 0.0), (95.0, 0.0, 0.0), ("tujuh", 0.0, 0.0)])
def test_a_place_that_cannot_be_is_none(lat: tuple[object, ...]) -> None:
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: lat, 3: "E", 4: (0.0, 0.0, 0.0)} if lat[0] != "tujuh" else {1: "N"}
    assert answer(saved(scene(), exif=exif), "image/jpeg")[0]["gps"] is None


@pytest.mark.skipif(find_spec("pillow_heif") is not None, reason="its reader is installed here")
def test_an_iphones_photo_without_its_reader_has_a_word_why() -> None:
    assert answer(b"\0\0\0\x18ftypheic", "image/heic") == ({"refused": "heif"}, b"")
