"""Foreign text made safe to keep: what every door does to words before it hands them on."""

import re
import unicodedata

_BROKEN = re.compile("[\x00\ud800-\udfff]")
_LONGEST_STACK = 30


def clean(text: str) -> str:
    """The text with NUL and lone surrogates as U+FFFD, line ends as "\\n", in NFC.

    Text that piles up more than 30 combining marks stays as it was written: putting such
    piles in order takes quadratic time (100 KB: 2 s).
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii():
        return text.replace("\x00", "\ufffd") if "\x00" in text else text
    text = _BROKEN.sub("\ufffd", text)
    if unicodedata.is_normalized("NFC", text) or _is_piled(text):
        return text
    return unicodedata.normalize("NFC", text)


def one_line(text: str, limit: int = 500) -> str:
    """The text as one line of at most `limit` characters, without control characters."""
    kept = clean(text[: limit * 4])
    if not kept.isprintable():
        kept = "".join(" " if unicodedata.category(c) == "Cc" else c for c in kept)
    return " ".join(kept.split())[:limit].rstrip()


def cut(text: str, limit: int) -> str:
    """At most `limit` bytes of UTF-8, whole characters."""
    if len(text) * 4 <= limit:
        return text
    return text[:limit].encode()[:limit].decode("utf-8", "ignore")


def _is_piled(text: str) -> bool:
    pile = 0
    for character in text:
        pile = pile + 1 if unicodedata.combining(character) else 0
        if pile > _LONGEST_STACK:
            return True
    return False


def file_name(given: str, otherwise: str = "berkas") -> str:
    """The last part of a file's name, without what a file system or header could misread."""
    last = one_line(given.replace("\\", "/").rsplit("/", 1)[-1], 400)
    kept = "".join("_" if c in '<>:"|?*%;' or unicodedata.category(c) == "Cf" else c for c in last)
    kept = kept.strip(". ")
    stem, dot, ending = kept.rpartition(".")
    if len(kept) > 120:
        kept = stem[: 119 - len(ending)] + dot + ending if dot and len(ending) <= 10 else kept[:120]
    return kept or otherwise
