"""A Telegram poll: updates a second from the first answer of 100 to the confirmation of the last one.

A Bot API on loopback has all updates waiting, each of a person of their own, and gives a hundred at a
time; what it is asked from tells what is kept. Everything runs on this machine, the Bot API included.
"""

import argparse
import asyncio
import json
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench import load
from bench.servers import ROOT, free_port, sapa, tickets_in

TOKEN = "987654321:AAF-uji-token_bukan-rahasia"
FIRST = 1_000


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=4000, help="updates a round")
    parser.add_argument("--rounds", type=int, default=3, help="rounds; the median by rate is shown")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=ROOT, prefix=".bench-") as folder:
        print(json.dumps(measure(Path(folder), options.count, options.rounds), indent=2))


def measure(folder: Path, count: int, rounds: int) -> dict[str, object]:
    """The median round, and how many tickets there are of how many updates."""
    with bot_api() as api:
        channel = (
            "  telegram: {name: Telegram, enabled: true, token: env:BENCH_TOKEN, mode: poll,"
            f' api_url: "http://127.0.0.1:{api.port}"}}\n'
        )
        with sapa(folder, "telegram", channel, BENCH_TOKEN=TOKEN):
            given = 0
            rates = []
            for number in range(rounds + 1):
                size = 500 if number == 0 else count
                updates = [
                    _update(FIRST + given + place, text)
                    for place, (_, text) in enumerate(load.complaints(size, number))
                ]
                given += size
                rates.append(size / api.serve(updates))
            tickets = tickets_in(folder)
    return {
        "poll_100": {"per_second": round(sorted(rates[1:])[rounds // 2], 1)},
        "tickets": {"confirmed": given, "in_ledger": tickets},
    }


def _update(number: int, text: str) -> dict[str, object]:
    person = {"id": 10_000_000 + number, "first_name": "Warga"}
    message = {
        "message_id": 1,
        "from": {**person, "is_bot": False, "language_code": "id"},
        "chat": {**person, "type": "private"},
        "date": int(time.time()),
        "text": text,
    }
    return {"update_id": number, "message": message}


@dataclass
class BotApi:
    """As much of the Bot API as a poll needs; answers are put into JSON before the clock starts."""

    port: int
    batches: dict[int, bytes] = field(default_factory=dict)  # by the number of their first update
    last: int = 0
    begun: float = 0.0
    ended: float = 0.0
    done: threading.Event = field(default_factory=threading.Event)

    def serve(self, updates: list[dict[str, object]]) -> float:
        """Seconds until all of these were confirmed."""
        parts = [updates[start : start + 100] for start in range(0, len(updates), 100)]
        batches = {int(str(part[0]["update_id"])): _ok(part) for part in parts}
        self.done.clear()
        self.last, self.begun = int(str(updates[-1]["update_id"])), 0.0
        self.batches = batches
        if not self.done.wait(120):
            raise SystemExit("the poll does not come to its end")
        return self.ended - self.begun

    def answer(self, method: str, body: bytes) -> bytes | None:
        """What a method is answered, None = nothing yet."""
        if method != "getUpdates":
            return _ok({"id": 987654321, "is_bot": True, "first_name": "Sapa", "username": "sapa_uji_bot"})
        asked = re.search(rb"\boffset\D{0,12}(\d+)", body)
        offset = int(asked[1]) if asked else min(self.batches, default=0)
        if offset > self.last and self.begun and not self.done.is_set():
            self.ended = time.perf_counter()
            self.batches = {}
            self.done.set()
        batch = self.batches.get(offset)
        if batch is not None:
            self.begun = self.begun or time.perf_counter()
        return batch

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"content-length: (\d+)", head.lower())
                body = await reader.readexactly(int(length[1]) if length else 0)
                method = head.split(b" ", 2)[1].rpartition(b"/")[2].decode()
                while (said := self.answer(method, body)) is None:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                    % (len(said), said)
                )
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            writer.close()


def _ok(result: object) -> bytes:
    return json.dumps({"ok": True, "result": result}).encode()


@contextmanager
def bot_api() -> Iterator[BotApi]:
    """A Bot API in a thread."""
    api, loop = BotApi(free_port()), asyncio.new_event_loop()

    def run() -> None:
        server = loop.run_until_complete(asyncio.start_server(api.talk, "127.0.0.1", api.port))
        loop.run_forever()
        server.close()
        talks = asyncio.all_tasks(loop)
        for talk in talks:
            talk.cancel()
        loop.run_until_complete(asyncio.gather(*talks, return_exceptions=True))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


if __name__ == "__main__":
    main()
