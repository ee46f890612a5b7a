"""Bytes of a mail into text: charsets that lie, transfer encodings that break, words of RFC 2047."""

import binascii
import codecs
import re

_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(=\?)")
_SLOW_OR_ODD = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "utf_7"})
_UNTOLD = frozenset({"", "us-ascii", "ascii"})
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


def decode(data: bytes, charset: str) -> str:
    """Text in the charset told; without one UTF-8, else Windows-1252; an unknown one is read as UTF-8."""
    name = charset.strip().strip("\"'").lower()
    if name in _UNTOLD:
        try:
            return data.decode()
        except UnicodeDecodeError:
            return data.decode("cp1252", "replace")
    try:
        codec = codecs.lookup(name).name
        return data.decode("utf-8" if codec.replace("-", "_") in _SLOW_OR_ODD else codec, "replace")
    except (LookupError, ValueError):
        return data.decode("utf-8", "replace")


def transfer(data: bytes, encoding: str) -> bytes:
    """Base64 or quoted-printable undone, as far as it goes; anything else as it is."""
    if encoding == "quoted-printable":
        return binascii.a2b_qp(data)
    if encoding == "base64":
        return _base64(data)
    return data


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
