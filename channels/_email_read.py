"""A stored mail as messages: envelope, sender, words, files, what it answers, whether a person wrote it."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from channels import _email_bounce as bounce
from channels import _email_proof
from channels._email_content import Content
from channels._email_decode import words
from channels._email_machine import BOUNCE, DELAY, RECEIPT, machine
from channels._email_mime import Budget, Headers, Part, children, part
from channels._email_names import ids, is_our_address, own_id, sender, token_of_address
from channels._email_quote import answers as answered
from channels._text import one_line
from channels.base import Parsed, Payload
from channels.message import Address, InboundMessage

MAX_REFERENCES = 50
_FUTURE = timedelta(days=1)
_TRACE = (b"Delivered-To: ", b"Return-Path: <", f"Authentication-Results: {_email_proof.OURSELVES};".encode())


@dataclass(slots=True)
class Envelope:
    """How the mail was handed over: None when the payload does not tell."""

    mail_from: str | None = None
    recipients: tuple[str, ...] = ()
    results: str = ""


def trace(mail_from: str, recipients: Sequence[str], results: str = "") -> bytes:
    """The lines put above a mail so that its raw bytes alone tell the envelope, and what we found of it."""
    lines = [f"Delivered-To: {_printable(one)}\r\n" for one in recipients]
    lines += [f"Authentication-Results: {_printable(results)}\r\n"] if results else []
    lines.append(f"Return-Path: <{_printable(mail_from)}>\r\n")
    return "".join(lines).encode("utf-8", "surrogateescape")


def envelope(raw: bytes) -> tuple[Envelope, int]:
    """What `trace` put above, and where the mail itself begins."""
    recipients: list[str] = []
    at, results = 0, ""
    while raw.startswith(_TRACE, at):
        end = raw.find(b"\r\n", at)
        if end < 0:
            break
        value = raw[at:end].partition(b": ")[2].decode("utf-8", "replace")
        if raw.startswith(b"Return-Path", at):
            return Envelope(value.strip("<>"), tuple(recipients), results), end + 2
        if raw.startswith(b"Authentication-Results", at):
            results = value
        else:
            recipients.append(value)
        at = end + 2
    return Envelope(), 0


def read(payload: Payload, ours: str, trusted: Sequence[str] = ()) -> Parsed:
    """The message in a mail, and for a bounce the report on the mail it returns. Never fails.

    `trusted` are the names under which our own front servers write what they found of the sender.
    """
    raw = payload.body
    wrapped, start = envelope(raw)
    mail = part(raw, start, len(raw))
    headers = mail.headers
    address, name = sender(headers.get("from"))
    address = address or sender(wrapped.mail_from or "")[0]
    subject = one_line(words(headers.get("subject")))
    answers = _Answers(headers, wrapped, ours)
    told = answered(subject)
    found = Content(reply=answers.is_reply if told is None else told)
    found.walk(mail)
    text, whole = found.shown(headers.cut)
    why = machine(headers, address, wrapped.mail_from, ours, lambda: whole or text)
    look = _proof(raw, start, headers, wrapped, trusted)
    proof = look(address) if address else ""
    if not why and (elsewhere := _answered_at(headers, address, ours, look))[0]:
        address, name, proof = elsewhere[0], elsewhere[1] or name, elsewhere[2]
    digest = hashlib.sha256(memoryview(raw)[start:]).hexdigest()
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
        proof=proof,
    )
    return _returned(mail, message, ours, payload.received_at) if why == BOUNCE else (message,)


def _proof(
    raw: bytes, start: int, headers: Headers, wrapped: Envelope, trusted: Sequence[str]
) -> Callable[[str], str]:
    """What we found ourselves, else what the front server found, of an address."""
    found = _email_proof.results(wrapped.results)[1] if wrapped.results else []
    found = found or _email_proof.from_front(raw, start, trusted)
    senders = len(headers.fields.get("from", ()))
    return lambda address: _email_proof.verdict(found, address, senders=senders)


def _answered_at(
    headers: Headers, address: str, ours: str, proof: Callable[[str], str]
) -> tuple[str, str, str]:
    """(address, name, proof) of where the sender wants the answer, when that is somewhere else (Reply-To).

    Anybody can name any address there: it counts as theirs only where its own domain vouches for it.
    """
    wanted, name = sender(headers.get("reply-to"))
    if not wanted or wanted == address or is_our_address(wanted, ours):
        return "", "", ""
    proven = proof(wanted)
    vouched = ":" in proven and not proven.startswith("dmarc")
    return wanted, name, proven if vouched or proven == _email_proof.FORGED else _email_proof.BORROWED


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
