"""Small Indonesian wordings of the notices. Pure."""

import functools
from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

#: What became of a report, as the end of "Hasil: …".
OUTCOMES: Mapping[str, str] = {
    "fixed": "sudah ditangani",
    "made_safe": "sudah diamankan untuk sementara",
    "conditional": "selesai bersyarat, menunggu perencanaan dan anggaran",
    "external": "diteruskan kepada pihak yang berwenang",
    "unfounded": "tidak ditemukan saat diperiksa",
    "duplicate": "sama dengan laporan yang sudah ada",
    "archived": "diarsipkan",
}
#: Where a report stands, for anybody: the end of "Laporan SMP-2611-0042 …".
STATUSES: Mapping[str, str] = {
    "received": "sudah kami terima",
    "triage": "sedang diperiksa Diskominfo",
    "assigned": "sudah diteruskan kepada dinas",
    "accepted": "sedang ditangani",
    "waiting": "menunggu keterangan pelapor",
    "resolved": "dinyatakan selesai",
    "closed": "sudah ditutup",
    "external": "diserahkan kepada pihak lain yang berwenang",
    "archived": "diarsipkan",
    "merged": "digabung dengan laporan lain",
}
#: The same for the reporter, with the agency's name behind it.
STATUSES_BY_OPD: Mapping[str, str] = {
    "assigned": "sudah diteruskan kepada",
    "accepted": "sedang ditangani",
    "resolved": "dinyatakan selesai oleh",
}


def day(at: datetime, tz: ZoneInfo) -> str:
    """The day of a moment in the city's time: `Selasa, 8 Desember 2026`."""
    return written(at.astimezone(tz).date())


@functools.lru_cache(maxsize=1024)
def written(date_: date) -> str:
    """A date in words: `Selasa, 8 Desember 2026`."""
    return format_date(date_, "EEEE, d MMMM yyyy", locale="id")


def line(text: str, most: int) -> str:
    """Text on one line without control characters, at most `most` characters."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return flat if len(flat) <= most else flat[: most - 1].rstrip() + "…"


def lines(text: str, most: int) -> str:
    """Text with its line breaks, without other control characters, at most `most` characters."""
    kept = "\n".join(line(part, most) for part in text.splitlines()).strip()
    return kept if len(kept) <= most else kept[: most - 1].rstrip() + "…"
