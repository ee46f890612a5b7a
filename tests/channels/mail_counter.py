"""The other sides of a mail door, over real sockets: an office that keeps, a relay that follows a script."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from channels.base import Accepted, Parsed, Payload
from channels.email import EmailDoor, EmailSettings
from channels.message import InboundMessage

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
OURS = "lapor@kota.example"


@dataclass
class Office:
    """Keeps what is delivered; `failing` is raised instead, `slow` waits before the commit (seconds).

    `asked` counts the deliveries begun.
    """

    kept: list[tuple[Payload, Parsed]] = field(default_factory=list)
    failing: Exception | None = None
    slow: float = 0.0
    asked: int = 0

    async def deliver(self, payload: Payload, parse: Callable[[], Parsed]) -> Sequence[Accepted]:
        self.asked += 1
        if self.slow:
            await asyncio.sleep(self.slow)
        if self.failing is not None:
            raise self.failing
        parsed = parse()
        self.kept.append((payload, parsed))
        number = len(self.kept)
        messages = [one for one in parsed if isinstance(one, InboundMessage)]
        return [Accepted(external_id=one.external_id, ref=f"SMP-2611-{number:04}") for one in messages]

    @property
    def messages(self) -> list[InboundMessage]:
        return [one for _, parsed in self.kept for one in parsed if isinstance(one, InboundMessage)]


@dataclass
class Running:
    """A door that listens in a thread of its own."""

    door: EmailDoor
    office: Office
    loop: asyncio.AbstractEventLoop

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.door.where.rpartition(":")
        return host, int(port)

    def do(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)

    @contextlib.contextmanager
    def line(self) -> Iterator["Line"]:
        """A raw connection, greeted and after EHLO."""
        with socket.create_connection(self.address, timeout=20) as sock:
            line = Line(sock)
            line.read()
            line.say("EHLO mx.contoh.example")
            yield line


class Line:
    """A raw SMTP connection: bytes out, answers in."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._file = sock.makefile("rb")

    def read(self) -> str:
        """One answer, all its lines."""
        lines = []
        while raw := self._file.readline():
            lines.append(raw.decode().rstrip("\r\n"))
            if raw[3:4] != b"-":
                break
        return "\n".join(lines)

    def say(self, command: str) -> str:
        self.send(command.encode() + b"\r\n")
        return self.read()

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def envelope(self, sender: str = "warga@contoh.example", to: str = OURS) -> None:
        assert self.say(f"MAIL FROM:<{sender}>").startswith("250")
        assert self.say(f"RCPT TO:<{to}>").startswith("250")

    def mail(self, data: bytes) -> str:
        """A whole transaction; `data` with its ending dot."""
        self.envelope()
        assert self.say("DATA").startswith("354")
        self.send(data)
        return self.read()

    def closed(self) -> bool:
        """Whether the other side hung up (waits for it)."""
        try:
            return self.sock.recv(1) == b""
        except ConnectionResetError:
            return True

    def __del__(self) -> None:
        self._file.close()


def eventually(true: Callable[[], object]) -> bool:
    """Whether it becomes true within ten seconds."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.01)
    return False


@contextlib.contextmanager
def running(
    office: Office,
    loop: asyncio.AbstractEventLoop | None = None,
    door: EmailDoor | None = None,
    **settings: Any,
) -> Iterator[Running]:
    """A listening door on a free port."""
    loop = loop or asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    chosen = {"address": OURS, "port": 0, "hostname": "kota.example", "close_patience": 1.0, **settings}
    door = door or EmailDoor(EmailSettings(**chosen), lambda: NOW)
    here = Running(door, office, loop)
    try:
        here.do(door.open(office.deliver, lambda: NOW))
        yield here
    finally:
        here.do(door.close())
        here.do(asyncio.sleep(0.01))
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@dataclass
class Relay:
    """A mail server that answers by `script` (verb → answer) and keeps what it takes."""

    script: dict[str, str] = field(default_factory=dict)
    taken: list[bytes] = field(default_factory=list)
    connections: int = 0
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    hang_up_after: int = 0
    silent_mails: set[int] = field(default_factory=set)
    mails: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.append(writer)
        done = 0
        writer.write(b"220 relay.contoh.example\r\n")
        while line := await reader.readline():
            verb = line.split()[0].upper().decode()
            self.mails += verb == "MAIL"
            if verb == "MAIL" and self.mails in self.silent_mails:
                break
            answer = self.script.get(verb, "354 go on" if verb == "DATA" else "250 ok")
            writer.write(answer.encode() + b"\r\n")
            if answer.startswith("354"):
                self.taken.append(await reader.readuntil(b"\r\n.\r\n"))
                writer.write(self.script.get("END", "250 taken").encode() + b"\r\n")
                done += 1
            if (
                verb == "QUIT"
                or answer.startswith("421")
                or (self.hang_up_after and done >= self.hang_up_after)
            ):
                break
        writer.close()


@contextlib.asynccontextmanager
async def relay(script: dict[str, str] | None = None, hang_up_after: int = 0) -> Any:
    """A scripted relay and its port."""
    here = Relay(script or {}, hang_up_after=hang_up_after)
    server = await asyncio.start_server(here.serve, "127.0.0.1", 0)
    try:
        yield here, server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in here.writers:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        await server.wait_closed()
