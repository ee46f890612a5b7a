"""The counter as a door: what an officer took down for somebody, as the console's page hands it on."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

import filetype

from channels._form import MAX_PHOTO as MAX_PHOTO
from channels._form import MAX_PHOTOS as MAX_PHOTOS
from channels._form import Form, fields_of
from channels._text import one_line
from channels.base import Invalid, Parsed, Payload, Traits
from channels.message import Address, Attachment, InboundMessage, Noted

#: The page hands files on as base64, a third longer than they came.
MAX_BODY = 40 * 1024 * 1024
SOURCES = ("counter", "phone", "radio", "letter", "social")
#: Photos, screenshots and scans, by what their bytes say.
KINDS = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "application/pdf"})
#: Bytes.
_LONGEST_LINK = 2000


@dataclass(frozen=True, kw_only=True)
class WalkinDoor:
    """Reads what sapa.web made of an officer's form.

    `phones` is the channel by which a telephone number is reached; "phone" = by none of ours.
    """

    name: ClassVar[str] = "walkin"
    traits: ClassVar[Traits] = Traits(burst=False, conversation=False, retries=False, edits=False)
    account: str = "walkin"
    max_photos: int = MAX_PHOTOS
    phones: Literal["phone", "sms", "whatsapp"] = "phone"

    @classmethod
    def build(cls, section: Mapping[str, Any], clock: Callable[[], datetime]) -> "WalkinDoor":
        """From configuration: `account`, `max_photos` and `phones`, all optional."""
        return cls(**section)

    def parse(self, payload: Payload) -> Parsed:
        """The one message of a form; raises `Invalid` with all that is wrong in it."""
        fields, files = fields_of(payload, MAX_BODY)
        form = _Form(fields, self.max_photos)
        message = _message(form, files, payload, self.phones)
        if form.errors:
            raise Invalid(form.errors)
        return (message,)


class _Form(Form):
    """What only a form at the counter asks."""

    nothing_said = "Tuliskan isi laporannya, atau lampirkan foto atau hasil pindai."

    def officer(self) -> int:
        """Who took it down; the page says it, not the browser."""
        officer = self.fields.get("officer")
        if isinstance(officer, int) and not isinstance(officer, bool) and officer > 0:
            return officer
        self.wrong("", "Petugas yang mencatat tidak disebut.")
        return 0

    def source(self) -> str:
        source = self.words("source")
        if source not in SOURCES:
            self.wrong("source", "Pilih sumbernya: loket, telepon, radio, surat, atau media sosial.")
        return source

    def photos(self, photos: Sequence[Attachment]) -> tuple[Attachment, ...]:
        """The files, when they are not too many, not too large, and something that can be looked at."""
        kept = super().photos(photos)
        strange = [n for n, one in enumerate(kept, 1) if filetype.guess_mime(one.content[:512]) not in KINDS]
        if strange:
            self.wrong("photos", f"Berkas ke-{strange[0]} bukan foto (JPEG, PNG, WebP, GIF) atau PDF.")
        return kept

    def dated(self, received_at: datetime) -> str:
        """The day on the letter (ISO), "" when not given."""
        written = self.words("letter_date")
        if not written:
            return ""
        try:
            day = date.fromisoformat(written)
        except ValueError:
            self.wrong("letter_date", "Tanggal surat tidak dikenal. Contoh: 2026-11-24.")
            return ""
        if day > (received_at + timedelta(days=1)).date():
            self.wrong("letter_date", "Tanggal surat belum tiba. Periksa kembali tahunnya.")
        return day.isoformat()

    def link(self) -> str:
        """Where a post can be read: http or https, nothing else."""
        written = self.words("link")
        if not written:
            return ""
        try:
            parts = urlsplit(written)
            good = parts.scheme in ("http", "https") and "." in (parts.hostname or "")
        except ValueError:
            good = False
        if not good or len(written.split()) != 1:
            self.wrong("link", "Tautan harus lengkap dan diawali https:// atau http://.")
        elif len(written.encode()) > _LONGEST_LINK:  # an index of PostgreSQL takes no more
            self.wrong("link", "Tautan terlalu panjang. Pakai tautan pendek dari tombol Bagikan.")
        return written

    def account(self, source: str) -> str:
        """The name of the account that posted."""
        account = one_line(self.words("account"), 100)
        if source == "social" and not account and not self.words("link"):
            self.wrong("link", "Tulis tautan unggahannya, atau sekurangnya nama akunnya.")
        return account

    def id(self, payload: Payload) -> str:
        """The officer, the form's key, and what was typed: the same form changed is another one."""
        typed = {name: value for name, value in self.fields.items() if name != "photos"}
        digest = hashlib.sha256(json.dumps(typed, sort_keys=True, default=str).encode()).hexdigest()
        return f"{typed.get('officer')}:{self.key(payload)}:{digest[:16]}"


def _message(form: _Form, files: Sequence[Attachment], payload: Payload, phones: str) -> InboundMessage:
    id, source, agreed = form.id(payload), form.source(), form.words("agreed") == "1"
    name = _name(form, source)
    ways = _ways(form, payload.channel, name, phones if agreed else "phone")
    nowhere = Address(channel=payload.channel, value=f"anon:{id}", name=name)
    sender, *others = ways if agreed and ways else [nowhere, *ways]
    return InboundMessage(
        channel=payload.channel,
        account=payload.account,
        sender=sender,
        external_id=id,
        text=form.text(files),
        sent_at=payload.received_at,
        attachments=form.photos(files),
        place=form.place(),
        privacy=form.privacy(),
        contacts=tuple(reversed(others)),  # of several the office keeps the last with the ticket
        noted=Noted(
            by=form.officer(),
            source=source,
            joins=one_line(form.words("joins"), 40).upper(),
            agreed=agreed,
            letter=one_line(form.words("letter"), 200),
            dated=form.dated(payload.received_at),
        ),
    )


def _name(form: _Form, source: str) -> str:
    """Who it is, as far as they said: the name, and the account of a post."""
    name, account = one_line(form.words("name"), 200), form.account(source)
    return f"{name} ({account})" if name and account else name or account


def _ways(form: _Form, channel: str, name: str, phones: str) -> list[Address]:
    """Where they can be reached, the best first; a post is found again by its link alone."""
    email, number, link = form.email(), form.phone(), form.link()
    given = ((email, "email"), (number, phones), (link, channel))
    return [Address(channel=by, value=value, name=name) for value, by in given if value]
