"""What a process notices of its doors reaches the ledger, and what is declared reaches its pages."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from channels.base import Watched
from channels.fake import FakeDoor
from channels.telegram import TelegramDoor, TelegramSettings
from sapa.bootstrap import Service, open_service
from sapa.settings import load
from sapa.web.outages import Outages
from store import doors, outages
from store.db import Ledger, LedgerUnavailable

CONFIG = Path(__file__).parents[2] / "config.yaml"
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


class Mute(FakeDoor):
    """A telegram door that cannot read."""

    name = "telegram"
    trouble = "token bot ditolak"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    settings = load(CONFIG, {"SAPA_VAR": str(tmp_path / "var")})
    opened = open_service(settings, clock=lambda: NOW, more_doors={"telegram": Mute()})
    yield opened
    opened.ledger.close()


def declare(service: Service, channel: str) -> None:
    service.ledger.write(lambda tx: outages.declare(tx, channel, "Rusak.", None, key=channel, by=1, now=NOW))


async def until(found: object) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(5):
        while not found():  # type: ignore[operator]  # noqa: ASYNC110 (a page is all there is to look at)
            await asyncio.sleep(0.01)


def test_what_another_process_declared_comes_onto_the_pages_and_trouble_into_the_ledger(
    service: Service,
) -> None:
    client = TestClient(service.app)  # type: ignore[arg-type]
    assert "terganggu" not in client.get("/").text

    async def story() -> None:
        watching = asyncio.create_task(service.watch.run(every=0.01))
        declare(service, "email")
        await until(lambda: "Surel</strong> sedang terganggu" in client.get("/").text)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    asyncio.run(story())
    with service.ledger.reading() as tx:
        row = doors.state(tx, "telegram")
    assert row is not None
    assert (row.error, row.failing_since) == ("token bot ditolak", NOW)


def test_what_hooks_refuse_and_the_relay_sends_is_written_down(service: Service) -> None:
    service.pulse.refused("web")
    service.pulse.sent("email", NOW)
    asyncio.run(service.watch.beat())
    asyncio.run(service.watch.beat())
    with service.ledger.reading() as tx:
        states = {row.channel: row for row in doors.states(tx)}
    assert (states["web"].refused_today, states["email"].out_today) == (1, 1)
    assert states["email"].last_out_at == NOW


def test_while_the_ledger_is_away_the_pages_say_what_they_knew(service: Service) -> None:
    declare(service, "email")
    known = Outages()
    known.look(service.ledger)
    gone = Ledger("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(LedgerUnavailable):
        known.look(gone)
    gone.close()
    assert [one.channel for one in known.now] == ["email"]


def test_the_bot_says_what_stands_in_its_way() -> None:
    door = TelegramDoor(TelegramSettings(token="123456:" + "a" * 35), lambda: NOW)
    assert isinstance(door, Watched)
    assert door.trouble == ""
