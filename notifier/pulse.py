"""How the doors fare in this process: what left, what failed and what was refused since the last look."""

import threading
from dataclasses import dataclass, field, replace
from datetime import datetime

#: So many sendings in a row fail before a door counts as failing: one of them may be the recipient's fault.
IN_A_ROW = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """One door: `heard` says whether anything was tried at all; `failing_since` None = it works.

    `sent` and `refused` count since the last `take`.
    """

    heard: bool = False
    sent: int = 0
    refused: int = 0
    last_out_at: datetime | None = None
    failing_since: datetime | None = None
    error: str = ""


@dataclass(slots=True)
class _Door:
    beat: Beat = field(default_factory=Beat)
    failures: int = 0
    first: datetime | None = None
    said: str = ""
    trouble_since: datetime | None = None
    trouble: str = ""


class Pulse:
    """Told by the relay, the listeners and the hooks, from any thread; kept in memory."""

    def __init__(self) -> None:
        self._doors: dict[str, _Door] = {}
        self._lock = threading.Lock()

    def sent(self, channel: str, at: datetime) -> None:
        """The provider took one."""
        with self._lock:
            door = self._door(channel)
            door.failures, door.first, door.said = 0, None, ""
            door.beat = replace(door.beat, heard=True, sent=door.beat.sent + 1, last_out_at=at)

    def failed(self, channel: str, at: datetime, why: str) -> None:
        """The provider did not answer, or said "later"."""
        with self._lock:
            door = self._door(channel)
            door.failures, door.first, door.said = door.failures + 1, door.first or at, why
            door.beat = replace(door.beat, heard=True)

    def listening(self, channel: str, at: datetime, trouble: str) -> None:
        """What stands in the way of a listener, "" if nothing."""
        with self._lock:
            door = self._door(channel)
            door.trouble_since = (door.trouble_since or at) if trouble else None
            door.trouble = trouble
            door.beat = replace(door.beat, heard=True)

    def refused(self, channel: str) -> None:
        """A delivery was not signed as it should be."""
        with self._lock:
            door = self._door(channel)
            door.beat = replace(door.beat, refused=door.beat.refused + 1)

    def take(self) -> dict[str, Beat]:
        """Every door that was heard of since the last time; the counts begin anew."""
        with self._lock:
            found = {name: _now(door) for name, door in self._doors.items() if door.beat != Beat()}
            for door in self._doors.values():
                door.beat = Beat()
            return found

    def _door(self, channel: str) -> _Door:
        return self._doors.setdefault(channel, _Door())


def _now(door: _Door) -> Beat:
    failing = [(door.trouble_since, door.trouble)] if door.trouble else []
    failing += [(door.first, door.said)] if door.failures >= IN_A_ROW else []
    since, error = failing[0] if failing else (None, "")
    return replace(door.beat, failing_since=since, error=error)
