"""One row of an export as a message, and what LAPOR! itself says of it."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from channels._lapor_columns import FIELDS, hidden, places, plain, privacy
from channels._lapor_dates import moment
from channels._lapor_topics import topic
from channels._place import point
from channels._reach import mailbox, phone
from channels._text import clean, one_line
from channels.base import Unreadable
from channels.message import Address, InboundMessage, Place

#: Characters of a text; LAPOR! itself takes far fewer.
MAX_TEXT = 100_000
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./_:-]{0,79}")
_SPOILT = re.compile(r"\d+([.,]\d+)?[eE]\+\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a row says: the message it becomes, and LAPOR!'s own words, which are shown beside ours.

    `digest` tells whether a row of this `tracking_id` says something else than before; `remark` what
    was not understood and left out.
    """

    tracking_id: str
    digest: str
    message: InboundMessage
    status: str = ""
    category: str = ""
    kind: str = ""
    source: str = ""
    opd: str = ""
    created_at: datetime | None = None
    due_at: datetime | None = None
    remark: str = ""


def read_row(
    cells: Mapping[str, str],
    names: Mapping[str, Sequence[str]],
    *,
    channel: str,
    account: str,
    tz: tzinfo,
    now: datetime,
) -> Row:
    """The row under its headings; raises `Unreadable` with what is wrong with it, in Indonesian."""
    headings = list(cells)
    found = places(headings, names)
    said = {name: clean(cells[headings[found[name]]]).strip() if name in found else "" for name in FIELDS}
    id_, text = _id(said["tracking_id"]), said["text"] or said["title"]
    if not text:
        raise Unreadable("Isi laporan kosong.")
    if len(text) > MAX_TEXT:
        raise Unreadable(f"Isi laporan lebih panjang dari {MAX_TEXT // 1000} ribu huruf.")
    created, due, remarks = moment(said["created_at"], tz), moment(said["due_at"], tz), []
    if said["created_at"] and (created is None or created > now + timedelta(days=1)):
        remarks.append("Tanggal laporan tidak dikenal; dipakai waktu impor.")
        created = None
    if said["due_at"] and due is None:
        remarks.append("Batas waktu tidak dikenal; diabaikan.")
    return Row(
        tracking_id=id_,
        digest=hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest(),
        message=_message(said, id_, text, created or now, channel, account),
        status=one_line(said["status"], 80),
        category=topic(said["category"]),
        kind=one_line(said["kind"], 80),
        source=_source(said["source"]),
        opd=one_line(said["opd"], 200),
        created_at=created,
        due_at=due,
        remark=" ".join(remarks),
    )


def _id(written: str) -> str:
    id_ = one_line(written, 200).lstrip("#'").strip()
    if not id_:
        raise Unreadable("Nomor tracking kosong.")
    if _SPOILT.fullmatch(id_):
        raise Unreadable(
            "Nomor tracking dirusak Excel menjadi bentuk 1,23E+12. Unduh ulang tanpa membukanya."
        )
    if not _ID.fullmatch(id_):
        raise Unreadable("Nomor tracking berisi tanda yang tidak dikenal, atau lebih panjang dari 80 huruf.")
    return id_


def _source(written: str) -> str:
    """Where LAPOR! had it from; an SMS came by its number 1708."""
    return "SMS 1708" if "sms" in plain(written).split() else one_line(written, 60)


def _message(
    said: Mapping[str, str], id_: str, text: str, at: datetime, channel: str, account: str
) -> InboundMessage:
    name = "" if hidden(said["name"]) else one_line(said["name"], 200)
    ways = (("email", mailbox(said["email"])), ("phone", phone(said["phone"])))
    return InboundMessage(
        channel=channel,
        account=account,
        # LAPOR! answers its people itself: nothing of ours is ever sent to this address.
        sender=Address(channel=channel, value=f"anon:{id_}", name=name),
        external_id=id_,
        subject=one_line(said["title"], 300) if said["text"] else "",
        text=text,
        sent_at=at,
        place=_place(said),
        privacy=privacy(
            said["privacy"] or _kept(said["kind"]), said["anonymous"], said["secret"], said["name"]
        ),
        contacts=tuple(Address(channel=by, value=value, name=name) for by, value in ways if value),
        category=topic(said["category"]),
    )


def _kept(kind: str) -> str:
    """Some exports say it beside the classification ("Pengaduan (Rahasia)"); other kinds say nothing."""
    words = plain(kind)
    return words if any(word in words for word in ("rahasia", "anonim")) else ""


def _place(said: Mapping[str, str]) -> Place | None:
    lat, lon, note = point(said["lat"] or None, said["lon"] or None)
    area = one_line(said["kelurahan"], 100)
    words = [one_line(said["address"], 400), f"Kelurahan {area}" if area else "", note]
    label = ", ".join(word for word in words if word)
    return Place(lat=lat, lon=lon, label=label) if label or lat is not None else None
