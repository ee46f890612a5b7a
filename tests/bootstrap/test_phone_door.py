"""The example of docs/channels/phone.md, word for word, opens a telephone that greets and keeps."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from counterparts.twilio import TOKEN, delivery
from counterparts.twilio_voice import call, recorded
from starlette.testclient import TestClient

from sapa.bootstrap import open_service
from sapa.settings import BadConfig, Settings, load

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
CALL, RECORDING = "CA" + "1" * 32, "RE" + "1" * 32


def opened(folder: Path, wrong: tuple[str, str] = ("", "")) -> Settings:
    """The shipped city with the page's telephone."""
    for part in (ROOT / "config").rglob("*.yaml"):
        target = folder / part.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(part.read_text())
    (folder / "config.yaml").write_text((ROOT / "config.yaml").read_text())
    page = (ROOT / "docs" / "channels" / "phone.md").read_text()
    example = page.partition("```yaml\nchannels:\n")[2].partition("```")[0]
    assert wrong[0] in example
    path = folder / "config" / "channels.yaml"
    path.write_text(path.read_text() + example.replace(*wrong, 1))
    told = {"SAPA_VAR": str(folder / "var"), "SAPA_PUBLIC_URL": "https://sapa.example"}
    return load(folder / "config.yaml", told | {"SAPA_TWILIO_TOKEN": TOKEN})


def test_the_example_of_the_page_opens_and_works(tmp_path: Path) -> None:
    service = open_service(opened(tmp_path), clock=lambda: NOW)
    client = TestClient(service.app)  # type: ignore[arg-type]
    heard = []
    for fields in (call(CALL), recorded(CALL, RECORDING)):
        body, headers = delivery("https://sapa.example/hooks/phone", fields)
        heard.append(client.post("/hooks/phone", content=body, headers=headers).text)
    assert 'action="https://sapa.example/hooks/phone"' in heard[0]
    assert "Nomor laporan Anda" in heard[1]
    assert "S M S" not in heard[1]  # no SMS door is open here
    with service.ledger.reading() as tx:
        assert tx.run("select channel, status from ticket") == [("phone", "triage")]
    service.ledger.close()


SECONDS, AUDIO = "    max_seconds: 180", "    greeting_audio: http://kota.example/a.mp3"
ACCOUNT = f"twilio:\n    account_sid: AC{'0' * 32}\n    auth_token: env:SAPA_TWILIO_TOKEN"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (('"+62321390000"', '"0321390000"'), "harus dimulai dengan kode negara"),
        (('    number: "+62321390000"\n', ""), "number wajib diisi"),
        ((SECONDS, "    max_seconds: 5"), "max_seconds"),
        ((SECONDS, AUDIO), "harus dimulai dengan https"),
        ((ACCOUNT, ""), "memerlukan bagian channels.twilio"),
    ],
)
def test_what_is_missing_is_told(tmp_path: Path, wrong: tuple[str, str], said: str) -> None:
    with pytest.raises(BadConfig) as refused:
        opened(tmp_path, wrong)
    assert said in str(refused.value)
