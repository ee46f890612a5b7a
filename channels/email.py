"""E-mail as a door: our own SMTP door for what arrives, the city's relay or a folder for what goes out."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from aiosmtpd.smtp import Envelope

from channels import _email_check
from channels._email_build import build
from channels._email_guard import Client, Guests, Login, Proxies, tls_context
from channels._email_imap import ImapSettings, Mailbox
from channels._email_read import read, trace
from channels._email_relay import Dropped, Relayed
from channels._email_smtp import (
    LATER,
    Busy,
    Connection,
    Handler,
    House,
    LmtpConnection,
    close_all,
    log,
)
from channels._email_verify import Txt, Verifier
from channels.base import Accepted, Deliver, Finding, Known, Parsed, Payload, Traits, Unavailable
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
class TlsSettings:
    """The certificate our door shows; `required`: nothing is said before STARTTLS."""

    certificate: Path
    key: Path
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginSettings:
    """Who hands mail over must log in so, after STARTTLS."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailSettings:
    """One address of the city, and its `aliases`, whose mail is taken as that of the address.

    Sizes in bytes, times in seconds; without `relay`, mail goes to `drop_dir`. `protocol`: smtp or lmtp.
    `proxies` are networks whose connections begin with a PROXY line. `trusted`: the names under which
    the city's own servers write Authentication-Results; `verify`: check senders ourselves (`mailauth`).
    """

    address: str = "lapor@localhost"
    aliases: tuple[str, ...] = ()
    name: str = "Sapa"
    host: str = "127.0.0.1"
    port: int = 2525
    hostname: str = "localhost"
    size_limit: int = 32 * 1024 * 1024
    max_recipients: int = 20
    max_connections: int = 200
    max_per_client: int = 100
    command_timeout: float = 60.0
    data_timeout: float = 600.0
    session_timeout: float = 3_600.0
    protocol: str = "smtp"
    tls: TlsSettings | None = None
    login: LoginSettings | None = None
    proxies: tuple[str, ...] = ()
    trusted: tuple[str, ...] = ()
    verify: bool = False
    close_patience: float = 10.0
    relay: RelaySettings | None = None
    drop_dir: Path = Path("var/outbox-mail")


class EmailDoor:
    """Listener, Parser and Sender of one address."""

    name: ClassVar[str] = "email"
    traits: ClassVar[Traits] = Traits(burst=False, edits=False, files=20, file_mb=25, robots=True)

    def __init__(
        self, settings: EmailSettings, clock: Callable[[], datetime], txt: Txt | None = None
    ) -> None:
        """`txt` stands in for the DNS in tests. Raises `ValueError` for settings that cannot be."""
        for one in (settings.address, *settings.aliases):
            if not _ADDRESS.fullmatch(one):
                raise ValueError(f"channels.email.address: {one!r} bukan alamat e-mail (nama@domain)")
        if settings.login is not None and settings.tls is None:
            raise ValueError("channels.email.listen.login: login hanya dengan TLS; isi listen.tls")
        self.settings = settings
        self.verifier = Verifier(txt) if settings.verify else None
        self.account = settings.address.lower()
        self._clock = clock
        self._open_now: set[Connection] = set()
        self._server: asyncio.Server | None = None
        self._post = Relayed(settings.relay) if settings.relay else Dropped(settings.drop_dir)

    @classmethod
    def build(cls, section: Mapping[str, Any], clock: Callable[[], datetime]) -> "EmailDoor":
        """From configuration: `EmailSettings`' fields; `relay` and `imap` null or their settings' fields."""
        kinds = {"relay": RelaySettings, "tls": TlsSettings, "login": LoginSettings}
        parts = dict(section)
        imap = parts.pop("imap", None)
        made = {key: kinds[key](**value) if key in kinds and value else value for key, value in parts.items()}
        settings = EmailSettings(**made)
        return PolledEmailDoor(settings, clock, ImapSettings(**imap)) if imap else cls(settings, clock)

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
        house = self._house(loop.time)
        handler = Handler(house, _Counter(deliver, clock, self).take)
        kind = LmtpConnection if chosen.protocol == "lmtp" else Connection
        context = tls_context(chosen.tls.certificate, chosen.tls.key) if chosen.tls else None

        def connection() -> asyncio.Protocol:
            if len(self._open_now) >= chosen.max_connections:
                return Busy()
            return kind(
                handler,
                house,
                self._open_now,
                data_size_limit=chosen.size_limit,
                enable_SMTPUTF8=True,
                hostname=chosen.hostname,
                ident="LMTP" if chosen.protocol == "lmtp" else "ESMTP",
                timeout=chosen.command_timeout,
                tls_context=context,
                require_starttls=chosen.tls is not None and (chosen.tls.required or bool(chosen.login)),
                loop=loop,
            )

        self._server = await loop.create_server(connection, chosen.host, chosen.port, reuse_address=True)

    def _house(self, time: Callable[[], float]) -> House:
        chosen = self.settings
        return House(
            addresses=(chosen.address, *chosen.aliases),
            max_recipients=chosen.max_recipients,
            data_timeout=chosen.data_timeout,
            session_timeout=chosen.session_timeout,
            guests=Guests(chosen.max_per_client),
            proxies=Proxies(chosen.proxies),
            login=Login(chosen.login.user, chosen.login.password, time) if chosen.login else None,
        )

    async def close(self) -> None:
        """Stop taking mail, wait for what is being handed over, say goodbye to the relay."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        await close_all(self._open_now, self.settings.close_patience)
        await self._post.close()

    def payload(
        self, mail_from: str, recipients: Sequence[str], mail: bytes, now: datetime, results: str = ""
    ) -> Payload:
        """A mail as it is kept, its envelope and what we found of it above; `mail_from` "" is a bounce's."""
        return Payload(
            channel=self.name,
            account=self.account,
            body=trace(mail_from, recipients, results) + mail,
            media_type="message/rfc822",
            received_at=now,
        )

    def parse(self, payload: Payload) -> Parsed:
        """The message of a mail; a bounce also gives the report on the mail it returns."""
        return read(payload, self.settings.address, self.settings.trusted)

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


class PolledEmailDoor(EmailDoor):
    """A Collector, too: the city's mail lies in a mailbox elsewhere and is fetched from there."""

    def __init__(self, settings: EmailSettings, clock: Callable[[], datetime], imap: ImapSettings) -> None:
        super().__init__(settings, clock)
        self._mailbox = Mailbox(imap, self.name, self.account)

    @property
    def trouble(self) -> str:
        """What stands in the way of the mailbox, "" if nothing does."""
        return self._mailbox.trouble

    async def collect(self, known: Known, deliver: Deliver) -> int:
        """Deliver every mail of the mailbox that is not kept; returns how many. Raises `Unavailable`."""
        return await self._mailbox.collect(known, deliver, self.parse, self._clock())

    async def check(self) -> tuple[Finding, ...]:
        """Whether the door answers, the relay takes our mail, and the mailbox lets us in."""
        return *await super().check(), await self._mailbox.check()


class _Counter:
    """Takes mails over the counter: the office's word becomes the SMTP answer."""

    def __init__(self, deliver: Deliver, clock: Callable[[], datetime], door: EmailDoor) -> None:
        self._deliver = deliver
        self._clock = clock
        self._door = door

    async def take(self, envelope: Envelope, client: Client) -> str:
        """Commit one mail; shielded, so that a client that hangs up does not stop it half-way."""
        mail_from = envelope.mail_from or ""
        assert isinstance(envelope.content, bytes)
        mail_from = "" if mail_from == "<>" else mail_from
        verifier, results = self._door.verifier, ""
        if verifier is not None:
            results = await verifier.results(envelope.content, mail_from, client)
        payload = self._door.payload(mail_from, envelope.rcpt_tos, envelope.content, self._clock(), results)
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
