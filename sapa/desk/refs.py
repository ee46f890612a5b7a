"""Public numbers: each process takes them in blocks, so that writers do not queue for one row."""

import threading
from datetime import datetime, timedelta

from sapa.desk.city import City
from store import targets
from store.db import Ledger, Tx

_SMALLEST, _LARGEST = 4, 512
#: A block used up within this time means load: the next one is twice as large.
_BUSY = timedelta(seconds=5)


def take_one(tx: Tx, now: datetime, city: City) -> str:
    """A ref taken in this very transaction."""
    month = city.month(now)
    return city.ref(month, targets.reserve_refs(tx, month, 1))


class Refs:
    """Numbers of the current month; a restart loses at most the rest of one block (gaps are allowed)."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._month = ""
        self._free: list[int] = []
        self._size = _SMALLEST
        self._taken_at: datetime | None = None

    def take(self, tx: Tx, now: datetime, city: City) -> str:
        """The next ref; with no block at hand the number is taken in this very transaction."""
        month = city.month(now)
        with self._lock:
            number = self._free.pop() if month == self._month and self._free else 0
        return city.ref(month, number or targets.reserve_refs(tx, month, 1))

    async def top_up(self, now: datetime, city: City) -> None:
        """Reserve another block, in a transaction of its own, when the one at hand runs out."""
        month = city.month(now)
        with self._lock:
            if month == self._month and len(self._free) * 2 >= self._size:
                return
            busy = self._taken_at is not None and now - self._taken_at < _BUSY
            self._size = min(self._size * 2, _LARGEST) if busy else _SMALLEST
            self._taken_at, count = now, self._size
            if month != self._month:
                self._month, self._free = month, []
        first = await self._ledger.awrite(lambda tx: targets.reserve_refs(tx, month, count), brief=True)
        with self._lock:
            if month == self._month:
                self._free = [*range(first + count - 1, first - 1, -1), *self._free]
