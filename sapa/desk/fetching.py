"""Fetches the files that doors know only by a handle: claimed, fetched, kept, written down.

Nothing is fetched inside a transaction. Each channel goes its own way, a few files at a time, so a
provider that hangs holds up nobody else. What this process had under way when it was killed comes
back when its lease ends.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

import structlog

from channels.base import Door, Fetcher, Unavailable, Undeliverable
from channels.message import Attachment
from notifier.retry import Retry, reason
from sapa.desk import late, pictures, transcripts
from sapa.desk.city import City
from sapa.desk.pictures import KeptFile
from sapa.desk.transcriber import Transcriber
from store import remote
from store.db import Ledger, LedgerUnavailable, Tx
from store.files import Files
from store.remote import Wanted

#: Larger files are refused: no messenger lets a bot fetch more than 20 MB (Telegram's getFile).
MOST_BYTES = 20 * 1024 * 1024
#: Files of one channel under way at a time; each lies in memory while it is.
WIDTH = 2
#: How often it is tried: soon at first (Twilio answers 404 for some seconds), then every hour for a day.
RETRY = Retry(
    first=timedelta(seconds=5),
    most=timedelta(hours=1),
    give_up=timedelta(hours=24),
    timeout=timedelta(seconds=60),
    lease=timedelta(minutes=3),
)
GONE = "Berkas sudah tidak ada pada penyedia."
_AT_ONCE = 20
#: Nothing is given up after fewer tries, however long this process was down.
_TRIES = 5
#: A try that is due within so many seconds does not wait for the schedule.
_SOON = 60.0
_log = structlog.get_logger()

Outcome = Callable[[Tx], None]


class Fetching:
    """The fetching of one process; `doors` by channel, `clock` gives aware UTC."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        files: Files,
        doors: Mapping[str, Door],
        city: Callable[[], City],
        clock: Callable[[], datetime],
        retry: Retry = RETRY,
        most: int = MOST_BYTES,
        transcriber: Transcriber | None = None,
    ) -> None:
        self._ledger = ledger
        self._files = files
        self._doors = doors
        self._city = city
        self._clock = clock
        self._retry = retry
        self._most = most
        self._transcriber = transcriber
        self._drains: dict[str, asyncio.Task[None]] = {}
        self._held: dict[int, Wanted] = {}
        self._tried = 0
        self._stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._event = asyncio.Event()

    async def run(self) -> None:
        """Look for due files whenever woken, until `stop`."""
        self._loop = asyncio.get_running_loop()
        while not self._stopping:
            await self._event.wait()
            self._event.clear()
            try:
                await self.look()
            except LedgerUnavailable:
                _log.warning("fetching_waits_for_ledger")
            except Exception as error:  # the next look tries again; what is due stands in rows
                _log.error("fetching_failed", error=type(error).__name__)

    def wake(self) -> None:
        """A file may be due: look now. May be called from any thread."""
        if self._loop is not None and not self._loop.is_closed() and not self._stopping:
            self._loop.call_soon_threadsafe(self._event.set)

    async def once(self) -> int:
        """Work until nothing is due; returns how many fetches were tried. Raises `LedgerUnavailable`."""
        before = self._tried
        await self.look()
        while self._drains:
            done, _ = await asyncio.wait(self._drains.values())
            for drain in done:
                if not drain.cancelled():
                    drain.result()  # one that failed is not begun again before the next look
            await self.look()
        return self._tried - before

    async def stop(self, patience: float) -> None:
        """Take nothing new, wait `patience` seconds for what is under way, and give back the rest."""
        self._stopping = True
        self._event.set()
        drains = list(self._drains.values())
        if drains:
            _, left = await asyncio.wait(drains, timeout=patience)
            for drain in left:
                drain.cancel()
            held = list(self._held.values())
            await asyncio.gather(*drains, return_exceptions=True)
            if held:
                await self._give_back(held)

    async def _give_back(self, held: list[Wanted]) -> None:
        try:
            await self._ledger.awrite(lambda tx: [remote.end(tx, wanted) for wanted in held])
        except LedgerUnavailable:
            _log.warning("leases_kept", files=len(held))  # they end by themselves

    async def look(self) -> None:
        """Begin what is due, beside what is under way already. Raises `LedgerUnavailable`."""
        if self._stopping:
            return
        for channel in await asyncio.to_thread(self._channels_due):
            if channel not in self._drains and not self._stopping:
                drain = asyncio.create_task(self._drain(channel))
                self._drains[channel] = drain
                drain.add_done_callback(partial(self._ended, channel))

    def _ended(self, channel: str, drain: "asyncio.Task[None]") -> None:
        del self._drains[channel]
        if drain.cancelled():
            return
        if (error := drain.exception()) is None:
            self.wake()  # something may have become due since its last look
        else:
            _log.warning("fetching_paused", channel=channel, error=type(error).__name__)

    async def _drain(self, channel: str) -> None:
        """All that is due of a channel, `WIDTH` at a time. Raises `LedgerUnavailable`."""
        while not self._stopping:
            waiting = await asyncio.to_thread(self._due, channel)
            if not waiting:
                return
            workers = [asyncio.create_task(self._work(waiting)) for _ in range(WIDTH)]
            try:
                await asyncio.gather(*workers)
            finally:
                for worker in workers:
                    worker.cancel()
                await asyncio.gather(*workers, return_exceptions=True)

    async def _work(self, waiting: list[int]) -> None:
        while waiting and not self._stopping:
            await self._one(waiting.pop(0))

    async def _one(self, file_id: int) -> None:
        now = self._clock()
        lease = now + self._retry.lease
        wanted = await self._ledger.awrite(lambda tx: remote.claim(tx, file_id, now, lease))
        if wanted is None:
            return
        self._held[wanted.id] = wanted
        try:
            await self._ledger.awrite(await self._attempt(wanted))
        except LedgerUnavailable:
            raise
        except Exception as error:  # a fault of the door, a library or ours: the file stays wanted
            name = type(error).__name__
            _log.error("fetch_failed", file=wanted.id, error=name)
            await self._ledger.awrite(self._later(wanted, f"Kesalahan program: {name}."))
        self._held.pop(wanted.id, None)
        self._tried += 1

    async def _attempt(self, wanted: Wanted) -> Outcome:
        """Fetch and keep one file; whatever happens becomes an outcome to be written down."""
        door = self._doors.get(wanted.channel)
        if door is None:
            return self._later(wanted, "Kanal sedang ditutup.")
        if not isinstance(door, Fetcher):
            return self._never(wanted, "Kanal ini tidak dapat mengambil berkas.")
        try:
            async with asyncio.timeout(self._retry.timeout.total_seconds()):
                content = await door.fetch(wanted.remote, self._most)
        except Undeliverable as error:
            return self._never(wanted, _told(error, wanted))
        except TimeoutError:
            return self._later(wanted, "Penyedia terlalu lama menjawab.")
        except Unavailable as error:
            return self._later(wanted, "Penyedia belum memberikan berkas ini.", error.retry_after)
        return await self._kept(wanted, content)

    async def _kept(self, wanted: Wanted, content: bytes) -> Outcome:
        if not content:
            return self._never(wanted, "Berkas dari penyedia kosong.")
        if len(content) > self._most:
            return self._never(wanted, f"Berkas lebih besar dari {self._most // (1024 * 1024)} MB.")
        attachment = Attachment(name=wanted.name, media_type=wanted.media_type, content=content)
        try:
            city = self._city()
            keeping = partial(pictures.keep, attachment, self._files, most=self._most, scans=city.scans)
            file = await asyncio.to_thread(keeping)
        except OSError:
            return self._later(wanted, "Penyimpanan sedang tidak dapat ditulis.", ours=True)
        words = await self._words(file, content)
        now, city = self._clock(), self._city()

        def came(tx: Tx) -> None:
            if late.came(tx, wanted, file, now, city):
                transcripts.heard(tx, wanted, words, now, city)

        return came

    async def _words(self, file: KeptFile, content: bytes) -> str:
        """What is said in a recording, as far as a machine is there to write it down; "" otherwise."""
        if self._transcriber is None or file.state != "kept" or not transcripts.is_recording(file.media_type):
            return ""
        try:
            async with asyncio.timeout(self._retry.timeout.total_seconds()):
                told = await self._transcriber.transcribe(content, file.media_type)
            return transcripts.bounded(told)
        except Exception as error:  # somebody else's program: an officer listens instead
            _log.warning("transcription_failed", error=type(error).__name__)
            return ""

    def _never(self, wanted: Wanted, why: str) -> Outcome:
        now = self._clock()
        _log.warning("file_given_up", file=wanted.id, channel=wanted.channel, tries=wanted.tries)
        return lambda tx: late.lost(tx, wanted, why, now)

    def _later(self, wanted: Wanted, why: str, at_least: float = 0.0, *, ours: bool = False) -> Outcome:
        """Try again, unless it was tried long and often enough; a fault of our own gives up nothing."""
        now = self._clock()
        if now - wanted.since >= self._retry.give_up and wanted.tries > _TRIES and not ours:
            hours = int(self._retry.give_up.total_seconds() // 3600)
            return self._never(wanted, f"Menyerah setelah {hours} jam. {why}")
        wait = self._retry.wait(wanted.id, wanted.tries, at_least)
        if self._loop is not None and wait.total_seconds() <= _SOON:
            self._loop.call_later(wait.total_seconds() + 0.1, self.wake)
        return lambda tx: late.not_yet(tx, wanted, now + wait, why)

    def _channels_due(self) -> list[str]:
        with self._ledger.reading() as tx:
            return remote.channels_due(tx, self._clock())

    def _due(self, channel: str) -> list[int]:
        with self._ledger.reading() as tx:
            return remote.due(tx, channel, self._clock(), _AT_ONCE)


def _told(error: Undeliverable, wanted: Wanted) -> str:
    """The door's words, unless they hold an address or the handle."""
    text = reason(error)
    return GONE if "://" in text or wanted.remote in text or not str(error) else text
