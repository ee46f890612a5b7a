"""Load on loopback: persistent connections that send one request after the other."""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

PLACES = ["Meri", "Wates", "Kedundung", "Miji", "Blooto", "Balongsari", "Mentikan", "Pulorejo"]
TROUBLES = [
    "lampu jalan mati sejak tiga hari yang lalu dan warga takut lewat",
    "sampah menumpuk di pinggir jalan dan baunya sampai ke rumah",
    "jalan berlubang besar, sudah dua motor jatuh minggu ini",
    "saluran air mampet sehingga banjir setiap kali hujan deras",
    "air PDAM keruh dan kecil sekali dari pagi sampai sore",
    "pohon besar miring ke jalan, mohon dipangkas sebelum tumbang",
    "parkir liar di depan pasar membuat jalan macet setiap pagi",
    "dalane growak, wis suwe ora didandani, tulung ndang diparingi aspal",
]


@dataclass(frozen=True)
class Measured:
    """What one run of `count` requests over `connections` connections gave."""

    connections: int
    count: int
    seconds: float
    waits: list[float]
    answers: list[bytes]

    def figures(self) -> dict[str, float]:
        """Rate and waiting times."""
        waits = sorted(self.waits)
        return {
            "per_second": round(self.count / self.seconds, 1),
            "p50_ms": round(waits[len(waits) // 2] * 1000, 2),
            "p99_ms": round(waits[int(len(waits) * 0.99)] * 1000, 2),
        }


def complaints(count: int, seed: int) -> Iterator[tuple[str, str]]:
    """(key, text): distinct complaints of about 150 characters, the same for the same seed."""
    choose = random.Random(seed)
    for number in range(count):
        text = (
            f"Selamat pagi, di Kelurahan {choose.choice(PLACES)} RT {choose.randint(1, 9)}"
            f" RW {choose.randint(1, 6)} {choose.choice(TROUBLES)}."
            f" Mohon segera ditindaklanjuti. Laporan {number}."
        )
        yield f"bench-{seed:04d}-{number:06d}", text


def json_bodies(count: int, seed: int) -> list[bytes]:
    """Bodies of the web form's JSON twin."""
    return [
        json.dumps(
            {"key": key, "text": text, "name": "Warga", "email": f"{key}@contoh.id", "kelurahan": "Meri"}
        ).encode()
        for key, text in complaints(count, seed)
    ]


def mails(count: int, seed: int, to: str) -> list[bytes]:
    """Plain mails of different people."""
    return [
        (
            f"From: Warga <{key}@contoh.id>\r\nTo: <{to}>\r\nSubject: Laporan warga\r\n"
            f"Message-ID: <{key}@contoh.id>\r\nDate: Tue, 24 Nov 2026 09:00:00 +0700\r\nMIME-Version: 1.0\r\n"
            f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        ).encode()
        for key, text in complaints(count, seed)
    ]


async def http(port: int, path: str, bodies: list[bytes], connections: int) -> Measured:
    """POST every body once, over keep-alive connections."""
    requests = [
        b"POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (path.encode(), len(body), body)
        for body in bodies
    ]
    return await raw(port, requests, connections)


async def raw(port: int, requests: list[bytes], connections: int) -> Measured:
    """Send every whole HTTP request once, over keep-alive connections."""

    async def open_one() -> Callable[[bytes], Awaitable[bytes]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)

        async def post(request: bytes) -> bytes:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
            body = await reader.readexactly(length)
            if head[9:12] not in (b"200", b"201"):
                raise RuntimeError(f"answered {head[9:12]!r}: {body[:200]!r}")
            return body

        return post

    return await _run(requests, connections, open_one)


async def smtp(port: int, to: str, messages: list[bytes], connections: int) -> Measured:
    """Send every mail once, over persistent SMTP connections."""

    async def open_one() -> Callable[[bytes], Awaitable[bytes]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)

        async def answer(code: bytes) -> bytes:
            while True:
                line = await reader.readline()
                if line[3:4] != b"-":
                    break
            if not line.startswith(code):
                raise RuntimeError(f"answered {line!r}")
            return line

        await answer(b"220")
        writer.write(b"EHLO bench.example\r\n")
        await answer(b"250")

        async def send(message: bytes) -> bytes:
            writer.write(b"MAIL FROM:<warga@contoh.id>\r\n")
            await answer(b"250")
            writer.write(b"RCPT TO:<" + to.encode() + b">\r\n")
            await answer(b"250")
            writer.write(b"DATA\r\n")
            await answer(b"354")
            writer.write(message + b".\r\n")
            return await answer(b"250")

        return send

    return await _run(messages, connections, open_one)


async def _run(
    requests: list[bytes],
    connections: int,
    open_one: Callable[[], Awaitable[Callable[[bytes], Awaitable[bytes]]]],
) -> Measured:
    senders = [await open_one() for _ in range(connections)]
    waiting = iter(requests)
    waits: list[float] = []
    answers: list[bytes] = []

    async def work(send: Callable[[bytes], Awaitable[bytes]]) -> None:
        for request in waiting:
            begun = time.perf_counter()
            answers.append(await send(request))
            waits.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    await asyncio.gather(*[work(send) for send in senders])
    return Measured(connections, len(requests), time.perf_counter() - begun, waits, answers)
