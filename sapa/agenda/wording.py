"""Small Indonesian wordings of the agenda. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date

STATES: Mapping[str, str] = {
    "draft": "Rancangan",
    "reviewed": "Disetujui",
    "published": "Diterbitkan",
    "visited": "Sudah dikunjungi",
}

STATUSES: Mapping[str, str] = {
    "assigned": "Menunggu OPD",
    "accepted": "Dikerjakan OPD",
    "waiting": "Menunggu pelapor",
    "resolved": "Selesai, menunggu pelapor",
    "closed": "Ditutup",
}

#: Steps of a ticket's history that belong on a stop's page.
EVENTS: Mapping[str, str] = {
    "triage": "Perlu triase",
    "assigned": "Disposisi",
    "accepted": "Diterima OPD",
    "declined": "Dinyatakan bukan kewenangan",
    "asked": "Pelapor ditanya",
    "answered": "Pelapor dijawab",
    "resolved": "Dinyatakan selesai",
    "reopened": "Dibuka kembali",
    "closed": "Ditutup",
}

_CHANGES: Mapping[str, str] = {
    "draft": "Rancangan dibuat",
    "redraft": "Rancangan disusun ulang",
    "reorder": "Urutan titik diubah",
    "drop": "{refs} dikeluarkan: {reason}",
    "add": "{refs} ditambahkan di titik {position}",
    "approve": "Agenda disetujui",
    "withdraw": "{refs} ditarik karena tidak lagi boleh atau dapat ditampilkan",
}


def day(on: date) -> str:
    """`Rabu, 25 November 2026`."""
    return format_date(on, "EEEE, d MMMM yyyy", locale="id")


def short_day(on: date) -> str:
    """`25 Nov 2026`."""
    return format_date(on, "d MMM yyyy", locale="id")


def clock(at: datetime, tz: ZoneInfo) -> str:
    """`08.12`, in the city's time."""
    return at.astimezone(tz).strftime("%H.%M")


def moment(at: datetime, tz: ZoneInfo) -> str:
    """`25 Nov 2026 08.12`."""
    return f"{short_day(at.astimezone(tz).date())} {clock(at, tz)}"


def status(code: str, outcome: str) -> str:
    """A ticket's status for people, with what came of it."""
    word = STATUSES.get(code, code)
    return f"{word} ({outcome})" if outcome else word


def change(entry: Mapping[str, Any], refs: Mapping[int, str]) -> str:
    """One entry of an agenda's record of changes; a ticket that may not be shown has no number."""
    named = [refs[one] for one in entry.get("tickets", ()) if one in refs]
    known = {"reason": "", "position": "", **entry, "refs": ", ".join(named) or "Satu laporan"}
    return _CHANGES[entry["what"]].format_map(known)


def approval(at: datetime | None, who: str, tz: ZoneInfo) -> str:
    """Who approved and when, "" before."""
    return f"{who or 'Sistem'}, {moment(at, tz)}" if at else ""


def line(text: str, most: int) -> str:
    """Text on one line, at most `most` characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[: max(0, most - 1)].rstrip() + "…"


def number(value: float) -> str:
    """With the Indonesian decimal comma, at most one digit: `12,5`."""
    return f"{value:.1f}".removesuffix(".0").replace(".", ",")


def duration(minutes: int) -> str:
    """`3 jam 41 menit`."""
    hours, rest = divmod(minutes, 60)
    return " ".join(
        part for part in (f"{hours} jam" if hours else "", f"{rest} menit" if rest else "") if part
    )
