"""A ticket's history in words, for those who work on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sapa.desk.city import City
from sapa.web import words
from store.tables import Event

#: `{opd}` is the OPD an event is about, `{owner}` an outside owner, `{ref}` another ticket.
TITLES: Mapping[str, str] = {
    "received": "Laporan masuk lewat {channel}",
    "registered": "Dicatat petugas, sumber: {source}",
    "triage": "Masuk triase",
    "assigned": "Disposisi ke {opd}",
    "accepted": "Diterima {opd}",
    "declined": "{opd}: bukan kewenangan",
    "reassigned": "Dialihkan",
    "asked": "Pelapor ditanya",
    "answered": "Pelapor dijawab",
    "replied": "Pelapor menjawab",
    "resolved": "Dinyatakan selesai",
    "handed_over": "Diserahkan ke {owner}",
    "noted": "Catatan petugas",
    "archived": "Diarsipkan",
    "reopened": "Dibuka kembali",
    "closed": "Ditutup",
    "revoked": "Tautan tindakan dicabut",
    "split": "Pesan dipisahkan menjadi {ref}",
    "split_off": "Dipisahkan dari {ref}",
    "undone": "Tindakan diurungkan: {undone}",
    "merged": "Digabung ke {ref}",
    "absorbed": "Menerima pesan dari {ref}",
    "message": "Pesan baru dari pelapor",
    "revision": "Pelapor mengubah pesannya",
    "lapor_status": "Status di LAPOR!: {said}",
    "file_came": "Berkas pelapor menyusul",
    "file_lost": "Berkas pelapor tidak dapat diambil",
    "file_infected": "Berkas pelapor dikarantina",
    "file_wanted": "Berkas pelapor diminta diambil lagi",
    "written_down": "Isi rekaman ditulis",
    "transcribed": "Isi rekaman ditulis otomatis",
    "undelivered": "Pemberitahuan tidak sampai",
    "called": "Pelapor dihubungi lewat telepon",
    "call_missed": "Telepon ke pelapor tidak tersambung",
    "call_undone": "Catatan telepon dibatalkan",
    "passed_on": "Kini dipegang petugas lain, karena pemegang sebelumnya berganti",
}
UNDONE: Mapping[str, str] = {
    "accept": "terima",
    "decline": "bukan kewenangan",
    "reassign": "alihkan",
    "archive": "arsipkan",
    "hand_over": "serahkan",
    "resolve": "selesai",
    "answer": "jawab",
    "split": "pisahkan pesan",
}


#: What ends a ticket when its reporter keeps silent.
SILENCE: Mapping[str, str] = {
    "closed": " tanpa tanggapan pelapor",
    "archived": " tanpa jawaban pelapor",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One event; `public`: the reporter reads it, too."""

    id: int
    at: datetime
    title: str
    who: str
    text: str
    detail: str
    public: bool


def lines(events: Sequence[Event], names: Mapping[int, str], city: City) -> list[Line]:
    """Every event as a line, oldest first; `names` are officers' names by id."""
    return [
        Line(
            id=event.id or 0,
            at=event.at,
            title=title(event, city),
            who=who(event, names, city),
            text=event.text,
            detail=detail(event),
            public=event.public,
        )
        for event in events
    ]


def title(event: Event, city: City) -> str:
    """The event's headline."""
    data = event.data
    silence = SILENCE.get(event.kind, "") if event.actor == "system" else ""
    return (
        TITLES.get(event.kind, "Perkembangan").format(
            opd=city.opd_name(event.opd) or "Diskominfo",
            owner=city.opd_name(str(data.get("owner", ""))) or "pihak luar",
            ref=data.get("ref") or data.get("into") or "laporan lain",
            channel=city.channel_name(str(data.get("channel", ""))),
            source=words.named(str(data.get("source", "")), "source"),
            said=data.get("said") or "(kosong)",
            undone=UNDONE.get(str(data.get("undone", "")), "tindakan"),
        )
        + silence
    )


def who(event: Event, names: Mapping[int, str], city: City) -> str:
    """The person or body behind an event."""
    if event.officer_id is not None:
        part = event.data.get("part")
        of = city.opd_name(event.opd) if part == "opd" and event.opd else "Diskominfo"
        plt = "Plt. " if event.data.get("acting") else ""
        return f"{plt}{names.get(event.officer_id, 'Petugas')} · {of}"
    if event.actor == "opd":
        return f"{city.opd_name(event.opd) or 'OPD'}, lewat tautan"
    return {"citizen": "Pelapor", "officer": "Petugas"}.get(event.actor, "Sistem")


def detail(event: Event) -> str:
    """What an event's data add in words."""
    data, parts = event.data, words.detail(event.data)
    if after := data.get("after"):
        parts.append(f"menyebut {after}")
    if code := data.get("code"):
        parts.append(f"kode {code}")
    return ", ".join(parts)
