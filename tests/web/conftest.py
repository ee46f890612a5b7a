"""An open office. Pages run on SQLite; `test_both_databases.py` walks the same pages on PostgreSQL too."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from browser_world import browser, site  # noqa: F401 (fixtures of every test here)
from starlette.testclient import TestClient
from web_world import Clock, Desk, make_office

from sapa.web.app import create_app
from store.db import Ledger


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest) -> str:
    """Pages do not know which database they stand on; a PostgreSQL database costs a second a test."""
    return str(request.param)


@pytest.fixture
def desk(ledger: Ledger, tmp_path: Path, now: datetime) -> Iterator[Desk]:
    """An open office and its first visitor."""
    clock = Clock(now)
    office = make_office(ledger, tmp_path, clock)
    with TestClient(create_app(office), follow_redirects=False) as client:
        yield Desk(office=office, clock=clock, door=office.doors["fake"], bell=office.relay, client=client)
