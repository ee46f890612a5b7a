"""What the pages are given: the office as one frozen value, made by bootstrap or by a test."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, cast

from starlette.requests import HTTPConnection

from channels.base import Accepted, Door, Parsed, Payload
from sapa.desk.city import City
from store.db import Ledger
from store.files import Files


class Intake(Protocol):
    """Where payloads go; `counts` says how many messages had which outcome."""

    counts: Counter[str]

    def deliver(self, payload: Payload, parse: Callable[[], Parsed]) -> Awaitable[Sequence[Accepted]]:
        """Keep one payload and say, after the commit, what became of each message.

        Raises `channels.base.Rejected` (nothing kept) or `Unavailable` (try again)."""
        ...


class Relay(Protocol):
    """The post room's worker, as far as a page needs it."""

    def wake(self) -> None:
        """Look at the outbox now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """Words of the city that are on every page.

    `urgent` are (whom, telephone number) pairs; `desk` says where to go when nothing else works.
    """

    city: str
    agency: str = "Dinas Komunikasi dan Informatika"
    urgent: tuple[tuple[str, str], ...] = (
        ("Darurat umum", "112"),
        ("Ambulans", "119"),
        ("Polisi", "110"),
        ("Pemadam kebakaran", "113"),
    )
    desk: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one request may carry, in bytes; `guesses` refs an address may try a minute."""

    intake: int = 28 * 1024 * 1024
    page: int = 256 * 1024
    guesses: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Everything a page may use. `secret` signs links and page tokens; `clock` gives aware UTC.

    `hosts` are the host names answered ("" anywhere = all); `trusted_proxy` says that the last
    address of X-Forwarded-For is the client's.
    """

    ledger: Ledger
    city: Callable[[], City]
    files: Files
    intake: Intake
    relay: Relay
    doors: Mapping[str, Door]
    secret: bytes
    clock: Callable[[], datetime]
    brand: Brand
    limits: Limits = field(default_factory=Limits)
    hosts: frozenset[str] = frozenset()
    trusted_proxy: bool = False

    @property
    def https(self) -> bool:
        """Whether people reach us by https: then cookies are Secure and HSTS is sent."""
        return self.city().public_url.startswith("https://")


def office_of(connection: HTTPConnection) -> Office:
    """The office behind a request (also a FastAPI dependency)."""
    return cast(Office, connection.app.state.office)
