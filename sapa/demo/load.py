"""Eight weeks of a city's life, through the real intake and the real acts with a shifted clock."""

import contextlib
import heapq
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from channels.base import Accepted, Parser
from sapa.bootstrap import Service
from sapa.demo import city, turns
from sapa.demo.complaints import Complaint, complaints
from sapa.demo.payloads import WRITERS
from sapa.demo.pictures import photo
from sapa.desk.actor import Actor
from sapa.desk.errors import ActError
from sapa.desk.officers import create_officer
from sapa.desk.passwords import Passwords
from sapa.settings import Settings
from store import tickets
from store.db import Tx

WEEKS = 8
_HOURS = (6, 7, 7, 8, 9, 11, 12, 16, 18, 19, 19, 20, 21)
_CHANNELS = ("web", "web", "telegram", "telegram", "email")


async def load(settings: Settings, now: datetime, progress: Callable[[int, int], None]) -> str:
    """Build the city up to `now` and put it in its place; returns the password of `diskominfo.contoh`.

    What a killed load left, and an earlier demo city, are thrown away first.
    """
    city.remove(settings)
    where = city.part(settings)
    where.mkdir(parents=True, mode=0o700)
    play = _Play(settings, now)
    password = await play.run(progress)
    (where / city.MARK).write_text(now.isoformat(), encoding="utf-8")
    where.rename(city.folder(settings))
    return password


class _Play:
    """What happens when: a heap of (time, number, what)."""

    def __init__(self, settings: Settings, now: datetime) -> None:
        self._end = now
        self._at = now - timedelta(weeks=WEEKS)
        self._rng = random.Random(now.date().isoformat())  # noqa: S311 (a play, no secrets)
        self._service: Service = city.open_demo(settings, city.part(settings), lambda: self._at)
        self._heap: list[tuple[datetime, int, Callable[[], object]]] = []
        self._count = 0

    async def run(self, progress: Callable[[int, int], None]) -> str:
        """Play all of it, day after day."""
        try:
            password = self._officer()
            told = complaints()
            arrivals = self._arrivals(told)
            day = self._at + timedelta(days=1)
            for number, (at, complaint) in enumerate(arrivals):
                while day < at:
                    await self._day(day)
                    day += timedelta(days=1)
                self._until(at)
                self._plan(await self._arrive(number, complaint), number)
                progress(number + 1, len(told))
            await self._day(self._end)
            return password
        finally:
            self._service.ledger.close()

    def _officer(self) -> str:
        owner = Actor(kind="officer", role="administrator", name="terminal")
        officer_id, password = create_officer(
            self._service.ledger,
            owner,
            login="diskominfo.contoh",
            name="Petugas Contoh",
            role="coordinator",
            opd="",
            now=self._at,
            city=self._service.city(),
            passwords=Passwords(),
        )
        self._by = Actor(kind="officer", role="coordinator", officer_id=officer_id, name="Petugas Contoh")
        return password

    def _arrivals(self, told: Sequence[Complaint]) -> list[tuple[datetime, Complaint]]:
        """When each is told: one incident within hours, mornings and evenings, fewer on Sundays."""
        begun: dict[int, datetime] = {}
        found = []
        for complaint in told:
            at = begun.get(complaint.incident) or self._moment()
            if complaint.incident:
                begun[complaint.incident] = at
                at += timedelta(minutes=self._rng.randint(0, 90))
            found.append((min(at, self._end - timedelta(minutes=5)), complaint))
        return sorted(found, key=lambda pair: pair[0])

    def _moment(self) -> datetime:
        tz = self._service.city().tz
        while True:
            at = (self._at + timedelta(days=self._rng.randrange(WEEKS * 7 + 1))).astimezone(tz)
            at = at.replace(hour=self._rng.choice(_HOURS), minute=self._rng.randrange(60))
            if self._at < at < self._end and (at.weekday() < 6 or self._rng.random() < 0.4):
                return at.astimezone(self._end.tzinfo)

    async def _arrive(self, number: int, complaint: Complaint) -> Sequence[Accepted]:
        name = self._rng.choice(_CHANNELS)
        picture = photo(complaint.picture, number) if complaint.picture else b""
        way = self._service.doors[name]
        assert isinstance(way, Parser)
        account = str(getattr(way, "account", name))
        payload = WRITERS[name](complaint, number, self._at, picture, account)
        return await self._service.intake.deliver(payload, partial(way.parse, payload))

    def _plan(self, accepted: Sequence[Accepted], number: int) -> None:
        for one in accepted:
            if one.ref and not one.duplicate:
                self._next(one, number)

    def _next(self, one: Accepted, number: int) -> None:
        """Something may be done to this ticket, after a while."""
        after = timedelta(hours=self._rng.uniform(1, 70))
        self._count += 1
        what: Callable[[], object] = partial(self._step, one, number)
        heapq.heappush(self._heap, (self._at + after, self._count, what))

    def _until(self, at: datetime) -> None:
        while self._heap and self._heap[0][0] <= at:
            self._at, _, what = heapq.heappop(self._heap)
            what()
        self._at = at

    async def _day(self, at: datetime) -> None:
        self._until(at)
        for job in (self._service.schedule.silence, self._service.schedule.unanswered):
            await job()
        await self._service.schedule.reminders()
        await self._service.schedule.agenda()
        await self._service.relay.once()

    def _step(self, one: Accepted, number: int) -> None:
        with contextlib.suppress(ActError):
            if self._service.ledger.write(lambda tx: self._act(tx, one)):
                self._next(one, number)

    def _act(self, tx: Tx, one: Accepted) -> bool:
        ticket = tickets.by_ref(tx, one.ref)
        act = turns.chosen(ticket.status, self._rng) if ticket else ""
        if ticket is None or not act:
            return False
        self._count += 1
        turns.play(
            tx,
            act,
            ticket,
            self._by,
            key=f"contoh:{self._count}",
            now=self._at,
            city=self._service.city(),
            rng=self._rng,
        )
        return True
