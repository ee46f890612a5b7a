"""SMS as a door: Twilio, or any gateway that speaks HTTP; what goes out fits into two SMS."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol

from channels._http import Caller
from channels._reach import phone
from channels._sms_gateway import Gateway, Proof
from channels._sms_post import Outbound
from channels._sms_read import Inbound
from channels._sms_text import fit
from channels._sms_twilio import Sending, TwilioSms
from channels._twilio import TwilioSettings
from channels.base import Answer, Deliver, Finding, Parsed, Payload, Request, Traits, Undeliverable
from channels.message import OutboundMessage, Receipt

#: Receipts of the last sendings: what is asked for twice is not paid for twice.
_REMEMBERED = 2_000


class Provider(Protocol):
    """Who carries our SMS; `answer` is what it expects to hear, None = anything."""

    @property
    def account(self) -> str: ...
    @property
    def answer(self) -> Answer | None: ...
    @property
    def by_get(self) -> bool: ...
    def check(self, request: Request, now: datetime) -> tuple[str, bytes]:
        """The delivery's id and what it brings; raises `Rejected`."""
        ...

    def parse(self, payload: Payload) -> Parsed:
        """Everything in the payload; raises `Unreadable`."""
        ...

    async def send(self, to: str, text: str, key: str) -> str:
        """The provider's id of the message; raises `Unavailable` or `Undeliverable`."""
        ...

    async def fetch(self, remote: str, limit: int) -> bytes:
        """A picture by its handle; raises `Unavailable` or `Undeliverable`."""
        ...

    def replay(self, fields: Mapping[str, Any], url: str) -> Request:
        """The request it would make of these fields to `url`."""
        ...

    async def findings(self, hook: str) -> tuple[Finding, ...]:
        """What a look at the provider finds; `hook` is where it is to deliver."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsSettings:
    """The door's own settings: `number` is ours, `segments` how many SMS one message may take."""

    provider: str
    number: str = ""
    messaging_service: str = ""
    public_url: str = ""
    segments: int = 2
    timeout: float = 10.0


class SmsDoor:
    """Webhook, Sender and, for MMS, Fetcher of one number."""

    name: ClassVar[str] = "sms"
    #: No provider tries again for long (Twilio: not at all after an answer), so we spool.
    traits: ClassVar[Traits] = Traits(burst=True, retries=False, edits=False, commands="words")

    def __init__(self, settings: SmsSettings, provider: Provider) -> None:
        self.settings = settings
        self.account = provider.account
        self._provider = provider
        self._receipts: OrderedDict[tuple[str, str], Receipt] = OrderedDict()

    @classmethod
    def build(cls, section: Mapping[str, Any], clock: Callable[[], datetime]) -> "SmsDoor":
        """From configuration: `SmsSettings`' fields, and `twilio` or `gateway` for the provider chosen."""
        parts = dict(section)
        twilio, gateway = parts.pop("twilio", None), parts.pop("gateway", None)
        settings = SmsSettings(**parts)
        caller = Caller("sms", settings.timeout)
        if settings.provider == "twilio" and twilio is not None:
            return TwilioSmsDoor(settings, _twilio(settings, twilio, caller), clock)
        if settings.provider == "gateway" and gateway is not None:
            return cls(settings, _gateway(settings, gateway, caller))
        raise ValueError("channels.sms.provider: pilih twilio atau gateway, dan isi bagiannya")

    @property
    def answer(self) -> Answer | None:
        """What the provider expects to hear when a delivery is kept."""
        return self._provider.answer

    @property
    def by_get(self) -> bool:
        """Whether the provider may deliver by GET."""
        return self._provider.by_get

    def verify(self, request: Request, now: datetime) -> Payload:
        """Signature or secret first; raises `Rejected`."""
        delivery_id, body = self._provider.check(request, now)
        return Payload(
            channel=self.name,
            account=self.account,
            body=body,
            media_type=request.headers.get("content-type", "")[:200],
            received_at=now,
            delivery_id=delivery_id,
        )

    def parse(self, payload: Payload) -> Parsed:
        """The messages and reports of a delivery; raises `Unreadable`."""
        return self._provider.parse(payload)

    async def fetch(self, remote: str, limit: int) -> bytes:
        """A picture of an MMS; raises `Unavailable` or `Undeliverable`."""
        return await self._provider.fetch(remote, limit)

    def replay(self, fields: Mapping[str, Any], url: str, now: datetime) -> Request:
        """The request the provider would make of recorded fields to `url`, with a proof that holds."""
        return self._provider.replay(fields, url)

    async def send(self, message: OutboundMessage) -> Receipt:
        """Send one message as at most `segments` SMS; the same key is not sent twice by this process."""
        to = phone(message.to.value)
        if not to:
            raise Undeliverable("Penerima ini tidak punya nomor telepon.")
        if (known := self._receipts.get((message.key, to))) is not None:
            return known
        link = message.actions[0][1] if message.actions else ""
        text = fit(message.text, link, self.settings.segments)
        receipt = Receipt(external_id=await self._provider.send(to, text, message.key))
        self._receipts[message.key, to] = receipt
        if len(self._receipts) > _REMEMBERED:
            self._receipts.popitem(last=False)
        return receipt

    async def check(self) -> tuple[Finding, ...]:
        """What a look at the provider finds."""
        return await self._provider.findings(f"{self.settings.public_url.rstrip('/')}/hooks/{self.name}")


class TwilioSmsDoor(SmsDoor):
    """A Sweeper, too: Twilio can be asked for what its webhook could not bring."""

    def __init__(self, settings: SmsSettings, provider: TwilioSms, clock: Callable[[], datetime]) -> None:
        super().__init__(settings, provider)
        self._inbox = provider.inbox
        self._clock = clock

    async def sweep(self, since: datetime, deliver: Deliver) -> int:
        """Deliver every SMS since then again, oldest first; returns how many. Raises `Unavailable`."""
        return await self._inbox.sweep(self, since, self._clock(), deliver)


def _twilio(settings: SmsSettings, section: Mapping[str, Any], caller: Caller) -> TwilioSms:
    """Twilio tells what became of a message only where it can reach us: by https."""
    base = settings.public_url.rstrip("/")
    sending = Sending(
        number=settings.number,
        messaging_service=settings.messaging_service,
        callback=f"{base}/hooks/sms" if base.startswith("https://") else "",
    )
    return TwilioSms(TwilioSettings(**section), sending, caller)


def _gateway(settings: SmsSettings, section: Mapping[str, Any], caller: Caller) -> Gateway:
    parts = dict(section)
    inbound, outbound = Inbound(**parts.pop("inbound")), Outbound(**parts.pop("outbound"))
    answer = parts.pop("answer", "")
    return Gateway(settings.number or "gateway", Proof(**parts), inbound, outbound, answer, caller)
