"""The telephone as a door, by Twilio: a caller is greeted, recorded, and told the number of the report."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal

from channels import _phone_say as say
from channels import _twilio_check
from channels import _twilio_form as form
from channels._http import Caller
from channels._phone_list import Calls
from channels._phone_read import call_of, delivery_id, read, recording_of
from channels._phone_say import Script
from channels._twilio import Rest, TwilioSettings, pairs_of, sign
from channels._twilio_media import Media
from channels.base import Accepted, Answer, Deliver, Finding, Parsed, Payload, Rejected, Request, Traits

#: Calls whose recording is known are remembered: their end is no news.
_REMEMBERED = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneSettings:
    """The door's own settings: our `number` in E.164, where Twilio reaches us, what callers hear.

    `phones` is the channel by which a caller is answered: "phone" reaches nobody.
    """

    number: str
    public_url: str = ""
    timeout: float = 10.0
    phones: Literal["phone", "sms", "whatsapp"] = "phone"
    script: Script = field(default_factory=Script)


class PhoneDoor:
    """Webhook, Fetcher, Sweeper, Checker and Replayer of one number; it never calls anybody."""

    name: ClassVar[str] = "phone"
    #: Twilio asks once and reads an English sentence to the caller when we fail, so we spool.
    traits: ClassVar[Traits] = Traits(conversation=False, retries=False, edits=False)

    def __init__(
        self, settings: PhoneSettings, account: TwilioSettings, clock: Callable[[], datetime]
    ) -> None:
        self.settings = settings
        self.account = settings.number
        self._twilio = account
        self._media = Media(account, settings.timeout)
        self._clock = clock
        self._rest = Rest(account, Caller("phone", settings.timeout))
        self._calls = Calls(self._rest, settings.number)
        self._recorded: OrderedDict[str, None] = OrderedDict()
        self._url = f"{settings.public_url.rstrip('/')}/hooks/{self.name}"

    @classmethod
    def build(cls, section: Mapping[str, Any], clock: Callable[[], datetime]) -> "PhoneDoor":
        """From configuration: `PhoneSettings`' fields, `script`, and `twilio` for the account."""
        parts = dict(section)
        account = TwilioSettings(**(parts.pop("twilio", None) or {}))
        return cls(PhoneSettings(**parts | {"script": Script(**parts.get("script", {}))}), account, clock)

    def verify(self, request: Request, now: datetime) -> Payload:
        """The signature over everything received first; raises `Rejected`."""
        fields = form.proven(request, self._twilio)
        if not call_of(fields):
            raise Rejected("Bukan panggilan telepon.")
        if recording_of(fields):
            self._remember(call_of(fields))
        return Payload(
            channel=self.name,
            account=self.account,
            body=request.body,
            media_type=request.headers.get("content-type", "")[:200],
            received_at=now,
            delivery_id=delivery_id(fields),
        )

    def parse(self, payload: Payload) -> Parsed:
        """What a form tells of a call: a recording, or that there is none. Raises `Unreadable`."""
        return read(payload, self.settings.phones, recorded=self._is_recorded(payload))

    def reply(self, request: Request, accepted: Sequence[Accepted]) -> Answer:
        """What the caller hears next."""
        fields = dict(pairs_of(request.body))
        if recording_of(fields):
            return say.goodbye(self.settings.script, accepted[0].ref if accepted else "")
        if fields.get("CallStatus", "ringing") in ("ringing", "in-progress"):
            return say.welcome(self.settings.script, self._url)
        return say.nothing()

    async def fetch(self, remote: str, limit: int) -> bytes:
        """A recording by its handle, at most `limit` bytes; raises `Unavailable` or `Undeliverable`."""
        return await self._media.fetch(remote, limit)

    async def sweep(self, since: datetime, deliver: Deliver) -> int:
        """Deliver every call since then again, oldest first; returns how many. Raises `Unavailable`."""
        return await self._calls.sweep(self, since, self._clock(), deliver)

    async def check(self) -> tuple[Finding, ...]:
        """What Twilio says of the account and the number; whether calls to it are led here."""
        first = await _twilio_check.account(self._rest)
        if not first.ok:
            return (first,)
        return first, _twilio_check.reachable(self._url), await self._calls.finding(self._url)

    def replay(self, fields: Mapping[str, Any], url: str, now: datetime) -> Request:
        """The request Twilio would make of recorded parameters to `url`, with a signature that holds."""
        return sign(url, {name: str(value) for name, value in fields.items()}, self._twilio)

    def _is_recorded(self, payload: Payload) -> bool:
        return payload.delivery_id.partition(":")[0] in self._recorded

    def _remember(self, call: str) -> None:
        self._recorded[call] = None
        if len(self._recorded) > _REMEMBERED:
            self._recorded.popitem(last=False)
