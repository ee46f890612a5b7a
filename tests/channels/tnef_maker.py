"""Builds winmail.dat files byte by byte, as MS-OXTNEF describes them."""

import struct
from collections.abc import Sequence

MESSAGE, FILE = 1, 2


def attribute(level: int, tag: int, value: bytes) -> bytes:
    """One attribute; `tag` with its type in the upper half."""
    return struct.pack("<BII", level, tag, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def properties(*listed: bytes) -> bytes:
    """A block of MAPI properties."""
    return struct.pack("<I", len(listed)) + b"".join(listed)


def variable(kind: int, number: int, *values: bytes, named: bytes = b"") -> bytes:
    """A property of text or bytes."""
    packed = b"".join(struct.pack("<I", len(one)) + one.ljust((len(one) + 3) & ~3, b"\0") for one in values)
    return struct.pack("<HH", kind, number) + named + struct.pack("<I", len(values)) + packed


def unicode(number: int, text: str) -> bytes:
    """A text property in UTF-16."""
    return variable(0x1F, number, text.encode("utf-16-le") + b"\0\0")


def number(number_: int, value: int) -> bytes:
    """A property of type long."""
    return struct.pack("<HHi", 3, number_, value)


def tnef(*attributes: bytes) -> bytes:
    """A whole file."""
    return struct.pack("<IH", 0x223E9F78, 1) + b"".join(attributes)


def file(content: bytes, short: str, *more: bytes) -> bytes:
    """The attributes of one attachment, `more` its properties."""
    return (
        attribute(FILE, 0x00069002, b"\0" * 14)
        + attribute(FILE, 0x00018010, short.encode() + b"\0")
        + attribute(FILE, 0x0006800F, content)
        + (attribute(FILE, 0x00069005, properties(*more)) if more else b"")
    )


def embedded(inner: bytes) -> bytes:
    """An attachment that is a message of its own."""
    return attribute(FILE, 0x00069002, b"\0" * 14) + attribute(
        FILE, 0x00069005, properties(number(0x3705, 5), variable(0x0D, 0x3701, b"\x07" * 16 + inner))
    )


def body(text: str) -> bytes:
    """The plain body, in Windows-1252."""
    return attribute(MESSAGE, 0x0002800C, text.encode("cp1252") + b"\0")


def message(*listed: bytes) -> bytes:
    """The properties of the message."""
    return attribute(MESSAGE, 0x00069003, properties(*listed))


def stored_rtf(rtf: bytes) -> bytes:
    """RTF as a property keeps it uncompressed."""
    return struct.pack("<II4sI", len(rtf) + 12, len(rtf), b"MELA", 0) + rtf


def literal_rtf(rtf: bytes) -> bytes:
    """RTF as LZFu without any repetition, its end marked."""
    known = 207
    runs: Sequence[bytes] = [rtf[at : at + 8] for at in range(0, len(rtf), 8)]
    out = b"".join(b"\0" + run for run in runs if len(run) == 8)
    rest = runs[-1] if runs and len(runs[-1]) < 8 else b""
    place = (known + len(rtf)) & 4095
    out += bytes([1 << len(rest)]) + rest + struct.pack(">H", place << 4)
    return struct.pack("<II4sI", len(out) + 12, len(rtf), b"LZFu", 0) + out
