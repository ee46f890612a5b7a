"""What people type, made safe to keep and put together for reading."""

import re
from typing import Protocol

from sapa.desk.errors import Invalid

#: How the parts of one long SMS are named that came one by one: …/1, …/2.
_PART = re.compile(r"/([1-9][0-9]{0,2})\Z")
#: Control characters, halves of surrogate pairs, and marks that turn the reading direction.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff]")


def clean(text: str, *, most: int = 10_000, what: str = "Keterangan") -> str:
    """The text without control characters and outer blanks; `Invalid` unless 1 to `most` characters."""
    text = _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not text:
        raise Invalid(f"{what} wajib diisi.")
    if len(text) > most:
        raise Invalid(f"{what} terlalu panjang: paling banyak {most:,} karakter.".replace(",", "."))
    return text


def heading(subject: str, text: str) -> str:
    """What stands before the text when a message is told in one: `Subject. `.

    Nothing, when there is no subject or the text begins with it; the bare subject without a text.
    """
    subject = subject.strip()
    start = text.lstrip()
    said = start[: len(subject)].casefold() == subject.casefold() and not start[len(subject) :][:1].isalnum()
    if not subject or said:
        return ""
    if not start:
        return subject
    return subject + (" " if subject[-1] in ".!?…:;," else ". ")


class Piece(Protocol):
    """A message, as far as it may be a part of a longer one."""

    @property
    def group_id(self) -> str: ...
    @property
    def external_id(self) -> str: ...


def continues(piece: Piece, before: Piece | None) -> bool:
    """Whether a message goes on in the middle of the one before it: the next part of one long SMS."""
    if before is None or not piece.group_id or piece.group_id != before.group_id:
        return False
    number, last = _PART.search(piece.external_id), _PART.search(before.external_id)
    return number is not None and last is not None and int(number[1]) == int(last[1]) + 1
