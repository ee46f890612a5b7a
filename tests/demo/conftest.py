"""The demo city, loaded once for all tests: after a load that was killed half-way, as a person would."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from demo_town import ROOT, SAPA, Town
from typer.testing import CliRunner

from sapa.bootstrap import Service
from sapa.cli import app
from sapa.demo import city
from store import tickets
from store.tables import Ticket

_watching: list[str] | None = None


def _watch(event: str, args: tuple[Any, ...]) -> None:
    """Every way out of this process that Python knows (other families than the network's are ours)."""
    if _watching is not None and event in ("socket.connect", "socket.sendto", "socket.getaddrinfo"):
        where = args[1] if event != "socket.getaddrinfo" else args[0]
        if not isinstance(where, str | bytes) or event == "socket.getaddrinfo":
            _watching.append(f"{event} {where}")


sys.addaudithook(_watch)


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """About forty seconds."""
    global _watching
    one = Town(var=tmp_path_factory.mktemp("demo") / "var", refused="", told="", ways_out=[])
    with subprocess.Popen(
        [*SAPA, "demo", "load"], cwd=ROOT, env=one.environ, stdout=subprocess.PIPE, text=True
    ) as killed:
        assert killed.stdout is not None
        assert "10%" in killed.stdout.readline()
        killed.send_signal(signal.SIGKILL)
    one.refused = one.sapa("serve", "--demo").stderr
    before = os.umask(0o077)
    _watching = one.ways_out
    try:
        loaded = CliRunner().invoke(app, ["demo", "load"], env={"SAPA_VAR": str(one.var)})
    finally:
        _watching = None
        os.umask(before)
    assert loaded.exit_code == 0, loaded.output
    one.told = loaded.output
    return one


@pytest.fixture
def service(town: Town) -> Iterator[Service]:
    """Its rooms, none opened, at the moment it was loaded up to."""
    opened = city.open_demo(town.settings, city.folder(town.settings), lambda: datetime.now(UTC))
    yield opened
    opened.ledger.close()


@pytest.fixture
def tickets_now(service: Service) -> list[Ticket]:
    """Every ticket of the demo city."""
    with service.ledger.reading() as tx:
        return list(tickets.by_ids(tx, range(1, 1000)).values())
