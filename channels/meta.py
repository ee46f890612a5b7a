"""Facebook and Instagram as doors: messages to the city's page or account, comments below its posts."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urljoin

from channels._download import Download
from channels._http import Caller
from channels._meta_kinds import HANDLE, HOSTS
from channels._meta_read import read
from channels._meta_send import Graph, MetaSettings, Post
from channels._text import one_line
from channels.base import (
    Answer,
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

SIGNATURE = "x-hub-signature-256"
_KEYS = "Periksa id, token, dan channels.meta."


class MetaDoor:
    """Webhook, Sender, Fetcher, Checker and Replayer of one page or account; a door of each kind below."""

    name: ClassVar[str]
    longest: ClassVar[int]
    replies: ClassVar[str]
    names: ClassVar[tuple[str, ...]]
    #: Meta tries again for days, so a ledger that is down loses nothing.
    traits: ClassVar[Traits] = Traits(burst=True, commands="words")

    def __init__(self, settings: MetaSettings, clock: Callable[[], datetime]) -> None:
        self.settings = settings
        self.account = settings.account
        self._graph = Graph(settings, Caller(self.name, settings.timeout))
        self._post = Post(self._graph, settings, clock, longest=self.longest, replies=self.replies)
        self._files = Download(
            "Meta", settings.api_url, HOSTS, gone=(403, 404, 410), timeout=settings.timeout
        )

    @classmethod
    def build(cls, section: Mapping[str, Any], clock: Callable[[], datetime]) -> "MetaDoor":
        """From configuration: `MetaSettings`' fields."""
        return cls(MetaSettings(**section), clock)

    def challenge(self, request: Request) -> Answer:
        """What Meta is answered when it asks whether this address is ours; raises `Rejected`."""
        asked, ours = request.query, self.settings.verify_token.encode()
        given = asked.get("hub.verify_token", "").encode("utf-8", "replace")
        if asked.get("hub.mode") != "subscribe" or not ours or not hmac.compare_digest(given, ours):
            raise Rejected("Kata kunci tidak cocok.", status=403)
        return Answer("text/plain", asked.get("hub.challenge", "")[:500].encode())

    def verify(self, request: Request, now: datetime) -> Payload:
        """The signature over the raw body first; raises `Rejected`."""
        given = request.headers.get(SIGNATURE, "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, self._signature(request.body).encode()):
            raise Rejected("Tanda tangan tidak cocok.", status=403)
        return Payload(
            channel=self.name,
            account=self.account,
            body=request.body,
            media_type="application/json",
            received_at=now,
        )

    def parse(self, payload: Payload) -> Parsed:
        """Everything in a delivery; raises `Unreadable`."""
        return read(payload)

    async def send(self, message: OutboundMessage) -> Receipt:
        """Hand over one message; raises `Unavailable` or `Undeliverable`."""
        return await self._post.send(message)

    async def name_of(self, value: str) -> str:
        """How a writer calls themselves, "" where Meta does not tell; raises `Unavailable`."""
        if not value.isdecimal():
            return ""
        try:
            told = await self._graph.get(f"{value}?fields={','.join(self.names)}")
        except Undeliverable:
            return ""
        parts = (told.get(field) for field in self.names)
        return one_line(" ".join(part for part in parts if isinstance(part, str) and part), 200)

    async def fetch(self, remote: str, limit: int) -> bytes:
        """A file by its handle, at most `limit` bytes; raises `Unavailable` or `Undeliverable`."""
        if not remote.startswith(HANDLE):
            raise Undeliverable("Bukan berkas Meta.")
        url = urljoin(self.settings.api_url, remote.removeprefix(HANDLE))
        return await self._files.get(url, limit)

    async def check(self) -> tuple[Finding, ...]:
        """Whether our token holds, and whether deliveries are ordered to come here."""
        hook = f"{self.settings.public_url.rstrip('/')}/hooks/{self.name}"
        try:
            await self._graph.get(f"{self.account}?fields=id")
        except (Unavailable, Undeliverable) as error:
            return (Finding(False, str(error), _KEYS),)
        return Finding(True, "Token dikenal Meta."), _address(hook), await self._ordered()

    async def _ordered(self) -> Finding:
        try:
            told = await self._graph.get(f"{self.account}/subscribed_apps")
        except (Unavailable, Undeliverable) as error:
            return Finding(False, str(error), _KEYS)
        listed = told.get("data")
        if isinstance(listed, list) and listed:
            return Finding(True, "Aplikasi berlangganan kiriman halaman ini.")
        return Finding(
            False,
            "Aplikasi belum berlangganan kiriman halaman ini.",
            "Di konsol Meta, bagian Webhooks, pilih halaman ini dan kolom messages serta komentar.",
        )

    def replay(self, fields: Mapping[str, Any], url: str, now: datetime) -> Request:
        """The request Meta would make of a recorded delivery to `url`, with a signature that holds."""
        body = json.dumps(fields).encode()
        headers = {"content-type": "application/json", SIGNATURE: self._signature(body)}
        return Request(url=url, headers=headers, body=body)

    def _signature(self, body: bytes) -> str:
        return "sha256=" + hmac.new(self.settings.app_secret.encode(), body, hashlib.sha256).hexdigest()


def _address(hook: str) -> Finding:
    if hook.startswith("https://"):
        return Finding(True, f"Alamat untuk Meta memakai https: {hook}")
    return Finding(False, f"Meta hanya mengantar ke https, bukan ke {hook}.", "Isi city.public_url.")


class FacebookDoor(MetaDoor):
    """One page: Messenger, comments and posts of visitors."""

    name, longest, replies = "facebook", 2_000, "comments"
    names = ("first_name", "last_name")


class InstagramDoor(MetaDoor):
    """One professional account: direct messages, comments and mentions."""

    name, longest, replies = "instagram", 1_000, "replies"
    names = ("name", "username")
