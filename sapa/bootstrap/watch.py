"""What one process notices of its doors goes into the ledger; what others declared comes onto its pages."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from channels.base import Door, Watched
from notifier.pulse import Pulse
from sapa.desk import doors as desk
from sapa.desk.city import City
from sapa.web.outages import Outages
from store.db import Ledger, LedgerUnavailable

#: Seconds between two looks at the declared outages; every so many looks the pulse is written down.
EVERY, BEAT = 10.0, 6
_log = structlog.get_logger()


class Watch:
    """The loop of one process; on PostgreSQL every process has its own."""

    def __init__(
        self,
        ledger: Ledger,
        doors: Mapping[str, Door],
        pulse: Pulse,
        outages: Outages,
        city: Callable[[], City],
        clock: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._doors = doors
        self._pulse = pulse
        self._outages = outages
        self._city = city
        self._clock = clock

    async def run(self, every: float = EVERY) -> None:
        """Until it is cancelled; a ledger that is away is waited for."""
        looks = 0
        while True:
            try:
                await asyncio.to_thread(self._outages.look, self._ledger)
                if looks % BEAT == 0:
                    await self.beat()
            except LedgerUnavailable:
                _log.warning("watch_waits_for_ledger")
            except Exception as error:
                _log.error("watch_failed", error=type(error).__name__)
            looks += 1
            await asyncio.sleep(every)

    async def beat(self) -> None:
        """Write down what was noticed since the last time."""
        now, city = self._clock(), self._city()
        for name, door in self._doors.items():
            if isinstance(door, Watched):
                self._pulse.listening(name, now, door.trouble)
        beats = {name: beat for name, beat in self._pulse.take().items() if name in city.lines}
        if beats:
            await self._ledger.awrite(lambda tx: desk.note(tx, beats, now, city))
