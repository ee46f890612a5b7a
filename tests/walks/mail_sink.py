"""The city's mail server on loopback: takes mail slowly, and tells when it has some."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager


class Sink:
    """`taken` counts Message-IDs; `unknown` addresses are refused.

    `on_mail(number)` is called when a mail is whole, before the yes; `after_yes` right after it.
    """

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.port = 0
        self.slow = 0.0
        self.unknown: set[str] = set()
        self.on_mail: Callable[[int], object] = lambda number: None
        self.after_yes: Callable[[int], object] = lambda number: None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the other side was killed
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 sink.example\r\n")
        while line := await reader.readline():
            verb = line.split()[0].upper()
            to = line.decode().partition("<")[2].partition(">")[0]
            if verb == b"RCPT" and to in self.unknown:
                writer.write(b"550 5.1.1 no such mailbox\r\n")
                continue
            if verb != b"DATA":
                writer.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
                if verb == b"QUIT":
                    return
                continue
            writer.write(b"354 go on\r\n")
            mail = await reader.readuntil(b"\r\n.\r\n")
            await asyncio.sleep(self.slow)
            number = self.taken.total() + 1
            self.on_mail(number)
            found = re.search(rb"^Message-ID: <([^>]+)>", mail, re.MULTILINE | re.IGNORECASE)
            self.taken[found[1].decode() if found else "?"] += 1
            writer.write(b"250 taken\r\n")
            await writer.drain()
            self.after_yes(number)


@asynccontextmanager
async def sink() -> AsyncIterator[Sink]:
    """A sink that listens."""
    here = Sink()
    server = await asyncio.start_server(here.serve, "127.0.0.1", 0)
    here.port = server.sockets[0].getsockname()[1]
    try:
        yield here
    finally:
        server.close()
