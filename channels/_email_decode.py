"""Bytes of a mail into text: charsets that lie, transfer encodings that break, words of RFC 2047."""

import binascii
import codecs
import contextlib
import re

_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?((?:[^?]|\?(?!=)){0,600})\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(=\?)")
#: Never decoded as told: slow, no text, or (UTF-7) a way to smuggle words past whoever reads along.
_REFUSED = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "utf_7"})
_UNTOLD = frozenset({"", "us_ascii", "ascii", "unknown_8bit", "x_unknown", "default", "iso_8859_1", "latin1"})
#: What mailers call a charset, and what they mean by it: the larger one, as browsers read it.
_MEANT = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601_1987": "cp949",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "x_sjis": "cp932",
    "iso_8859_9": "cp1254",
    "iso_8859_8_i": "iso8859-8",
    "iso_8859_11": "cp874",
    "tis_620": "cp874",
    "utf8mb4": "utf-8",
    "unicode_1_1_utf_8": "utf-8",
    "iso_2022_jp": "iso2022_jp_ext",
    "x_mac_roman": "mac_roman",
    "macintosh": "mac_roman",
}
_JAPANESE = re.compile(rb"\x1b\$[@B]|\x1b\([BJ]")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


def decode(data: bytes, charset: str) -> str:
    """Text in the charset told, as far as it can be true: what is UTF-8 is read as that.

    Without one, or with one nobody knows, it is UTF-8, else Windows-1252.
    """
    if data.isascii() and b"\x1b$" not in data and b"\x00" not in data and not _shifts(charset):
        return data.decode("ascii")
    codec = _codec(charset)
    if codec in ("", "cp1252", "iso8859-1"):
        return _guessed(data)
    if codec == "utf-8":
        return (
            _guessed(data) if data[:2] not in (b"\xff\xfe", b"\xfe\xff") else data.decode("utf-16", "replace")
        )
    try:
        return data.decode(codec, "replace")
    except (LookupError, ValueError):
        return _guessed(data)


def _shifts(charset: str) -> bool:
    """Whether ASCII bytes may mean something else in it."""
    return (
        "2022" in charset
        or "hz" in charset.lower()
        or charset.strip(" \"'").lower().startswith(("utf", "cp037"))
    )


def _codec(charset: str) -> str:
    """Python's name for a charset, "" for none, one nobody knows, and one that is never used."""
    told = charset.strip().strip("\"'").lower().replace("-", "_")
    if told in _UNTOLD or len(told) > 60:
        return ""
    try:
        name = codecs.lookup(_MEANT.get(told, told)).name
    except (LookupError, ValueError):
        return ""
    return "" if name.replace("-", "_") in _REFUSED else name


def _guessed(data: bytes) -> str:
    """UTF-8 where that fits (or nearly: a character cut in half), Japanese by its escapes, else cp1252."""
    if _JAPANESE.search(data):
        return data.decode("iso2022_jp_ext", "replace")
    try:
        return data.decode()
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    good = sum(character > "\x7f" for character in text) - broken
    return text if good and good >= broken else data.decode("cp1252", "replace")


def transfer(data: bytes, encoding: str) -> bytes:
    """Base64 or quoted-printable undone, as far as it goes; anything else as it is."""
    if encoding == "quoted-printable":
        return binascii.a2b_qp(data)
    if encoding == "base64":
        return _base64(data)
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _uuencoded(data)
    return data


def _uuencoded(data: bytes) -> bytes:
    """The lines between `begin` and `end`; a line that is none is passed over."""
    out = bytearray()
    for line in data.partition(b"begin ")[2].splitlines()[1:]:
        if line.strip() in (b"end", b"`"):
            break
        with contextlib.suppress(binascii.Error):
            out += binascii.a2b_uu(line)
    return bytes(out)


def _base64(data: bytes) -> bytes:
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        kept = _NOT_BASE64.sub(b"", data)
        kept = kept[: len(kept) - (len(kept) % 4 == 1)]
        return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


def words(value: str) -> str:
    """A header value with its RFC 2047 words decoded and stray bytes read as text."""
    if not value.isascii():
        value = decode(value.encode("utf-8", "surrogateescape"), "")
    if "=?" not in value:
        return value
    return _join(_BETWEEN_WORDS.sub(r"\1\2", value))


def _join(value: str) -> str:
    """Neighbouring words of one charset are decoded together: people's mailers cut characters in half."""
    out: list[str] = []
    pending, charset, last = bytearray(), "", 0
    for match in _WORD.finditer(value):
        told = match[1].partition("*")[0].lower()
        if pending and (match.start() != last or told != charset):
            out.append(decode(bytes(pending), charset))
            pending = bytearray()
        out.append(value[last : match.start()])
        pending += _word(match[2], match[3])
        charset, last = told, match.end()
    if pending:
        out.append(decode(bytes(pending), charset))
    out.append(value[last:])
    return "".join(out)


def _word(kind: str, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    return _base64(data) if kind in "bB" else binascii.a2b_qp(data, header=True)
