"""Opens pictures in a process of its own, with little memory and time; `decoding` runs it.

Reads frames from standard input and answers each with one: two lengths (4 bytes each, big-endian), JSON,
bytes. It knows nothing of the office, ends by itself when nobody asks, and when its input ends.
"""

import importlib
import io
import json
import resource
import select
import struct
import sys
import time
import warnings
from typing import Any

from PIL import Image, ImageOps

#: Larger pictures are refused before they are decoded (a bomb of 1 MB can hold gigabytes).
MOST_PIXELS = 60_000_000
LONGEST_SIDE = 1600
#: Bytes of address space: 60 million pixels twice over, and the decoders.
MEMORY = 1024 * 1024 * 1024
FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/gif": "GIF",
    "image/heic": "HEIF",
}
_HEADS = struct.Struct(">II")
_EXIF, _GPS = 0x8769, 0x8825
_TAKEN = ((0x9003, 0x9011), (0x9004, 0x9012), (0x0132, 0x9010))


class _Refused(Exception):
    """Why a picture is not shown: a word that `decoding` knows."""


def main(idle: float, seconds: int) -> None:  # pragma: no cover (a process of its own)
    """Answer until nobody asks for `idle` seconds; a picture has `seconds` of CPU time."""
    asked, answers = open(0, "rb", buffering=0), sys.stdout.buffer  # noqa: SIM115 (ends with us)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while select.select([asked], [], [], idle)[0]:
        heads = _exactly(asked, _HEADS.size)
        if not heads:
            return
        length, size = _HEADS.unpack(heads)
        kind = json.loads(_exactly(asked, length))["kind"]
        used = int(time.process_time()) + 1
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (used + seconds, hard))
        told, content = answer(_exactly(asked, size), kind)
        words = json.dumps(told).encode()
        answers.write(_HEADS.pack(len(words), len(content)) + words + content)
        answers.flush()


def _exactly(stream: io.FileIO, size: int) -> bytes:  # pragma: no cover (as above)
    """So many bytes, or none when the stream ends before."""
    content = bytearray()
    while len(content) < size:
        part = stream.read(size - len(content))
        if not part:
            return b""
        content += part
    return bytes(content)


def answer(content: bytes, kind: str) -> tuple[dict[str, Any], bytes]:
    """What is told of a picture, and its clean copy: one that cannot be shown has a word why, and none."""
    try:
        return _clean(content, kind)
    except _Refused as error:
        return {"refused": str(error)}, b""
    except (Image.DecompressionBombError, MemoryError):
        return {"refused": "large"}, b""
    except Exception:  # a decoder may raise anything at all on a broken file
        return {"refused": "broken"}, b""


def _clean(content: bytes, kind: str) -> tuple[dict[str, Any], bytes]:
    """The picture upright, small enough and without metadata, and what it says of itself."""
    _open_heif(kind)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # our own limit below is lower than Pillow's
        image = Image.open(io.BytesIO(content), formats=[FORMATS[kind]])
        if image.width * image.height > MOST_PIXELS:
            raise _Refused("large")
        exif = _exif(image)
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(image)
        clear = upright.mode in ("RGBA", "LA", "P", "PA") or "transparency" in upright.info
        shown = upright.convert("RGBA" if clear else "RGB")
        clean = io.BytesIO()
        shown.info.clear()
        shown.save(clean, "PNG") if clear else shown.save(clean, "JPEG", quality=85)
    return {"gps": _gps(exif), "taken": _taken(exif), "phash": _hash(shown)}, clean.getvalue()


def _open_heif(kind: str) -> None:
    if kind == "image/heic" and "HEIF" not in Image.OPEN:
        try:
            importlib.import_module("pillow_heif").register_heif_opener()
        except ImportError as error:
            raise _Refused("heif") from error


def _hash(image: Image.Image) -> str:
    """How a picture looks, in 64 bits (16 hex digits): whether each of 9 x 8 fields is darker than the next.

    Two pictures of one scene differ in few bits, however large they are stored; different ones in about 32.
    """
    white = Image.new("RGBA", image.size, "white")
    flat = Image.alpha_composite(white, image) if image.mode == "RGBA" else image
    fields = flat.convert("L").resize((9, 8), Image.Resampling.LANCZOS).tobytes()
    bits = [fields[9 * y + x] < fields[9 * y + x + 1] for y in range(8) for x in range(8)]
    return f"{sum(bit << place for place, bit in enumerate(reversed(bits))):016x}"


def _exif(image: Image.Image) -> Image.Exif | None:
    try:
        return image.getexif()
    except Exception:  # EXIF is written by thousands of cameras: whatever is wrong, nothing is told
        return None


def _taken(exif: Image.Exif | None) -> str:
    """When it was taken as the camera says: ISO, with an offset if it told one; "" if it says nothing."""
    if exif is None:
        return ""
    try:
        inner = exif.get_ifd(_EXIF)
        for tag, offset in _TAKEN:
            written = str(inner.get(tag) or exif.get(tag) or "").strip("\0 ")
            try:
                moment = time.strptime(written, "%Y:%m:%d %H:%M:%S")
            except ValueError:
                continue
            told = str(inner.get(offset) or exif.get(offset) or "").strip("\0 ")
            return time.strftime("%Y-%m-%dT%H:%M:%S", moment) + (told if _is_offset(told) else "")
    except Exception:  # as above
        return ""
    return ""


def _is_offset(told: str) -> bool:
    """Whether it is an offset from UTC: +07:00."""
    try:
        time.strptime(told, "%z")
    except ValueError:
        return False
    return len(told) == 6 and told[0] in "+-" and told[3] == ":"


def _gps(exif: Image.Exif | None) -> tuple[float, float] | None:
    """(lat, lon) in degrees, or None where it is missing or nonsense."""
    try:
        tags = exif.get_ifd(_GPS) if exif is not None else {}
        lat = _degrees(tags[2]) * (-1 if str(tags[1]).upper().startswith("S") else 1)
        lon = _degrees(tags[4]) * (-1 if str(tags[3]).upper().startswith("W") else 1)
    except Exception:  # as above
        return None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180) or (lat == 0 and lon == 0):
        return None
    return lat, lon


def _degrees(parts: tuple[float, float, float]) -> float:
    return float(parts[0]) + float(parts[1]) / 60 + float(parts[2]) / 3600


if __name__ == "__main__":  # pragma: no cover (as above)
    main(float(sys.argv[1]), int(sys.argv[2]))
