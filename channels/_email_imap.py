"""Mail that lies in a mailbox elsewhere: fetched by IMAP, each once, and marked only when it is kept.

What is kept is told by the ledger, under the mailbox's own numbers (UIDVALIDITY and UID): a mailbox that
numbers anew is read anew, and its mails are recognised by their Message-ID.
"""

import asyncio
import hashlib
import ssl
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from channels.base import Deliver, Finding, Known, Parsed, Payload, Unavailable

if TYPE_CHECKING:
    from imapclient import IMAPClient

T = TypeVar("T")
#: Mails whose size is asked for at a time.
_AT_ONCE = 200
_CONNECT, _READ = 10.0, 60.0
#: Fields that tell how a body is written: of a mail too large to be fetched there is another body.
_OF_BODY = (b"content-", b"mime-version")
#: Stands above each mail, so that no line of a stranger's is taken for one of ours.
ABOVE = b"X-Sapa-Mailbox: imap\r\n"
LOGIN = "Kotak surat menolak nama masuk atau kata sandi: periksa channels.email.imap."
FOLDER = "Folder kotak surat tidak dapat dibuka: periksa channels.email.imap.folder."


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapSettings:
    """A mailbox. `tls`: "tls" from the first byte, "starttls", or "no" inside one machine.

    `since`: mails that came before this day are left alone; `after`: what becomes of a mail once it is
    kept ("keep" changes nothing, "move" needs `folder_after`). `size_limit` in bytes.
    """

    host: str
    port: int = 993
    tls: Literal["tls", "starttls", "no"] = "tls"
    user: str = ""
    password: str = field(default="", repr=False)
    folder: str = "INBOX"
    since: date | None = None
    after: Literal["keep", "seen", "move"] = "seen"
    folder_after: str = ""
    size_limit: int = 32 * 1024 * 1024


class Mailbox:
    """One mailbox, read through a connection of its own each time."""

    def __init__(self, settings: ImapSettings, channel: str, account: str) -> None:
        self.settings = settings
        self.trouble = ""
        self._channel = channel
        self._account = account
        self._hand = ThreadPoolExecutor(1, thread_name_prefix="imap")

    async def collect(
        self, known: Known, deliver: Deliver, parse: Callable[[Payload], Parsed], now: datetime
    ) -> int:
        """Deliver every mail that is not kept, oldest first; returns how many. Raises `Unavailable`."""
        try:
            count = await self._collect(known, deliver, parse, now)
        except Unavailable as error:
            self.trouble = str(error)
            raise
        self.trouble = ""
        return count

    async def check(self) -> Finding:
        """Whether we are let in and find the folder."""
        try:
            client, _ = await self._run(self._open)
        except Unavailable as error:
            return Finding(False, str(error), "Periksa channels.email.imap.")
        await self._run(partial(_close, client))
        return Finding(
            True, f"Kotak surat {self.settings.host}, folder {self.settings.folder}, dapat dibaca."
        )

    async def _collect(
        self, known: Known, deliver: Deliver, parse: Callable[[Payload], Parsed], now: datetime
    ) -> int:
        client, prefix = await self._run(self._open)
        try:
            kept = {int(one.removeprefix(prefix)) for one in await known(prefix)}
            here, unmarked = await self._run(partial(self._numbers, client))
            await self._run(partial(self._mark, client, sorted(kept & unmarked)))  # a crash came between
            count, failed = 0, 0
            new = sorted(here - kept)
            for start in range(0, len(new), _AT_ONCE):
                part = new[start : start + _AT_ONCE]
                sizes = await self._run(partial(_sizes, client, part))
                for number in part:
                    mail = await self._run(partial(self._mail, client, number, sizes.get(number, 0)))
                    failed += mail == b""
                    if not mail:  # the server cannot give it, or somebody took it away meanwhile
                        continue
                    payload = Payload(
                        channel=self._channel,
                        account=self._account,
                        body=ABOVE + mail,
                        media_type="message/rfc822",
                        received_at=now,
                        delivery_id=f"{prefix}{number}",
                    )
                    await deliver(payload, partial(parse, payload))
                    await self._run(partial(self._mark, client, [number]))
                    count += 1
            if failed:
                raise Unavailable(f"{failed} surat tidak dapat diberikan kotak surat; yang lain diambil.")
            return count
        finally:
            await self._run(partial(_close, client))

    async def _run(self, act: Callable[[], T]) -> T:
        """The act in a thread; whatever it meets on its way is `Unavailable`."""
        return await asyncio.get_running_loop().run_in_executor(self._hand, partial(_guarded, act))

    def _open(self) -> "tuple[IMAPClient, str]":
        """Logged in, with the folder open; and how its mails are named here, but for their number."""
        from imapclient import IMAPClient, SocketTimeout
        from imapclient.exceptions import IMAPClientError, LoginError

        chosen = self.settings
        context = ssl.create_default_context()
        client = IMAPClient(
            chosen.host,
            chosen.port,
            ssl=chosen.tls == "tls",
            ssl_context=context if chosen.tls == "tls" else None,
            timeout=SocketTimeout(_CONNECT, _READ),
        )
        try:
            if chosen.tls == "starttls":
                client.starttls(context)
            client.login(chosen.user, chosen.password)
            opened = client.select_folder(chosen.folder, readonly=chosen.after == "keep")
        except LoginError as error:
            _close(client)
            raise Unavailable(LOGIN) from error
        except IMAPClientError as error:
            _close(client)
            raise Unavailable(FOLDER) from error
        except BaseException:
            _close(client)
            raise
        where = hashlib.sha256(f"{chosen.host}\0{chosen.user}\0{chosen.folder}".encode()).hexdigest()[:12]
        return client, f"imap:{where}:{opened[b'UIDVALIDITY']}:"

    def _numbers(self, client: "IMAPClient") -> tuple[set[int], set[int]]:
        """The mails of the folder, and those of them that are not marked as taken."""
        since = ["SINCE", self.settings.since] if self.settings.since else ["ALL"]
        here = set(client.search(since))
        if self.settings.after == "keep":
            return here, set()
        return here, here if self.settings.after == "move" else here & set(client.search(["UNSEEN"]))

    def _mail(self, client: "IMAPClient", number: int, size: int) -> bytes | None:
        """A mail; None when it is gone, b"" when the server fails at this one."""
        from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

        try:
            return self._fetched(client, number, size)
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            return b""

    def _fetched(self, client: "IMAPClient", number: int, size: int) -> bytes | None:
        if size > self.settings.size_limit:
            found = client.fetch([number], ["BODY.PEEK[HEADER]"]).get(number, {})
            head = found.get(b"BODY[HEADER]")
            return None if head is None else without_body(head, size)
        mail: bytes | None = client.fetch([number], ["BODY.PEEK[]"]).get(number, {}).get(b"BODY[]")
        return mail

    def _mark(self, client: "IMAPClient", numbers: Sequence[int]) -> None:
        if not numbers or self.settings.after == "keep":
            return
        if self.settings.after == "seen":
            client.add_flags(numbers, [b"\\Seen"], silent=True)
        elif b"MOVE" in client.capabilities():
            client.move(numbers, self.settings.folder_after)
        else:
            client.copy(numbers, self.settings.folder_after)
            client.delete_messages(numbers, silent=True)
            if b"UIDPLUS" in client.capabilities():  # without it others' deletions would go, too
                client.expunge(numbers)


def without_body(head: bytes, size: int) -> bytes:
    """A mail too large to be fetched: who wrote it and about what, and where it can be read."""
    kept: list[bytes] = []
    keeping = True
    for line in head.replace(b"\r\n", b"\n").split(b"\n"):
        if not line[:1].isspace():
            keeping = bool(line) and not line.lower().startswith(_OF_BODY)
        if keeping and line:
            kept.append(line)
    megabytes = -(-size // (1024 * 1024))
    told = f"[Surat ini sebesar {megabytes} MB dan tidak diambil. Bacalah di kotak surat kota.]"
    kept += [
        b"MIME-Version: 1.0",
        b"Content-Type: text/plain; charset=utf-8",
        b"Content-Transfer-Encoding: 8bit",
    ]
    return b"\r\n".join(kept) + b"\r\n\r\n" + told.encode() + b"\r\n"


def _sizes(client: "IMAPClient", numbers: Sequence[int]) -> Mapping[int, int]:
    found = client.fetch(numbers, ["RFC822.SIZE"])
    return {number: int(told.get(b"RFC822.SIZE", 0)) for number, told in found.items()}


def _close(client: "IMAPClient") -> None:
    try:
        client.logout()
    except Exception:  # it is gone already
        return


def _guarded(act: Callable[[], T]) -> T:
    from imapclient.exceptions import IMAPClientError

    errors: Any = (OSError, EOFError, ValueError, KeyError, IMAPClientError)
    try:
        return act()
    except errors as error:
        raise Unavailable(f"Kotak surat tidak dapat dihubungi ({type(error).__name__}).") from error
