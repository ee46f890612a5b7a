"""Which notices there are and whom they are for; `tell` puts one into the outbox."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from store.chats import READS
from store.db import Tx
from store.driver import as_json

Audience = Literal["citizen", "asker", "agency", "diskominfo", "officer", "chat"]

#: Channels without a way back: who wrote there reads the answer on the tracking page.
NO_WAY_BACK = frozenset({"web", "phone", "walkin", "lapor"})


@dataclass(frozen=True, slots=True)
class Notice:
    """A kind of notice: for whom, and its subject line (`{brand}`, `{ref}`, `{about}`, `{week}`).

    An `asker` is a citizen who asked a bot something, perhaps about no ticket.

    The text stands in `templates/KIND.txt`. `about` is a few words of the citizen, "" wherever
    they may not be read.
    """

    audience: Audience
    subject: str


NOTICES: Mapping[str, Notice] = {
    "ack": Notice("citizen", "Laporan Anda kami terima: {ref}"),
    "accepted": Notice("citizen", "Laporan {ref} sedang dikerjakan"),
    "question": Notice("citizen", "Pertanyaan tentang laporan {ref}"),
    "answer": Notice("citizen", "Jawaban atas laporan {ref}"),
    "resolved": Notice("citizen", "Laporan {ref} selesai, mohon diperiksa"),
    "reopened": Notice("citizen", "Laporan {ref} dibuka kembali"),
    "closed": Notice("citizen", "Laporan {ref} ditutup"),
    "archived": Notice("citizen", "Laporan {ref} diarsipkan"),
    "handed_over": Notice("citizen", "Laporan {ref} diteruskan"),
    "moved": Notice("citizen", "Laporan {ref} berpindah petugas"),
    "help": Notice("asker", "{brand}: cara melapor"),
    "status": Notice("asker", "Status laporan {ref}"),
    "status_list": Notice("asker", "{brand}: laporan Anda yang masih terbuka"),
    "status_none": Notice("asker", "{brand}: laporan tidak ditemukan"),
    "status_limit": Notice("asker", "{brand}: mohon tanyakan lagi nanti"),
    "report_asked": Notice("asker", "{brand}: mohon tulis laporan Anda"),
    "which_asked": Notice("asker", "{brand}: ini untuk laporan apa?"),
    "part_kept": Notice("asker", "Tambahan untuk laporan {ref} kami terima"),
    "question_over": Notice("asker", "{brand}: pertanyaan ini sudah berakhir"),
    "canceled": Notice("asker", "{brand}: pertanyaan dibatalkan"),
    "assigned": Notice("agency", "Disposisi {ref}{about}"),
    "taken_away": Notice("agency", "Disposisi {ref} dialihkan"),
    "reopened_opd": Notice("agency", "Laporan {ref} dibuka kembali{about}"),
    "citizen_wrote": Notice("agency", "Keterangan baru: {ref}"),
    "reminder": Notice("agency", "Pengingat tenggat {ref}{about}"),
    "triage": Notice("diskominfo", "Perlu triase: {ref}{about}"),
    "declined": Notice("diskominfo", "Ditolak OPD: {ref}{about}"),
    "agenda_draft": Notice("diskominfo", "Rancangan agenda {week}"),
    "door_failing": Notice("diskominfo", "{brand}: kanal gagal{about}"),
    "door_silent": Notice("diskominfo", "{brand}: kanal sepi{about}"),
    "door_well": Notice("diskominfo", "{brand}: kanal pulih{about}"),
    "invitation": Notice("officer", "{brand}: undangan untuk petugas"),
    "lost_password": Notice("officer", "{brand}: kata sandi baru"),
    "chat_assigned": Notice("chat", "Disposisi {ref}"),
    "chat_taken_away": Notice("chat", "Disposisi {ref} dialihkan"),
    "chat_reopened_opd": Notice("chat", "Laporan {ref} dibuka kembali"),
    "chat_citizen_wrote": Notice("chat", "Keterangan baru: {ref}"),
    "chat_reminder": Notice("chat", "Pengingat tenggat {ref}"),
    "chat_asks": Notice("chat", "Mohon dibalas: {ref}"),
    "chat_said": Notice("chat", "{brand}: jawaban bot"),
    "chat_tapped": Notice("chat", "{brand}: jawaban tombol"),
}
#: What an agency is told by mail, and in short in its chats (`_TELL_CHATS`).
IN_CHATS: Mapping[str, str] = {
    kind.removeprefix("chat_"): kind
    for kind in NOTICES
    if kind.startswith("chat_") and kind.removeprefix("chat_") in NOTICES
}


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is told: `lane` keeps their notices in order, `channel` is the door they leave by."""

    lane: str
    channel: str
    contact_id: int | None = None
    opd: str = ""
    officer_id: int | None = None
    office: bool = False

    @property
    def audience(self) -> str:
        """Which notices are for them; `office`: a chat in which officers work."""
        if self.office:
            return "chat"
        if self.contact_id is not None:
            return "citizen"
        return "officer" if self.officer_id is not None else "agency" if self.opd else "diskominfo"


def reporter(contact_id: int, channel: str) -> Recipient:
    """A citizen, at the contact where answers go."""
    return Recipient(f"contact:{contact_id}", channel, contact_id)


def agency(code: str) -> Recipient:
    """A city agency, at its e-mail address."""
    return Recipient(f"opd:{code}", "email", None, code)


def diskominfo() -> Recipient:
    """The desk that runs the queue."""
    return Recipient("diskominfo", "email")


def officer(officer_id: int) -> Recipient:
    """One officer, at their own e-mail address."""
    return Recipient(f"officer:{officer_id}", "email", officer_id=officer_id)


def chat(contact_id: int, channel: str, *, opd: str = "", lane: str = "") -> Recipient:
    """A chat in which officers (of `opd`) work; what cannot wait for other notices has its own `lane`."""
    return Recipient(lane or f"chat:{contact_id}", channel, contact_id, opd, office=True)


_TELL = """
insert into outbox (key, lane, notice, ticket_id, contact_id, opd, officer_id, channel, data, state,
                    created_at, next_at, tries, error, external_id, delivery)
values (:key, :lane, :notice, :ticket, :contact, :opd, :officer, :channel, :data, 'pending',
        :now, :due, 0, '', '', '')
on conflict (key) do nothing
"""

#: A notice to an agency also for each chat that reads what it is told: of a sealed report to none.
_TELL_CHATS = """
insert into outbox (key, lane, notice, ticket_id, contact_id, opd, channel, data, state,
                    created_at, next_at, tries, error, external_id, delivery)
select cast(:key as text) || c.id, cast(:lane as text) || c.contact_id, cast(:notice as text), t.id,
       c.contact_id, cast(:opd as text), c.channel, {data}, 'pending', {now}, {due}, 0, '', '', ''
from office_chat c join ticket t on t.id = :ticket
where {reads} and t.privacy = 'normal' and t.sensitive = '' and t.accused <> :opd
on conflict (key) do nothing
"""
_CHATS = {
    "sqlite": _TELL_CHATS.format(reads=READS, data=":data", now=":now", due=":due"),
    "postgresql": _TELL_CHATS.format(
        reads=READS,
        data="cast(:data as json)",
        now="cast(:now as timestamptz)",
        due="cast(:due as timestamptz)",
    ),
}

_WITHDRAW = """
update outbox set state = 'canceled'
where state = 'pending' and substr(key, 1, :size) = :prefix
"""

_WITHDRAW_OF_TICKET = f"{_WITHDRAW} and ticket_id = :ticket"


def tell(
    tx: Tx,
    notice: str,
    to: Recipient,
    *,
    key: str,
    now: datetime,
    ticket_id: int | None = None,
    not_before: datetime | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Put a notice into the outbox, in the transaction of the act that causes it.

    What an agency is told, its linked chats are told, too (never of a sealed report).
    The same `key` is the same notice, told once. `data` holds ids only (`event_id`,
    `disposition_id`, `agenda_id`, `message_id`, `tickets`, `link`), what part came (`part`), and for
    officers in chats what to say (`notifier.chats`): words and addresses are looked up when it is sent.
    Raises `KeyError` for an unknown kind, `ValueError` for a recipient of another audience.
    """
    if not _is_for(notice, to):
        raise ValueError(f"{notice} is not for {to.lane}")
    if to.channel in NO_WAY_BACK:
        return
    row = {
        "ticket": ticket_id,
        "opd": to.opd,
        "data": as_json(data) if data else "{}",
        "now": now,
        "due": not_before or now,
    }
    if notice in IN_CHATS:
        chats = {"key": f"{key}:chat:", "lane": "chat:", "notice": IN_CHATS[notice]}
        tx.add(_CHATS[tx.dialect], **chats, **row)
    row |= {"key": key, "lane": to.lane, "notice": notice}
    tx.add(_TELL, contact=to.contact_id, officer=to.officer_id, channel=to.channel, **row)


def _is_for(notice: str, to: Recipient) -> bool:
    audience = NOTICES[notice].audience
    return to.audience == ("citizen" if audience == "asker" else audience)


def withdraw(tx: Tx, key_prefix: str, *, ticket_id: int | None = None) -> int:
    """Cancel the notices whose key starts so and that have not left; returns how many.

    With `ticket_id` only that ticket's are looked at (an index makes it quick).
    """
    if ticket_id is None:
        return tx.changed(_WITHDRAW, size=len(key_prefix), prefix=key_prefix)
    return tx.changed(_WITHDRAW_OF_TICKET, size=len(key_prefix), prefix=key_prefix, ticket=ticket_id)
