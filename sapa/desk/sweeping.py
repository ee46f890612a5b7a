"""Asks providers for what they could not deliver: while we were down, or when a delivery was lost on its way.

Since when is read from the ledger: the end of the last sweep that came to its end, less an overlap.
What arrived since then says nothing, for the messages before it may be those that are missing.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import structlog

from channels.base import Accepted, Deliver, Door, Parsed, Payload, Sweeper, Unavailable
from sapa.desk.spool import Spooled
from store import arrivals, sweeps
from store.db import Ledger, LedgerUnavailable

#: How often each door is swept.
EVERY = timedelta(minutes=5)
#: A provider may list a message later than the time it names; what is asked for twice is taken once.
OVERLAP = timedelta(minutes=15)
#: How far back the first sweep of a door looks, and any sweep at most (Twilio keeps messages 400 days).
FIRST, LONGEST = timedelta(hours=24), timedelta(days=400)
_log = structlog.get_logger()


class Sweeping:
    """The sweeps of one process; `deliver` is the intake, `clock` gives aware UTC."""

    def __init__(
        self, *, ledger: Ledger, doors: Mapping[str, Door], deliver: Deliver, clock: Callable[[], datetime]
    ) -> None:
        self._ledger = ledger
        self._doors = [door for door in doors.values() if isinstance(door, Sweeper)]
        self._deliver = deliver
        self._clock = clock

    @property
    def any(self) -> bool:
        """Whether any door can be swept."""
        return bool(self._doors)

    async def look(self) -> int:
        """Sweep every door whose turn is nobody else's; how many messages were missing.

        A door that fails holds up no other. Raises `LedgerUnavailable`.
        """
        return sum([await self._one(door) for door in self._doors])

    async def _one(self, door: Sweeper) -> int:
        now = self._clock()
        name = f"{door.name}:{getattr(door, 'account', '')}"
        if not await self._ledger.awrite(lambda tx: sweeps.claim(tx, name, _turn(now), now)):
            return 0
        since = await asyncio.to_thread(self._since, name, now)
        missed = _Missed(self._ledger, self._deliver)
        try:
            await door.sweep(since, missed.deliver)
        except Unavailable as error:
            _log.warning("sweep_postponed", channel=door.name, since=since.isoformat(), reason=str(error))
        except LedgerUnavailable:
            raise
        except Exception as error:  # the next turn asks again, from the same time
            _log.error("sweep_failed", channel=door.name, since=since.isoformat(), error=type(error).__name__)
        else:
            await self._ledger.awrite(lambda tx: sweeps.note(tx, name, now, self._clock()))
        if missed.count:
            _log.info("swept", channel=door.name, missed=missed.count)
        return missed.count

    def _since(self, name: str, now: datetime) -> datetime:
        with self._ledger.reading() as tx:
            until = sweeps.asked_until(tx, name)
        return now - FIRST if until is None else max(until - OVERLAP, now - LONGEST)


class _Missed:
    """Hands the intake what it does not have yet, and counts it."""

    def __init__(self, ledger: Ledger, deliver: Deliver) -> None:
        self._ledger = ledger
        self._deliver = deliver
        self.count = 0

    async def deliver(self, payload: Payload, parse: Callable[[], Parsed]) -> Sequence[Accepted]:
        """The intake's answer; none for what is kept or waits on disk."""
        if await asyncio.to_thread(self._known, payload):
            return ()
        try:
            accepted = await self._deliver(payload, parse)
        except Spooled:
            return ()
        self.count += not all(one.duplicate for one in accepted)
        return accepted

    def _known(self, payload: Payload) -> bool:
        if not payload.delivery_id:
            return False
        with self._ledger.reading() as tx:
            return arrivals.delivered(tx, payload.channel, payload.account, payload.delivery_id)


def _turn(now: datetime) -> datetime:
    """The turn that `now` falls into."""
    seconds = int(EVERY.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)
