"""Photos drawn by code, each with the word CONTOH on it."""

import random
from collections.abc import Callable, Mapping
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

Draw = ImageDraw.ImageDraw
_SIZE = (480, 360)


def photo(kind: str, seed: int) -> bytes:
    """A JPEG of what a complaint shows; a kind nobody drew is a plain street."""
    rng = random.Random(seed)  # noqa: S311 (pictures, no secrets)
    tint = rng.randint(-20, 20)
    image = Image.new("RGB", _SIZE, (150 + tint, 180 + tint, 205) if kind != "lampu" else (18, 20, 40))
    draw = ImageDraw.Draw(image)
    draw.polygon([(0, 360), (480, 360), (320, 150), (160, 150)], fill=(92 + tint, 92, 96))
    _KINDS.get(kind, _street)(draw, rng)
    draw.text((12, 10), "CONTOH", fill="white", stroke_width=3, stroke_fill="black", font=_font())
    out = BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


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


_KINDS: Mapping[str, Callable[[Draw, random.Random], None]] = {
    "jalan": _hole,
    "lampu": _lamp,
    "sampah": _rubbish,
    "banjir": _flood,
    "rambu": _sign,
    "apill": _lights,
    "saluran": _drain,
    "jembatan": _bridge,
}
