"""Which jobs run, when, and that a start makes up for what was missed."""

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from apscheduler.triggers.interval import IntervalTrigger
from starlette.testclient import TestClient

from channels.base import Deliver, Payload
from channels.fake import FakeDoor
from sapa.agenda.rules import WEEKDAYS
from sapa.bootstrap import Service, open_service
from sapa.desk import acts
from sapa.desk.actor import Actor
from sapa.desk.spool import Spool
from sapa.schedule import Job
from sapa.settings import load
from store.db import Tx
from store.tables import Session

CONFIG = Path(__file__).parents[2] / "config.yaml"
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
ADMIN = Actor(kind="officer", role="administrator")


class Slow(FakeDoor):
    """Its provider answers no sweep; `asked` tells that one began, `left` that it was ended."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()
        self.left = False

    async def sweep(self, since: datetime, deliver: Deliver) -> int:
        self.asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.left = True
        return 0


class Office:
    """A service whose clock a test sets, and short ways to write and look."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW
        self.slow = Slow()
        self.service: Service = open_service(
            load(CONFIG, {"SAPA_VAR": str(folder / "var")}),
            clock=lambda: self.now,
            more_doors={"fake": self.slow},
        )
        self.waiting = Spool(self.service.in_force.settings.storage.spool_dir)

    def send(self, text: str) -> int:
        """A complaint by the JSON twin; returns the ticket's id."""
        client = TestClient(self.service.app)  # type: ignore[arg-type]
        answer = client.post("/api/v1/tickets", json={"text": text})
        assert answer.status_code == 201
        found = self.rows("SELECT id FROM ticket WHERE ref = :ref", ref=answer.json()["ref"])
        return int(found[0][0])

    def do(self, act: Callable[..., Any], ticket: int, **what: Any) -> None:
        common = {"version": 1, "key": f"{act.__name__}-{ticket}", "now": self.now}
        city = self.service.city()
        self.service.ledger.write(lambda tx: act(tx, ticket, ADMIN, city=city, **common, **what))

    def rows(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.service.ledger.reading() as tx:
            return tx.run(sql, **values)

    def status(self, ticket: int) -> str:
        return str(self.rows("SELECT status FROM ticket WHERE id = :id", id=ticket)[0][0])

    def spool(self, key: str, **fields: str) -> Path:
        """A web form that was set aside now, while the ledger was down."""
        body = json.dumps({"key": key, **fields}).encode()
        payload = Payload(
            channel="web",
            account="web",
            body=body,
            media_type="application/json",
            received_at=self.now,
            delivery_id=key,
        )
        self.waiting.keep(payload, key)
        return self.waiting.waiting()[-1]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    opened = Office(tmp_path)
    yield opened
    opened.service.ledger.close()


def every(job: Job) -> timedelta:
    assert isinstance(job.trigger, IntervalTrigger)
    return timedelta(seconds=job.trigger.interval_length)


def test_every_job_and_how_often_it_runs(office: Office) -> None:
    weekly, daily, *rest = office.service.schedule.jobs()
    assert [(job.name, every(job)) for job in rest] == [
        ("agenda", timedelta(hours=1)),
        ("spool", timedelta(seconds=15)),
        ("files", timedelta(seconds=30)),
        ("scans", timedelta(seconds=10)),
        ("imports", timedelta(seconds=30)),
        ("sweeps", timedelta(minutes=5)),
        ("collect", timedelta(minutes=1)),
        ("names", timedelta(minutes=5)),
        ("silence", timedelta(minutes=10)),
        ("unanswered", timedelta(minutes=10)),
        ("loose", timedelta(minutes=10)),
        ("reminders", timedelta(minutes=30)),
        ("doors", timedelta(minutes=1)),
        ("sessions", timedelta(hours=1)),
        ("orphans", timedelta(hours=6)),
    ]
    assert [job.at_start for job in (weekly, daily, *rest)] == [False, False, *[True] * 15]
    assert [job.run.__name__ for job in (weekly, daily, *rest)] == [
        "agenda",
        "day",
        *(job.name for job in rest),
    ]


def test_the_draft_is_due_on_tuesday_noon_and_the_day_changes_at_midnight_in_the_city(office: Office) -> None:
    weekly, daily, *_ = office.service.schedule.jobs()
    first = weekly.trigger.get_next_fire_time(None, NOW)
    assert first == datetime(2026, 11, 24, 5, 0, tzinfo=UTC)  # 12:00 in Mojokerto
    assert weekly.trigger.get_next_fire_time(first, first) == first + timedelta(days=7)
    first = daily.trigger.get_next_fire_time(None, NOW)
    assert first == datetime(2026, 11, 24, 17, 0, 5, tzinfo=UTC)
    assert daily.trigger.get_next_fire_time(first, first) == first + timedelta(days=1)


def test_each_job_is_described_where_operators_look(office: Office) -> None:
    page = (CONFIG.parent / "docs" / "how-to" / "operate.md").read_text(encoding="utf-8")
    section = page.partition("## What runs by itself")[2].partition("\n## ")[0]
    described = [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")]
    assert set(described) == {job.name for job in office.service.schedule.jobs()}


def due_today(office: Office) -> None:
    """The field day is today and its draft was due at midnight, whatever day the test runs on."""
    service, city = office.service, office.service.city()
    today = WEEKDAYS[office.now.astimezone(city.tz).weekday()]
    service.in_force = replace(
        service.in_force,
        agenda=replace(service.in_force.agenda, weekday=today, draft_weekday=today, draft_time=time(0)),
        city=replace(city, calendar=replace(city.calendar, holidays=frozenset())),
    )


def test_a_start_makes_up_for_everything_that_was_missed(office: Office) -> None:
    """The service was down for two months; each job leaves its trace."""
    start = datetime.now(UTC)  # the scheduler runs by the machine's clock
    office.now = start - timedelta(days=60)
    done, asked, slow = (office.send(f"Lampu jalan mati di depan pasar {n}") for n in range(3))
    office.do(acts.resolve, done, outcome="fixed", text="Sudah menyala.")
    office.do(acts.ask, asked, text="Di tiang nomor berapa?")
    spooled = office.spool("kunci-0009", text="Sampah menumpuk")
    orphan = office.service.files.put(b"a file of an intake that never committed")
    os.utime(office.service.files.path(orphan.digest), (0, 0))
    office.service.ledger.write(lambda tx: log_in(tx, office.now))
    office.now = start
    due_today(office)

    def undone() -> list[str]:
        reminded = "SELECT 1 FROM outbox WHERE notice = 'reminder' AND ticket_id = :id"
        return [
            name
            for name, happened in (
                ("silence", office.status(done) == "closed"),
                ("unanswered", office.status(asked) == "archived"),
                ("reminders", bool(office.rows(reminded, id=slow))),
                ("spool", not spooled.exists()),
                ("orphans", not office.service.files.path(orphan.digest).exists()),
                ("sessions", not office.rows("SELECT 1 FROM session")),
                ("agenda", bool(office.rows("SELECT 1 FROM agenda"))),
            )
            if not happened
        ]

    async def run() -> None:
        office.service.schedule.start()
        for _ in range(600):
            if not undone():
                break
            await asyncio.sleep(0.05)
        await office.service.schedule.stop()

    assert len(undone()) == 7
    asyncio.run(run())
    assert undone() == []


def log_in(tx: Tx, now: datetime) -> None:
    officer = tx.run("SELECT id FROM officer")[0][0]
    over = now + timedelta(hours=12)
    tx.session.add(
        Session(id="x", officer_id=officer, csrf="c", created_at=now, seen_at=now, expires_at=over)
    )


def test_an_answer_that_waits_in_the_spool_is_read_before_its_time_counts_as_over(office: Office) -> None:
    ticket = office.send("Lampu jalan mati di depan pasar")
    office.do(acts.ask, ticket, text="Di tiang nomor berapa?")
    token = str(office.rows("SELECT token FROM ticket WHERE id = :id", id=ticket)[0][0])
    office.now += timedelta(days=9)
    office.spool("kunci-0009", text="Tiang nomor tujuh", token=token)
    office.now += timedelta(days=9)
    asyncio.run(office.service.schedule.unanswered())
    assert office.status(ticket) == "assigned"
    assert office.rows("SELECT 1 FROM event WHERE kind = 'archived'") == []


def test_two_drains_at_once_deliver_each_payload_once(office: Office) -> None:
    office.spool("kunci-0009", text="Sampah menumpuk")

    async def both() -> None:
        await asyncio.gather(office.service.schedule.spool(), office.service.schedule.unanswered())

    asyncio.run(both())
    assert office.rows("SELECT count(*) FROM ticket") == [(1,)]
    assert office.waiting.waiting() == []


def test_a_start_looks_at_once_whatever_the_citys_clock_says_and_a_stop_waits_for_no_job_without_end(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.now = datetime.now(UTC) + timedelta(hours=2)

    async def a_day() -> None:
        office.service.schedule.start()
        await asyncio.wait_for(office.slow.asked.wait(), 30)
        await asyncio.wait_for(office.service.schedule.stop(), 30)

    asyncio.run(a_day())
    assert office.slow.left
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
