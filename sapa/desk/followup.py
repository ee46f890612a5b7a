"""What we answer to LAPOR!: its reports, our status in its words, and the last answer, as a table."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from sapa.desk import sight
from sapa.desk.actor import Actor
from sapa.desk.city import City
from sapa.desk.mask import mask
from store import lapor
from store.db import Tx
from store.lapor import Followed

HEADINGS = (
    "Tracking ID",
    "Status Laporan",
    "Tindak Lanjut",
    "Instansi Terdisposisi",
    "Tanggal Laporan",
    "Tanggal Tindak Lanjut",
    "Batas Waktu",
    "Status di LAPOR!",
    "Nomor Kami",
)
#: Our status → the word LAPOR! has for it.
STATUSES: Mapping[str, str] = {
    "received": "Belum Terverifikasi",
    "triage": "Belum Terverifikasi",
    "assigned": "Belum Ditindaklanjuti",
    "accepted": "Proses",
    "waiting": "Tunda",
    "resolved": "Selesai",
    "closed": "Selesai",
    "external": "Bukan Wewenang",
    "archived": "Arsip",
    "merged": "Proses",
}
SEALED = "(Rahasia: jawab langsung di LAPOR!.)"


def rows(tx: Tx, by: Actor, since: datetime | None, city: City) -> Iterator[list[str]]:
    """A row for every report of LAPOR! this person may see, that changed since then.

    Personal data in answers is masked, as LAPOR! shows them to everybody; a sealed ticket's answer is
    left out.
    """
    for one in lapor.followed(tx, since, sight.scope(by)):
        if sight.may_see(by, sight.facts(one.ticket)):
            yield _row(one, city)


def _row(one: Followed, city: City) -> list[str]:
    ticket, case, answer = one.ticket, one.case, one.answer
    secret = ticket.privacy == "secret" or bool(ticket.sensitive)
    text = mask(answer.text) if answer else ""
    return [
        case.tracking_id,
        STATUSES[ticket.status],
        SEALED if secret and answer else text,
        city.opd_name(ticket.owner or ticket.opd) if ticket.owner or ticket.opd else "",
        _moment(case.written_at, city),
        _moment(answer.at if answer else None, city),
        _moment(ticket.due_at, city),
        case.status,
        ticket.ref,
    ]


def _moment(at: datetime | None, city: City) -> str:
    return f"{at.astimezone(city.tz):%d/%m/%Y %H:%M}" if at is not None else ""
