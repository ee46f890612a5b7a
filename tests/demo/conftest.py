"""The demo city, loaded once for all tests: after a load that was killed half-way, as a person would."""

import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from demo_town import ROOT, SAPA, Town

from sapa.bootstrap import Service
from sapa.demo import city
from store import tickets
from store.tables import Ticket

WATCHED = Path(__file__).with_name("load_watched.py")


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """About forty seconds, for the first process of a test run that wants it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = shared / "demo.json"
        if not known.exists():
            made = asdict(_loaded(shared / "demo-town"))
            known.write_text(json.dumps(made | {"var": str(made["var"])}))
        told = json.loads(known.read_text())
    return Town(**told | {"var": Path(told["var"])})


def _loaded(folder: Path) -> Town:
    folder.mkdir()
    one = Town(var=folder / "var", refused="", told="", ways_out=[])
    with subprocess.Popen(
        [*SAPA, "demo", "load"], cwd=ROOT, env=one.environ, stdout=subprocess.PIPE, text=True
    ) as killed:
        assert killed.stdout is not None
        assert "10%" in killed.stdout.readline()
        killed.send_signal(signal.SIGKILL)
    one.refused = one.sapa("serve", "--demo").stderr
    ways = folder / "ways-out"
    loaded = subprocess.run(
        [sys.executable, str(WATCHED), str(ways)],
        cwd=ROOT,
        env=one.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert loaded.returncode == 0, loaded.stdout
    one.told, one.ways_out = loaded.stdout, ways.read_text().splitlines()
    return one


@pytest.fixture(scope="session")
def service(town: Town) -> Iterator[Service]:
    """Its rooms, none opened, at the moment it was loaded up to; to be read only."""
    opened = city.open_demo(town.settings, city.folder(town.settings), lambda: datetime.now(UTC))
    yield opened
    opened.ledger.close()


@pytest.fixture(scope="session")
def tickets_now(service: Service) -> list[Ticket]:
    """Every ticket of the demo city."""
    with service.ledger.reading() as tx:
        return list(tickets.by_ids(tx, range(1, 1000)).values())
