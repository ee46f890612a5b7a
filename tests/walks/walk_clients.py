"""Clients that behave as browsers, programs and mail servers do: they try again until they are told yes.

Every yes is written with fsync to the clients' own file before the next thing is done.
"""

import asyncio
import io
import json
import os
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from walk_world import ADDRESS, Office

#: Seconds to wait for one answer; browsers and mail servers wait longer.
WAIT = 60.0
TROUBLES = [
    "lampu jalan mati sejak tiga hari yang lalu dan warga takut lewat",
    "sampah menumpuk di pinggir jalan dan baunya sampai ke rumah",
    "jalan berlubang besar, sudah dua motor jatuh minggu ini",
    "air PDAM keruh dan kecil sekali dari pagi sampai sore",
    "dalane growak, wis suwe ora didandani",
    "zzz qqq xyzzy",  # no rule knows it: triage
]


class Refused(Exception):
    """An answer no sender should get for a good message."""


class NotNow(Exception):
    """The message was not taken: try again."""


@dataclass(frozen=True)
class Sending:
    """One message of one person, the same however often it is sent."""

    number: int
    way: str  # json, form, mail
    key: str
    text: str
    photo: bytes = b""

    @property
    def sender(self) -> str:
        return f"{self.key}@contoh.example"


def sendings(count: int, seed: str) -> list[Sending]:
    """Complaints of as many people, by JSON, form and mail in turn; every second form has a photo."""
    made = []
    for number in range(count):
        way = ("json", "form", "mail")[number % 3]
        text = f"Di Kelurahan Meri RT {number} {TROUBLES[number // 3 % len(TROUBLES)]}. Nomor {number}."
        photo = picture(number) if number % 6 == 1 else b""
        made.append(Sending(number, way, f"walk-{seed}-{number:06d}", text, photo))
    return made


def picture(number: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (24, 24), (number % 256, number // 256 % 256, 90)).save(file, "JPEG")
    return file.getvalue()


@dataclass
class Acknowledged:
    """The clients' own file: a line `key ref` for every yes, on the disk before anything else happens."""

    path: Path
    refs: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def write(self, key: str, ref: str) -> None:
        os.write(self._file, f"{key} {ref}\n".encode())
        os.fsync(self._file)
        self.refs[key] = ref

    def close(self) -> None:
        os.close(self._file)

    def lines(self) -> list[tuple[str, str]]:
        """What the file says, read again from the disk."""
        return [(key, ref) for key, ref in (line.split() for line in self.path.read_text().splitlines())]


class Crowd:
    """Some senders at a time, until every message has its yes. `answers` counts what they were told."""

    def __init__(self, office: Office, file: Acknowledged, seed: int, width: int = 12) -> None:
        self.office, self.file, self.width = office, file, width
        self.answers: Counter[str] = Counter()
        self.choose = random.Random(seed)
        self.on_yes: Callable[[], object] = lambda: None

    async def send_all(self, messages: Iterable[Sending]) -> None:
        waiting = iter(messages)
        async with asyncio.TaskGroup() as group:
            for _ in range(self.width):
                group.create_task(self._work(waiting))

    async def _work(self, waiting: Iterator[Sending]) -> None:
        for message in waiting:
            if message.number % 10 == 7:
                await self._hang_up_on(message)
            ref = await self.insist(message)
            self.file.write(message.key, ref)
            self.on_yes()

    async def insist(self, message: Sending) -> str:
        """Send until there is a yes; returns the ref."""
        while True:
            try:
                return await self.once(message)
            except (NotNow, OSError, asyncio.IncompleteReadError, TimeoutError) as error:
                self.answers[str(error) if isinstance(error, NotNow) else "no answer"] += 1
            await asyncio.sleep(self.choose.uniform(0.05, 0.3))

    async def once(self, message: Sending) -> str:
        """One try; raises `NotNow` for an honest no, `Refused` for one that must not be."""
        async with asyncio.timeout(WAIT):
            if message.way == "mail":
                ref = await self._by_mail(message)
            else:
                ref = await self._by_web(message)
        self.answers["yes"] += 1
        return ref

    async def _by_web(self, message: Sending) -> str:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.office.http)
        try:
            writer.write(request_of(message))
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            status = int(head[9:12])
            if status in (429, 500, 502, 503, 504):
                raise NotNow(str(status))
            if message.way == "form":
                if status == 202:  # received, the number follows: ask again
                    raise NotNow("202")
                if status != 303:
                    raise Refused(head)
                return head.partition("/lacak/")[2].partition("?")[0]
            length = int(head.lower().partition("content-length:")[2].split("\r\n", 1)[0])
            body = await reader.readexactly(length)
            if status != 201:
                raise Refused(f"{status} {body!r}")
            return str(json.loads(body)["ref"])
        finally:
            writer.close()

    async def _by_mail(self, message: Sending) -> str:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.office.smtp)

        async def said(expected: str) -> str:
            while True:
                line = (await reader.readline()).decode()
                if not line:
                    raise NotNow("hung up")
                if line[3:4] != "-":
                    break
            if line.startswith("4"):
                raise NotNow(line[:3])
            if not line.startswith(expected):
                raise Refused(line)
            return line.split()[-1]

        try:
            await said("220")
            for words in ("EHLO mx.contoh.example", f"MAIL FROM:<{message.sender}>", f"RCPT TO:<{ADDRESS}>"):
                writer.write(f"{words}\r\n".encode())
                await said("250")
            writer.write(b"DATA\r\n")
            await said("354")
            writer.write(mail_of(message))
            return await said("250")
        finally:
            writer.close()

    async def _hang_up_on(self, message: Sending) -> None:
        """Send it and hang up without hearing the answer, as an impatient thumb does."""
        if message.way == "mail":
            return
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.office.http)
            writer.write(request_of(message))
            await writer.drain()
            writer.close()
        except OSError:
            return
        self.answers["hung up on"] += 1


def request_of(message: Sending) -> bytes:
    """The whole HTTP request."""
    if message.way == "json":
        fields = {"text": message.text, "name": "Warga", "email": message.sender, "kelurahan": "Meri"}
        body = json.dumps(fields).encode()
        head = f"POST /api/v1/tickets HTTP/1.1\r\nIdempotency-Key: {message.key}"
        head += "\r\nContent-Type: application/json"
    else:
        body = form_of(message)
        head = "POST / HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=batas"
    return f"{head}\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def form_of(message: Sending) -> bytes:
    fields = {"key": message.key, "text": message.text, "email": message.sender, "kelurahan": "Meri"}
    parts = [
        f'--batas\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    if message.photo:
        head = (
            'Content-Disposition: form-data; name="photos"; filename="foto.jpg"\r\nContent-Type: image/jpeg'
        )
        parts.append(f"--batas\r\n{head}\r\n\r\n".encode() + message.photo + b"\r\n")
    return b"".join(parts) + b"--batas--\r\n"


def mail_of(message: Sending) -> bytes:
    """The mail with its ending dot."""
    return (
        f"From: Warga <{message.sender}>\r\nTo: <{ADDRESS}>\r\nSubject: Laporan\r\n"
        f"Message-ID: <{message.key}@contoh.example>\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{message.text}\r\n.\r\n"
    ).encode()
