"""What people wrote to a Twilio account, asked of Twilio: in the form in which its webhook would tell it.

Source: twilio.com/docs/messaging/api/message-resource (reading a list) and …/media-resource.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from channels._twilio import Rest
from channels._twilio_form import delivery_id
from channels.base import Deliver, Parsed, Payload, Unavailable

#: Messages on a page; with more pages than this, a stretch of time is asked for in two halves.
PAGE, MOST_PAGES = 100, 20
_STRETCH, _SHORTEST = timedelta(days=7), timedelta(seconds=2)
FORM = "application/x-www-form-urlencoded"
#: The webhook's parameter by the field of the message resource.
_TOLD = {
    "AccountSid": "account_sid",
    "ApiVersion": "api_version",
    "From": "from",
    "To": "to",
    "Body": "body",
    "NumMedia": "num_media",
    "NumSegments": "num_segments",
    "MessagingServiceSid": "messaging_service_sid",
    "DateSent": "date_sent",
}


class Reader(Protocol):
    """The door whose messages they are."""

    @property
    def name(self) -> str: ...
    @property
    def account(self) -> str: ...
    def parse(self, payload: Payload) -> Parsed: ...


def sent_at(fields: Mapping[str, str], received: datetime) -> datetime:
    """When Twilio got a message that was asked for; a webhook tells none: then it came just now."""
    try:
        at = parsedate_to_datetime(fields.get("DateSent", ""))
    except ValueError:
        return received
    return min(at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC), received)


async def bring(
    door: Reader, fields: Mapping[str, str], delivery: str, now: datetime, deliver: Deliver
) -> None:
    """Deliver what was asked of Twilio as its webhook would have told it; `delivery` is its id."""
    payload = Payload(
        channel=door.name,
        account=door.account,
        body=urlencode(fields).encode(),
        media_type=FORM,
        received_at=now,
        delivery_id=delivery,
    )
    await deliver(payload, partial(door.parse, payload))


class Inbox:
    """The messages to one `number` ("whatsapp:+62…" for WhatsApp), or to a messaging `service`.

    A service carries SMS and WhatsApp: `whatsapp` says which of them are wanted.
    """

    def __init__(self, rest: Rest, *, number: str = "", service: str = "", whatsapp: bool = False) -> None:
        self._rest = rest
        self._number = number
        self._service = service
        self._whatsapp = whatsapp

    async def sweep(self, door: Reader, since: datetime, now: datetime, deliver: Deliver) -> int:
        """Deliver all that came since then, oldest first; returns how many. Raises `Unavailable`."""
        count = 0
        async for fields in self.since(since, now):
            await bring(door, fields, delivery_id(fields), now, deliver)
            count += 1
        return count

    async def since(self, since: datetime, until: datetime) -> AsyncIterator[Mapping[str, str]]:
        """The messages between two times as a webhook's parameters, oldest first; raises `Unavailable`."""
        begin, step = since, _STRETCH
        while begin < until:
            end = min(begin + step, until)
            messages = await self._between(begin, end)
            if messages is None and end - begin <= _SHORTEST:
                raise Unavailable("Twilio menyebut terlalu banyak pesan dalam dua detik.")
            if messages is None:
                step = max((end - begin) / 2, _SHORTEST)
                continue
            for message in messages:
                yield await self._fields(message)
            begin = end

    async def _between(self, begin: datetime, end: datetime) -> Sequence[Mapping[str, Any]] | None:
        """The messages of a stretch of time, oldest first; None when they are more than can be asked for."""
        asked = {"DateSent>": _utc(begin), "DateSent<": _utc(end), "PageSize": str(PAGE)}
        if self._number:
            asked["To"] = self._number
        page = self._rest.path("Messages") + "?" + urlencode(asked)
        found: list[Mapping[str, Any]] = []
        for _ in range(MOST_PAGES):
            told = await self._rest.read(page)
            messages = told.get("messages")
            if not isinstance(messages, list):
                raise Unavailable("Jawaban Twilio tidak memuat daftar pesan.")
            found += [one for one in messages if isinstance(one, dict) and self._ours(one)]
            following = told.get("next_page_uri")
            if not following:
                return found[::-1]  # Twilio names the newest first
            page = str(following)
        return None

    def _ours(self, message: Mapping[str, Any]) -> bool:
        """Whether somebody wrote it to us: the list also holds what we sent."""
        if message.get("direction") != "inbound" or not message.get("sid"):
            return False
        if self._number:
            return message.get("to") == self._number
        by_service = message.get("messaging_service_sid") == self._service
        return by_service and str(message.get("from")).startswith("whatsapp:") == self._whatsapp

    async def _fields(self, message: Mapping[str, Any]) -> Mapping[str, str]:
        """A message resource as the webhook's parameters."""
        sid = str(message["sid"])
        fields = dict.fromkeys(("MessageSid", "SmsMessageSid", "SmsSid"), sid) | {"SmsStatus": "received"}
        for name, field in _TOLD.items():
            if (value := message.get(field)) is not None:
                fields[name] = str(value)
        if fields.get("NumMedia", "0") not in ("", "0"):
            fields |= await self._media(sid)
        return fields

    async def _media(self, sid: str) -> Mapping[str, str]:
        """Where a message's files are, and what they are."""
        told = await self._rest.read(self._rest.path(f"Messages/{quote(sid, safe='')}/Media"))
        media = told.get("media_list")
        named = [one for one in media if isinstance(one, dict)] if isinstance(media, list) else []
        fields: dict[str, str] = {}
        for number, one in enumerate(named):
            fields[f"MediaUrl{number}"] = self._rest.url(str(one.get("uri", "")).removesuffix(".json"))
            fields[f"MediaContentType{number}"] = str(one.get("content_type", ""))
        return fields


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
