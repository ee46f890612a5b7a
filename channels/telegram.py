"""Telegram as a door: a bot that is asked for updates (poll) or told them (webhook), and that answers."""

import asyncio
import contextlib
import hmac
import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from channels._telegram_bot import BadToken, Line, Refused
from channels._telegram_check import look, username
from channels._telegram_kinds import HANDLE
from channels._telegram_poll import WANTED, Poll, advice
from channels._telegram_read import read
from channels._telegram_send import Post
from channels.base import (
    Deliver,
    Finding,
    Parsed,
    Payload,
    Rejected,
    Request,
    Traits,
    Unavailable,
    Undeliverable,
)
from channels.message import OutboundMessage, Receipt

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 (the header's name)
#: The Bot API gives no larger files (core.telegram.org/bots/api#getfile).
LARGEST = 20_000_000
_TOKEN = re.compile(r"[0-9]{3,20}:[A-Za-z0-9_-]{10,100}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
_UPDATE = re.compile(rb'"update_id"\s{0,9}:\s{0,9}([0-9]{1,19})(?![0-9.eE])')
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramSettings:
    """One bot. `mode` is "poll" or "webhook"; `public_url` is where Telegram reaches us (webhook).

    `rest` and `patience` are seconds: the first rest after an error, and for what is under way at close.
    """

    token: str = field(repr=False)
    mode: str = "poll"
    webhook_secret: str = field(default="", repr=False)
    api_url: str = "https://api.telegram.org"
    public_url: str = ""
    rest: float = 1.0
    patience: float = 10.0


class TelegramDoor:
    """Webhook, Listener, Parser, Sender and Fetcher of one bot."""

    name: ClassVar[str] = "telegram"
    traits: ClassVar[Traits] = Traits(
        burst=True, conversation=True, retries=True, edits=True, commands="slash"
    )

    def __init__(self, settings: TelegramSettings, clock: Callable[[], datetime]) -> None:
        if not _TOKEN.fullmatch(settings.token):
            raise ValueError("channels.telegram.token: bukan token bot (bentuknya 123456:ABC…)")
        if settings.mode not in ("poll", "webhook"):
            raise ValueError("channels.telegram.mode: harus poll atau webhook")
        if settings.mode == "webhook" and not _SECRET.fullmatch(settings.webhook_secret):
            raise ValueError("channels.telegram.webhook_secret: 16–256 huruf, angka, - dan _")
        self.settings = settings
        self.account = settings.token.partition(":")[0]
        self._line = Line(settings.token, settings.api_url.rstrip("/"))
        self._post = Post(self._line)
        self._poll: Poll | None = None
        self._announcing: asyncio.Task[None] | None = None
        self._trouble = ""
        self._naming: asyncio.Task[None] | None = None
        self._username = ""

    @classmethod
    def build(cls, section: Mapping[str, Any], clock: Callable[[], datetime]) -> "TelegramDoor":
        """From configuration: `TelegramSettings`' fields."""
        return cls(TelegramSettings(**section), clock)

    @property
    def where(self) -> str:
        """How updates come in, and what stands in their way."""
        chosen = self.settings
        if chosen.mode == "webhook":
            way = f"{chosen.public_url.rstrip('/')}/hooks/{self.name}"
        elif self._poll is None:
            return f"{chosen.api_url} (belum dibuka)"
        else:
            way = chosen.api_url
        return f"{way} ({self.trouble})" if self.trouble else way

    @property
    def trouble(self) -> str:
        """What stands in the way of updates, "" if nothing."""
        return self._poll.trouble if self._poll is not None else self._trouble

    def verify(self, request: Request, now: datetime) -> Payload:
        """Compare the secret token before anything else; without one of ours nothing is taken."""
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "replace")
        ours = self.settings.webhook_secret.encode()
        if not hmac.compare_digest(given, ours) or not ours or self.settings.mode != "webhook":
            raise Rejected("Token rahasia tidak cocok.", status=403)
        return self._payload(request.body, now)

    def replay(self, fields: Mapping[str, Any], url: str, now: datetime) -> Request | Payload:
        """The request Telegram would make of a recorded update; the payload itself where we poll."""
        body = json.dumps(fields, separators=(",", ":")).encode()
        if self.settings.mode == "poll":
            return self._payload(body, now)
        headers = {"content-type": "application/json", SECRET_HEADER: self.settings.webhook_secret}
        return Request(url=url, headers=headers, body=body)

    def _payload(self, body: bytes, now: datetime) -> Payload:
        found = _UPDATE.search(body)
        return Payload(
            channel=self.name,
            account=self.account,
            body=body,
            media_type="application/json",
            received_at=now,
            delivery_id=found[1].decode() if found else "",
        )

    def parse(self, payload: Payload) -> Parsed:
        """The message or report of one update; raises `Unreadable`."""
        return read(payload)

    async def open(self, deliver: Deliver, clock: Callable[[], datetime]) -> None:
        """Begin to ask for updates, or tell Telegram where to bring them; neither is waited for."""
        chosen = self.settings
        self._line.open()
        self._naming = asyncio.create_task(self._learn_name(), name="telegram-name")
        if chosen.mode == "webhook":
            self._announcing = asyncio.create_task(self._announce(), name="telegram-webhook")
            return
        self._poll = Poll(
            self._line, self.account, deliver, self.parse, clock, rest=chosen.rest, patience=chosen.patience
        )
        self._poll.start()

    async def close(self) -> None:
        """Stop asking at once, wait for what is being kept, hang up."""
        for task in (self._announcing, self._naming):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        if self._poll is not None:
            await self._poll.close()
        self._poll = self._announcing = self._naming = None
        await self._line.close()

    async def send(self, message: OutboundMessage) -> Receipt:
        """Hand over one message; the receipt is `chat_id:message_id`, as inbound messages are named."""
        return await self._post.send(message)

    async def fetch(self, remote: str, limit: int) -> bytes:
        """A file by its handle `telegram:FILE_ID`, at most `limit` bytes.

        Raises `Unavailable` (later) or `Undeliverable` (never: gone, or larger than `limit` or 20 MB).
        """
        if not remote.startswith(HANDLE):
            raise Undeliverable("Bukan berkas Telegram.")
        try:
            found = await self._line.call("getFile", file_id=remote.removeprefix(HANDLE))
        except Refused as error:
            raise _of_file(str(error).lower()) from error
        told = found if isinstance(found, dict) else {}
        path, size = told.get("file_path"), told.get("file_size")
        if isinstance(size, int) and size > min(limit, LARGEST):
            raise Undeliverable(f"Berkas ini {size} bita; terlalu besar untuk diambil.")
        if not isinstance(path, str) or not path:
            raise Unavailable("Telegram belum menyediakan berkas ini.")
        return await self._line.download(path, min(limit, LARGEST))

    async def check(self) -> tuple[Finding, ...]:
        """What Telegram says of the bot and its webhook; on a line of its own."""
        chosen = self.settings
        hook = f"{chosen.public_url.rstrip('/')}/hooks/{self.name}" if chosen.mode == "webhook" else ""
        return await look(Line(chosen.token, chosen.api_url.rstrip("/")), hook)

    def invitation(self, word: str, *, group: bool = False) -> str:
        """A t.me link by which Telegram says `/start WORD` to us; "" until Telegram has told our name."""
        how = "startgroup" if group else "start"
        return f"https://t.me/{self._username}?{how}={word}" if self._username else ""

    async def _learn_name(self) -> None:
        """Ask what the bot is called; again and again until Telegram tells."""
        tries = 0
        while not self._username:
            try:
                self._username = username(await self._line.call("getMe"))
            except (Unavailable, Undeliverable):
                await asyncio.sleep(min(60.0, self.settings.rest * 2 ** min(tries, 6)))
                tries += 1
            else:
                return

    async def _announce(self) -> None:
        """Set the webhook; again and again until Telegram takes it."""
        chosen, tries = self.settings, 0
        while True:
            try:
                await self._line.call(
                    "setWebhook",
                    url=f"{chosen.public_url.rstrip('/')}/hooks/{self.name}",
                    secret_token=chosen.webhook_secret,
                    allowed_updates=list(WANTED),
                )
            except (Unavailable, Undeliverable) as error:
                self._trouble = advice(error)
                log.warning("telegram_webhook_not_set reason=%s", self._trouble)
                asked = 60.0 if isinstance(error, BadToken) else getattr(error, "retry_after", 0.0)
                await asyncio.sleep(asked or min(60.0, chosen.rest * 2 ** min(tries, 6)))
                tries += 1
            else:
                self._trouble = ""
                return


def _of_file(said: str) -> Exception:
    """What a 400 of `getFile` means: too big is never, "temporarily unavailable" is later."""
    if "too big" in said:
        return Undeliverable("Berkas lebih dari 20 MB; Telegram tidak memberikannya kepada bot.")
    if "temporarily unavailable" in said:
        return Unavailable("Berkas sementara tidak tersedia di Telegram.")
    return Undeliverable("Telegram tidak mengenal berkas ini.")
