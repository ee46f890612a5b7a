"""The channels that are declared down, for the banner that stands on every page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sapa.desk.city import City, Line
from store import outages
from store.db import Ledger


@dataclass(frozen=True, slots=True)
class Down:
    """A channel that is down, and when it is expected back."""

    channel: str
    expected_at: datetime | None


class Outages:
    """What was down at the last look; pages read it without asking the ledger.

    A process looks every few seconds, and at once after its own act.
    """

    def __init__(self) -> None:
        self.now: tuple[Down, ...] = ()

    def look(self, ledger: Ledger) -> None:
        """Look again; raises `LedgerUnavailable`, and what was known stays."""
        with ledger.reading() as tx:
            self.now = tuple(Down(one.channel, one.expected_at) for one in outages.running(tx))

    def ways(self, city: City) -> Sequence[Line]:
        """The open channels by which one can still report, the web form aside."""
        down = {one.channel for one in self.now}
        return [line for name, line in city.lines.items() if line.open and name not in down and name != "web"]
