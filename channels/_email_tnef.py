"""winmail.dat (TNEF, MS-OXTNEF): the words and files Outlook packs into one; bounded, never fails."""

import codecs
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels._email_decode import decode
from channels._email_html import to_text as html_to_text
from channels._email_rtf import to_text as rtf_to_text
from channels._email_rtf import unpacked

MAX_FILES = 100
MAX_DEPTH = 4
MAX_ATTRIBUTES = 5_000
MAX_PROPERTIES = 20_000
_SIGNATURE = struct.pack("<I", 0x223E9F78)
_MESSAGE, _ATTACHMENT = 1, 2
#: Attributes, by the lower half of their tag.
_BODY, _SUBJECT, _PROPERTIES, _CODEPAGE = 0x800C, 0x8004, 0x9003, 0x9007
_BEGIN, _DATA, _TITLE, _FILE_PROPERTIES = 0x9002, 0x800F, 0x8010, 0x9005
#: Properties (MS-OXPROPS).
_P_SUBJECT, _P_BODY, _P_RTF, _P_HTML = 0x0037, 0x1000, 0x1009, 0x1013
_P_LONG_NAME, _P_NAME, _P_SHOWN, _P_KIND, _P_DATA, _P_METHOD = 0x3707, 0x3704, 0x3001, 0x370E, 0x3701, 0x3705
_EMBEDDED, _IID = 5, 16
_FIXED = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 4, 20: 8, 64: 8, 72: 16}
_STRING8, _UNICODE, _BINARY, _OBJECT = 0x1E, 0x1F, 0x102, 0x0D
_MANY = 0x1000


@dataclass(slots=True)
class TnefFile:
    """A file inside: `kind` is its media type as told, or ""."""

    name: str = ""
    kind: str = ""
    content: bytes = b""


@dataclass(slots=True)
class Tnef:
    """What was found: `whole` is False where something could not be read."""

    subject: str = ""
    text: str = ""
    files: list[TnefFile] = field(default_factory=list)
    whole: bool = True


@dataclass(slots=True)
class _Budget:
    files: int = MAX_FILES
    properties: int = MAX_PROPERTIES


def read(data: bytes) -> Tnef | None:
    """The words and files of a winmail.dat, of messages inside it, too; None when it is none."""
    return _read(data, 0, _Budget())


def _read(data: bytes, depth: int, budget: _Budget) -> Tnef | None:
    if not data.startswith(_SIGNATURE) or depth > MAX_DEPTH:
        return None
    found = Tnef()
    codec, plain = "cp1252", b""
    message: dict[int, bytes | str] = {}
    files: list[tuple[TnefFile, dict[int, bytes | str]]] = []
    for level, tag, value in _attributes(data, found):
        if level == _MESSAGE and tag == _CODEPAGE:
            codec = _codec(value)
        elif level == _MESSAGE and tag == _SUBJECT:
            found.subject = decode(value.rstrip(b"\x00"), codec)
        elif level == _MESSAGE and tag == _BODY:
            plain = value.rstrip(b"\x00")
        elif level == _MESSAGE and tag == _PROPERTIES:
            message |= _properties(value, codec, found, budget)
        elif level == _ATTACHMENT and tag == _BEGIN:
            if budget.files <= 0:
                found.whole = False
                break
            budget.files -= 1
            files.append((TnefFile(), {}))
        elif level == _ATTACHMENT and files:
            file, properties = files[-1]
            if tag == _DATA:
                file.content = value
            elif tag == _TITLE:
                file.name = decode(value.rstrip(b"\x00"), codec)
            elif tag == _FILE_PROPERTIES:
                properties |= _properties(value, codec, found, budget)
    found.subject = _string(message.get(_P_SUBJECT), codec) or found.subject
    found.text = _words(message, plain, codec)
    for file, properties in files:
        _add(found, file, properties, codec, depth, budget)
    return found


def _attributes(data: bytes, found: Tnef) -> Iterator[tuple[int, int, bytes]]:
    """(level, tag, value) one after the other; a length that lies ends it, and what is there counts."""
    at, end = 6, len(data)
    for _ in range(MAX_ATTRIBUTES):
        if at + 9 > end:
            found.whole = found.whole and at >= end
            return
        level, tag, length = data[at], int.from_bytes(data[at + 1 : at + 3], "little"), _u32(data, at + 5)
        at += 9
        found.whole = found.whole and at + length <= end
        if level not in (_MESSAGE, _ATTACHMENT):
            found.whole = False
            return
        yield level, tag, data[at : at + length]
        at += length + 2
    found.whole = False


def _properties(data: bytes, codec: str, found: Tnef, budget: _Budget) -> dict[int, bytes | str]:
    """The text and binary properties of a block by their number; of several values the first."""
    out: dict[int, bytes | str] = {}
    count, at = _u32(data, 0), 4
    for _ in range(count):
        if at + 4 > len(data) or budget.properties <= 0:
            found.whole = False
            break
        budget.properties -= 1
        kind, number = struct.unpack_from("<HH", data, at)
        at += 4
        if number >= 0x8000:
            at = _after_name(data, at)
        value, at = _value(data, at, kind)
        if at < 0:
            found.whole = False
            break
        base = kind & ~_MANY
        if value is not None and base in (_STRING8, _UNICODE):
            out[number] = _decoded(value, base, codec)
        elif value is not None:
            out[number] = value
    return out


def _after_name(data: bytes, at: int) -> int:
    """Behind the name of a named property: a GUID, then a number or a string."""
    if _u32(data, at + 16) == 0:
        return at + 24
    return at + 24 + _padded(_u32(data, at + 20))


def _value(data: bytes, at: int, kind: int) -> tuple[bytes | None, int]:
    """The (first) value and where the next property begins; -1 where it does not fit."""
    base = kind & ~_MANY
    many, variable = bool(kind & _MANY), base in (_STRING8, _UNICODE, _BINARY, _OBJECT)
    if base not in _FIXED and not variable:
        return None, -1
    count = 1
    if many or variable:
        count, at = _u32(data, at), at + 4
    if not variable:
        size = _FIXED[base]
        end = at + size * count
        return (data[at : at + size], end) if end <= len(data) else (None, -1)
    first: bytes | None = None
    for _ in range(count):
        length, at = _u32(data, at), at + 4
        if at + length > len(data):
            return None, -1
        first = data[at : at + length] if first is None else first
        at += _padded(length)
    return first, at


def _words(message: dict[int, bytes | str], plain: bytes, codec: str) -> str:
    """The words: plain ones, else those of the HTML, else those of the rich text."""
    text = _string(message.get(_P_BODY), codec) or decode(plain, codec)
    if text.strip():
        return text.strip("\x00\r\n ")
    html = _string(message.get(_P_HTML), codec)
    if html.strip():
        return html_to_text(html, marks=False)
    packed = message.get(_P_RTF)
    return rtf_to_text(unpacked(packed)) if isinstance(packed, bytes) else ""


def _add(
    found: Tnef, file: TnefFile, properties: dict[int, bytes | str], codec: str, depth: int, budget: _Budget
) -> None:
    """A file by its longest name; a message inside gives its own words and files."""
    names = (_string(properties.get(number), codec) for number in (_P_LONG_NAME, _P_SHOWN, _P_NAME))
    file.name = next(filter(None, names), "") or file.name
    file.kind = _string(properties.get(_P_KIND), codec).lower()
    held = properties.get(_P_DATA)
    inner = None
    if isinstance(held, bytes) and properties.get(_P_METHOD, b"")[:1] in (bytes([_EMBEDDED]), b""):
        inner = _read(held[_IID:], depth + 1, budget)
    if isinstance(held, bytes) and not file.content:
        file.content = held
    if inner is None:
        found.files.append(file)
        return
    title = f"Perihal: {inner.subject}" if inner.subject else file.name
    found.text = "\n\n".join(filter(None, [found.text, "\n".join(filter(None, [title, inner.text]))]))
    found.files += inner.files
    found.whole = found.whole and inner.whole


def _decoded(value: bytes, base: int, codec: str) -> str:
    if base == _UNICODE:
        return value[: len(value) & ~1].decode("utf-16-le", "replace").rstrip("\x00")
    return decode(value.rstrip(b"\x00"), codec)


def _string(value: bytes | str | None, codec: str) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else decode(value.rstrip(b"\x00"), codec)


def _codec(value: bytes) -> str:
    name = {65001: "utf-8", 20127: "cp1252"}.get(_u32(value, 0), f"cp{_u32(value, 0)}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp1252"


def _u32(data: bytes, at: int) -> int:
    """Four bytes as a number; 0 where there are not that many (what it counts then ends)."""
    return int.from_bytes(data[at : at + 4], "little") if 0 <= at <= len(data) - 4 else 0


def _padded(length: int) -> int:
    return (length + 3) & ~3
