"""X as a door: posts that mention the city, and direct messages to its account."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urljoin

from channels._download import Download
from channels._http import Answered, Caller
from channels._sending import Sent, whole
from channels._x_oauth import Keys, authorization
from channels._x_read import DIRECT, HANDLE, POST, read
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

SIGNATURE = "x-twitter-webhooks-signature"
#: Where X's pictures and films lie.
HOSTS = ("twimg.com", "twitter.com", "x.com")
#: What everybody reads below a mention: no number, no name, nothing of the matter; X takes 280 characters.
IN_PUBLIC = (
    "Terima kasih, laporan Anda sudah kami terima. Nomor dan kelanjutannya kami kirim lewat pesan langsung."
)
ASK_TO_WRITE = (
    "Terima kasih, laporan Anda kami terima. Agar dapat kami kabari, kirim pesan langsung ke akun ini."
)
_CLOSED = "Warga ini tidak menerima pesan langsung dari akun kota. Pakai kanal lain."
_KEYS = "Periksa kunci aplikasi dan akun X (channels.x) serta izin Read, Write and Direct Messages."
#: How X says that somebody takes no message of ours, or a post no answer.
_CLOSED_WORDS = re.compile(
    r"permission to dm|cannot send|not permitted|not visible|duplicate|can.t reply", re.I
)
_CRC = re.compile(r"[A-Za-z0-9+/=_-]{1,200}", re.ASCII)
_LONGEST_DIRECT, _LONGEST_POST = 10_000, 280
#: Codes and problems that mean: not to this person.
_NEVER = frozenset((34, 50, 108, 109, 150, 349, 433))


@dataclass(frozen=True, slots=True, kw_only=True)
class XSettings:
    """Our account (its numeric id) and the keys of app and account; where its API is.

    `files_url` is where files of direct messages lie, which our login alone opens.
    """

    account: str
    keys: Keys = field(repr=False)
    public_url: str = ""
    api_url: str = "https://api.x.com"
    files_url: str = "https://ton.twitter.com"
    timeout: float = 10.0


class XDoor:
    """Webhook, Sender, Fetcher, Checker and Replayer of one account."""

    name: ClassVar[str] = "x"
    #: X tries again for some minutes only, so we spool.
    traits: ClassVar[Traits] = Traits(burst=True, retries=False, edits=False, commands="words")

    def __init__(self, settings: XSettings, clock: Callable[[], datetime]) -> None:
        self.settings = settings
        self.account = settings.account
        self._clock = clock
        self._caller = Caller("x", settings.timeout)
        self._files = Download("X", settings.api_url, HOSTS, gone=(404, 410), timeout=settings.timeout)
        self._direct = Download("X", settings.files_url, HOSTS, gone=(404, 410), timeout=settings.timeout)
        self._sent = Sent[dict[str, str]](dict)

    @classmethod
    def build(cls, section: Mapping[str, Any], clock: Callable[[], datetime]) -> "XDoor":
        """From configuration: `XSettings`' fields, the keys as their own part."""
        parts = dict(section)
        return cls(XSettings(**parts | {"keys": Keys(**parts.get("keys", {}))}), clock)

    def challenge(self, request: Request) -> Answer:
        """What X is answered when it asks, daily, whether we know the secret; raises `Rejected`."""
        token = request.query.get("crc_token", "")
        if not _CRC.fullmatch(token):  # what is answered signs deliveries, too: nothing that could be one
            raise Rejected("Tanpa crc_token yang dikenal.")
        told = {"response_token": self._signature(token.encode("utf-8", "replace"))}
        return Answer("application/json", json.dumps(told).encode())

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
            delivery_id=hashlib.sha256(request.body).hexdigest()[:32],
        )

    def parse(self, payload: Payload) -> Parsed:
        """Everything in a delivery; raises `Unreadable`."""
        return read(payload)

    async def send(self, message: OutboundMessage) -> Receipt:
        """In private; below a mention one public line with the acknowledgement, too.

        Who takes no direct messages is asked there to write first. Raises `Unavailable`, `Undeliverable`.
        """
        to = message.to.value
        if not to.isdecimal():
            raise Undeliverable("Penerima ini tidak dikenal X.")
        done = self._sent.of(to, message.key)
        mention = message.in_reply_to.removeprefix(POST) if message.in_reply_to.startswith(POST) else ""
        public = bool(mention) and message.template == "ack"
        if "private" not in done and "closed" not in done:
            try:
                path = f"2/dm_conversations/with/{to}/messages"
                told = await self._call("POST", path, {"text": whole(message)[:_LONGEST_DIRECT]})
                done["private"] = _named(told, "dm_event_id")
            except Undeliverable:
                if not public:
                    raise
                done["closed"] = ""
        if public and "public" not in done:
            await self._in_public(mention, ASK_TO_WRITE if "closed" in done else IN_PUBLIC, done)
        if "closed" in done:
            return Receipt(external_id=POST + done["public"], told=f"[di X, terbuka: {ASK_TO_WRITE}]")
        return Receipt(external_id=done["private"])

    async def _in_public(self, mention: str, line: str, done: dict[str, str]) -> None:
        """One line below a mention; who has the private answer does without it where X refuses it."""
        told = {"text": line, "reply": {"in_reply_to_tweet_id": mention}}
        try:
            done["public"] = _named(await self._call("POST", "2/tweets", told), "id")
        except (Unavailable, Undeliverable):
            if "closed" in done:
                raise
            done["public"] = ""

    async def fetch(self, remote: str, limit: int) -> bytes:
        """A file by its handle, at most `limit` bytes; raises `Unavailable` or `Undeliverable`."""
        if not remote.startswith(HANDLE):
            raise Undeliverable("Bukan berkas X.")
        where = remote.removeprefix(HANDLE)
        if not where.startswith(DIRECT):
            return await self._files.get(urljoin(self.settings.api_url, where), limit)
        url = urljoin(self.settings.files_url, where.removeprefix(DIRECT))
        login = authorization("GET", url, self.settings.keys, self._clock())
        return await self._direct.get(url, limit, {"Authorization": login})

    async def check(self) -> tuple[Finding, ...]:
        """Whether our keys hold and are this account's."""
        try:
            told = await self._call("GET", "2/users/me")
        except (Unavailable, Undeliverable) as error:
            return (Finding(False, str(error), _KEYS),)
        hook = f"{self.settings.public_url.rstrip('/')}/hooks/{self.name}"
        if _named(told, "id") != self.account:
            return (Finding(False, "Kunci ini milik akun X lain.", _KEYS),)
        advice = f"Pastikan di konsol X: webhook {hook} terdaftar dan akun kota berlangganan."
        return (
            Finding(True, "Kunci dikenal X."),
            Finding(hook.startswith("https://"), f"Alamat: {hook}", advice),
        )

    def replay(self, fields: Mapping[str, Any], url: str, now: datetime) -> Request:
        """The request X would make of a recorded delivery to `url`, with a signature that holds."""
        body = json.dumps(fields).encode()
        return Request(url=url, headers={SIGNATURE: self._signature(body)}, body=body)

    def _signature(self, body: bytes) -> str:
        mac = hmac.digest(self.settings.keys.consumer_secret.encode(), body, "sha256")
        return "sha256=" + base64.b64encode(mac).decode()

    async def _call(self, method: str, path: str, told: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        url = f"{self.settings.api_url.rstrip('/')}/{path}"
        headers = {
            "Authorization": authorization(method, url, self.settings.keys, self._clock()),
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        body = None if told is None else json.dumps(told, ensure_ascii=False).encode()
        return _taken(await self._caller.call(method, url, headers, body))


def _taken(answer: Answered) -> Mapping[str, Any]:
    told = answer.told
    data = told.get("data")
    if answer.status in (200, 201) and isinstance(data, dict):
        return data
    errors = told.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    refused = answer.status == 403 and _CLOSED_WORDS.search(str(told.get("detail", "")))
    if first.get("code") in _NEVER or refused:
        raise Undeliverable(_CLOSED)
    if answer.status == 400:
        raise Undeliverable("X menolak pesan ini (400).", reachable=True)
    advice = f" {_KEYS}" if answer.status in (401, 403) else ""
    raise Unavailable(f"X menjawab {answer.status}.{advice}", answer.retry_after)


def _named(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    if not isinstance(value, str) or not value:
        raise Unavailable("Jawaban X tidak memuat nomornya.")
    return value
