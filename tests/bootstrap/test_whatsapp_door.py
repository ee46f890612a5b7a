"""The example of docs/channels/whatsapp.md, word for word, opens a WhatsApp door that takes and sends."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from counterparts.twilio import SID, TOKEN, delivery
from counterparts.twilio_whatsapp import SOMEBODY, WhatsApp, said
from starlette.testclient import TestClient

from channels.message import Address, OutboundMessage
from channels.whatsapp import WhatsAppDoor
from sapa.bootstrap import open_service
from sapa.settings import Settings, load

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
HX = "HX" + "0" * 32


def opened(folder: Path, api_url: str) -> Settings:
    """The shipped city with the page's WhatsApp, at another Twilio."""
    for part in (ROOT / "config").rglob("*.yaml"):
        target = folder / part.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(part.read_text())
    (folder / "config.yaml").write_text((ROOT / "config.yaml").read_text())
    page = (ROOT / "docs" / "channels" / "whatsapp.md").read_text()
    example = page.partition("```yaml\nchannels:\n")[2].partition("```")[0]
    path = folder / "config" / "channels.yaml"
    before, _, rest = path.read_text().partition("  whatsapp:\n")
    others = rest.partition("  telegram:\n")[2]
    path.write_text(f"{before}{example}    api_url: {api_url}\n  telegram:\n{others}")
    told = {"SAPA_VAR": str(folder / "var"), "SAPA_PUBLIC_URL": "https://sapa.example"}
    return load(folder / "config.yaml", told | {"SAPA_TWILIO_TOKEN": TOKEN})


def test_the_example_of_the_page_opens_and_works(tmp_path: Path) -> None:
    with WhatsApp(templates={HX: 2}) as api:
        service = open_service(opened(tmp_path, api.url), clock=lambda: NOW)
        client = TestClient(service.app)  # type: ignore[arg-type]
        body, headers = delivery("https://sapa.example/hooks/whatsapp", said("SM1", "Lampu jalan mati"))
        answer = client.post("/hooks/whatsapp", content=body, headers=headers)
        door = service.doors["whatsapp"]
        assert isinstance(door, WhatsAppDoor)
        for hours in (1, 30):
            asyncio.run(door.send(outgoing(hours)))
    assert (answer.status_code, SID in str(api.sent)) == (200, False)
    assert [("Body" in one, "ContentSid" in one) for one in api.sent] == [(True, False), (False, True)]
    with service.ledger.reading() as tx:
        assert tx.run("select channel, text from message") == [("whatsapp", "Lampu jalan mati")]
    service.ledger.close()


def outgoing(hours: int) -> OutboundMessage:
    return OutboundMessage(
        to=Address(channel="whatsapp", value=SOMEBODY),
        text="Halo",
        key=f"k{hours}",
        ref="SMP-2611-0001",
        actions=(("Lihat", "https://sapa.example/lacak/SMP-2611-0001"),),
        heard_at=NOW - timedelta(hours=hours),
    )
