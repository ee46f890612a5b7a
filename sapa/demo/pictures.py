"""Photos drawn and sounds made by code, each photo with the word CONTOH on it."""

import random
import re
import struct
from collections.abc import Callable, Mapping
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

Draw = ImageDraw.ImageDraw
_SIZE = (480, 360)
VOICE = "suara"
_HANDLE = re.compile(r"contoh_([a-z]+)_([0-9]{1,9})\Z")


def photo(kind: str, seed: int, spot: tuple[float, float] | None = None) -> bytes:
    """A JPEG of what a complaint shows; a kind nobody drew is a plain street.

    With a `spot` (latitude, longitude) its EXIF tells it, as a phone's camera would.
    """
    rng = random.Random(f"{kind}-{seed}")  # noqa: S311 (pictures, no secrets)
    tint = rng.randint(-20, 20)
    image = Image.new("RGB", _SIZE, (150 + tint, 180 + tint, 205) if kind != "lampu" else (18, 20, 40))
    draw = ImageDraw.Draw(image)
    draw.polygon([(0, 360), (480, 360), (320, 150), (160, 150)], fill=(92 + tint, 92, 96))
    _KINDS.get(kind, _street)(draw, rng)
    draw.text((12, 10), "CONTOH", fill="white", stroke_width=3, stroke_fill="black", font=_font())
    out = BytesIO()
    image.save(out, "JPEG", quality=80, exif=_exif(*spot) if spot else Image.Exif())
    return out.getvalue()


def by_handle(handle: str) -> bytes | None:
    """What a provider of the demo holds under a handle: `…contoh_KIND_SEED`; None = nothing."""
    found = _HANDLE.search(handle)
    if found is None:
        return None
    return voice() if found[1] == VOICE else photo(found[1], int(found[2]))


def voice(seconds: int = 4) -> bytes:
    """Silence as an Ogg Opus file, in packets of 20 ms (RFC 6716, 7845)."""
    head = b"OpusHead" + struct.pack("<BBHIHB", 1, 1, 0, 48_000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 6) + b"contoh" + struct.pack("<I", 0)
    packets, per_page = seconds * 50, 50
    pages = [_page(0, 2, 0, [head]), _page(1, 0, 0, [tags])]
    for number, first in enumerate(range(0, packets, per_page), 2):
        last = 4 if first + per_page >= packets else 0
        pages.append(_page(number, last, (first + per_page) * 960, [b"\xf8\xff\xfe"] * per_page))
    return b"".join(pages)


def _page(number: int, flags: int, position: int, packets: list[bytes]) -> bytes:
    """One page of Ogg (RFC 3533); packets are shorter than 255 bytes."""
    sizes = bytes(len(packet) for packet in packets)
    head = struct.pack("<4sBBqIII", b"OggS", 0, flags, position, 1, number, 0)
    page = head + bytes([len(sizes)]) + sizes + b"".join(packets)
    return page[:22] + struct.pack("<I", _crc(page)) + page[26:]


def _crc(page: bytes) -> int:
    value = 0
    for byte in page:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04C11DB7 if value & 0x80000000 else 0)) & 0xFFFFFFFF
    return value


def _exif(lat: float, lon: float) -> Image.Exif:
    exif = Image.Exif()
    exif[0x8825] = {
        1: "N" if lat >= 0 else "S",
        2: _degrees(abs(lat)),
        3: "E" if lon >= 0 else "W",
        4: _degrees(abs(lon)),
    }
    return exif


def _degrees(value: float) -> tuple[float, float, float]:
    minutes = value % 1 * 60
    return float(int(value)), float(int(minutes)), round(minutes % 1 * 60, 3)


def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size=44)


def _blobs(draw: Draw, rng: random.Random, count: int, size: int, colours: tuple[str, ...]) -> None:
    for _ in range(count):
        x, y, r = rng.randint(120, 360), rng.randint(200, 320), rng.randint(size // 2, size)
        draw.ellipse((x - r, y - r // 2, x + r, y + r // 2), fill=rng.choice(colours))


def _street(draw: Draw, rng: random.Random) -> None:
    draw.line((240, 150, 240 + rng.randint(-8, 8), 360), fill="white", width=4)


def _hole(draw: Draw, rng: random.Random) -> None:
    _blobs(draw, rng, rng.randint(2, 5), 70, ("#2b2520", "#3a332c", "#1f1b18"))


def _lamp(draw: Draw, rng: random.Random) -> None:
    x = rng.randint(180, 300)
    draw.line((x, 340, x, 70, x + 60, 70), fill="#777777", width=8)
    draw.ellipse((x + 45, 62, x + 85, 84), fill="#303030")


def _rubbish(draw: Draw, rng: random.Random) -> None:
    _blobs(draw, rng, 60, 26, ("#222222", "#d8d8d8", "#2d6cdf", "#c0392b", "#7d5a2b", "#3c8d40"))


def _flood(draw: Draw, rng: random.Random) -> None:
    top = rng.randint(190, 240)
    draw.rectangle((0, top, 480, 360), fill="#7a6a4c")
    for y in range(top + 10, 360, 18):
        draw.arc((rng.randint(0, 200), y, rng.randint(260, 480), y + 14), 0, 180, fill="#a8987a", width=3)


def _sign(draw: Draw, rng: random.Random) -> None:
    lean = rng.randint(60, 130)
    draw.line((240, 330, 240 + lean, 150), fill="#888888", width=8)
    draw.ellipse((200 + lean, 90, 290 + lean, 180), fill="white", outline="#c0392b", width=14)


def _lights(draw: Draw, rng: random.Random) -> None:
    x = rng.randint(200, 280)
    draw.rectangle((x, 60, x + 60, 230), fill="#111111")
    for number in range(3):
        draw.ellipse((x + 10, 70 + 52 * number, x + 50, 110 + 52 * number), fill="#3a3a3a")


def _drain(draw: Draw, rng: random.Random) -> None:
    draw.rectangle((150, 180, 330, 350), fill="#3d3a2a", outline="#bbbbbb", width=8)
    _blobs(draw, rng, 25, 18, ("#5b4a2b", "#dddddd", "#4a5d23"))


def _bridge(draw: Draw, rng: random.Random) -> None:
    draw.rectangle((0, 250, 480, 360), fill="#4f7f96")
    draw.rectangle((0, 210, 480, 245), fill="#999999")
    missing = rng.randint(2, 7)
    for number in range(10):
        if number != missing:
            draw.line((24 + 48 * number, 210, 24 + 48 * number, 160), fill="#666666", width=8)


def _tree(draw: Draw, rng: random.Random) -> None:
    lean = rng.randint(-90, 90)
    draw.line((240, 330, 240 + lean, 130), fill="#5a3d22", width=22)
    for _ in range(14):
        x, y = 240 + lean + rng.randint(-80, 80), 110 + rng.randint(-60, 50)
        draw.ellipse((x - 34, y - 26, x + 34, y + 26), fill=rng.choice(("#2e6b34", "#3c8d40", "#24552a")))


def _pipe(draw: Draw, rng: random.Random) -> None:
    draw.rectangle((60, 270, 420, 306), fill="#3f6f8f", outline="#2a4c63", width=4)
    x = rng.randint(160, 320)
    for _ in range(30):
        top = (x + rng.randint(-70, 70), rng.randint(120, 250))
        draw.line((x, 270, *top), fill="#bfe3f5", width=3)


def _cars(draw: Draw, rng: random.Random) -> None:
    for number in range(rng.randint(2, 4)):
        x, y = 70 + 100 * number, rng.randint(220, 280)
        draw.rectangle((x, y, x + 84, y + 34), fill=rng.choice(("#8c1c1c", "#e0e0e0", "#222f4d")))
        draw.polygon([(x + 14, y), (x + 26, y - 22), (x + 60, y - 22), (x + 72, y)], fill="#394b57")
        for wheel in (x + 16, x + 66):
            draw.ellipse((wheel - 9, y + 26, wheel + 9, y + 44), fill="#111111")


def _stalls(draw: Draw, rng: random.Random) -> None:
    for number in range(rng.randint(2, 4)):
        x = 50 + 105 * number
        draw.rectangle((x, 210, x + 88, 300), fill="#a9793c", outline="#5b3f1c", width=4)
        roof = [(x - 8, 210), (x + 44, 165), (x + 96, 210)]
        draw.polygon(roof, fill=rng.choice(("#c0392b", "#2d6cdf", "#d98e04")))


_KINDS: Mapping[str, Callable[[Draw, random.Random], None]] = {
    "jalan": _hole,
    "lampu": _lamp,
    "sampah": _rubbish,
    "banjir": _flood,
    "rambu": _sign,
    "apill": _lights,
    "saluran": _drain,
    "jembatan": _bridge,
    "pohon": _tree,
    "air": _pipe,
    "parkir": _cars,
    "pkl": _stalls,
}
