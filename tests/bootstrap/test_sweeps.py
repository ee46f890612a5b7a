"""A service that was away asks Twilio for the SMS it missed, whatever its webhook brings before or after."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from counterparts.twilio import SID, TOKEN, Twilio, delivery, incoming, resource
from starlette.testclient import TestClient
from test_sms_door import settings_with

from sapa.bootstrap import Service, open_service

START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
URL = "https://sapa.example/hooks/sms"


class Office:
    """A service with an SMS door at a Twilio of its own; `now` is set by a test."""

    def __init__(self, folder: Path, api: Twilio) -> None:
        self.now, self.api = START, api
        written = (
            '  sms: {name: SMS, enabled: true, provider: twilio, number: "+15005550006"}\n'
            f"  twilio: {{account_sid: {SID}, auth_token: env:T, api_url: {api.url}}}\n"
        )
        self.service: Service = open_service(
            settings_with(folder, written, T=TOKEN, SAPA_SMTP_PORT="0"), clock=lambda: self.now
        )
        self.client = TestClient(self.service.app)  # type: ignore[arg-type]

    def hook(self, sid: str, text: str) -> int:
        body, headers = delivery(URL, incoming(sid, text))
        return self.client.post("/hooks/sms", content=body, headers=headers).status_code

    def sweep(self) -> None:
        asyncio.run(self.service.schedule.sweeps())
        self.now += timedelta(minutes=5)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.service.ledger.reading() as tx:
            return tx.run(sql)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Twilio() as api:
        opened = Office(tmp_path, api)
        yield opened
        opened.service.ledger.close()


def test_webhook_then_sweep_and_sweep_then_webhook_are_one_message_each(office: Office) -> None:
    assert office.hook("SM1", "Lampu jalan mati di Meri") == 200
    at = START - timedelta(minutes=1)
    office.api.inbox += [resource("SM1", "Lampu jalan mati di Meri", at), resource("SM2", "sudah 3 hari", at)]
    office.sweep()
    assert office.hook("SM2", "sudah 3 hari") == 200
    office.sweep()
    assert office.rows("SELECT text FROM message WHERE direction = 'in' ORDER BY id") == [
        ("Lampu jalan mati di Meri",),
        ("sudah 3 hari",),
    ]
    assert office.rows("SELECT count(*) FROM ticket") == [(1,)]
    assert office.rows("SELECT count(*) FROM arrival WHERE state = 'parked'") == [(0,)]


def test_how_long_ago_it_was_asked_is_counted(office: Office) -> None:
    assert "sapa_swept_seconds{" not in office.client.get("/metrics").text
    office.sweep()
    assert 'sapa_swept_seconds{door="sms:+15005550006"} 300.0' in office.client.get("/metrics").text
    office.api.answers.append((503, 20503, {}))
    office.sweep()
    assert 'sapa_swept_seconds{door="sms:+15005550006"} 600.0' in office.client.get("/metrics").text


def test_a_start_sweeps_at_once_even_after_a_kill_in_the_same_turn(office: Office) -> None:
    office.now = datetime.now(UTC)  # the scheduler runs by the machine's clock
    asyncio.run(office.service.schedule.sweeps())  # its turn is taken; the process dies
    office.api.inbox.append(resource("SM1", "Lampu jalan mati", office.now - timedelta(minutes=1)))

    async def start_and_wait() -> None:
        await office.service.start()
        for _ in range(100):
            if office.rows("SELECT 1 FROM message"):
                break
            await asyncio.sleep(0.05)
        await office.service.stop()

    asyncio.run(start_and_wait())
    assert office.rows("SELECT text FROM message WHERE direction = 'in'") == [("Lampu jalan mati",)]
