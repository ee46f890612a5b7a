"""A served office and a real browser: what tests with Chromium hold."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from web_world import PASSWORD, Clock, Desk, make_city, make_office

from channels.fake import FakeDoor
from sapa.web.app import create_app
from store.db import Ledger

CHROMIUM = Path(os.environ.get("SAPA_CHROMIUM", "/usr/bin/chromium"))
PHONE = {"width": 360, "height": 740}
ARGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run"),
)
PROBES = (Path(__file__).parent / "probes.js").read_text()

#: For `pytestmark` of what needs a browser.
NEEDS_CHROMIUM = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed"),
]


@pytest.fixture
def site(ledger: Ledger, tmp_path: Path, now: datetime) -> Iterator[tuple[str, Desk]]:
    """A served office and its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    clock = Clock(now)
    office = make_office(ledger, tmp_path, clock, built_city=make_city(address))
    app = create_app(office)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    client: Any = None
    yield address, Desk(office=office, clock=clock, door=FakeDoor(), bell=office.relay, client=client)
    app.state.live.close()  # a page that still follows live holds up a stop, as it would `sapa serve`
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGS))
        yield browser
        browser.close()


def signed_in(page: Any, address: str, desk: Desk, role: str) -> None:
    opd = "DISHUB" if role == "opd" else ""
    desk.hire(role, role, opd)
    filled(page, address, role)
    page.get_by_role("heading", name="Antrean").wait_for()


def filled(page: Any, address: str, login: str) -> None:
    """The login form, filled in and sent."""
    page.goto(f"{address}/petugas")
    page.locator("#login").fill(login)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    page.wait_for_load_state()
