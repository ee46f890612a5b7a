"""The process dies between a commit and its answers, at the doors of Meta, X, the telephone and a mailbox.

Each provider brings again what was not answered with yes; a mailbox is read again. About 15 seconds.
"""

import http.client
import json
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from counterparts import graph, imap, twilio, twilio_voice, x
from walk_world import Office, eventually

EACH = 12
#: Commits until the process dies.
LIVES = 20
KEYS = {
    "UJI_META": graph.SECRET, "UJI_VERIFY": graph.VERIFY, "UJI_TOKEN": graph.TOKEN,
    "UJI_TWILIO": twilio.TOKEN, "UJI_IMAP": imap.PASSWORD,
    **{f"UJI_X_{name.upper()}": value for name, value in x.KEYS.items()},
}  # fmt: skip
CHANNELS = f"""
  facebook: {{name: Facebook, enabled: true, id: "{graph.PAGE}", token: env:UJI_TOKEN}}
  meta: {{app_secret: env:UJI_META, verify_token: env:UJI_VERIFY, api_url: "http://127.0.0.1:9"}}
  x:
    name: X
    enabled: true
    id: "{x.OWN}"
    consumer_key: env:UJI_X_CONSUMER_KEY
    consumer_secret: env:UJI_X_CONSUMER_SECRET
    token: env:UJI_X_TOKEN
    token_secret: env:UJI_X_TOKEN_SECRET
    api_url: "http://127.0.0.1:9"
  phone: {{name: Telepon, enabled: true, number: "{twilio_voice.NUMBER}"}}
  twilio: {{account_sid: {twilio.SID}, auth_token: env:UJI_TWILIO, api_url: "http://127.0.0.1:9"}}
"""


class Doors(Office):
    """An installation with these doors, and a mailbox."""

    def __init__(self, folder: Path, url: str, mailbox: Mapping[str, Any]) -> None:
        super().__init__(folder, url)
        path = folder / "config" / "channels.yaml"
        told = {**mailbox, "password": "env:UJI_IMAP"}
        lines = "".join(f"      {name}: {json.dumps(value)}\n" for name, value in told.items())
        lines += "      since: 2020-01-01\n"
        mail = path.read_text().replace("  whatsapp:\n", f"    imap:\n{lines}  whatsapp:\n", 1)
        path.write_text(mail + CHANNELS)

    @property
    def environ(self) -> dict[str, str]:
        return super().environ | KEYS

    def count(self, sql: str) -> int:
        ledger = self.ledger()
        try:
            with ledger.reading() as tx:
                return int(tx.run(sql)[0][0])
        finally:
            ledger.close()

    def bring(self, channel: str, body: bytes, headers: Mapping[str, str]) -> None:
        """A delivery, until it is answered with yes."""
        until = time.monotonic() + 90
        while self._status(channel, body, headers) != 200:
            assert time.monotonic() < until, self.log.read_text()[-3000:]
            time.sleep(0.2)

    def _status(self, channel: str, body: bytes, headers: Mapping[str, str]) -> int:
        line = http.client.HTTPConnection("127.0.0.1", self.http, timeout=15)
        try:
            line.request("POST", f"/hooks/{channel}", body, dict(headers))
            with line.getresponse() as answer:
                answer.read()
                return answer.status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            line.close()


def deliveries(office: Doors) -> Iterator[tuple[str, bytes, Mapping[str, str]]]:
    """What each provider has to bring: a person each."""
    for number in range(EACH):
        body = json.dumps(
            graph.page(graph.said(f"m_{number}", f"Lampu mati {number}", sender=f"60{number}"))
        ).encode()
        yield "facebook", body, graph.signed(body)
        body = json.dumps(x.direct(str(600 + number), f"Sampah {number}", sender=f"70{number}")).encode()
        yield "x", body, {"x-twitter-webhooks-signature": x.signature(body)}
        caller = f"+62812340{number:05d}"
        fields = twilio_voice.recorded(f"CA{number}", f"RE{number}", caller=caller)
        yield "phone", *twilio.delivery(f"http://127.0.0.1:{office.http}/hooks/phone", fields)


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_nothing_is_lost_or_doubled_at_the_doors_of_providers(tmp_path: Path, empty_url: str) -> None:
    with imap.serving() as server:
        server.new_folder("Lapor")
        office = Doors(tmp_path / "kota", empty_url, server.section(folder="Lapor"))
        server.put("Lapor", *(_mail(number) for number in range(EACH)))
        try:
            _bring_all(office, tmp_path / "mark")
            expected = {"facebook": EACH, "x": EACH, "phone": EACH, "email": EACH}
            for channel, count in expected.items():
                told = f"SELECT count(*) FROM message WHERE direction = 'in' AND channel = '{channel}'"
                assert eventually(lambda told=told, count=count: office.count(told) == count, 90), channel
            assert office.count("SELECT count(*) FROM ticket") == 4 * EACH
            assert office.count("SELECT count(*) FROM arrival WHERE state <> 'kept'") == 0
            assert office.stop() == 0
        finally:
            office.kill()
        assert len(server.flags("Lapor")) == EACH


def _bring_all(office: Doors, mark: Path) -> None:
    """Everything, while the process dies once and comes back; then everything once more."""
    office.start("commit", str(LIVES), str(mark))
    whole = list(deliveries(office))
    with ThreadPoolExecutor(8) as hands:
        under_way = [hands.submit(office.bring, *one) for one in whole]
        assert office.process is not None
        assert office.process.wait(90) == -9, office.log.read_text()[-3000:]
        office.start()
        for one in under_way:
            one.result()
        for again in [hands.submit(office.bring, *one) for one in whole]:
            again.result()


def _mail(number: int) -> bytes:
    return (
        f"From: w{number}@contoh.example\r\nTo: lapor@kota.example\r\nSubject: Air keruh {number}\r\n"
        f"Message-ID: <kill-{number}@contoh.example>\r\n\r\nAir keruh di gang {number}.\r\n"
    ).encode()
