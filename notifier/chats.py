"""What officers are told in their chats: in short, with buttons, and nothing of a sealed report."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from channels.message import Address, Button, OutboundMessage
from notifier import facts as look
from notifier import texts
from notifier.brief import standing
from notifier.dues import promises
from notifier.facts import Facts, Withheld
from notifier.letterhead import Letterhead
from notifier.links import ticket_url
from notifier.words import line
from store import chats
from store.db import Tx
from store.outbox import Claimed

#: Notices under which an agency answers by buttons.
ANSWERABLE = frozenset({"chat_assigned", "chat_reopened_opd"})
#: What is said of something else than a report: nothing of one is looked up.
_PLAIN = frozenset({"chat_said", "chat_tapped", "chat_asks"})
_SUMMARY = 300
_LABELS: Mapping[str, str] = {
    "accept": "Terima",
    "decline": "Bukan kewenangan",
    "resolve": "Selesai",
}
#: Which buttons a report of this status has.
_OFFERS: Mapping[str, tuple[str, ...]] = {
    "assigned": ("accept", "decline", "resolve"),
    "accepted": ("decline", "resolve"),
    "waiting": ("resolve",),
}
#: The answers of the bot to officers; those with {ref} are about a report.
SAYS: Mapping[str, str] = {
    "linked_person": "Akun Telegram ini tertaut sebagai {name}. Disposisi untuk OPD Anda dikirim ke sini.",
    "linked_desk": "Akun Telegram ini tertaut sebagai {name}. Anda dapat memakai tombol di grup OPD.",
    "linked_group": "Grup ini tertaut dengan {opd}. Disposisinya dikirim ke sini. Yang boleh menekan tombol"
    " hanya petugas yang akunnya sendiri sudah tertaut.",
    "code_how": "Tulis kodenya juga: /tautkan KODE. Kodenya ada di konsol Sapa, halaman Tautan Telegram.",
    "code_wrong": "Kode ini tidak dikenal. Periksa lagi, atau buat kode baru di konsol Sapa.",
    "code_old": "Kode ini sudah dipakai atau kedaluwarsa. Buat kode baru di konsol Sapa.",
    "code_often": "Terlalu sering mencoba. Tunggu beberapa menit, lalu coba lagi.",
    "code_person": "Kode ini untuk percakapan pribadi. Grup ditautkan kepala OPD atau administrator.",
    "code_group": "Kode ini untuk grup OPD. Kirim di grup itu; untuk akun Anda, buat kode lain di konsol.",
    "unlinked": "Tautan dilepas. Disposisi tidak dikirim lagi ke sini.",
    "not_linked": "Percakapan ini tidak tertaut.",
    "stranger": "Akun Telegram Anda belum tertaut sebagai petugas. Tautkan dahulu dari konsol Sapa.",
    "not_yours": "Anda tidak berwenang menindaklanjuti laporan ini.",
    "unknown": "Tombol ini tidak berlaku lagi.",
    "sealed": "Laporan ini hanya dapat ditangani di konsol Sapa.",
    "stale": "Tidak dapat dilakukan: laporan {ref} {standing}.",
    "done": "Laporan {ref} {standing}.",
    "asked": "Silakan balas pesan bot berikutnya.",
    "need_words": "Mohon balas pesan bot dengan tulisan.",
    "too_long": "Tulisan Anda terlalu panjang. Mohon dipersingkat, lalu balas lagi pesan bot.",
    "over": "Pertanyaan ini sudah dijawab: laporan {ref} {standing}.",
    "buttons": "Balasan ini tidak menjadi tindakan. Pakailah tombol di bawah disposisi, atau konsol Sapa.",
}


def to_chat(
    tx: Tx, row: Claimed, head: Letterhead, mask: Callable[[str], str], now: datetime
) -> OutboundMessage:
    """The message of a row to a chat as the ledger stands now; raises `Withheld`."""
    person = look.identity(tx, row.contact_id)
    to = Address(channel=row.channel, value=person.value, name=person.name)
    known = look.facts(tx, row) if row.ticket_id is not None else None
    if known is not None and (known.sealed or known.ticket.privacy != "normal"):
        raise Withheld("Laporan ini tidak boleh disebut dalam obrolan.")
    context: dict[str, Any] = {"brand": head.brand, "city": head.city, "about": "", "week": "", "ref": ""}
    if known is not None:
        context["ref"] = known.ticket.ref
    if row.notice in _PLAIN:
        return _plain(row, to, context | _said(row, known, head), known, head)
    if known is None or not chats.reads(tx, row.contact_id, row.opd, now):
        raise Withheld("Percakapan ini tidak tertaut lagi.")
    offered = _buttons(row.id, known, row.data.get("disposition_id"), row.opd, tx)
    context |= _about(known, row, head, mask, now) | {"buttons": bool(offered)}
    return OutboundMessage(
        to=to,
        text=texts.text(row.notice, context),
        key=row.key,
        template=row.notice,
        ref=known.ticket.ref,
        buttons=offered if row.notice in ANSWERABLE else (),
        actions=_link(known, head),
    )


def _plain(
    row: Claimed, to: Address, context: dict[str, Any], known: Facts | None, head: Letterhead
) -> OutboundMessage:
    """An answer of the bot, a question, or what is shown to whoever pressed a button."""
    left = row.data.get("left", [])
    return OutboundMessage(
        to=to,
        text=texts.text(row.notice, context),
        key=row.key,
        template=row.notice,
        asks=row.notice == "chat_asks",
        tap=str(row.data.get("tap", "")),
        under=str(row.data.get("under", "")),
        in_reply_to=str(row.data.get("answers", "")),
        buttons=buttons(int(row.data.get("row", 0)), left),
        actions=_link(known, head) if known is not None and "under" in row.data else (),
    )


def _said(row: Claimed, known: Facts | None, head: Letterhead) -> dict[str, Any]:
    data = row.data
    words = SAYS.get(str(data.get("say", "")), "")
    opd = head.opd_name(known.ticket.opd) if known is not None and known.ticket.opd else ""
    where = standing(known.ticket.status, opd, own=False) if known is not None else ""
    if known is not None and known.ticket.status == "assigned" and opd:
        where = f"sudah diteruskan kepada {opd}"
    told = {
        "ref": known.ticket.ref if known is not None else "",
        "standing": where,
        "name": line(str(data.get("name", "")), 100),
        "opd": head.opd_name(str(data.get("opd", ""))),
    }
    return {"words": words.format_map(told), "act": data.get("act", ""), "name": told["name"]}


def _about(
    known: Facts, row: Claimed, head: Letterhead, mask: Callable[[str], str], now: datetime
) -> dict[str, Any]:
    ticket, disposition = known.ticket, known.disposition
    dues = promises(known, ("first_response", "resolve"), head, now)
    return {
        "opd": head.opd_name(row.opd),
        "summary": line(mask(ticket.summary), _SUMMARY),
        "kelurahan": ticket.kelurahan,
        "urgent": ticket.urgent,
        "dues": dues,
        "late": any(late for _, _, late in dues),
        "supports": disposition is not None and row.opd in disposition.supporting,
        "now_with": head.opd_name(ticket.opd) if ticket.opd and ticket.opd != row.opd else "",
    }


def _buttons(row_id: int, known: Facts, disposition_id: object, opd: str, tx: Tx) -> tuple[Button, ...]:
    newest = tx.run("SELECT max(id) FROM disposition WHERE ticket_id = :id", id=known.ticket.id)[0][0]
    current = newest == disposition_id and known.ticket.opd == opd
    return buttons(row_id, offers(known.ticket.status) if current else ())


def offers(status: str) -> tuple[str, ...]:
    """The acts that have a button on a report of this status."""
    return _OFFERS.get(status, ())


def buttons(row_id: int, acts: Any) -> tuple[Button, ...]:
    """The buttons of these acts under the notice of this row."""
    return tuple(Button(label=_LABELS[act], data=f"{act}:{row_id}") for act in acts)


def _link(known: Facts, head: Letterhead) -> tuple[tuple[str, str], ...]:
    return (("Buka laporan", ticket_url(head.public_url, known.ticket.ref)),)
