"""WhatsApp as a door, by Twilio: one business number that is written to and that answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from channels import _twilio_check
from channels import _twilio_form as form
from channels._http import Caller
from channels._twilio import Rest, TwilioSettings, sign
from channels._twilio_list import Inbox
from channels._twilio_media import Media
from channels._whatsapp_read import PREFIX, read
from channels._whatsapp_send import Post, Template
from channels.base import Answer, Deliver, Finding, Parsed, Payload, Request, Traits
from channels.message import OutboundMessage, Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatsAppSettings:
    """The door's own settings: a `number` of ours in E.164 or a messaging service, one of the two.

    `templates` are by kind of notice, "any" for the others; `public_url` is where Twilio reaches us.
    """

    number: str = ""
    messaging_service: str = ""
    public_url: str = ""
    timeout: float = 10.0
    templates: Mapping[str, Template] = field(default_factory=dict)


class WhatsAppDoor:
    """Webhook, Sender, Fetcher, Sweeper, Checker and Replayer of one WhatsApp number."""

    name: ClassVar[str] = "whatsapp"
    #: Twilio tries again once or a few times within seconds, so we spool.
    traits: ClassVar[Traits] = Traits(burst=True, retries=False, edits=False, commands="words")
    answer: ClassVar[Answer | None] = form.ANSWER

    def __init__(
        self, settings: WhatsAppSettings, account: TwilioSettings, clock: Callable[[], datetime]
    ) -> None:
        if bool(settings.number) == bool(settings.messaging_service):
            raise ValueError("channels.whatsapp: isi salah satu, number atau messaging_service")
        self.settings = settings
        self.account = settings.number or settings.messaging_service
        self._twilio = account
        self._media = Media(account, settings.timeout)
        self._clock = clock
        self._rest = Rest(account, Caller("whatsapp", settings.timeout))
        ours = f"{PREFIX}{settings.number}" if settings.number else ""
        self._inbox = Inbox(self._rest, number=ours, service=settings.messaging_service, whatsapp=True)
        self._post = Post(self._rest, _always(settings), settings.templates, settings.public_url, clock)

    @classmethod
    def build(cls, section: Mapping[str, Any], clock: Callable[[], datetime]) -> "WhatsAppDoor":
        """From configuration: `WhatsAppSettings`' fields, and `twilio` for the account."""
        parts = dict(section)
        account = TwilioSettings(**(parts.pop("twilio", None) or {}))
        templates = {kind: Template(**one) for kind, one in parts.pop("templates", {}).items()}
        return cls(WhatsAppSettings(**parts, templates=templates), account, clock)

    def verify(self, request: Request, now: datetime) -> Payload:
        """The signature over everything received first; raises `Rejected`."""
        delivery_id = form.check(request, self._twilio)
        return Payload(
            channel=self.name,
            account=self.account,
            body=request.body,
            media_type=request.headers.get("content-type", "")[:200],
            received_at=now,
            delivery_id=delivery_id,
        )

    def parse(self, payload: Payload) -> Parsed:
        """The message or the report of one form; raises `Unreadable`."""
        return read(payload)

    async def send(self, message: OutboundMessage) -> Receipt:
        """Hand over one message; the receipt names its last part. Raises `Unavailable`, `Undeliverable`."""
        return await self._post.send(message)

    async def fetch(self, remote: str, limit: int) -> bytes:
        """A file by its handle, at most `limit` bytes; raises `Unavailable` or `Undeliverable`."""
        return await self._media.fetch(remote, limit)

    async def sweep(self, since: datetime, deliver: Deliver) -> int:
        """Deliver every message since then again, oldest first; raises `Unavailable`.

        Twilio's list tells no place: a location first seen this way has none.
        """
        return await self._inbox.sweep(self, since, self._clock(), deliver)

    async def check(self) -> tuple[Finding, ...]:
        """What Twilio says of the account; where a sender's webhook leads cannot be asked for."""
        first = await _twilio_check.account(self._rest)
        if not first.ok:
            return (first,)
        hook = f"{self.settings.public_url.rstrip('/')}/hooks/{self.name}"
        said = "Webhook nomor WhatsApp tidak dapat diperiksa dari sini."
        advice = f"Pastikan di konsol Twilio, pada pengirim WhatsApp: {hook}, cara POST."
        return first, _twilio_check.reachable(hook), Finding(True, said, advice)

    def replay(self, fields: Mapping[str, Any], url: str, now: datetime) -> Request:
        """The request Twilio would make of recorded parameters to `url`, with a signature that holds."""
        return sign(url, {name: str(value) for name, value in fields.items()}, self._twilio)


def _always(settings: WhatsAppSettings) -> dict[str, str]:
    """Who sends, and where Twilio tells what became of it: only where it can reach us, by https."""
    if settings.messaging_service:
        fields = {"MessagingServiceSid": settings.messaging_service}
    else:
        fields = {"From": PREFIX + settings.number}
    base = settings.public_url.rstrip("/")
    if base.startswith("https://"):
        fields["StatusCallback"] = f"{base}/hooks/whatsapp"
    return fields
