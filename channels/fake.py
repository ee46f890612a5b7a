"""A door for tests and the demo: keeps what it is told to send, reads small JSON payloads."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from channels._place import point
from channels._text import clean, one_line
from channels.base import Parsed, Payload, Rejected, Request, Traits, Unavailable, Undeliverable, Unreadable
from channels.message import (
    Address,
    Attachment,
    DeliveryReport,
    DeliveryStatus,
    InboundMessage,
    OutboundMessage,
    Place,
    Receipt,
)

SIGNATURE = "x-fake-signature"
_STATUS: dict[str, DeliveryStatus] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "failed": "failed",
}
_WRONG = (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError)


@dataclass(kw_only=True)
class FakeDoor:
    """Chat-like: people write several messages in a row. `sent` is everything it sent, in order.

    `unavailable` and `undeliverable` are how many of the next sendings fail that way;
    `unknown` holds address values that never take anything. With a `secret`, hooks must be signed.
    `remote` is what fetching a handle gives or raises, `fetched` every handle asked for, in order.
    """

    name: ClassVar[str] = "fake"
    traits: ClassVar[Traits] = Traits(burst=True)
    account: str = "fake"
    secret: str = ""
    sent: list[OutboundMessage] = field(default_factory=list)
    unavailable: int = 0
    undeliverable: int = 0
    unknown: set[str] = field(default_factory=set)
    remote: dict[str, bytes | Exception] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)

    @classmethod
    def build(cls, section: Mapping[str, Any], clock: Callable[[], datetime]) -> "FakeDoor":
        """From configuration: `account` and `secret`, both optional."""
        return cls(**section)

    def sign(self, body: bytes) -> str:
        """The signature a counterpart puts into the header X-Fake-Signature."""
        return hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()

    def verify(self, request: Request, now: datetime) -> Payload:
        """Check the HMAC over the raw body (when a secret is set), then name the payload."""
        given = request.headers.get(SIGNATURE, "").encode("utf-8", "replace")
        if self.secret and not hmac.compare_digest(given, self.sign(request.body).encode()):
            raise Rejected("Tanda tangan tidak cocok.", status=403)
        return Payload(
            channel=self.name,
            account=self.account,
            body=request.body,
            media_type="application/json",
            received_at=now,
            delivery_id=request.headers.get("x-fake-delivery", ""),
        )

    def parse(self, payload: Payload) -> Parsed:
        """One item or a list of them, each a message or, with `status`, a delivery report."""
        try:
            items = json.loads(payload.body)
            return [_item(item, payload) for item in (items if isinstance(items, list) else [items])]
        except _WRONG as error:
            raise Unreadable(f"Muatan tidak terbaca ({type(error).__name__}).") from error

    async def send(self, message: OutboundMessage) -> Receipt:
        """Keep it and say yes, unless told to fail; the same key gives the same receipt."""
        if self.unavailable > 0:
            self.unavailable -= 1
            raise Unavailable("Penyedia sedang tidak dapat dihubungi.")
        if message.to.value in self.unknown:
            raise Undeliverable("Alamat tidak dikenal.")
        if self.undeliverable > 0:
            self.undeliverable -= 1
            raise Undeliverable("Penyedia menolak pesan ini.")
        self.sent.append(message)
        return Receipt(external_id=f"fake-{message.key}")

    async def fetch(self, remote: str, limit: int) -> bytes:
        """What `remote` holds for this handle; a handle it does not hold is gone for good."""
        self.fetched.append(remote)
        found = self.remote.get(remote)
        if found is None:
            raise Undeliverable("Berkas sudah tidak ada pada penyedia.")
        if isinstance(found, Exception):
            raise found
        if len(found) > limit:
            raise Undeliverable("Berkas lebih besar daripada yang dapat diterima.")
        return found


def _item(item: dict[str, Any], payload: Payload) -> InboundMessage | DeliveryReport:
    at = _time(item["sent_at"]) if "sent_at" in item else payload.received_at
    if "status" in item:
        status = _STATUS[item["status"]]
        return DeliveryReport(channel=payload.channel, external_id=_id(item), status=status, at=at)
    return InboundMessage(
        channel=payload.channel,
        account=payload.account,
        sender=Address(
            channel=payload.channel, value=one_line(item["from"]), name=one_line(item.get("name", ""))
        ),
        external_id=_id(item),
        text=clean(item.get("text", "")),
        sent_at=at,
        in_reply_to=one_line(item.get("reply_to", "")),
        group_id=one_line(item.get("group", "")),
        edited=bool(item.get("edited", False)),
        attachments=tuple(_photo(photo) for photo in item.get("photos", ())),
        place=_place(item["place"]) if "place" in item else None,
    )


def _id(item: dict[str, Any]) -> str:
    if not item["id"]:
        raise KeyError("id")
    return one_line(str(item["id"]))


def _time(written: str) -> datetime:
    at = datetime.fromisoformat(written)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _photo(photo: dict[str, str]) -> Attachment:
    return Attachment(
        name=one_line(photo.get("name", "foto.jpg")),
        media_type=photo.get("type", "image/jpeg"),
        content=b"" if "remote" in photo else base64.b64decode(photo["base64"], validate=True),
        remote=one_line(photo.get("remote", "")),
    )


def _place(place: dict[str, Any]) -> Place:
    lat, lon, note = point(place.get("lat"), place.get("lon"))
    return Place(lat=lat, lon=lon, label=" ".join(filter(None, (one_line(place.get("label", "")), note))))
