"""The configuration opens an SMS door that takes and sends as it says."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from counterparts import gateway, twilio
from starlette.testclient import TestClient

from channels.message import Address, OutboundMessage
from channels.sms import SmsDoor
from channels.walkin import WalkinDoor
from sapa.bootstrap import open_service
from sapa.bootstrap.doors import doors_of
from sapa.settings import Settings, load

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
OUTGOING = OutboundMessage(to=Address(channel="sms", value="+6281234567890"), text="Halo", key="k")


def settings_with(folder: Path, channel: str, **environ: str) -> Settings:
    """The shipped city with another SMS channel."""
    for part in (ROOT / "config").rglob("*.yaml"):
        target = folder / part.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(part.read_text())
    (folder / "config.yaml").write_text((ROOT / "config.yaml").read_text())
    path = folder / "config" / "channels.yaml"
    before, _, rest = path.read_text().partition("  sms:\n")
    path.write_text(before + channel + "  walkin:\n" + rest.partition("  walkin:\n")[2])
    told = {"SAPA_VAR": str(folder / "var"), "SAPA_PUBLIC_URL": "https://sapa.example", **environ}
    return load(folder / "config.yaml", told)


def example() -> str:
    """The gateway of docs/channels/sms.md, word for word."""
    page = (ROOT / "docs" / "channels" / "sms.md").read_text()
    return page.partition("```yaml\nchannels:\n")[2].partition("```")[0]


def test_the_example_of_the_page_opens_and_works(tmp_path: Path) -> None:
    with gateway.GatewayServer() as server:
        written = example().replace("https://gateway.example/api/send", server.url)
        secrets = {"SAPA_SMS_SECRET": "s3mut", "SAPA_SMS_AUTH": gateway.AUTH}
        settings = settings_with(tmp_path, written, **secrets)
        service = open_service(settings, clock=lambda: NOW)
        client = TestClient(service.app)  # type: ignore[arg-type]
        said = {
            "id": "1",
            "from": "081234567890",
            "message": "Lampu jalan mati",
            "sent_at": "2026-11-24 09:00:00",
        }
        answer = client.post("/hooks/sms", content=json.dumps(said), headers={"X-Gateway-Secret": "s3mut"})
        door = service.doors["sms"]
        assert isinstance(door, SmsDoor)
        assert asyncio.run(door.send(OUTGOING)).external_id == "gw-1"
    assert (answer.status_code, answer.text) == (200, "OK")
    assert server.sent == [("POST", {"to": "6281234567890", "message": "Halo"})]
    with service.ledger.reading() as tx:
        assert tx.run("select text, sent_at from message")[0][0] == "Lampu jalan mati"
        assert str(tx.run("select sent_at from message")[0][0]).startswith("2026-11-24 02:00:00")
    service.ledger.close()


def test_twilio_is_called_where_the_configuration_says_and_calls_back(tmp_path: Path) -> None:
    with twilio.Twilio() as api:
        written = (
            '  sms: {name: SMS, enabled: true, provider: twilio, number: "+1 500-555-0006"}\n'
            f"  twilio: {{account_sid: {twilio.SID}, auth_token: env:T, api_url: {api.url}}}\n"
        )
        doors = doors_of(settings_with(tmp_path, written, T=twilio.TOKEN), lambda: NOW)
        assert isinstance(doors["sms"], SmsDoor)
        asyncio.run(doors["sms"].send(OUTGOING))
    assert api.sent == [
        {"To": "+6281234567890", "Body": "Halo", "From": "+15005550006",
         "StatusCallback": "https://sapa.example/hooks/sms"}
    ]  # fmt: skip


@pytest.mark.parametrize("door", ["sms"])
def test_a_closed_door_is_not_there(tmp_path: Path, door: str) -> None:
    settings = settings_with(tmp_path, "  sms: {name: SMS}\n")
    assert door not in doors_of(settings, lambda: NOW)


def test_a_number_given_at_the_counter_is_reached_by_the_door_that_can(tmp_path: Path) -> None:
    twilio_sms = (
        '  sms: {name: SMS, enabled: true, provider: twilio, number: "+1 500-555-0006"}\n'
        f"  twilio: {{account_sid: {twilio.SID}, auth_token: env:T}}\n"
    )
    for channels, phones in (("  sms: {name: SMS}\n", "phone"), (twilio_sms, "sms")):
        door = doors_of(settings_with(tmp_path, channels, T=twilio.TOKEN), lambda: NOW)["walkin"]
        assert isinstance(door, WalkinDoor)
        assert door.phones == phones
