"""Pictures inside a mail's words: which are somebody's photo, and which only a logo or a tracking dot."""

import struct

#: Pictures at most this high and wide (pixels) and this large (bytes) are ornaments: a photo is larger.
MAX_ORNAMENT = (400, 100)
MAX_ORNAMENT_BYTES = 24 * 1024
_DOT = 3
_MAX_SEGMENTS = 200
_PNG = b"\x89PNG\r\n\x1a\n"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def is_dot(picture: bytes) -> bool:
    """Whether it is a tracking pixel: at most three pixels on a side."""
    size = _size(picture)
    return size is not None and min(size) <= _DOT


def is_ornament(picture: bytes) -> bool:
    """Whether it is as small as a signature's logo; what cannot be measured is none."""
    size = _size(picture) if len(picture) <= MAX_ORNAMENT_BYTES else None
    return size is not None and size[0] <= MAX_ORNAMENT[0] and size[1] <= MAX_ORNAMENT[1]


def _size(picture: bytes) -> tuple[int, int] | None:
    """Width and height as its first bytes tell, None when they do not."""
    if picture.startswith(_PNG) and len(picture) >= 24:
        width, height = struct.unpack_from(">II", picture, 16)
        return width, height
    if picture[:6] in (b"GIF87a", b"GIF89a") and len(picture) >= 10:
        width, height = struct.unpack_from("<HH", picture, 6)
        return width, height
    return _jpeg(picture) if picture.startswith(b"\xff\xd8") else None


def _jpeg(picture: bytes) -> tuple[int, int] | None:
    at = 2
    for _ in range(_MAX_SEGMENTS):
        if at + 9 > len(picture) or picture[at] != 0xFF:
            return None
        if picture[at + 1] in _FRAMES:
            height, width = struct.unpack_from(">HH", picture, at + 5)
            return width, height
        at += 2 + int(struct.unpack_from(">H", picture, at + 2)[0])
    return None
