"""Numbers for Prometheus, none of them about a person."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from channels.base import Accepted, Deliver, Parsed, Payload, Unavailable
from store.tables.tickets import STATUSES

#: Upper bounds in seconds; 0.06 is what the intake promises.
BUCKETS = (0.005, 0.02, 0.06, 0.2, 0.6, 2.0, 6.0)


class Metrics:
    """One process's numbers, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.intake = Counter(
            "sapa_intake_messages",
            "Messages by what became of them",
            ["channel", "outcome"],
            registry=self.registry,
        )
        self._series: dict[tuple[str, str], Counter] = {}
        self.requests = Histogram(
            "sapa_http_seconds",
            "Time to answer by route template",
            ["method", "route", "status"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._outbox = Gauge("sapa_outbox", "Outbox rows by state", ["state"], registry=self.registry)
        self._tickets = Gauge("sapa_tickets", "Tickets by status", ["status"], registry=self.registry)
        self._parked = Gauge(
            "sapa_arrivals_parked", "Arrivals waiting for a person", [], registry=self.registry
        )
        self._waiting = Gauge(
            "sapa_outbox_waiting_seconds", "How long the oldest due notice waits", [], registry=self.registry
        )

        self._files = Gauge(
            "sapa_files_waiting", "Files that providers still have", [], registry=self.registry
        )
        self._files_since = Gauge(
            "sapa_files_waiting_seconds",
            "How long the oldest of them is waited for",
            [],
            registry=self.registry,
        )
        self._doors, self._heard, self._swept = _of_channels(self.registry)

    def counted(self, deliver: Deliver) -> Deliver:
        """The same delivery, counted by channel and outcome; bootstrap wraps what it hands to doors."""

        async def counting(payload: Payload, parse: Callable[[], Parsed]) -> Sequence[Accepted]:
            try:
                accepted = await deliver(payload, parse)
            except Unavailable:
                self._count(payload.channel, "unavailable")
                raise
            for one in accepted:
                self._count(payload.channel, _outcome(one))
            return accepted

        return counting

    def _count(self, channel: str, outcome: str) -> None:
        """One more message; its series is looked up once."""
        kind = (channel, outcome)
        if kind not in self._series:
            self._series[kind] = self.intake.labels(*kind)
        self._series[kind].inc()

    def set_outbox(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """(state, how many) of the outbox; states without rows read 0."""
        _set(self._outbox, ("pending", "sent", "dead", "canceled", "call", "called"), rows)

    def set_tickets(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """(status, how many) of the tickets."""
        _set(self._tickets, STATUSES.split(), rows)

    def set_parked(self, count: int) -> None:
        """How many arrivals nobody could read yet."""
        self._parked.set(count)

    def set_waiting(self, seconds: float) -> None:
        """How long the notice that waits longest has been due."""
        self._waiting.set(seconds)

    def set_files(self, count: int, seconds: float) -> None:
        """How many files providers still have, and how long the oldest is waited for."""
        self._files.set(count)
        self._files_since.set(seconds)

    def set_swept(self, seconds: Mapping[str, float]) -> None:
        """How long ago each door ("CHANNEL:ACCOUNT") was last swept to the end."""
        for door, age in seconds.items():
            self._swept.labels(door).set(age)

    def set_doors(self, rows: Iterable[tuple[str, str, float | None, float | None]]) -> None:
        """(channel, its state, seconds since the last message in and out) of every channel."""
        self._doors.clear()
        for channel, state, came, left in rows:
            self._doors.labels(channel, state).set(1)
            for way, seconds in (("in", came), ("out", left)):
                if seconds is not None:
                    self._heard.labels(channel, way).set(seconds)

    def forget(self) -> None:
        """The ledger cannot be read: say nothing rather than something old."""
        self._outbox.clear()
        self._tickets.clear()
        self._doors.clear()
        self._heard.clear()

    def text(self) -> bytes:
        """Prometheus' text form of everything counted."""
        return generate_latest(self.registry)


def _outcome(accepted: Accepted) -> str:
    if accepted.duplicate:
        return "duplicate"
    return "accepted" if accepted.ref else "parked"


def _set(gauge: Gauge, names: Iterable[str], rows: Iterable[tuple[Any, ...]]) -> None:
    counts = dict.fromkeys(names, 0) | dict(rows)
    for name, count in counts.items():
        gauge.labels(name).set(count)


def _of_channels(registry: CollectorRegistry) -> tuple[Gauge, Gauge, Gauge]:
    state = Gauge("sapa_channel", "1 for the state a channel is in", ["channel", "state"], registry=registry)
    heard = Gauge(
        "sapa_channel_last_seconds",
        "How long ago a channel last brought (in) or took (out) a message",
        ["channel", "way"],
        registry=registry,
    )
    swept = Gauge(
        "sapa_swept_seconds",
        "How long ago a provider was asked for all it could not deliver",
        ["door"],
        registry=registry,
    )
    return state, heard, swept
