"""Pictures for tests: scenes, what cameras write into them, and a bomb."""

import io
import zlib

from PIL import Image, ImageDraw


def scene(size: tuple[int, int] = (640, 480), *, other: bool = False) -> Image.Image:
    image = Image.new("RGB", size, "skyblue")
    draw = ImageDraw.Draw(image)
    wide, high = size
    for number in range(12):
        x, y = (number * 37 % 11) * wide // 11, (number * (53 if other else 29) % 7) * high // 7
        draw.ellipse((x, y, x + wide // 5, y + high // 4), fill=(number * 20, 255 - number * 20, 90))
    return image


def saved(image: Image.Image, kind: str = "JPEG", **more: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **more)  # type: ignore[arg-type]
    return out.getvalue()


def with_exif(
    taken: str = "2026:11:24 08:15:03", offset: str = "+07:00", orientation: int = 1, kind: str = "JPEG"
) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = "rahasia: rumah Bu Siti"
    exif[0x8769] = {0x9003: taken, 0x9011: offset}
    exif[0x8825] = {1: "S", 2: (7.0, 27.0, 18.0), 3: "E", 4: (112.0, 26.0, 59.6)}
    return saved(scene(), kind, exif=exif)


def bomb(side: int) -> bytes:
    """A PNG of one colour, side by side: some kilobytes that open to gigabytes."""

    def chunk(name: bytes, body: bytes) -> bytes:
        check = zlib.crc32(name + body).to_bytes(4, "big")
        return len(body).to_bytes(4, "big") + name + body + check

    head = side.to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(1 + 3 * side)) for _ in range(min(side, 2000))) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
