"""Has files scanned for viruses before anybody sees them; while the scanner is away they wait, visibly."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from sapa.desk.clamd import Clamd, NotScanned, ScannerAway
from store import assignments, remote, scans
from store.db import Ledger, Tx
from store.files import Files

#: How often is looked for files to be scanned.
EVERY = timedelta(seconds=10)
#: What the scanner will not take, or is not on the disk, is asked about again after this.
LATER = timedelta(hours=1)
INFECTED = "Berkas ini dikarantina: pemeriksa virus menemukan {}."
_AT_ONCE = 20
_log = structlog.get_logger()


class Scanning:
    """The scanning of one process; `scanner` is the one in force now, None for none."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        files: Files,
        scanner: Callable[[], Clamd | None],
        clock: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._files = files
        self._scanner = scanner
        self._clock = clock

    async def look(self) -> int:
        """Scan all that waits, until the scanner is away; returns how many were scanned."""
        scanner, scanned = self._scanner(), 0
        if scanner is None:
            await self._release()
            return 0
        while waiting := await asyncio.to_thread(self._due):
            for file_id, message_id, digest in waiting:
                try:
                    found = await asyncio.to_thread(scanner.scan, self._files.path(digest))
                except ScannerAway as error:
                    _log.warning("scanner_away", error=str(error))
                    return scanned
                except (NotScanned, FileNotFoundError) as error:
                    _log.warning("file_not_scanned", file=file_id, error=type(error).__name__)
                    await self._write(scans.postpone, file_id, self._clock() + LATER)
                    continue
                await self._write(_told, file_id, message_id, found, self._clock())
                scanned += 1
        return scanned

    async def _release(self) -> None:
        """Nobody scans (any more): nothing waits for it."""
        with self._ledger.reading() as tx:
            waits = scans.any_waits(tx)
        if waits:
            _log.warning("files_released", files=await self._ledger.awrite(scans.release))

    async def _write(self, act: Callable[..., None], *given: object) -> None:
        await self._ledger.awrite(lambda tx: act(tx, *given))

    def _due(self) -> list[tuple[int, int, str]]:
        with self._ledger.reading() as tx:
            return scans.due(tx, self._clock(), _AT_ONCE)


def _told(tx: Tx, file_id: int, message_id: int, found: str, now: datetime) -> None:
    """Write down what the scanner said, on the ticket too if it found something."""
    if not found:
        scans.passed(tx, file_id)
        return
    name = "".join(one for one in found if one.isprintable())[:100]
    reason = INFECTED.format(name)
    ticket_id = remote.ticket_of(tx, message_id)
    if scans.quarantine(tx, file_id, reason) and ticket_id is not None:
        data = {"message": message_id, "file": file_id}
        assignments.add_event(tx, ticket_id, "file_infected", actor="system", now=now, text=reason, data=data)
