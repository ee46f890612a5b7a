"""The relay: takes what is due out of the outbox, sends it, and writes down what became of it.

Lanes go in parallel, rows of a lane in order. Between the provider's yes and our commit a message
may be sent again after a crash, with the same key.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from channels.base import Sender, Unavailable, Undeliverable
from channels.message import OutboundMessage, Receipt
from notifier import detour
from notifier.detour import Shut
from notifier.facts import NotTellable, Withheld
from notifier.notices import NOTICES
from notifier.pulse import Pulse
from notifier.retry import Retry, reason
from store import contacts, detours, outbox
from store.db import Ledger, LedgerUnavailable, Tx
from store.outbox import Claimed, Sent

log = logging.getLogger(__name__)

_PAUSE = 0.1
_BATCH = 200
_SETTLE_TRIES = 20
NO_DOOR = "Kanal belum dibuka."


class Rendering(Protocol):
    """What makes a message of a row; raises `NotTellable`."""

    def render(self, tx: Tx, row: Claimed, now: datetime) -> OutboundMessage:
        """The message, from what the ledger holds now."""
        ...


Outcome = Callable[[Tx], None]


class Relay:
    """Sends the outbox through the doors in `senders` (by channel), `width` lanes at a time.

    It looks for due rows every `poll` seconds, and at once when woken. Each lane rests `pause`
    seconds after a row: in one process with the intake, a backlog must not take its time.
    """

    def __init__(
        self,
        ledger: Ledger,
        senders: Mapping[str, Sender],
        renderer: Rendering,
        clock: Callable[[], datetime],
        retry: Retry | None = None,
        width: int = 8,
        poll: float = 1.0,
        pause: Callable[[], float] = lambda: 0.0,
        pulse: Pulse | None = None,
    ) -> None:
        self._ledger = ledger
        self._senders = senders
        self._renderer = renderer
        self._clock = clock
        self._retry = retry or Retry()
        self._width = width
        self._poll = poll
        self._pause = pause
        self._pulse = pulse or Pulse()
        self._waiting: deque[int] = deque()
        self._workers: set[asyncio.Task[int]] = set()
        self._stopping = False
        self._more = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._event = asyncio.Event()

    async def once(self) -> int:
        """Work until nothing is due; returns how many sendings were tried. Raises `LedgerUnavailable`."""
        handled = 0
        await self._refill()
        while self._workers:
            done, _ = await asyncio.wait(self._workers)
            handled += sum([task.result() for task in done])
            await self._refill()
        return handled

    async def run(self) -> None:
        """Work until `stop`; a ledger that is away is waited for."""
        self._loop = asyncio.get_running_loop()
        try:
            while not self._stopping:
                try:
                    await self._refill()
                except LedgerUnavailable:
                    log.warning("relay: the ledger is away")
                except Exception as error:
                    log.error("relay: cannot look at the outbox (%s)", type(error).__name__)
                await self._rest()
            await self.stop()
        finally:
            for worker in self._workers:
                worker.cancel()

    def wake(self) -> None:
        """Something is due: look now. May be called from any thread."""
        if self._loop is not None and not self._event.is_set() and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._event.set)

    async def stop(self) -> None:
        """Take nothing new and wait for what is under way."""
        self._stopping = True
        self._event.set()
        if self._workers:
            await asyncio.wait(self._workers)

    async def _rest(self) -> None:
        """Until somebody wakes us or it is time; always a little, so that wakes add up."""
        try:
            await asyncio.wait_for(self._event.wait(), self._poll)
        except TimeoutError:
            pass
        else:
            await asyncio.sleep(0 if self._stopping else _PAUSE)
        self._event.clear()

    async def _refill(self) -> None:
        """Look for due lanes when none wait, and put idle hands to work."""
        if not self._waiting and not self._stopping:
            found = await asyncio.to_thread(self._look)
            self._waiting.extend(found)
            self._more = len(found) == _BATCH
        while self._waiting and len(self._workers) < self._width and not self._stopping:
            worker = asyncio.create_task(self._work(self._waiting.popleft()))
            self._workers.add(worker)
            worker.add_done_callback(self._finished)

    def _look(self) -> list[int]:
        with self._ledger.reading() as tx:
            return outbox.due(tx, self._clock(), _BATCH)

    def _finished(self, worker: "asyncio.Task[int]") -> None:
        self._workers.discard(worker)
        if worker.cancelled():
            return
        if (error := worker.exception()) is not None:
            log.warning("relay: a lane stopped (%s); its row comes back", type(error).__name__)
        elif self._more or self._waiting:
            self._event.set()

    async def _work(self, first: int) -> int:
        """Drain the lane that row heads, then further waiting lanes; returns how many were tried."""
        handled = 0
        row = await self._take(first)
        while True:
            while row is None and self._waiting and not self._stopping:
                row = await self._take(self._waiting.popleft())
            if row is None:
                return handled
            outcome = await self._attempt(row)
            handled += 1
            row = await self._settle(row, outcome)
            pause = self._pause()
            if pause and not self._stopping:
                await asyncio.sleep(pause)

    async def _take(self, head: int) -> Claimed | None:
        return await self._ledger.awrite(lambda tx: self._claim(tx, None, head), brief=True)

    async def _settle(self, row: Claimed, outcome: Outcome) -> Claimed | None:
        """Write the outcome down and take the next row in the same transaction."""
        stopping = self._stopping
        spare = self._waiting.popleft() if self._waiting and not stopping else None

        def act(tx: Tx) -> Claimed | None:
            outcome(tx)
            return None if stopping else self._claim(tx, row.lane, spare)

        following = await self._insist(act)
        if spare is not None and following is not None and following.id != spare:
            self._waiting.appendleft(spare)
        return following

    async def _insist(self, act: Callable[[Tx], Claimed | None]) -> Claimed | None:
        """What was sent must be remembered: a ledger that is away is asked again, within the lease."""
        for _ in range(_SETTLE_TRIES):
            try:
                return await self._ledger.awrite(act, brief=True)
            except LedgerUnavailable:
                await asyncio.sleep(self._poll)
        return await self._ledger.awrite(act, brief=True)

    def _claim(self, tx: Tx, lane: str | None, spare: int | None) -> Claimed | None:
        """The lane's next row if it is due, else the spare one."""
        now = self._clock()
        lease = now + self._retry.lease
        row = outbox.claim_next(tx, lane, now, lease) if lane is not None else None
        if row is None and spare is not None:
            row = outbox.claim(tx, spare, now, lease)
        return row

    async def _attempt(self, row: Claimed) -> Outcome:
        """Render and send one row; whatever happens becomes an outcome to be written down."""
        sender = self._senders.get(row.channel)
        if sender is None:
            return lambda tx: outbox.bury(tx, row, NO_DOOR)
        to = ""
        try:
            message = await asyncio.to_thread(self._render, row)
            to = message.to.value
            async with asyncio.timeout(self._retry.timeout.total_seconds()):
                receipt = await sender.send(message)
        except LedgerUnavailable:
            return self._later(row, "Data laporan sedang tidak dapat dibaca.", 0.0)
        except Withheld:
            return lambda tx: detours.cancel(tx, row)
        except NotTellable as error:
            why = str(error)
            return lambda tx: outbox.bury(tx, row, why)
        except Shut:
            return self._elsewhere(row)
        except Undeliverable as error:
            if error.reachable:
                why = reason(error, to)
                return lambda tx: outbox.bury(tx, row, why, unreachable=False)
            return self._never(row, reason(error, to))
        except (Unavailable, TimeoutError) as error:
            self._pulse.failed(row.channel, self._clock(), reason(error, to))
            return self._later(row, reason(error, to), getattr(error, "retry_after", 0.0))
        except Exception as error:
            log.error("relay: notice %s failed (%s)", row.id, type(error).__name__)
            return self._broken(row, type(error).__name__)
        return self._sent(row, message, receipt, getattr(sender, "account", ""))

    def _render(self, row: Claimed) -> OutboundMessage:
        with self._ledger.reading() as tx:
            detour.check(tx, row)
            return self._renderer.render(tx, row, self._clock())

    def _elsewhere(self, row: Claimed, said: str = "") -> Outcome:
        now = self._clock()
        return lambda tx: detour.elsewhere(tx, row, now, self._senders, said)

    def _never(self, row: Claimed, why: str) -> Outcome:
        """Nothing reaches this contact: a citizen is told another way, an office's notice is dead."""
        if row.contact_id is None or NOTICES[row.notice].audience != "citizen":
            return lambda tx: outbox.bury(tx, row, why, unreachable=True)
        follow = self._elsewhere(row, why)

        def act(tx: Tx) -> None:
            contacts.set_reachable(tx, row.contact_id or 0, False)
            follow(tx)

        return act

    def _sent(self, row: Claimed, message: OutboundMessage, receipt: Receipt, account: str) -> Outcome:
        now = self._clock()
        self._pulse.sent(row.channel, now)
        kept: Sent | None = None
        if NOTICES[row.notice].audience in ("citizen", "asker"):
            text = receipt.told or message.text
            if message.reply_token:
                text = text.replace(message.reply_token, "…")  # the private link is the citizen's alone
            kept = Sent(account=account, subject=message.subject, text=text, in_reply_to=message.in_reply_to)
        return lambda tx: outbox.complete(tx, row, receipt.external_id, now, kept)

    def _later(self, row: Claimed, why: str, at_least: float) -> Outcome:
        now = self._clock()
        if now - row.since >= self._retry.give_up:
            days = self._retry.give_up.days
            return lambda tx: outbox.bury(tx, row, f"Menyerah setelah {days} hari: {why}")
        next_at = now + self._retry.wait(row.id, row.tries, at_least)
        return lambda tx: outbox.postpone(tx, row.id, next_at, why)

    def _broken(self, row: Claimed, name: str) -> Outcome:
        if row.tries >= self._retry.broken:
            return lambda tx: outbox.bury(tx, row, f"Kesalahan program: {name}")
        next_at = self._clock() + self._retry.wait(row.id, row.tries)
        return lambda tx: outbox.postpone(tx, row.id, next_at, f"Kesalahan program: {name}")
