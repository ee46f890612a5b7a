"""What people type, made safe to keep."""

import re

from sapa.desk.errors import Invalid

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
