"""Takes exports of LAPOR! in, beside everything else: row by row through the intake, some at a time.

How far an import is stands in its row, so a killed process goes on where it was. A row that was
committed and not yet counted comes again, and changes nothing.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

import structlog

from channels.base import Accepted, Deliver, Rejected, Unavailable
from channels.lapor import LaporDoor, Row, Unfit
from sapa.desk import lapor as desk
from store import lapor
from store.db import Ledger, LedgerUnavailable, Tx
from store.files import Files

#: Rows of one step: delivered together, then written down as done.
CHUNK = 20
#: Longer than any step; after a kill another process waits so long (on SQLite a start frees it).
LEASE = timedelta(seconds=30)
_log = structlog.get_logger()

Line = tuple[int, dict[str, str], Row | str]


@dataclass(slots=True)
class _Step:
    """What became of some rows."""

    counts: Counter[str] = field(default_factory=Counter)
    rows: list[Row] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)

    def fault(self, line: int, reason: str) -> None:
        self.faults.append((line, reason))


class Importing:
    """The imports of one process; `door` None: LAPOR! is not open here."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        files: Files,
        door: LaporDoor | None,
        deliver: Deliver,
        clock: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._files = files
        self._door = door
        self._deliver = deliver
        self._clock = clock
        self._event = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = False
        self._busy = asyncio.Lock()

    async def run(self) -> None:
        """Work on what waits whenever woken, and at once; until `stop`."""
        self._loop = asyncio.get_running_loop()
        self._event.set()
        while not self._stopping:
            await self._event.wait()
            self._event.clear()
            try:
                await self.look()
            except (LedgerUnavailable, Unavailable, OSError) as error:
                _log.warning("import_waits", error=type(error).__name__)
            except Exception as error:  # the next look goes on where this one ended
                _log.error("import_paused", error=type(error).__name__)

    def wake(self) -> None:
        """An import may be waiting: look now. May be called from any thread."""
        if self._loop is not None and not self._loop.is_closed() and not self._stopping:
            self._loop.call_soon_threadsafe(self._event.set)

    async def stop(self, patience: float) -> None:
        """Begin no further step, and wait `patience` seconds for the one under way."""
        self._stopping = True
        self._event.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(patience), self._busy:
                pass

    async def look(self) -> int:
        """Take in every import that waits, oldest first; returns how many came to their end.

        Raises `LedgerUnavailable` and `Unavailable`: later.
        """
        if self._door is None or self._busy.locked():
            return 0
        ended = 0
        async with self._busy:
            for import_id in await asyncio.to_thread(self._waiting):
                now = self._clock()
                claim = partial(lapor.claim, import_id=import_id, now=now, until=now + LEASE)
                if not self._stopping and await self._ledger.awrite(claim):
                    try:
                        ended += await self._take_in(import_id, self._door)
                    finally:
                        await self._let_go(import_id)
        return ended

    def _waiting(self) -> list[int]:
        with self._ledger.reading() as tx:
            return lapor.waiting(tx, self._clock())

    async def _let_go(self, import_id: int) -> None:
        with suppress(LedgerUnavailable):  # the lease ends by itself
            await self._ledger.awrite(lambda tx: lapor.let_go(tx, import_id))

    async def _take_in(self, import_id: int, door: LaporDoor) -> bool:
        """One import to its end (True), or as far as this process works."""
        try:
            rows, done = await asyncio.to_thread(self._rows, import_id, door)
            while not self._stopping:
                chunk = await asyncio.to_thread(lambda: list(islice(rows, CHUNK)))
                if not chunk:
                    await self._ended(import_id, "done")
                    return True
                step = await self._step(import_id, door, chunk)
                after = done + len(chunk)
                if not await self._ledger.awrite(partial(self._write, import_id, step, done, after)):
                    return False  # another process went on with it
                done = after
        except Unfit as error:
            await self._ended(import_id, "failed", str(error))
            return True
        return False

    def _rows(self, import_id: int, door: LaporDoor) -> "tuple[desk.Rows, int]":
        """The rows that are left, and how many are done. Raises `Unfit`."""
        with self._ledger.reading() as tx:
            row = lapor.get(tx, import_id)
            assert row is not None
            blob, done = row.blob, row.done
        rows = door.rows(door.open(self._files.read(blob)), self._clock())
        for _ in islice(rows, done):
            pass
        return rows, done

    async def _ended(self, import_id: int, state: str, reason: str = "") -> None:
        now = self._clock()
        await self._ledger.awrite(lambda tx: lapor.end(tx, import_id, state, reason, now))
        _log.info("import_ended", number=import_id, state=state)

    async def _step(self, import_id: int, door: LaporDoor, chunk: Sequence[Line]) -> _Step:
        """Deliver what is new in these rows; the rows of one report one after another."""
        step, known = _Step(), await asyncio.to_thread(self._digests, chunk)
        left = list(chunk)
        while left:
            wave, later, ids = list[tuple[int, dict[str, str], Row]](), list[Line](), set[str]()
            for line, cells, row in left:
                if isinstance(row, str):
                    step.counts["wrong"] += 1
                    step.fault(line, row)
                elif row.tracking_id in ids:
                    later.append((line, cells, row))
                else:
                    ids.add(row.tracking_id)
                    if known.get(row.tracking_id) == row.digest:
                        step.counts["known"] += 1
                    else:
                        wave.append((line, cells, row))
            for accepted, (line, _, row) in zip(
                await self._delivered(import_id, door, wave), wave, strict=True
            ):
                _took(step, accepted, line, row, known)
            left = later
        return step

    async def _delivered(
        self, import_id: int, door: LaporDoor, wave: Sequence[tuple[int, dict[str, str], Row]]
    ) -> list[Accepted | Rejected]:
        """What the office says of each; raises what stops the whole step: it comes again."""

        async def one(cells: dict[str, str], row: Row) -> Accepted | Rejected:
            payload = door.payload(cells, f"{row.tracking_id}@{import_id}", self._clock())
            try:
                return (await self._deliver(payload, partial(door.parse, payload)))[0]
            except Rejected as error:
                return error

        every = await asyncio.gather(*(one(cells, row) for _, cells, row in wave), return_exceptions=True)
        for said in every:
            if isinstance(said, BaseException) and not isinstance(said, Rejected):
                raise said
        return [said for said in every if isinstance(said, Accepted | Rejected)]

    def _digests(self, chunk: Sequence[Line]) -> dict[str, str]:
        with self._ledger.reading() as tx:
            return desk.digests(tx, chunk)

    def _write(self, import_id: int, step: _Step, done: int, after: int, tx: Tx) -> bool:
        """The step is done, if it was not yet: LAPOR!'s words, faults and counts."""
        now = self._clock()
        counts = {name: step.counts[name] for name in ("new", "changed", "known", "wrong")}
        if not lapor.advance(tx, import_id, done, after, counts, now + LEASE):
            return False
        for row in step.rows:
            desk.note(tx, row, now)
        for line, reason in step.faults:
            lapor.add_fault(tx, import_id, line, reason)
        tx.flush()
        return True


def _took(step: _Step, said: Accepted | Rejected, line: int, row: Row, known: dict[str, str]) -> None:
    """Count one delivered row; one that was parked or refused is a fault, and new again next time."""
    if isinstance(said, Rejected) or not said.ref:
        step.counts["wrong"] += 1
        step.fault(line, str(said) if isinstance(said, Rejected) else desk.PARKED)
        return
    step.counts["changed" if row.tracking_id in known else "new"] += 1
    known[row.tracking_id] = row.digest
    step.rows.append(row)
    if row.remark:
        step.fault(line, f"Masuk, dengan catatan: {row.remark}")
