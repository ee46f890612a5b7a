"""A mail cut into its parts in bounded time: header fields by name, bodies by offset."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from channels._email_decode import decode, transfer, words

MAX_HEADER_BYTES = 512 * 1024
MAX_FIELDS = 2_000
MAX_VALUE = 16 * 1024
MAX_PARTS = 200
#: Much more than is ever shown of a text.
MAX_TEXT_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 20
_MAX_MISSES = 10_000
_END = re.compile(rb"\r?\n\r?\n")
_PARAM = re.compile(r';\s*([\w*-]{1,40})\s*=\s*("(?:[^"\\]|\\.)*"|[^;"]*)')
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_IDENTITY = frozenset({"", "7bit", "8bit", "binary"})
_KIND = re.compile(r"[a-z0-9.+_-]{1,60}/[a-z0-9.+_-]{1,80}")
_NOT_A_NAME = re.compile(r"[\s\x00-\x20]")


@dataclass(slots=True)
class Headers:
    """Header fields by lower-case name, unfolded, bytes that are not UTF-8 as surrogates."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    cut: bool = False

    def get(self, name: str) -> str:
        """The first value, as it was written, or ""."""
        values = self.fields.get(name)
        return values[0].strip() if values else ""

    def main(self, name: str) -> str:
        """The value before its parameters, in lower case."""
        return self.get(name).partition(";")[0].strip().lower()

    def param(self, name: str, parameter: str) -> str:
        """A parameter, decoded (RFC 2231 and, as people write it, RFC 2047)."""
        value = self.get(name)
        if ";" not in value:
            return ""
        found = {key.lower(): _unquote(text) for key, text in _PARAM.findall(value[:4096])}
        return words(_continued(found, parameter) or found.get(parameter, ""))


@dataclass(slots=True)
class Part:
    """One part of a mail: `start` and `end` are where its body lies in `raw`."""

    raw: bytes
    headers: Headers
    start: int
    end: int
    depth: int = 0
    kind: str = "text/plain"

    @property
    def body(self) -> bytes:
        """The body, transfer encoding undone."""
        return transfer(self.raw[self.start : self.end], self.headers.main("content-transfer-encoding"))

    @property
    def text(self) -> str:
        """The body as text; of a very long one its first two megabytes."""
        read = self.raw[self.start : min(self.end, self.start + MAX_TEXT_BYTES)]
        body = transfer(read, self.headers.main("content-transfer-encoding"))
        told = self.headers.param("content-type", "charset").split()
        if not told and self.kind == "text/html":
            told = [one.decode("ascii") for one in _META.findall(body[:2048])]
        return decode(body, told[0] if told else "")

    @property
    def file_name(self) -> str:
        """The name the sender gave, or ""."""
        named = self.headers.param("content-disposition", "filename")
        return named or self.headers.param("content-type", "name")


@dataclass(slots=True)
class Budget:
    """How many parts may still be looked at; `spent` is True once something was left out."""

    parts: int = MAX_PARTS
    spent: bool = False


def part(raw: bytes, start: int, end: int, depth: int = 0) -> Part:
    """The part between two offsets of a mail."""
    headers, body = read_headers(raw, start, end)
    kind = headers.main("content-type")
    return Part(raw, headers, body, end, depth, kind if _KIND.fullmatch(kind) else "text/plain")


def inside(parent: Part) -> Part:
    """The mail that a part of kind message/rfc822 is (some mailers encode it, though they must not)."""
    encoded = parent.headers.main("content-transfer-encoding") not in _IDENTITY
    raw, start, end = (parent.body, 0, -1) if encoded else (parent.raw, parent.start, parent.end)
    end = len(raw) if end < 0 else end
    while raw.startswith((b"\r\n", b"\n"), start) and start < end:
        start += 2 if raw[start : start + 1] == b"\r" else 1
    return part(raw, start, end, parent.depth + 1)


def children(parent: Part, budget: Budget) -> Iterator[Part]:
    """The parts of a multipart, until the budget is spent."""
    boundary = parent.headers.param("content-type", "boundary")
    if not boundary or parent.depth >= MAX_DEPTH:
        budget.spent = True
        return
    mark = b"\n--" + boundary.encode("utf-8", "surrogateescape")
    opened = -1
    for at, after, last in _marks(parent, mark):
        if opened >= 0:
            if budget.parts <= 0:
                budget.spent = True
                return
            budget.parts -= 1
            yield part(parent.raw, opened, max(opened, at), parent.depth + 1)
        opened = after
        if last:
            return
    if 0 <= opened < parent.end and budget.parts > 0:
        budget.parts -= 1
        yield part(parent.raw, opened, parent.end, parent.depth + 1)


def _marks(parent: Part, mark: bytes) -> Iterator[tuple[int, int, bool]]:
    """Boundary lines: where the part before ends, where the next begins, whether it is the last."""
    raw, end, misses = parent.raw, parent.end, 0
    at = raw.find(mark, max(0, parent.start - 1), end)
    while at >= 0 and misses < _MAX_MISSES:
        after = at + len(mark)
        line_end = raw.find(b"\n", after, end)
        line_end = end if line_end < 0 else line_end
        rest = raw[after : min(line_end, after + 80)].strip()
        if rest in (b"", b"--"):
            yield at - (raw[at - 1 : at] == b"\r"), min(line_end + 1, end), rest == b"--"
        else:
            misses += 1
        at = raw.find(mark, max(after, line_end) if rest in (b"", b"--") else after, end)


def read_headers(raw: bytes, start: int, end: int) -> tuple[Headers, int]:
    """The header fields from an offset on, and where the body begins."""
    if raw[start : start + 1] == b"\n":
        return Headers(), start + 1
    if raw[start : start + 2] == b"\r\n":
        return Headers(), start + 2
    blank = _END.search(raw, start, end)
    stop = blank.start() if blank else end
    head = raw[start : min(stop, start + MAX_HEADER_BYTES)].decode("utf-8", "surrogateescape")
    headers = Headers(cut=stop - start > MAX_HEADER_BYTES)
    used = _fill(headers, head)
    if used is not None:
        return headers, start + len(head[:used].encode("utf-8", "surrogateescape"))
    return headers, blank.end() if blank else end


def _fill(headers: Headers, head: str) -> int | None:
    """Read the lines; returns where a line stands that is no header (the body begins there), else None."""
    values: list[str] = [""]
    position = count = 0
    for line in head.split("\n"):
        if line[:1] in " \t" and position:
            if len(values[-1]) < MAX_VALUE:
                values[-1] += " " + line.strip()
        elif position == 0 and line.startswith("From "):
            pass
        else:
            name, colon, value = line.partition(":")
            if not colon or not name or _NOT_A_NAME.search(name.rstrip()):
                return None if line in ("", "\r") else position
            count += 1
            if count > MAX_FIELDS:
                headers.cut = True
                return None
            values = headers.fields.setdefault(name.rstrip().lower(), [])
            values.append(value[:MAX_VALUE].strip())
        position += len(line) + 1
    return None


def _unquote(text: str) -> str:
    if len(text) > 1 and text[0] == '"':
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text.strip()


def _continued(found: dict[str, str], parameter: str) -> str:
    """An RFC 2231 parameter: `name*=`, or `name*0*=`, `name*1=` … put together."""
    charset, joined = "", bytearray()
    keys = [f"{parameter}*"] if f"{parameter}*" in found else _numbered(found, parameter)
    for index, key in enumerate(keys):
        value = found[key]
        if key.endswith("*"):
            if index == 0 and value.count("'") >= 2:
                charset, _, value = value.split("'", 2)
            joined += unquote_to_bytes(value.encode("utf-8", "surrogateescape"))
        else:
            joined += value.encode("utf-8", "surrogateescape")
    return decode(bytes(joined), charset)


def _numbered(found: dict[str, str], parameter: str) -> list[str]:
    keys = []
    for index in range(len(found)):
        key = next((k for k in (f"{parameter}*{index}", f"{parameter}*{index}*") if k in found), None)
        if key is None:
            break
        keys.append(key)
    return keys
