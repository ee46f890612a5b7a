"""The SMTP side: aiosmtpd in our own loop, 250 only after the commit, 451 for every fault of ours."""

import asyncio
import contextlib
import logging
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiosmtpd.proxy_protocol import V2_CMD, ProxyData
from aiosmtpd.smtp import SMTP, Envelope, Session

from channels._email_guard import MAX_FAILURES, Client, Guests, Login, Proxies, peer_of
from channels._email_names import is_our_address

log = logging.getLogger("sapa.channels.email")
# aiosmtpd logs addresses and whole commands: nothing of that belongs in our log.
logging.getLogger("mail.log").setLevel(logging.CRITICAL + 1)

_PLAIN = re.compile(r"\s*<([A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+)>(.*)", re.DOTALL)
_BARE_STUFFED = re.compile(rb"(?<!\r)\n\.\.")
_END = b".\r\n"
_FAREWELL = 0.2
LATER = "451 4.3.0 Sedang ada gangguan di pihak kami, surat akan diterima bila dikirim lagi nanti"
FULL = b"421 4.7.0 Terlalu banyak sambungan, silakan coba lagi nanti\r\n"
CLOSING = b"421 4.3.2 Layanan sedang ditutup, silakan coba lagi nanti\r\n"

#: What is done with a mail that came in whole: (envelope, who hands it over) → the answer line.
Take = Callable[[Envelope, Client], Awaitable[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What holds for all connections; times in seconds."""

    addresses: tuple[str, ...]
    max_recipients: int
    data_timeout: float
    session_timeout: float
    guests: Guests
    proxies: Proxies
    login: Login | None = None


class Handler:
    """aiosmtpd's hooks: who mail is for, and what becomes of it."""

    def __init__(self, house: House, take: Take) -> None:
        self._house = house
        self._take = take

    async def handle_PROXY(
        self, server: SMTP, session: Session, envelope: Envelope, proxy: ProxyData
    ) -> bool:
        """Whom a trusted proxy connects for; its own checks ("LOCAL", "UNKNOWN") come for itself."""
        assert isinstance(server, Connection)
        local = proxy.version == 2 and proxy.command == V2_CMD.LOCAL
        address = "" if local or proxy.src_addr is None else str(proxy.src_addr)
        return await server.admit(address or server.client)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """A login is offered only where there is one."""
        session.host_name = hostname
        return [one for one in responses if self._house.login or not one.startswith("250-AUTH")]

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Mail is taken for our address and its reply addresses only."""
        if not is_our_address(address, *self._house.addresses):
            return "550 5.1.1 Alamat ini tidak ada di sini"
        if len(envelope.rcpt_tos) >= self._house.max_recipients:
            return "452 4.5.3 Terlalu banyak penerima"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The answer after the commit."""
        assert isinstance(server, Connection)
        return await self._take(envelope, Client(server.client, str(session.host_name or "")))

    async def handle_VRFY(self, server: SMTP, session: Session, envelope: Envelope, address: str) -> str:
        """No word on who is here."""
        return "252 2.1.5 Silakan kirim suratnya"

    async def handle_exception(self, error: Exception) -> str:
        """Whatever broke, the sender keeps the mail and comes again."""
        log.error("smtp_failed error=%s", type(error).__name__)
        return LATER


class Connection(SMTP):
    """One SMTP connection. Beyond aiosmtpd: lines of any length, a cap on idle time, a quiet end."""

    # The reader's buffer, not a limit on lines: mails with longer lines are common and welcome.
    line_length_limit = 64 * 1024

    def __init__(self, handler: Handler, house: House, open_now: set["Connection"], **options: Any) -> None:
        super().__init__(
            handler,
            auth_required=house.login is not None,
            authenticator=house.login.check if house.login else None,
            **options,
        )
        self.command_size_limits = defaultdict(lambda: 2_048)
        self._house = house
        self._open_now = open_now
        self._admitted = ""
        self._failures = 0
        self._whole: asyncio.TimerHandle | None = None
        self.client = ""
        self.busy = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count it; after STARTTLS it is made once more."""
        self._open_now.add(self)
        if self._whole is None:
            self.client = peer_of(transport.get_extra_info("peername"))
            if self._house.proxies.trusted(self.client):
                self._proxy_timeout = self._timeout_duration
            self._whole = self.loop.call_later(self._house.session_timeout, self._over)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Count it out."""
        self._open_now.discard(self)
        if self._whole is not None:
            self._whole.cancel()
        if self._admitted:
            self._house.guests.leave(self._admitted)
            self._admitted = ""
        super().connection_lost(error)

    def _over(self) -> None:
        """It has had its time; a mail that is being kept is answered first."""
        if self.busy.is_set():
            self._whole = self.loop.call_later(1, self._over)
        else:
            _end([self])

    async def admit(self, client: str) -> bool:
        """Whether there is room for this client (it counts until the end); told so otherwise."""
        if not self._house.guests.enter(client or "?"):
            self._writer.write(FULL)
            return False
        self.client, self._admitted = client, client or "?"
        return True

    async def _handle_client(self) -> None:
        if self._proxy_timeout is None and not await self.admit(self.client):
            self._writer.close()
            return
        with contextlib.suppress(asyncio.IncompleteReadError):  # gone before its PROXY line was whole
            await super()._handle_client()

    async def smtp_AUTH(self, arg: str) -> None:
        """A few tries, then goodbye."""
        login = self._house.login
        if self._tls_protocol and login is None:
            await self.push("502 5.5.1 Di sini tidak ada login")
            return
        if login is not None and login.tired:
            await self.push("454 4.7.0 Terlalu banyak login yang gagal, silakan coba lagi nanti")
            return
        await super().smtp_AUTH(arg)
        assert self.session is not None
        if not self.session.authenticated:
            self._failures += 1
            if self._failures >= MAX_FAILURES:
                await self.push("421 4.7.0 Terlalu banyak login yang gagal")
                self._writer.close()

    async def _answer(self, status: str, recipients: int) -> None:
        """The answer to a whole mail."""
        await self.push(status)

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        # The ordinary address by one regular expression: aiosmtpd's own way costs more than parsing the mail.
        plain = _PLAIN.fullmatch(arg)
        return (plain[1], plain[2]) if plain else super()._getaddr(arg)

    async def smtp_DATA(self, arg: str | None) -> None:
        """DATA read in blocks, ended by CRLF.CRLF and nothing else; too much is told only at the end."""
        envelope = self.envelope
        assert envelope is not None
        if await self.check_helo_needed():
            return
        if not envelope.rcpt_tos:
            await self.push("503 5.5.1 Error: need RCPT command")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        recipients = len(envelope.rcpt_tos)
        self._reset_timeout(self._house.data_timeout)
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        body = await self._read_mail()
        self.busy.set()
        try:
            if body is None:
                status = "552 5.3.4 Surat terlalu besar"
            else:
                envelope.content = envelope.original_content = body
                status = await self._call_handler_hook("DATA")
        finally:
            self.busy.clear()
            self.envelope = self._create_envelope()
        self._reset_timeout()
        await self._answer(status, recipients)

    async def _read_mail(self) -> bytes | None:
        """The mail with its dots unstuffed, or None when it is larger than allowed."""
        limit, body, too_much = self.data_size_limit, bytearray(), False
        while True:
            try:
                body += await self._reader.readuntil(_END)
            except asyncio.LimitOverrunError as error:
                body += await self._reader.readexactly(error.consumed)
            if body.endswith(b"\r\n.\r\n") or (body == _END and not too_much):
                break
            if limit and len(body) > limit + 5:
                too_much = True
                del body[:-5]
        if too_much:
            return None
        del body[-3:]
        if body.startswith(b"."):
            del body[0]
        return _unstuffed(bytes(body))


class LmtpConnection(Connection):
    """LMTP (RFC 2033): greeted by LHLO, and each recipient gets an answer to the mail."""

    async def smtp_LHLO(self, arg: str) -> None:
        """The greeting."""
        await super().smtp_EHLO(arg)

    async def smtp_HELO(self, arg: str) -> None:
        """SMTP's greeting is none here."""
        await self.push("500 5.5.1 Pintu ini berbahasa LMTP: mulailah dengan LHLO")

    async def smtp_EHLO(self, arg: str) -> None:
        """SMTP's greeting is none here."""
        await self.smtp_HELO(arg)

    async def _answer(self, status: str, recipients: int) -> None:
        for _ in range(recipients):
            await self.push(status)


def _unstuffed(body: bytes) -> bytes:
    """RFC 5321, 4.5.2; and some clients stuff dots after bare LF as well (Python's own does)."""
    body = body.replace(b"\r\n.", b"\r\n")
    return _BARE_STUFFED.sub(b"\n.", body) if b"\n.." in body else body


class Busy(asyncio.Protocol):
    """A connection too many: told so, and closed."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say it and go."""
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(FULL)
        transport.close()


async def close_all(open_now: set[Connection], patience: float) -> None:
    """End every connection; those handing over a mail get `patience` seconds for it."""
    loop = asyncio.get_running_loop()
    until = loop.time() + patience
    while any(one.busy.is_set() for one in open_now) and loop.time() < until:
        _end([one for one in open_now if not one.busy.is_set()])
        await asyncio.sleep(0.01)
    _end(list(open_now))
    until = loop.time() + _FAREWELL
    while open_now and loop.time() < until:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    for one in list(open_now):  # who does not say goodbye (TLS waits for it)
        if isinstance(one.transport, asyncio.WriteTransport):
            one.transport.abort()


def _end(connections: list[Connection]) -> None:
    for one in connections:
        transport = one.transport
        if isinstance(transport, asyncio.WriteTransport) and not transport.is_closing():
            transport.write(CLOSING)
            transport.close()
