"""When jobs run. Jobs are triggers only: what is due stands in rows, so a doubled tick is harmless."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from sapa.agenda import draft
from sapa.agenda.rules import AgendaRules
from sapa.desk import citizen, doors, logins, reminders, turns
from sapa.desk.city import City
from sapa.desk.collecting import EVERY as COLLECT_EVERY
from sapa.desk.collecting import Collecting
from sapa.desk.dropped import Dropped
from sapa.desk.fetching import Fetching
from sapa.desk.importing import Importing
from sapa.desk.intake import Intake
from sapa.desk.logins import Limits
from sapa.desk.naming import EVERY as NAMES_EVERY
from sapa.desk.naming import Naming
from sapa.desk.scanning import EVERY as SCAN_EVERY
from sapa.desk.scanning import Scanning
from sapa.desk.sweeping import EVERY as SWEEP_EVERY
from sapa.desk.sweeping import Sweeping
from store import arrivals
from store.db import Ledger, LedgerUnavailable
from store.files import Files

_ORPHAN = timedelta(hours=24)
#: Seconds for jobs under way when the process is told to stop.
LAST_JOBS = 3.0
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """What runs and when; `at_start` also when the process starts, to catch up."""

    name: str
    run: Callable[[], Awaitable[None]]
    trigger: BaseTrigger
    at_start: bool = False


class Schedule:
    """The jobs of one process; on PostgreSQL only one process runs them (`--roles schedule`)."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        intake: Intake,
        fetching: Fetching,
        sweeping: Sweeping,
        collecting: Collecting,
        naming: Naming,
        scanning: Scanning,
        importing: Importing,
        folder: Dropped | None,
        files: Files,
        city: Callable[[], City],
        rules: Callable[[], AgendaRules],
        logins: Limits,
        new_day: Callable[[], object],
        clock: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._intake = intake
        self._fetching = fetching
        self._sweeping = sweeping
        self._collecting = collecting
        self._naming = naming
        self._scanning = scanning
        self._importing = importing
        self._folder = folder
        self._files = files
        self._city = city
        self._rules = rules
        self._logins = logins
        self._new_day = new_day
        self._clock = clock
        self._scheduler: AsyncIOScheduler | None = None
        self._running: set[asyncio.Task[None]] = set()
        self._draining = asyncio.Lock()

    def start(self) -> None:
        """Begin; whatever was missed while the process was down is caught up at once."""
        scheduler = AsyncIOScheduler(
            timezone=self._city().tz,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600},
        )
        for job in self.jobs():
            # by the machine's clock, which APScheduler runs by: ours may be another one
            first = {"next_run_time": datetime.now(UTC)} if job.at_start else {}
            scheduler.add_job(self._job(job.name, job.run), job.trigger, **first)
        scheduler.start()
        self._scheduler = scheduler

    def jobs(self) -> tuple[Job, ...]:
        """Every job that runs. What the first two miss, the hourly look and the start itself make up."""
        tz = self._city().tz
        midnight = CronTrigger(hour=0, minute=0, second=5, timezone=tz)
        return (
            Job("agenda", self.agenda, self._weekly()),
            Job("new_day", self.day, midnight),
            *(
                Job(
                    name, run, IntervalTrigger(seconds=int(every.total_seconds()), timezone=tz), at_start=True
                )
                for name, run, every in (
                    ("agenda", self.agenda, timedelta(hours=1)),
                    ("spool", self.spool, timedelta(seconds=15)),
                    ("files", self.files, timedelta(seconds=30)),
                    ("scans", self.scans, SCAN_EVERY),
                    ("imports", self.imports, timedelta(seconds=30)),
                    ("sweeps", self.sweeps, SWEEP_EVERY),
                    ("collect", self.collect, COLLECT_EVERY),
                    ("names", self.names, NAMES_EVERY),
                    ("silence", self.silence, timedelta(minutes=10)),
                    ("unanswered", self.unanswered, timedelta(minutes=10)),
                    ("loose", self.loose, timedelta(minutes=10)),
                    ("reminders", self.reminders, timedelta(minutes=30)),
                    ("doors", self.doors, timedelta(minutes=1)),
                    ("sessions", self.sessions, timedelta(hours=1)),
                    ("orphans", self.orphans, timedelta(hours=6)),
                )
            ),
        )

    def _weekly(self) -> CronTrigger:
        """When the draft is due. A weekday's name, never a number: APScheduler counts from Monday = 0."""
        rules = self._rules()
        return CronTrigger(
            day_of_week=rules.draft_weekday,
            hour=rules.draft_time.hour,
            minute=rules.draft_time.minute,
            timezone=self._city().tz,
        )

    async def stop(self) -> None:
        """No new jobs; those that run have a moment to end, what they leave is due again."""
        if self._scheduler is None:
            return
        self._scheduler.pause()
        if self._running:
            await asyncio.wait(self._running, timeout=LAST_JOBS)
        if late := {job for job in self._running if not job.done()}:
            for job in late:
                job.cancel()
            await asyncio.wait(late)
        self._scheduler.shutdown(wait=False)
        self._scheduler = None

    async def agenda(self) -> None:
        """Draft the week's agenda when its hour has passed and there is none."""
        await asyncio.to_thread(draft.catch_up, self._ledger, self._city(), self._rules(), self._clock())

    async def spool(self) -> None:
        """Deliver what was set aside while the ledger was down."""
        async with self._draining:
            drained = await self._intake.drain()
        if drained:
            _log.info("spool_drained", payloads=drained)

    async def files(self) -> None:
        """Fetch the files that providers still have: retries that are due, and what was missed."""
        await self._fetching.look()

    async def scans(self) -> None:
        """Have files scanned for viruses that wait for it."""
        await self._scanning.look()

    async def imports(self) -> None:
        """Look into LAPOR!'s folder, and go on with imports that were left."""
        if self._folder is not None:
            await asyncio.to_thread(self._folder.look)
        self._importing.wake()

    async def sweeps(self) -> None:
        """Ask providers for what they could not deliver; after what waits on disk."""
        if self._sweeping.any:
            await self.spool()
            await self._sweeping.look()

    async def collect(self) -> None:
        """Fetch what lies in a mailbox elsewhere."""
        await self._collecting.look()

    async def names(self) -> None:
        """Ask providers how people call themselves."""
        await self._naming.look()

    async def silence(self) -> None:
        """Close what reporters were asked about and kept silent."""
        now, city = self._clock(), self._city()
        while await self._ledger.awrite(lambda tx: citizen.close_silent(tx, now, city)):
            continue

    async def unanswered(self) -> None:
        """Archive what reporters were asked and did not answer; after what they wrote while we were down."""
        await self.spool()
        now, city = self._clock(), self._city()
        while await self._ledger.awrite(lambda tx: citizen.archive_unanswered(tx, now, city)):
            continue

    async def loose(self) -> None:
        """Make complaints of parts whose complaint nobody named; after what they wrote while we were down."""
        await self.spool()
        now, city = self._clock(), self._city()
        while await self._ledger.awrite(lambda tx: turns.give_up(tx, now, city)):
            continue

    async def reminders(self) -> None:
        """Write to agencies whose promised time runs out."""
        now, city = self._clock(), self._city()
        while await self._ledger.awrite(lambda tx: reminders.remind(tx, now, city)):
            continue

    async def doors(self) -> None:
        """Count what the doors bring, and tell Diskominfo of one that fails or is silent."""
        now, city = self._clock(), self._city()
        await self._ledger.awrite(lambda tx: doors.look(tx, now, city))

    async def sessions(self) -> None:
        """Forget logins that are over."""
        now = self._clock()
        await self._ledger.awrite(lambda tx: logins.sweep(tx, now, self._logins))

    async def day(self) -> None:
        """A new day of the city: another brand, agency or calendar may be in force."""
        await asyncio.to_thread(self._new_day)

    async def orphans(self) -> None:
        """Remove files of intakes that never committed, a day later."""
        await asyncio.to_thread(self._sweep)

    def _sweep(self) -> None:
        with self._ledger.reading() as tx:
            named = arrivals.all_blobs(tx)
        self._files.sweep(named, self._clock() - _ORPHAN)

    def _job(self, name: str, job: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            task = asyncio.ensure_future(_guarded(name, job))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            await asyncio.wait({task})  # one that `stop` ends is no error

        return run


async def _guarded(name: str, job: Callable[[], Awaitable[None]]) -> None:
    try:
        await job()
    except LedgerUnavailable:
        _log.warning("job_waits_for_ledger", job=name)
    except Exception as error:  # the next tick tries again; due state is in rows
        _log.error("job_failed", job=name, error=type(error).__name__)
