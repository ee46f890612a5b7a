"""Where outgoing mail goes: the city's mail relay, or, without one, a folder anyone can look into."""

import asyncio
import hashlib
import os
import re
from pathlib import Path
from typing import Protocol

import aiosmtplib
from aiosmtplib.errors import (
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from channels._email_build import Mail
from channels.base import Unavailable, Undeliverable


class Server(Protocol):
    """What must be known of the relay (`EmailSettings.relay`)."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def tls(self) -> str: ...
    @property
    def user(self) -> str: ...
    @property
    def password(self) -> str: ...
    @property
    def timeout(self) -> float: ...


class Relayed:
    """One connection to the relay, kept open and used in turn."""

    def __init__(self, server: Server) -> None:
        if server.tls not in ("no", "starttls", "tls"):
            raise ValueError('relay.tls: harus "no", "starttls", atau "tls"')
        self._server = server
        self._turn = asyncio.Lock()
        self._client: aiosmtplib.SMTP | None = None

    async def post(self, mail: Mail) -> None:
        """Hand it over; raises `Unavailable` or `Undeliverable`."""
        async with self._turn:
            try:
                await self._send(mail)
            except SMTPRecipientsRefused as error:
                refused = error.recipients[0]
                raise _verdict(refused.code, "penerima ditolak") from error
            except SMTPDataError as error:
                raise _verdict(error.code, "surat ditolak") from error
            except (SMTPException, OSError) as error:
                await self._hang_up()
                raise _unusable(error) from error

    async def greet(self) -> None:
        """Say hello, with TLS and login, and send nothing; raises `Unavailable`."""
        async with self._turn:
            try:
                await (await self._connected()).ehlo()
            except (SMTPException, OSError) as error:
                raise _unusable(error) from error

    async def close(self) -> None:
        """Say goodbye."""
        async with self._turn:
            await self._hang_up()

    async def _send(self, mail: Mail) -> None:
        kept, client = self._client is not None, await self._connected()
        try:
            await client.sendmail(mail.sender, [mail.to], mail.data)
        except SMTPServerDisconnected:
            await self._hang_up()
            if not kept:
                raise
            # The relay had closed our idle connection: once more on a fresh one.
            client = await self._connected()
            await client.sendmail(mail.sender, [mail.to], mail.data)

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._client is None or not self._client.is_connected:
            server = self._server
            client = aiosmtplib.SMTP(
                hostname=server.host,
                port=server.port,
                timeout=server.timeout,
                use_tls=server.tls == "tls",
                start_tls=server.tls == "starttls",
                username=server.user or None,
                password=server.password or None,
            )
            await client.connect()
            self._client = client
        return self._client

    async def _hang_up(self) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        try:
            await client.quit(timeout=2)
        except (SMTPException, OSError):
            client.close()


def _unusable(error: Exception) -> Unavailable:
    code = f" {error.code}" if isinstance(error, SMTPResponseException) else ""
    return Unavailable(f"Server surat belum dapat dipakai ({type(error).__name__}{code}).")


def _verdict(code: int, what: str) -> Unavailable | Undeliverable:
    if code >= 500:
        return Undeliverable(f"Server surat menjawab {code}: {what}.")
    return Unavailable(f"Server surat menjawab {code}: {what} untuk sementara.")


class Dropped:
    """No relay: each mail becomes a file FOLDER/subject-xxxxxxxx.eml that any mail program opens."""

    def __init__(self, folder: Path) -> None:
        self._folder = Path(folder)

    async def post(self, mail: Mail) -> None:
        """Write it; the same message overwrites itself. Raises `Unavailable` when the disk says no."""
        try:
            await asyncio.to_thread(self._write, mail)
        except OSError as error:
            raise Unavailable(f"Folder surat keluar tidak dapat ditulisi ({error.strerror}).") from error

    async def close(self) -> None:
        """Nothing to say goodbye to."""

    def _write(self, mail: Mail) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        slug = re.sub(r"[^a-z0-9]+", "-", mail.subject.lower())[:60].strip("-") or "surat"
        path = self._folder / f"{slug}-{hashlib.sha256(mail.message_id.encode()).hexdigest()[:8]}.eml"
        part = path.with_suffix(".part")
        part.write_bytes(mail.data)
        os.replace(part, path)
