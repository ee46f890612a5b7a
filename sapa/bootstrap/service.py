"""The running service: every room wired to the others, started and stopped in order."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import IO, Any

import structlog

from channels.base import Door, Listener, Parser, Sender
from notifier.pulse import Pulse
from notifier.relay import Relay
from notifier.render import Renderer
from sapa.bootstrap import values
from sapa.bootstrap.doors import doors_of
from sapa.bootstrap.force import InForce, enter, in_force
from sapa.bootstrap.key import signing_key
from sapa.bootstrap.lapor import folder_of, lapor_door
from sapa.bootstrap.speech import transcriber_of
from sapa.bootstrap.watch import Watch
from sapa.desk import officers
from sapa.desk.city import City
from sapa.desk.collecting import Collecting
from sapa.desk.fetching import Fetching
from sapa.desk.importing import Importing
from sapa.desk.intake import Intake
from sapa.desk.mask import mask
from sapa.desk.naming import Naming
from sapa.desk.scanning import Scanning
from sapa.desk.spool import Spool
from sapa.desk.sweeping import Sweeping
from sapa.schedule import Schedule
from sapa.settings import BadConfig, Settings
from sapa.web.app import create_app
from sapa.web.office import Office
from store import alone, lapor, outbox, remote, schema, sweeps
from store.db import Ledger, Tx
from store.files import Files

#: What a web server is given.
Page = Callable[..., Awaitable[None]]
#: Seconds for what the post room is sending; what it cannot finish comes back when its lease ends.
LAST_SENDINGS = 5.0
#: Seconds for files that are being fetched; the rest is given back.
LAST_FILES = 3.0
ROLES = frozenset({"web", "smtp", "poll", "relay", "schedule"})
_log = structlog.get_logger()
#: Each of the post room's hands rests this many seconds after a sending; so many times longer while
#: many people write.
_REST, _LONGER = 0.05, 10


class Service:
    """All rooms of one process. `password` is the first administrator's, when just made."""

    def __init__(
        self,
        ledger: Ledger,
        in_force: InForce,
        doors: Mapping[str, Door],
        secret: bytes,
        clock: Callable[[], datetime],
        roles: frozenset[str],
        password: str | None,
        rest: float = _REST,
    ) -> None:
        self.ledger = ledger
        self.in_force = in_force
        self.doors = doors
        self.clock = clock
        self.roles = roles
        self.password = password
        self._secret = secret
        self._rest = rest
        self.files = Files(in_force.settings.storage.files_dir)
        self.pulse = Pulse()
        self.relay = self._a_relay()
        self.fetching = self._a_fetching()
        self.intake = self._an_intake()
        self.importing = self._an_importing()
        self.schedule = self._a_schedule()
        office = self._an_office()
        self.watch = Watch(ledger, doors, self.pulse, office.outages, self.city, clock)
        site = create_app(office)
        self.app: Page = site
        #: Pages that follow live let go, so that a stop waits for none.
        self.end_streams: Callable[[], None] = site.state.live.close
        self._deliver = office.metrics.counted(self.intake.deliver)
        self._tasks: list[asyncio.Task[None]] = []
        self._open: list[Listener] = []
        self._alone: IO[bytes] | None = None

    def city(self) -> City:
        """The city as it is in force now."""
        return self.in_force.city

    async def start(self) -> None:
        """Open the doors that listen, then the post room and the jobs of this process's roles."""
        await asyncio.to_thread(self._free_leases)
        self._tasks.append(asyncio.create_task(self.watch.run(), name="watch"))
        self._tasks.append(asyncio.create_task(self.fetching.run(), name="fetching"))
        self._tasks.append(asyncio.create_task(self.importing.run(), name="importing"))
        wanted = {"email": "smtp"}
        for name, door in self.doors.items():
            if isinstance(door, Listener) and wanted.get(name, "poll") in self.roles:
                await door.open(self._deliver, self.clock)
                self._open.append(door)
        if "relay" in self.roles:
            self._tasks.append(asyncio.create_task(self.relay.run(), name="relay"))
        if "schedule" in self.roles:
            self.schedule.start()

    async def stop(self) -> None:
        """No new payloads; finish what is under way; let go of the ledger."""
        await self.importing.stop(LAST_FILES)
        await self.fetching.stop(LAST_FILES)
        if "schedule" in self.roles:
            await self.schedule.stop()
        for door in self._open:
            await door.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.relay.stop(), LAST_SENDINGS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self.ledger.close)
        if self._alone is not None:
            self._alone.close()

    def reload(self, read: Callable[[], Settings], *, books: Mapping[str, str] | None = None) -> bool:
        """Load the configuration again; a wrong one is reported and the running one stays.

        Its books come in force for all processes. With `books` (digest by kind, what is in force
        already) it is only taken when it says the same.
        """
        now = self.clock()
        try:
            new = in_force(read(), self.doors, self._secret, now)
        except BadConfig as error:
            _log.error("config_refused", problems=str(error).count("\n") + 1)
            return False
        if books is None:
            self.ledger.write(lambda tx: enter(tx, new, now))
        elif new.city.books != books:
            return False
        self.in_force = new
        _log.info("config_loaded", rules=new.city.book.digest[:12])
        return True

    def _free_leases(self) -> None:
        """What a killed process had under way is due at once, when no other process can have it."""
        self._alone = alone.claim(self.ledger)
        if self._alone is None:
            return
        notices, files, *_ = self.ledger.write(
            lambda tx: (outbox.free(tx), remote.free(tx), sweeps.free(tx), lapor.free(tx))
        )
        if notices or files:
            _log.info("leases_freed", notices=notices, files=files)

    def _a_relay(self) -> Relay:
        return Relay(
            self.ledger,
            {name: door for name, door in self.doors.items() if isinstance(door, Sender)},
            Renderer(lambda: self.in_force.letterhead, self.files, mask),
            self.clock,
            values.retry_of(self.in_force.settings),
            pause=lambda: self._rest * (_LONGER if self.intake.busy else 1),
            pulse=self.pulse,
        )

    def _a_fetching(self) -> Fetching:
        return Fetching(
            ledger=self.ledger,
            files=self.files,
            doors=self.doors,
            city=self.city,
            clock=self.clock,
            transcriber=transcriber_of(self.in_force.settings),
        )

    def _a_scanning(self) -> Scanning:
        return Scanning(
            ledger=self.ledger,
            files=self.files,
            scanner=lambda: values.scanner_of(self.in_force.settings),
            clock=self.clock,
        )

    def _an_importing(self) -> Importing:
        return Importing(
            ledger=self.ledger,
            files=self.files,
            door=lapor_door(self.doors),
            deliver=lambda payload, parse: self._deliver(payload, parse),
            clock=self.clock,
        )

    def _an_intake(self) -> Intake:
        return Intake(
            ledger=self.ledger,
            files=self.files,
            spool=Spool(self.in_force.settings.storage.spool_dir),
            doors={name: door for name, door in self.doors.items() if isinstance(door, Parser)},
            city=self.city,
            wake=self.relay.wake,
            fetch=self.fetching.wake,
        )

    def _a_schedule(self) -> Schedule:
        errands: dict[str, Any] = {
            "ledger": self.ledger,
            "doors": self.doors,
            "deliver": lambda payload, parse: self._deliver(payload, parse),
            "clock": self.clock,
        }
        return Schedule(
            ledger=self.ledger,
            intake=self.intake,
            fetching=self.fetching,
            sweeping=Sweeping(**errands),
            collecting=Collecting(**errands),
            naming=Naming(ledger=self.ledger, doors=self.doors, clock=self.clock),
            scanning=self._a_scanning(),
            importing=self.importing,
            folder=folder_of(self.in_force.settings, self.doors, self.ledger, self.files, self.clock),
            files=self.files,
            city=self.city,
            rules=lambda: self.in_force.agenda,
            logins=values.login_limits(self.in_force.settings),
            new_day=lambda: self.reload(lambda: self.in_force.settings),
            clock=self.clock,
        )

    def _an_office(self) -> Office:
        settings = self.in_force.settings
        return Office(
            ledger=self.ledger,
            city=self.city,
            files=self.files,
            intake=self.intake,
            relay=self.relay,
            fetch=self.fetching.wake,
            take_in=self.importing.wake,
            pulse=self.pulse,
            doors=self.doors,
            secret=self._secret,
            clock=self.clock,
            brand=lambda: self.in_force.brand,
            agenda=lambda: self.in_force.agenda,
            limits=values.page_limits(settings),
            logins=values.login_limits(settings),
            hosts=frozenset(settings.web.hosts),
            trusted_proxy=settings.web.trusted_proxy,
        )


def open_service(
    settings: Settings,
    *,
    clock: Callable[[], datetime],
    roles: frozenset[str] = ROLES,
    more_doors: Mapping[str, Door] | None = None,
    after_commit: Callable[[], None] = lambda: None,
    rest: float = _REST,
) -> Service:
    """Migrate the ledger, write what the configuration says into it, and wire the rooms.

    `more_doors` are there whatever the configuration says, and stand in for its own of their name;
    `after_commit` is the ledger's hook, `rest` the post room's after a sending (seconds). Raises
    `BadConfig`; `ValueError` when roles are split on SQLite.
    """
    if roles != ROLES and settings.storage.database_url.startswith("sqlite"):
        raise ValueError(
            "Peran hanya dapat dipisah pada PostgreSQL; pada SQLite satu proses mengerjakan semuanya."
        )
    now = clock()
    secret = signing_key(settings)
    doors = doors_of(settings, clock, dict(more_doors or {}))
    now_in_force = in_force(settings, doors, secret, now)
    ledger = Ledger(settings.storage.database_url, after_commit=after_commit)
    try:
        schema.migrate(ledger.engine)
        password = ledger.write(lambda tx: _begin(tx, now_in_force, now))
    except BaseException:
        ledger.close()
        raise
    return Service(ledger, now_in_force, doors, secret, clock, roles, password, rest)


def _begin(tx: Tx, in_force: InForce, now: datetime) -> str | None:
    """The configuration into the ledger, and the first administrator if there is none."""
    enter(tx, in_force, now)
    return officers.create_first_administrator(tx, now)
