"""A stored mail as messages: envelope, sender, words, files, what it answers, whether a person wrote it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from channels import _email_bounce as bounce
from channels._email_decode import words
from channels._email_html import MAX_HTML, to_text
from channels._email_machine import BOUNCE, DELAY, RECEIPT, machine
from channels._email_mime import MAX_DEPTH, Budget, Headers, Part, children, part
from channels._email_names import ids, own_id, sender, token_of_address
from channels._email_quote import answers as answered
from channels._email_quote import bare, own_words
from channels._text import clean, cut, file_name, one_line
from channels.base import Parsed, Payload
from channels.message import Address, Attachment, InboundMessage

MAX_TEXT = 100 * 1024
MAX_REFERENCES = 50
_FUTURE = timedelta(days=1)
_ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "text/plain": ".txt", "message/rfc822": ".eml"}
CUT = "(Surat ini terlalu panjang; sebagian teksnya tidak ditampilkan. Naskah aslinya tersimpan.)"
LEFT_OUT = "(Sebagian isi surat ini tidak dibaca karena susunannya tidak wajar. Naskah aslinya tersimpan.)"


@dataclass(slots=True)
class Envelope:
    """How the mail was handed over: None when the payload does not tell."""

    mail_from: str | None = None
    recipients: tuple[str, ...] = ()


def trace(mail_from: str, recipients: Sequence[str]) -> bytes:
    """The lines put above a mail so that its raw bytes alone tell the envelope."""
    lines = [f"Delivered-To: {_printable(one)}\r\n" for one in recipients]
    lines.append(f"Return-Path: <{_printable(mail_from)}>\r\n")
    return "".join(lines).encode("utf-8", "surrogateescape")


def envelope(raw: bytes) -> tuple[Envelope, int]:
    """What `trace` put above, and where the mail itself begins."""
    recipients: list[str] = []
    at = 0
    while raw.startswith((b"Delivered-To: ", b"Return-Path: <"), at):
        end = raw.find(b"\r\n", at)
        if end < 0:
            break
        value = raw[at:end].partition(b": ")[2].decode("utf-8", "replace")
        if raw.startswith(b"Return-Path", at):
            return Envelope(value.strip("<>"), tuple(recipients)), end + 2
        recipients.append(value)
        at = end + 2
    return Envelope(), 0


def read(payload: Payload, ours: str) -> Parsed:
    """The message in a mail, and for a bounce the report on the mail it returns. Never fails."""
    raw = payload.body
    wrapped, start = envelope(raw)
    mail = part(raw, start, len(raw))
    headers = mail.headers
    address, name = sender(headers.get("from"))
    address = address or sender(wrapped.mail_from or "")[0]
    subject = one_line(words(headers.get("subject")))
    answers = _Answers(headers, wrapped, ours)
    told = answered(subject)
    found = _Content(reply=answers.is_reply if told is None else told)
    found.walk(mail)
    text, whole = found.shown(headers.cut)
    why = machine(headers, address, wrapped.mail_from, ours, lambda: whole or text)
    digest = hashlib.sha256(raw[start:]).hexdigest()
    message = InboundMessage(
        channel=payload.channel,
        account=payload.account,
        sender=Address(channel=payload.channel, value=address or f"unknown:{digest[:32]}", name=name),
        external_id=own_id(headers.get("message-id")) or f"sha256:{digest}",
        text=text,
        whole=whole,
        sent_at=_date(headers.get("date"), payload.received_at),
        subject=subject,
        in_reply_to=answers.in_reply_to,
        references=answers.references,
        reply_token=answers.token,
        attachments=tuple(found.files),
        machine=why,
    )
    return _returned(mail, message, ours, payload.received_at) if why == BOUNCE else (message,)


def _returned(mail: Part, message: InboundMessage, ours: str, at: datetime) -> Parsed:
    """A returned mail, with the report on the mail of ours in it, if it was lost."""
    parts = list(children(mail, Budget())) if mail.kind.startswith("multipart/") else []
    text, domain = message.whole or message.text, ours.rpartition("@")[2]
    found = bounce.verdict(parts, message.subject, text)
    if found.kind in ("delayed", "arrived"):
        return (replace(message, machine=DELAY if found.kind == "delayed" else RECEIPT),)
    return (message, *bounce.report(found, mail.headers, parts, text, domain, at))


class _Answers:
    """Which mail or ticket this one answers."""

    def __init__(self, headers: Headers, wrapped: Envelope, ours: str) -> None:
        self.in_reply_to = next(iter(ids(headers.get("in-reply-to"))), "")
        newest_first = ids(headers.get("references"))[::-1][:MAX_REFERENCES]
        self.references = tuple(one for one in newest_first if one != self.in_reply_to)
        self.token = next(
            filter(None, (token_of_address(one, ours) for one in wrapped.recipients)), ""
        ) or self._written(headers, ours)
        self.is_reply = bool(self.in_reply_to or self.references or self.token)

    def _written(self, headers: Headers, ours: str) -> str:
        """The token of a reply address in To or Cc: mail may have been forwarded to us."""
        if "+" not in headers.get("to") + headers.get("cc"):
            return ""
        listed = f"{headers.get('to')},{headers.get('cc')}"[:4096].replace("<", ",").replace(">", ",")
        return next(filter(None, (token_of_address(one, ours) for one in listed.split(","))), "")


@dataclass(slots=True)
class _Content:
    """The words and the files of a mail, collected part by part."""

    reply: bool
    texts: list[str] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    budget: Budget = field(default_factory=Budget)

    def walk(self, mail: Part) -> None:
        """Take in a part and what is below it."""
        if mail.kind.startswith("multipart/"):
            if mail.kind == "multipart/alternative":
                self._alternative(mail)
            else:
                self._mixed(mail)
        elif mail.kind in ("text/plain", "text/html") and not _is_file(mail):
            self.texts.append(self._words(mail))
        else:
            self._file(mail)

    def _mixed(self, mail: Part) -> None:
        """One part after the other; a multipart without any is read as plain words."""
        below = None
        for below in children(mail, self.budget):
            self.walk(below)
        if below is None and mail.depth < MAX_DEPTH:
            self.texts.append(mail.text)

    def _alternative(self, mail: Part) -> None:
        """The same words several times: the plain ones, else the first that are not empty."""
        versions: dict[str, str] = {}
        for below in children(mail, self.budget):
            inner = _Content(self.reply, files=self.files, budget=self.budget)
            inner.walk(below)
            text = "\n\n".join(filter(None, inner.texts))
            if text.strip():
                versions.setdefault(below.kind, text)
        if versions:
            self.texts.append(versions.get("text/plain") or next(iter(versions.values())))

    def _words(self, mail: Part) -> str:
        text = mail.text
        if mail.kind != "text/html":
            return text
        self.budget.spent = self.budget.spent or len(text) > MAX_HTML
        return to_text(text, marks=True)

    def _file(self, mail: Part) -> None:
        name = file_name(mail.file_name, "lampiran" + _ENDINGS.get(mail.kind, ""))
        self.files.append(Attachment(name=name, media_type=mail.kind, content=mail.body))

    def shown(self, headers_cut: bool) -> tuple[str, str]:
        """The text for people: clean, the sender's own words, bounded, with honest notes; and all of it.

        The second is "" where nothing was left away.
        """
        text = "\n\n".join(filter(None, (one.strip() for one in self.texts)))
        notes = [LEFT_OUT] if self.budget.spent or headers_cut else []
        short = cut(text, MAX_TEXT)
        if len(short) < len(text):
            notes.append(CUT)
        short = clean(short)
        own, whole = own_words(short, reply=self.reply), bare(short, quote="> ").strip()
        complete = own in (whole, bare(short).strip())
        return "\n\n".join([own, *notes]).strip(), "" if complete else whole


def _is_file(mail: Part) -> bool:
    if mail.headers.main("content-disposition") == "attachment":
        return True
    return mail.depth > 0 and bool(mail.file_name)


def _date(written: str, received_at: datetime) -> datetime:
    """The mail's own time in UTC; the time it came when that is missing, broken or cannot be."""
    try:
        at = parsedate_to_datetime(written[:100])
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return received_at
    return at if at.year >= 1990 and at <= received_at + _FUTURE else received_at


def _printable(address: str) -> str:
    return "".join(c for c in address if c.isprintable() or "\udc80" <= c <= "\udcff")
