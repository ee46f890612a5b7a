"""A start after a kill: what was under way is sent at once."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sapa.bootstrap import Service, open_service
from sapa.settings import load
from store import alone, outbox
from store.db import Tx
from store.tables import Outbox

CONFIG = Path(__file__).parents[2] / "config.yaml"
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """A service that is about to start, whose ledger says that a notice is under way."""
    told = {"SAPA_VAR": str(tmp_path / "var"), "SAPA_SMTP_PORT": "0"}
    service = open_service(load(CONFIG, told), clock=lambda: NOW, more_doors={})

    def act(tx: Tx) -> None:
        row = Outbox(
            key="k", lane="diskominfo", notice="agenda_draft", channel="email", created_at=NOW, next_at=NOW
        )
        tx.session.add(row)
        tx.flush()
        assert outbox.claim(tx, row.id or 0, NOW, NOW + timedelta(minutes=2))

    service.ledger.write(act)
    return service


def start(service: Service) -> tuple[str, bool]:
    """Start and stop it; the state of the notice in between and whether it is under way."""

    async def walk() -> tuple[str, bool]:
        await service.start()
        await asyncio.sleep(0)
        for _ in range(200):
            with service.ledger.reading() as tx:
                state, lease = tx.run("SELECT state, lease_until FROM outbox WHERE key = 'k'")[0]
            if lease is None and state != "pending":
                break
            await asyncio.sleep(0.01)
        await service.stop()
        return str(state), lease is not None

    return asyncio.run(walk())


def test_what_a_killed_process_had_under_way_is_taken_up_at_once(service: Service) -> None:
    assert start(service) == ("dead", False)  # tried, and its agenda is not there


def test_what_another_process_may_be_sending_is_left_to_it(service: Service) -> None:
    other = alone.claim(service.ledger)
    assert other is not None
    assert start(service) == ("pending", True)
    other.close()
