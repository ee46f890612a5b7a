"""Eight weeks of a city's life, through the real intake and the real acts with a shifted clock."""

import heapq
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from channels.base import Accepted, Parser, Payload
from sapa.agenda import week
from sapa.demo import city, turns
from sapa.demo.complaints import complaints
from sapa.demo.doors import TROUBLE, FolderDoor
from sapa.demo.moments import QUIET, WEEKS, Span, told
from sapa.demo.payloads import STRANGE, WRITERS
from sapa.demo.people import hire
from sapa.demo.telling import Sent, Telling
from sapa.demo.voices import Speechless, Voices
from sapa.desk.errors import ActError
from sapa.desk.lifecycle import OVER
from sapa.settings import Settings
from store import tickets
from store.db import Tx

#: The same play every day; only its weekdays differ.
_SEED = "kota-contoh"
#: When the office looks at its jobs, in city time; the draft of the agenda is due at noon.
_LOOKS = (7, 13, 16)
#: Every so many people write again about what they told, days later.
_AGAIN = 9
#: Offices work from Monday to Friday, in city time.
_OPEN, _CLOSE = 8, 15
_DROPPED = "Sudah ditangani dinas sebelum hari kunjungan."


async def load(settings: Settings, now: datetime, progress: Callable[[int, int], None]) -> None:
    """Build the city up to `now` and put it in its place.

    What a killed load left is thrown away first. Raises `city.Busy` while somebody is at it,
    `BadConfig` and `ValueError` for a configuration that cannot be used, and OSError.
    """
    _check_names(settings)
    where = city.part(settings)
    city.clear(where)
    where.mkdir(parents=True, mode=0o700)
    with city.hold(where):
        await _Play(settings, now).run(progress)
        city.finish(settings, now)


def _check_names(settings: Settings) -> None:
    """Raise `ValueError` where the play's places or agencies are not: it is Kota Mojokerto's."""
    said = complaints()
    places = {one.name for one in settings.areas.kelurahan}
    owners = {one.code for one in settings.opds} | {one.code for one in settings.external}
    missing = {one.kelurahan for one in said} - places | {one.right for one in said if one.right} - owners
    if missing:
        raise ValueError(
            "Kota contoh dimainkan dengan pengaturan Kota Mojokerto; di sini tidak ada "
            f"{', '.join(sorted(missing)[:5])}. Jalankan dengan config.yaml bawaan Sapa (--config)."
        )


class _Play:
    """What happens when: a heap of (time, number, what)."""

    def __init__(self, settings: Settings, now: datetime) -> None:
        self._end = now
        self._at = now - timedelta(weeks=WEEKS)
        self._rng = random.Random(_SEED)  # noqa: S311 (a play, no secrets)
        self._service = city.open_demo(settings, city.part(settings), lambda: self._at)
        self._voices = Voices(self._rng)
        self._heap: list[tuple[datetime, int, Callable[[], Awaitable[None]]]] = []
        self._count = 0
        self._done: dict[str, frozenset[str]] = {}
        self._first: dict[int, str] = {}

    async def run(self, progress: Callable[[int, int], None]) -> None:
        """Play all of it, in the order of time."""
        try:
            self._people = hire(self._service, self._at)
            self._fill(progress)
            while self._heap and self._heap[0][0] <= self._end:
                self._at, _, what = heapq.heappop(self._heap)
                await what()
            self._at = self._end
            await self._look(last=True)
        finally:
            self._service.ledger.close()

    def _fill(self, progress: Callable[[int, int], None]) -> None:
        """Every complaint, every look at the jobs, and what no door can read."""
        office = self._service.city()
        accounts = {name: str(getattr(self._service.doors[name], "account", name)) for name in WRITERS}
        span = Span(self._at, self._end, office.tz)
        arrivals = told(complaints(), span, accounts, office.gazetteer, self._rng)
        for count, (at, telling) in enumerate(arrivals, 1):
            telling.clerk = self._people.clerk.officer_id or 0
            self._push(at, partial(self._tell, telling, partial(progress, count, len(arrivals))))
        for day in range(WEEKS * 7 + 1):
            local = (self._at + timedelta(days=day)).astimezone(office.tz)
            for hour in _LOOKS:
                at = local.replace(hour=hour, minute=5)
                if self._at < at:
                    self._push(at, self._look)
        for number, (name, body) in enumerate(STRANGE, 1):
            at = self._end - timedelta(days=4 + number)  # before any channel falls silent
            self._push(at, partial(self._strange, name, body, accounts[name]))

    def _push(self, at: datetime, what: Callable[[], Awaitable[None]]) -> None:
        self._count += 1
        heapq.heappush(self._heap, (at, self._count, what))

    async def _tell(self, telling: Telling, told_so: Callable[[], None]) -> None:
        sent = WRITERS[telling.channel].tell(telling, self._at)
        for one in sent:
            self._push(self._at + one.after, partial(self._arrive, telling, one))
        self._push(self._at + sent[-1].after + timedelta(minutes=2), self._post)
        if telling.number % _AGAIN == 0:
            later = timedelta(hours=self._rng.uniform(60, 200))
            self._push(self._at + later, partial(self._again, telling, "follow"))
        told_so()

    async def _arrive(self, telling: Telling, sent: Sent) -> None:
        for one in await self._deliver(sent.payload):
            if one.ref and not one.duplicate and not telling.ref:
                telling.ref, telling.token = one.ref, one.token
                self._next(telling)

    async def _deliver(self, payload: Payload) -> list[Accepted]:
        way = self._service.doors[payload.channel]
        assert isinstance(way, Parser)
        return list(await self._service.intake.deliver(payload, partial(way.parse, payload)))

    async def _strange(self, name: str, body: bytes, account: str) -> None:
        kind = "application/x-www-form-urlencoded" if body.startswith(b"Body") else "application/json"
        await self._deliver(
            Payload(channel=name, account=account, body=body, media_type=kind, received_at=self._at)
        )

    async def _again(self, telling: Telling, what: str) -> None:
        """Something more from the same person: an answer, or a question that quotes the ref.

        What speaks of a ticket that is over becomes one of its own.
        """
        if not telling.ref or self._end - self._at <= QUIET.get(telling.channel, timedelta()):
            return
        door = self._service.doors[telling.channel]
        if what == "reply" and isinstance(door, FolderDoor):
            telling.quoted = door.told.get(telling.address, "")
        with suppress(Speechless):
            text = self._voices.say(what, tempat=telling.complaint.kelurahan, ref=telling.ref)
            sent = WRITERS[telling.channel].again(telling, text, self._at)
            for one in await self._deliver(sent.payload):
                if one.ref not in ("", telling.ref):
                    self._next(replace(telling, ref=one.ref, token=one.token))

    def _next(self, telling: Telling) -> None:
        """Something may be done to this ticket, after a while; officers keep office hours."""
        with self._service.ledger.reading() as tx:
            ticket = tickets.by_ref(tx, telling.ref)
        if ticket is None or ticket.status in OVER:
            return
        at = self._at + turns.wait(ticket.status, telling, self._rng)
        if ticket.status not in ("waiting", "resolved"):
            at = self._at_work(at)
        self._push(at, partial(self._step, telling))

    def _at_work(self, at: datetime) -> datetime:
        """The moment itself, or some minutes into the next hours of work."""
        city_now = self._service.city()
        local = at.astimezone(city_now.tz)
        while not (city_now.calendar.is_working(local.date()) and local.hour < _CLOSE):
            local = local.replace(hour=0) + timedelta(days=1)
        if local.hour < _OPEN:
            local = local.replace(hour=_OPEN + self._rng.randrange(3))
        return local.astimezone(at.tzinfo)

    async def _step(self, telling: Telling) -> None:
        with self._service.ledger.reading() as tx:
            ticket = tickets.by_ref(tx, telling.ref)
        if ticket is None:
            return
        done, twin = self._done.get(telling.ref, frozenset()), self._twin(telling)
        act = turns.chosen(ticket, telling, done, twin, self._rng)
        if not act:
            return
        self._done[telling.ref] = done | {act}
        if act == "reply":
            await self._again(telling, act)
        else:
            with suppress(ActError, Speechless):  # sealed matters are for fewer people than act here
                self._service.ledger.write(lambda tx: self._act(tx, act, telling, twin))
        self._next(telling)

    def _act(self, tx: Tx, act: str, telling: Telling, twin: str) -> None:
        ticket = tickets.by_ref(tx, telling.ref)
        assert ticket is not None
        self._count += 1
        turn = turns.Turn(
            tx=tx,
            ticket=ticket,
            telling=telling,
            people=self._people,
            voices=self._voices,
            rng=self._rng,
            key=f"contoh:{self._count}",
            now=self._at,
            city=self._service.city(),
            twin=twin,
        )
        turns.play(act, turn)

    def _twin(self, telling: Telling) -> str:
        """The ref of the first ticket about the same incident, "" for that one itself."""
        if not telling.complaint.incident:
            return ""
        first = self._first.setdefault(telling.complaint.incident, telling.ref)
        return "" if first == telling.ref else first

    async def _post(self) -> None:
        """Fetch what providers hold, and send what is due."""
        await self._service.fetching.once()
        await self._service.relay.once()

    async def _look(self, *, last: bool = False) -> None:
        """What the schedule and the watch do at their times, then the desk's own look at the agenda."""
        social = self._service.doors["social"]
        assert isinstance(social, FolderDoor)
        social.trouble = TROUBLE if self._end - self._at < QUIET["social"] else ""
        jobs = self._service.schedule
        for job in (jobs.silence, jobs.unanswered, jobs.reminders, jobs.agenda, jobs.doors):
            await job()
        await self._service.watch.beat()
        await self._post()
        self._visit(last=last)

    def _visit(self, *, last: bool) -> None:
        """Approve what was drafted for a day that comes within the play; the coming visit stays a draft."""
        ledger, office, rules = self._service.ledger, self._service.city(), self._service.in_force.agenda
        visit = week.due_week(self._at, office, rules)
        if last:
            week.draft(ledger, office, rules, self._at)
        with ledger.reading() as tx:
            view = week.read(tx, visit.week, office)
        if view is None or view.state != "draft" or visit.starts_at > self._end:
            return
        by = self._people.desk[0]
        common: dict[str, Any] = {"now": self._at, "city": office, "rules": rules}
        version = view.version
        if len(view.stops) > view.min_stops:
            stop = view.stops[-1].first.ticket_id
            key = f"contoh:{visit.week}:drop"
            dropped = ledger.write(
                lambda tx: week.drop(
                    tx, visit.week, by, ticket_id=stop, reason=_DROPPED, version=version, key=key, **common
                )
            )
            version = dropped.version
        key = f"contoh:{visit.week}"
        ledger.write(lambda tx: week.approve(tx, visit.week, by, version=version, key=key, **common))
