"""Fetches what lies elsewhere for us (a mailbox): what is kept is known by the names of its deliveries."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta

import structlog

from channels.base import Collector, Deliver, Door, Unavailable
from store import arrivals, sweeps
from store.db import Ledger, LedgerUnavailable

#: How often each door is sent to look.
EVERY = timedelta(minutes=1)
_log = structlog.get_logger()


class Collecting:
    """The errands of one process; `deliver` is the intake, `clock` gives aware UTC."""

    def __init__(
        self, *, ledger: Ledger, doors: Mapping[str, Door], deliver: Deliver, clock: Callable[[], datetime]
    ) -> None:
        self._ledger = ledger
        self._doors = [door for door in doors.values() if isinstance(door, Collector)]
        self._deliver = deliver
        self._clock = clock

    async def look(self) -> int:
        """Send every door whose turn is nobody else's; how many deliveries came.

        A door that fails holds up no other. Raises `LedgerUnavailable`.
        """
        return sum([await self._one(door) for door in self._doors])

    async def _one(self, door: Collector) -> int:
        now = self._clock()
        account = str(getattr(door, "account", ""))
        seconds = int(EVERY.total_seconds())
        turn = datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)
        name = f"{door.name}:{account}:collect"
        if not await self._ledger.awrite(lambda tx: sweeps.claim(tx, name, turn, now)):
            return 0

        async def known(prefix: str) -> Collection[str]:
            return await asyncio.to_thread(self._known, door.name, account, prefix)

        try:
            count = await door.collect(known, self._deliver)
        except Unavailable as error:
            _log.warning("collecting_postponed", channel=door.name, reason=str(error))
            return 0
        except LedgerUnavailable:
            raise
        except Exception as error:  # nothing was marked: it lies there still
            _log.error("collecting_failed", channel=door.name, error=type(error).__name__)
            return 0
        if count:
            _log.info("collected", channel=door.name, deliveries=count)
        return count

    def _known(self, channel: str, account: str, prefix: str) -> frozenset[str]:
        with self._ledger.reading() as tx:
            return arrivals.delivered_so(tx, channel, account, prefix)
