"""The SMTP side: aiosmtpd in our own loop, 250 only after the commit, 451 for every fault of ours."""

import asyncio
import logging
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from channels._email_names import is_our_address

log = logging.getLogger("sapa.channels.email")
# aiosmtpd logs addresses and whole commands: nothing of that belongs in our log.
logging.getLogger("mail.log").setLevel(logging.CRITICAL + 1)

_PLAIN = re.compile(r"\s*<([A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+)>(.*)", re.DOTALL)
_BARE_STUFFED = re.compile(rb"(?<!\r)\n\.\.")
_END = b".\r\n"
LATER = "451 4.3.0 Sedang ada gangguan di pihak kami, surat akan diterima bila dikirim lagi nanti"
FULL = b"421 4.7.0 Terlalu banyak sambungan, silakan coba lagi nanti\r\n"
CLOSING = b"421 4.3.2 Layanan sedang ditutup, silakan coba lagi nanti\r\n"

#: What is done with a mail that came in whole: (envelope) → the answer line.
Take = Callable[[Envelope], Awaitable[str]]


class Handler:
    """aiosmtpd's hooks: who mail is for, and what becomes of it."""

    def __init__(self, address: str, max_recipients: int, take: Take) -> None:
        self._address = address
        self._max_recipients = max_recipients
        self._take = take

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Mail is taken for our address and its reply addresses only."""
        if not is_our_address(address, self._address):
            return "550 5.1.1 Alamat ini tidak ada di sini"
        if len(envelope.rcpt_tos) >= self._max_recipients:
            return "452 4.5.3 Terlalu banyak penerima"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The answer after the commit."""
        return await self._take(envelope)

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

    def __init__(
        self, handler: Handler, open_now: set["Connection"], data_timeout: float, **options: Any
    ) -> None:
        super().__init__(handler, **options)
        self.command_size_limits = defaultdict(lambda: 2_048)
        self._open_now = open_now
        self._data_timeout = data_timeout
        self.busy = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count it."""
        self._open_now.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Count it out."""
        self._open_now.discard(self)
        super().connection_lost(error)

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
        self._reset_timeout(self._data_timeout)
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
        await self.push(status)

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


def _end(connections: list[Connection]) -> None:
    for one in connections:
        transport = one.transport
        if isinstance(transport, asyncio.WriteTransport) and not transport.is_closing():
            transport.write(CLOSING)
            transport.close()
