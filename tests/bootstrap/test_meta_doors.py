"""The examples of docs/channels/facebook.md and instagram.md, word for word, open doors that take."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from counterparts.graph import SECRET, VERIFY, instagram, page, said, signed
from starlette.testclient import TestClient

from sapa.bootstrap import open_service
from sapa.settings import BadConfig, Settings, load

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
SECRETS = {
    "SAPA_META_SECRET": SECRET,
    "SAPA_META_VERIFY": VERIFY,
    "SAPA_FACEBOOK_TOKEN": "token-halaman",
    "SAPA_INSTAGRAM_TOKEN": "token-akun",
}


def opened(folder: Path, name: str, wrong: tuple[str, str] = ("", ""), **missing: str) -> Settings:
    """The shipped city with the page's door."""
    for part in (ROOT / "config").rglob("*.yaml"):
        target = folder / part.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(part.read_text())
    (folder / "config.yaml").write_text((ROOT / "config.yaml").read_text())
    text = (ROOT / "docs" / "channels" / f"{name}.md").read_text()
    example = text.partition("```yaml\nchannels:\n")[2].partition("```")[0]
    assert wrong[0] in example
    path = folder / "config" / "channels.yaml"
    path.write_text(path.read_text() + example.replace(*wrong, 1))
    told = {"SAPA_VAR": str(folder / "var"), "SAPA_PUBLIC_URL": "https://sapa.example"}
    return load(folder / "config.yaml", told | SECRETS | missing)


@pytest.mark.parametrize(
    ("name", "told", "ours"),
    [("facebook", page, "111000111000111"), ("instagram", instagram, "178400178400178")],
)
def test_the_example_of_the_page_opens_and_works(tmp_path: Path, name: str, told: Any, ours: str) -> None:
    service = open_service(opened(tmp_path, name), clock=lambda: NOW)
    client = TestClient(service.app)  # type: ignore[arg-type]
    body = json.dumps(told(said("m_1", "Lampu jalan mati"), id=ours)).encode()
    assert client.post(f"/hooks/{name}", content=body, headers=signed(body)).status_code == 200
    with service.ledger.reading() as tx:
        assert tx.run("select channel, opd from ticket") == [(name, "DISHUB")]
    service.ledger.close()


@pytest.mark.parametrize(
    ("wrong", "said_"),
    [
        (('    id: "111000111000111"\n', ""), "id wajib diisi"),
        (("    token: env:SAPA_FACEBOOK_TOKEN\n", ""), "token wajib diisi"),
        (('"111000111000111"', '"halaman"'), "channels.facebook.id"),
        (("  meta:\n", "  # meta:\n"), "channels"),
    ],
)
def test_what_is_missing_is_told(tmp_path: Path, wrong: tuple[str, str], said_: str) -> None:
    with pytest.raises(BadConfig) as refused:
        opened(tmp_path, "facebook", wrong)
    assert said_ in str(refused.value)


def test_an_empty_secret_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="SAPA_META_SECRET"):
        opened(tmp_path, "facebook", SAPA_META_SECRET="")
