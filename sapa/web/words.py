"""Indonesian words for codes that stand in the ledger."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from babel.dates import format_date

#: Where a report stands, as a page says it beside its number; notices say it in a sentence.
STATUSES: Mapping[str, str] = {
    "received": "Diterima",
    "triage": "Sedang diperiksa Diskominfo",
    "assigned": "Diteruskan ke OPD",
    "accepted": "Sedang ditangani",
    "waiting": "Menunggu jawaban Anda",
    "resolved": "Dinyatakan selesai",
    "closed": "Ditutup",
    "external": "Diserahkan ke pihak lain",
    "archived": "Diarsipkan",
    "merged": "Digabung dengan laporan lain",
}
WORDS: Mapping[str, Mapping[str, str]] = {
    "type": {
        "information": "Permintaan informasi",
        "aspiration": "Aspirasi",
        "complaint": "Pengaduan",
        "oversight": "Pengaduan berkadar pengawasan",
    },
    "privacy": {"normal": "Biasa", "anonymous": "Anonim", "secret": "Rahasia"},
    "outcome": {
        "fixed": "Sudah diperbaiki",
        "made_safe": "Sudah diamankan sementara",
        "conditional": "Selesai bersyarat (menunggu anggaran)",
        "external": "Ditangani pihak lain",
        "unfounded": "Tidak terbukti",
        "duplicate": "Sama dengan laporan lain",
        "archived": "Diarsipkan",
    },
    "source": {
        "counter": "loket",
        "phone": "telepon",
        "radio": "radio",
        "letter": "surat",
        "social": "media sosial",
    },
    "role": {
        "administrator": "Administrator",
        "coordinator": "Koordinator Diskominfo",
        "head": "Kepala OPD",
        "opd": "Petugas OPD",
        "clerk": "Petugas loket",
        "auditor": "Auditor",
        "viewer": "Pembuka identitas",
    },
    "note": {
        "added": "Akun dibuat",
        "joined": "Undangan diterima",
        "withdrawn": "Undangan ditarik",
        "role": "Peran diganti",
        "activated": "Diaktifkan kembali",
        "password": "Kata sandi baru lewat surel",
        "acting": "Ditunjuk sebagai Plt.",
        "acting_ended": "Plt. diakhiri",
        "factor_on": "Kode masuk diaktifkan",
        "factor_off": "Kode masuk dimatikan",
        "left": "Akses diakhiri",
        "returned": "Akses dipulihkan",
    },
}


#: What is said of a file that its provider still has.
COMING = "Berkas sedang diambil …"
#: … and of one that no scanner has seen yet.
UNSCANNED = "Belum diperiksa dari virus; tampil setelah diperiksa."


def status(code: str) -> str:
    """A ticket's status for people."""
    return STATUSES.get(code, code)


def detail(data: Mapping[str, Any]) -> list[str]:
    """What an event's data add in words: the outcome, the budget year, the letter, and who may be asked."""
    parts = []
    if outcome := data.get("outcome"):
        parts.append(named(str(outcome), "outcome"))
    if year := data.get("budget_year"):
        parts.append(f"tahun anggaran {year}")
    if letter := data.get("letter"):
        parts.append(f"surat nomor {letter}")
    if dated := data.get("dated"):
        parts.append(f"tertanggal {format_date(date.fromisoformat(str(dated)), 'd MMMM y', locale='id')}")
    if data.get("agreed") is False:
        parts.append("pelapor membaca kabarnya lewat tanda terima")
    return parts


def shown(state: str, reason: str) -> str:
    """Why a file of a message cannot be seen here, for its sender."""
    if state == "unscanned":
        return UNSCANNED
    return COMING if state == "remote" else reason or "tersimpan, dapat dibuka petugas."


def taken(written: str) -> str:
    """When a picture was taken as its camera wrote it: `24 November 2026 pukul 08.15 (UTC+07:00)`."""
    at = datetime.fromisoformat(written)
    zone = f" (UTC{written[19:]})" if at.tzinfo else ""
    return f"{format_date(at.date(), 'd MMMM y', locale='id')} pukul {at:%H.%M}{zone}"


def named(code: str, kind: str) -> str:
    """The word for a code of a kind (`type`, `privacy`, `outcome`, `source`, `role`, `note`)."""
    return WORDS[kind].get(code, code)
