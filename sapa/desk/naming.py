"""Asks providers how people call themselves, where their messages do not say; a few tries, then no more."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog

from channels.base import Door, Namer, Unavailable
from store import contacts
from store.db import Ledger

#: How often is asked, for people who are new since so long, and how often for one of them.
EVERY, NEW, TRIES = timedelta(minutes=5), timedelta(days=7), 5
_AT_ONCE, _LONGEST = 20, 200
_log = structlog.get_logger()


class Naming:
    """The questions of one process; what it asked in vain it forgets when it ends, and asks again."""

    def __init__(self, *, ledger: Ledger, doors: Mapping[str, Door], clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._doors = [door for door in doors.values() if isinstance(door, Namer)]
        self._clock = clock
        self._tries: Counter[int] = Counter()

    async def look(self) -> int:
        """Ask for the names that are missing; returns how many came. Raises `LedgerUnavailable`."""
        return sum([await self._of(door) for door in self._doors])

    async def _of(self, door: Namer) -> int:
        found = 0
        for contact_id, value in await asyncio.to_thread(self._nameless, door.name):
            self._tries[contact_id] += 1
            try:
                name = (await door.name_of(value))[:_LONGEST]
            except Unavailable as error:
                _log.warning("names_wait", channel=door.name, reason=str(error))
                return found
            if name:
                await self._ledger.awrite(lambda tx, id=contact_id, name=name: contacts.named(tx, id, name))  # type: ignore[misc]
                found += 1
            else:
                self._tries[contact_id] = TRIES
        return found

    def _nameless(self, channel: str) -> list[tuple[int, str]]:
        with self._ledger.reading() as tx:
            waiting = contacts.nameless(tx, channel, self._clock() - NEW)
        return [one for one in waiting if self._tries[one[0]] < TRIES][:_AT_ONCE]
