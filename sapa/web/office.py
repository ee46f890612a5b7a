"""What the pages are given: the office as one frozen value, made by bootstrap or by a test."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, cast

from starlette.requests import HTTPConnection

from channels.base import Accepted, Door, Parsed, Payload
from notifier.pulse import Pulse
from sapa.agenda.rules import AgendaRules
from sapa.desk.city import City
from sapa.desk.logins import Limits as LoginLimits
from sapa.desk.passwords import Passwords
from sapa.web.metrics import Metrics
from sapa.web.outages import Outages
from store.db import Ledger
from store.files import Files


class Intake(Protocol):
    """Where payloads go."""

    def deliver(self, payload: Payload, parse: Callable[[], Parsed]) -> Awaitable[Sequence[Accepted]]:
        """Keep one payload and say, after the commit, what became of each message.

        Raises `channels.base.Rejected` (nothing kept), `Unavailable` (try again) or, of its kind,
        `sapa.desk.spool.Spooled` (safe on disk, delivered later)."""
        ...

    def reprocess(
        self, arrival_id: int, now: datetime, *, by_hand: bool = True
    ) -> Awaitable[Sequence[Accepted]]:
        """Take a parked payload up again; raises `NotFound`, or `Invalid` when it stays parked."""
        ...


class Relay(Protocol):
    """The post room's worker, as far as a page needs it."""

    def wake(self) -> None:
        """Look at the outbox now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """Words of the city that are on every page.

    `urgent` are (whom, telephone number) pairs; `desk` says where to go when nothing else works;
    `notice` what everybody must know of this installation (that it is a demo).
    """

    city: str
    agency: str
    urgent: tuple[tuple[str, str], ...] = ()
    desk: str = ""
    notice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one request may carry, in bytes, and how often one address may come.

    `guesses` refs an address may look up a minute; `intake_per_minute` sendings, 0 = no limit;
    `files` photos the form asks for at the most; `patience` seconds the writer may take to answer
    before it counts as stuck. A body may `pause` so many seconds between two pieces, and has to
    come at `pace` bytes a second on the average once `grace` seconds are over.
    """

    intake: int = 28 * 1024 * 1024
    page: int = 256 * 1024
    guesses: int = 20
    intake_per_minute: int = 0
    files: int = 5
    patience: float = 3.0
    pause: float = 30.0
    grace: float = 60.0
    pace: int = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Everything a page may use. `secret` signs links and page tokens; `clock` gives aware UTC.

    `logins` says how long logins last and how often one may try; `hosts` are the host names
    answered (none = all); `trusted_proxy` says that the last address of X-Forwarded-For is the
    client's; `fetch` looks for files to be fetched, now; `pulse` hears what hooks refuse, `outages`
    are the channels every page says are down.
    """

    ledger: Ledger
    city: Callable[[], City]
    files: Files
    intake: Intake
    relay: Relay
    doors: Mapping[str, Door]
    secret: bytes
    clock: Callable[[], datetime]
    brand: Callable[[], Brand]
    agenda: Callable[[], AgendaRules]
    limits: Limits = field(default_factory=Limits)
    metrics: Metrics = field(default_factory=Metrics)
    passwords: Passwords = field(default_factory=Passwords)
    logins: LoginLimits = field(default_factory=LoginLimits)
    hosts: frozenset[str] = frozenset()
    trusted_proxy: bool = False
    fetch: Callable[[], None] = lambda: None
    take_in: Callable[[], None] = lambda: None
    pulse: Pulse = field(default_factory=Pulse)
    outages: Outages = field(default_factory=Outages)

    @property
    def https(self) -> bool:
        """Whether people reach us by https: then cookies are Secure and HSTS is sent."""
        return self.city().public_url.startswith("https://")


def office_of(connection: HTTPConnection) -> Office:
    """The office behind a request (also a FastAPI dependency)."""
    return cast(Office, connection.app.state.office)
