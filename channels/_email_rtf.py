"""Rich text as Outlook packs it: LZFu (MS-OXRTFCP) undone, and RTF (also the HTML it may wrap) as words."""

import codecs
import re
import struct
from dataclasses import dataclass, field

from channels._email_html import to_text as html_to_text

MAX_RTF = 2 * 1024 * 1024
MAX_GROUPS = 500
_LZFU, _PLAIN = b"LZFu", b"MELA"
#: What both sides know before the first byte (MS-OXRTFCP 2.1.2.1).
_KNOWN = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor "
    rb"MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\",
    re.DOTALL,
)
#: Groups whose words are not the text's.
_APART = frozenset(
    {"fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "headerl", "headerr"}
    | {"headerf", "footer", "footerl", "footerr", "footerf", "listtable", "listoverridetable"}
    | {"rsidtbl", "themedata", "datastore", "latentstyles", "xmlnstbl", "generator", "filetbl"}
    | {"revtbl", "fldinst", "mmathPr"}
)
_WORDS = {
    "par": "\n", "line": "\n", "sect": "\n", "page": "\n", "row": "\n", "cell": "\t", "tab": "\t",
    "emdash": "\u2014", "endash": "\u2013", "bullet": "\u2022", "lquote": "\u2018", "rquote": "\u2019",
    "ldblquote": "\u201c", "rdblquote": "\u201d", "emspace": " ", "enspace": " ",
}  # fmt: skip


def unpacked(packed: bytes) -> bytes:
    """The RTF of a compressed RTF property, at most 2 MB of it; b"" when it is none. Never fails."""
    if len(packed) < 16:
        return b""
    raw_size, kind = struct.unpack_from("<I", packed, 4)[0], packed[8:12]
    limit = min(int(raw_size), MAX_RTF)
    if kind == _PLAIN:
        return packed[16 : 16 + limit]
    return _lzfu(packed, limit) if kind == _LZFU else b""


def _lzfu(packed: bytes, limit: int) -> bytes:
    """By runs of eight: a flag byte, then a byte as it is or a pair (offset 12 bits, length 4 bits)."""
    window = bytearray(_KNOWN.ljust(4096, b"\x00"))
    place, out, at = len(_KNOWN), bytearray(), 16
    while at < len(packed) and len(out) < limit:
        flags = packed[at]
        at += 1
        for bit in range(8):
            if not flags >> bit & 1:
                run, at = packed[at : at + 1], at + 1
                out += run
                if run:
                    window[place] = run[0]
                    place = (place + 1) & 4095
                continue
            if at + 2 > len(packed):
                return bytes(out[:limit])
            pair, at = packed[at] << 8 | packed[at + 1], at + 2
            offset, length = pair >> 4, (pair & 15) + 2
            if offset == place:  # the end
                return bytes(out[:limit])
            for step in range(length):
                byte = window[(offset + step) & 4095]
                out.append(byte)
                window[place] = byte
                place = (place + 1) & 4095
    return bytes(out[:limit])


@dataclass(slots=True)
class _Reader:
    """The words read so far, and what the group that is read says of them."""

    html: bool
    codec: str = "cp1252"
    out: list[str] = field(default_factory=list)
    waiting: bytearray = field(default_factory=bytearray)
    groups: list[tuple[bool, bool, int]] = field(default_factory=list)
    apart: bool = False
    hidden: bool = False  # \htmlrtf: only for who does not read the HTML
    skip: int = 1
    to_skip: int = 0
    starred: bool = False
    too_deep: int = 0

    def say(self, words: str) -> None:
        if self.waiting:
            self.out.append(self.waiting.decode(self.codec, "replace"))
            self.waiting.clear()
        self.out.append(words)

    def add(self, words: str) -> None:
        """Words of the text, without what only stands in for a character (\\uN)."""
        passed = min(self.to_skip, len(words))
        self.to_skip -= passed
        if words[passed:] and not self.apart and not self.hidden:
            self.say(words[passed:])

    def byte(self, value: int) -> None:
        if self.to_skip:
            self.to_skip -= 1
        elif not self.apart and not self.hidden:
            self.waiting.append(value)

    def brace(self, which: str) -> None:
        self.to_skip = 0
        if which == "{":
            if len(self.groups) < MAX_GROUPS:
                self.groups.append((self.apart, self.hidden, self.skip))
            else:
                self.too_deep += 1
        elif self.too_deep:
            self.too_deep -= 1
        elif self.groups:
            self.apart, self.hidden, self.skip = self.groups.pop()

    def control(self, word: str, number: str | None) -> None:
        if self.starred:
            self.starred = False
            self.apart = self.apart or not (self.html and word == "htmltag")
        if word in _APART:
            self.apart = True
        elif word == "htmlrtf":
            self.hidden = self.html and number != "0"
        elif word == "ansicpg" and number:
            self.codec = _codec(number)
        elif word == "uc" and number:
            self.skip = max(0, min(int(number), 10))
        elif word == "u" and number:
            self.add(chr(int(number) % 65536))
            self.to_skip = self.skip
        elif word in _WORDS:
            self.add(_WORDS[word])


def to_text(rtf: bytes) -> str:
    """The words of an RTF text; of one that wraps HTML, those of the HTML. Never fails; linear in time."""
    written = rtf[:MAX_RTF].decode("latin-1")
    reader = _Reader(html="\\fromhtml" in written[:1024])
    for word, number, hexed, symbol, brace, words in _TOKEN.findall(written):
        if word:
            reader.control(word, number or None)
        elif hexed:
            reader.byte(int(hexed, 16))
        elif brace:
            reader.starred = False
            reader.brace(brace)
        elif symbol == "*":
            reader.starred = True
        elif symbol:
            reader.add(
                {"~": "\u00a0", "_": "-", "\n": "\n", "\r": "\n"}.get(
                    symbol, symbol if symbol in "{}\\" else ""
                )
            )
        elif words:
            for stray in (words,) if words.isascii() else words:
                reader.add(stray) if stray.isascii() else reader.byte(ord(stray))
    reader.say("")
    text = "".join(reader.out).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return html_to_text(text, marks=False) if reader.html else text.strip()


def _codec(page: str) -> str:
    name = {"65001": "utf-8", "10000": "mac_roman"}.get(page, f"cp{page}")
    try:
        return codecs.lookup(name).name if len(page) < 6 else "cp1252"
    except LookupError:
        return "cp1252"
