"""Reads what a gateway delivers: form or JSON, one message or many, whole ones or parts, and reports."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from channels._sms_sender import sender_of
from channels._text import clean, one_line
from channels._twilio import pairs_of
from channels.base import Parsed, Payload, Unreadable
from channels.message import Address, DeliveryReport, DeliveryStatus, InboundMessage

_MOST_ITEMS = 200
_MOST_PARTS = 255
#: A gateway's clock is believed within this much of ours.
_BEHIND, _AHEAD = timedelta(days=7), timedelta(minutes=5)
Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """What the gateway calls things; "data.from" looks into nested JSON, "" = it has no such field.

    `list_of` holds the messages when one body brings many; `group` is what the parts of one SMS
    share; `words` are the gateway's words for what became of a message; a time without a zone is in `tz`.
    """

    sender: str = "from"
    text: str = "text"
    id: str = ""
    time: str = ""
    part: str = ""
    parts: str = ""
    group: str = ""
    list_of: str = ""
    status: str = ""
    status_id: str = ""
    words: Mapping[str, DeliveryStatus] = field(default_factory=dict)
    tz: tzinfo = UTC

    def __post_init__(self) -> None:
        if not self.sender or not self.text or not (self.id or self.time):
            raise ValueError("channels.sms.gateway: isi sender, text, dan id atau time")

    def delivery(self, media_type: str, body: bytes) -> str:
        """The id of a delivery that brings one message, else ""."""
        with suppress(Unreadable):
            found = items(self, media_type, body)
            if len(found) == 1:
                said = [look(found[0], name) for name in (self.id, self.status, self.part)]
                return one_line(":".join(said), 200) if said[0] else ""
        return ""


def items(inbound: Inbound, media_type: str, body: bytes) -> list[Fields]:
    """The messages of a body as fields; raises `Unreadable`."""
    try:
        if "json" in media_type.lower() or body[:1] in (b"{", b"["):
            told = json.loads(body)
        else:
            told = dict(pairs_of(body))
    except (ValueError, RecursionError) as error:
        raise Unreadable("Kiriman gateway bukan formulir dan bukan JSON yang sah.") from error
    if inbound.list_of and isinstance(told, dict):
        told = find(told, inbound.list_of) or told
    found = told if isinstance(told, list) else [told]
    if not all(isinstance(one, dict) for one in found) or not 0 < len(found) <= _MOST_ITEMS:
        raise Unreadable(f"Kiriman gateway tidak memuat 1 sampai {_MOST_ITEMS} pesan.")
    return found


def find(fields: Fields, path: str) -> Any:
    """The value at a path ("data.from"), None when there is none; a form's own dotted name comes first."""
    if path in fields:
        return fields[path]
    value: Any = fields
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def look(fields: Fields, path: str) -> str:
    """The value at a path as text, "" when there is none."""
    value = find(fields, path) if path else None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    try:
        return str(value)
    except ValueError:  # an integer of thousands of digits
        return ""


def read(inbound: Inbound, payload: Payload, *, keyless: bool) -> Parsed:
    """All messages and reports of a body, parts of one SMS joined where all are here; `Unreadable`.

    One that cannot be read among others waits for a person and keeps the others from nothing.
    """
    found = items(inbound, payload.media_type, payload.body)
    alone = len(found) == 1
    parsed: list[InboundMessage | DeliveryReport] = []
    whole: dict[tuple[str, str, int], dict[int, InboundMessage]] = {}
    for one in found:
        if inbound.status and look(one, inbound.status) and not look(one, inbound.text):
            parsed += _report(inbound, one, payload, alone=alone)
            continue
        message = _message(inbound, one, payload, keyless=keyless, alone=alone)
        part, parts = _number(look(one, inbound.part)), _number(look(one, inbound.parts))
        if 1 <= part <= parts <= _MOST_PARTS and parts > 1:
            message = _as_part(message, look(one, inbound.group), part)
            whole.setdefault((message.sender.value, message.group_id, parts), {}).setdefault(part, message)
        parsed.append(message)
    return _joined(parsed, whole)


def _joined(
    parsed: list[InboundMessage | DeliveryReport],
    whole: Mapping[tuple[str, str, int], dict[int, InboundMessage]],
) -> Parsed:
    """Each SMS whose parts are all here as one message, where its first part stood."""
    for (_, _, parts), have in whole.items():
        if len(have) != parts:
            continue
        ordered = [have[number] for number in range(1, parts + 1)]
        text = "".join(one.text for one in ordered)
        first = min(parsed.index(one) for one in ordered)
        joined = replace(ordered[0], text=text)
        parsed = [
            joined if place == first else one
            for place, one in enumerate(parsed)
            if place == first or one not in ordered
        ]
    return parsed


def _as_part(message: InboundMessage, group: str, part: int) -> InboundMessage:
    """One part: in the order of its number, with the others on one ticket however late they come."""
    return replace(
        message,
        external_id=f"{message.external_id}/{part}",
        group_id=one_line(f"{message.sender.value}/{group}", 120) if group else "",
        sent_at=message.sent_at + timedelta(milliseconds=part - 1),
    )


def _message(
    inbound: Inbound, fields: Fields, payload: Payload, *, keyless: bool, alone: bool
) -> InboundMessage:
    if find(fields, inbound.text) is None:
        raise Unreadable("Kiriman gateway tanpa isi SMS; periksa channels.sms.gateway.inbound.text.")
    written = look(fields, inbound.sender)
    try:
        sender, machine = sender_of(written, payload.channel)
    except Unreadable:
        if alone:
            raise
        sender, machine = Address(channel=payload.channel, value="?"), "nomor pengirimnya tidak terbaca"
    text, at = clean(look(fields, inbound.text)), look(fields, inbound.time)
    return InboundMessage(
        channel=payload.channel,
        account=payload.account,
        sender=sender,
        external_id=_id(inbound, fields, (sender.value, text, at), payload, keyless=keyless),
        text=text,
        sent_at=_time(at, inbound.tz, payload.received_at),
        machine=machine,
    )


def _id(inbound: Inbound, fields: Fields, said: Sequence[str], payload: Payload, *, keyless: bool) -> str:
    """The gateway's id, else a digest of what was said and when (the day, where it names no time)."""
    if given := one_line(look(fields, inbound.id), 200):
        return given
    when = said[-1] or str(payload.received_at.date())
    told = "\0".join((*said, when, look(fields, inbound.part)))
    return "sha256:" + hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _report(inbound: Inbound, fields: Fields, payload: Payload, *, alone: bool) -> list[DeliveryReport]:
    status = inbound.words.get(look(fields, inbound.status).strip().casefold())
    about = one_line(look(fields, inbound.status_id or inbound.id), 200)
    if status is None or not about:
        if alone:
            raise Unreadable("Laporan kirim gateway tidak dikenal; lengkapi channels.sms.gateway.inbound.")
        return []
    at = _time(look(fields, inbound.time), inbound.tz, payload.received_at)
    return [DeliveryReport(channel=payload.channel, external_id=about, status=status, at=at)]


def _number(written: str) -> int:
    return int(written) if len(written) < 4 and written.isascii() and written.isdigit() else 0


def _time(written: str, zone: tzinfo, received: datetime) -> datetime:
    """Seconds or milliseconds since 1970, or ISO 8601; what is missing or far off is when it came."""
    try:
        if written.isascii() and written.replace(".", "", 1).isdigit() and len(written) < 18:
            seconds = float(written)
            at = datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
        else:
            at = datetime.fromisoformat(written.strip()[:40])
            at = (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return received
    return at if received - _BEHIND <= at <= received + _AHEAD else received
