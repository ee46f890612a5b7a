"""E-mail as a door: our own SMTP door for what arrives, the city's relay or a folder for what goes out."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from aiosmtpd.smtp import Envelope

from channels import _email_check
from channels._email_build import build
from channels._email_read import read, trace
from channels._email_relay import Dropped, Relayed
from channels._email_smtp import LATER, Busy, Connection, Handler, close_all, log
from channels.base import Accepted, Deliver, Finding, Parsed, Payload, Traits, Unavailable
from channels.message import OutboundMessage, Receipt

_ADDRESS = re.compile(r"[A-Za-z0-9._-]{1,40}@[A-Za-z0-9.-]{1,200}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaySettings:
    """The mail server that takes our mail: `tls` is "no", "starttls" or "tls" (from the first byte)."""

    host: str
    port: int = 25
    tls: str = "no"
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailSettings:
    """One address of the city. Sizes in bytes, times in seconds; without `relay`, mail goes to `drop_dir`."""

    address: str = "lapor@localhost"
    name: str = "Sapa"
    host: str = "127.0.0.1"
    port: int = 2525
    hostname: str = "localhost"
    size_limit: int = 32 * 1024 * 1024
    max_recipients: int = 20
    max_connections: int = 200
    command_timeout: float = 60.0
    data_timeout: float = 600.0
    close_patience: float = 10.0
    relay: RelaySettings | None = None
    drop_dir: Path = Path("var/outbox-mail")


class EmailDoor:
    """Listener, Parser and Sender of one address."""

    name: ClassVar[str] = "email"
    traits: ClassVar[Traits] = Traits(burst=False, edits=False, robots=True)

    def __init__(self, settings: EmailSettings, clock: Callable[[], datetime]) -> None:
        if not _ADDRESS.fullmatch(settings.address):
            raise ValueError(
                f"channels.email.address: {settings.address!r} bukan alamat e-mail (nama@domain)"
            )
        self.settings = settings
        self.account = settings.address.lower()
        self._clock = clock
        self._open_now: set[Connection] = set()
        self._server: asyncio.Server | None = None
        self._post = Relayed(settings.relay) if settings.relay else Dropped(settings.drop_dir)

    @classmethod
    def build(cls, section: Mapping[str, Any], clock: Callable[[], datetime]) -> "EmailDoor":
        """From configuration: `EmailSettings`' fields; `relay` null or `RelaySettings`' fields."""
        settings = EmailSettings(**{key: value for key, value in section.items() if key != "relay"})
        relay = section.get("relay")
        return cls(replace(settings, relay=RelaySettings(**relay) if relay else None), clock)

    @property
    def where(self) -> str:
        """Address and port it listens on."""
        if self._server is None:
            return f"{self.settings.host}:{self.settings.port} (belum dibuka)"
        host, port = self._server.sockets[0].getsockname()[:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    async def open(self, deliver: Deliver, clock: Callable[[], datetime]) -> None:
        """Listen; `OSError` when the port is taken."""
        loop, chosen = asyncio.get_running_loop(), self.settings
        counter = _Counter(deliver, clock, self)
        handler = Handler(chosen.address, chosen.max_recipients, counter.take)

        def connection() -> asyncio.Protocol:
            if len(self._open_now) >= chosen.max_connections:
                return Busy()
            return Connection(
                handler,
                self._open_now,
                chosen.data_timeout,
                data_size_limit=chosen.size_limit,
                enable_SMTPUTF8=True,
                hostname=chosen.hostname,
                ident="ESMTP",
                timeout=chosen.command_timeout,
                loop=loop,
            )

        self._server = await loop.create_server(connection, chosen.host, chosen.port, reuse_address=True)

    async def close(self) -> None:
        """Stop taking mail, wait for what is being handed over, say goodbye to the relay."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        await close_all(self._open_now, self.settings.close_patience)
        await self._post.close()

    def payload(self, mail_from: str, recipients: Sequence[str], mail: bytes, now: datetime) -> Payload:
        """A mail as it is kept, its envelope above it; `mail_from` "" is a bounce's."""
        return Payload(
            channel=self.name,
            account=self.account,
            body=trace(mail_from, recipients) + mail,
            media_type="message/rfc822",
            received_at=now,
        )

    def parse(self, payload: Payload) -> Parsed:
        """The message of a mail; a bounce also gives the report on the mail it returns."""
        return read(payload, self.settings.address)

    async def send(self, message: OutboundMessage) -> Receipt:
        """Hand one mail to the relay, or drop it into the folder; the receipt is its Message-ID."""
        chosen = self.settings
        mail = build(
            message,
            chosen.address,
            message.sender_name or chosen.name,
            self._clock(),
            legible=chosen.relay is None,
        )
        await self._post.post(mail)
        return Receipt(external_id=mail.message_id)

    async def check(self) -> tuple[Finding, ...]:
        """Whether this door answers, and whether the relay takes our mail."""
        chosen = self.settings
        away = _email_check.relay(chosen.relay) if chosen.relay else _email_check.folder(chosen.drop_dir)
        return await _email_check.door(chosen.host, chosen.port), await away


class _Counter:
    """Takes mails over the counter: the office's word becomes the SMTP answer."""

    def __init__(self, deliver: Deliver, clock: Callable[[], datetime], door: EmailDoor) -> None:
        self._deliver = deliver
        self._clock = clock
        self._door = door

    async def take(self, envelope: Envelope) -> str:
        """Commit one mail; shielded, so that a client that hangs up does not stop it half-way."""
        mail_from = envelope.mail_from or ""
        assert isinstance(envelope.content, bytes)
        payload = self._door.payload(
            "" if mail_from == "<>" else mail_from, envelope.rcpt_tos, envelope.content, self._clock()
        )
        return await asyncio.shield(asyncio.ensure_future(self._commit(payload)))

    async def _commit(self, payload: Payload) -> str:
        try:
            accepted = await self._deliver(payload, lambda: self._door.parse(payload))
        except Unavailable:
            return "451 4.3.1 Belum dapat disimpan, silakan kirim lagi nanti"
        except Exception as error:
            log.error("mail_not_kept error=%s", type(error).__name__)
            return LATER
        return f"250 2.0.0 OK {_ref(accepted)}"


def _ref(accepted: Sequence[Accepted]) -> str:
    return next((one.ref for one in accepted if one.ref), "diterima")
