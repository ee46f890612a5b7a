"""The shipped configuration as the rooms get it, and what changes while the service runs."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from sapa.bootstrap import Service, city_of, letterhead_of, open_service
from sapa.bootstrap.doors import doors_of
from sapa.bootstrap.values import brand_words, scanner_of
from sapa.settings import Settings, load

CONFIG = Path(__file__).parents[2] / "config.yaml"
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def settings_at(folder: Path, **told: str) -> Settings:
    return load(CONFIG, {"SAPA_VAR": str(folder / "var"), **told})


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    opened = open_service(settings_at(tmp_path), clock=lambda: NOW)
    yield opened
    opened.ledger.close()


def test_the_desk_knows_its_city_as_it_is_on_a_day(tmp_path: Path) -> None:
    settings = settings_at(tmp_path, SAPA_HTTP_PORT="8123")
    before, now = (city_of(settings, day, {}) for day in (date(2022, 4, 24), date(2026, 11, 24)))
    assert (before.brand, now.brand) == ("Curhat Ning Ita", "Sapa Mas Pj")
    assert now.tagline == "Sampaikan keluhan Anda, kami tindak lanjuti."
    assert now.public_url == "http://127.0.0.1:8123"
    assert [now.channel_name(code) for code in ("web", "email", "phone", "radio")] == [
        "Situs web", "Surel", "Telepon", "radio",
    ]  # fmt: skip
    assert [one.code for one in now.by_name("external") if one.letter] == [
        "BBPJN",
        "PEMKAB",
        "PEMPROV",
        "PJT1",
    ]
    assert len(now.by_name("opd")) == 22


def test_the_post_room_and_the_pages_say_whose_they_are(tmp_path: Path) -> None:
    settings = settings_at(tmp_path)
    head = letterhead_of(settings, city_of(settings, NOW.date(), {}), b"s" * 32)
    assert head.reach["PLN"] == "PLN 123 atau aplikasi PLN Mobile"
    assert "BBPJN" not in head.reach
    assert brand_words(settings).agency == "Dinas Komunikasi dan Informatika"
    assert ("Darurat umum", "112") in brand_words(settings).urgent


def test_open_doors_are_those_of_the_configuration(tmp_path: Path) -> None:
    doors = doors_of(settings_at(tmp_path), lambda: NOW)
    assert sorted(doors) == ["email", "lapor", "walkin", "web"]
    assert doors["web"].max_photos == 5  # type: ignore[attr-defined]


def test_the_bot_is_made_of_its_section_and_its_secrets(tmp_path: Path) -> None:
    folder = tmp_path / "kota"
    shutil.copytree(CONFIG.parent / "config", folder / "config")
    shutil.copy(CONFIG, folder)
    channels = folder / "config" / "channels.yaml"
    opened = "    enabled: true\n    token: env:UJI_TOKEN\n    mode: webhook\n"
    opened += "    webhook_secret: env:UJI_RAHASIA\n"
    text = channels.read_text("utf-8")
    before, after = text.split("  telegram:\n    name: Telegram\n    enabled: false\n")
    after = after.replace("    mode: poll ", "    # ", 1)
    channels.write_text(f"{before}  telegram:\n    name: Telegram\n{opened}{after}", "utf-8")
    environ = {"SAPA_VAR": str(tmp_path), "UJI_TOKEN": "123456:AAF-uji-token", "UJI_RAHASIA": "s" * 20}
    doors = doors_of(load(folder / "config.yaml", environ), lambda: NOW)
    assert sorted(doors) == ["email", "lapor", "telegram", "walkin", "web"]
    assert doors["telegram"].where == "http://127.0.0.1:8000/hooks/telegram"  # type: ignore[attr-defined]
    assert doors["telegram"].account == "123456"  # type: ignore[attr-defined]


def test_the_mail_door_is_made_of_its_section_and_its_secrets(tmp_path: Path) -> None:
    folder = tmp_path / "kota"
    shutil.copytree(CONFIG.parent / "config", folder / "config")
    shutil.copy(CONFIG, folder)
    channels = folder / "config" / "channels.yaml"
    listen = (
        "      port: 2525\n      protocol: lmtp\n"
        "      tls: {certificate: tls/a.pem, key: /tls/b.pem, required: true}\n"
        "      login: {user: terus, password: env:UJI_LOGIN}\n      proxies: [10.0.0.5, 10.1.0.0/16]\n"
        "      max_connections: 50\n      max_per_client: 5\n    max_recipients: 7\n"
        "    aliases: [halo@kota.example]\n    proof: {trusted: [mx.kota.example]}\n"
    )
    text = channels.read_text("utf-8")
    channels.write_text(text.replace("      port: 2525\n", listen, 1), "utf-8")
    environ = {"SAPA_VAR": str(tmp_path), "UJI_LOGIN": "rahasia-panjang"}
    door = doors_of(load(folder / "config.yaml", environ), lambda: NOW)["email"]
    chosen = door.settings  # type: ignore[attr-defined]
    assert (chosen.protocol, chosen.max_connections, chosen.max_per_client) == ("lmtp", 50, 5)
    assert (chosen.max_recipients, chosen.aliases) == (7, ("halo@kota.example",))
    assert chosen.tls.certificate == folder / "tls" / "a.pem"
    assert (str(chosen.tls.key), chosen.tls.required) == ("/tls/b.pem", True)
    assert (chosen.login.user, chosen.login.password) == ("terus", "rahasia-panjang")
    assert (chosen.proxies, chosen.trusted) == (("10.0.0.5/32", "10.1.0.0/16"), ("mx.kota.example",))
    assert chosen.verify is False


def test_a_configuration_loaded_again_is_in_force_at_once_and_a_wrong_one_never(
    service: Service, tmp_path: Path
) -> None:
    client = TestClient(service.app)  # type: ignore[arg-type]
    assert "Ambulans" in client.get("/").text
    folder = tmp_path / "kota"
    folder.mkdir()
    for part in (CONFIG.parent / "config").rglob("*.yaml"):
        target = folder / part.relative_to(CONFIG.parent)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(part.read_text().replace("Ambulans", "Ambulans kota"))
    (folder / "config.yaml").write_text(CONFIG.read_text())
    told = {"SAPA_VAR": str(tmp_path / "var")}
    assert service.reload(lambda: load(folder / "config.yaml", told))
    assert "Ambulans kota" in client.get("/").text
    (folder / "config.yaml").write_text(CONFIG.read_text().replace("prefix: SMP", "prefix: smp"))
    assert not service.reload(lambda: load(folder / "config.yaml", told))
    assert service.city().prefix == "SMP"


def test_what_is_in_force_stands_in_the_ledger(service: Service) -> None:
    with service.ledger.reading() as tx:
        rows = tx.run(
            "SELECT kind, book.digest, yaml FROM active_book JOIN book USING (digest, kind) ORDER BY kind"
        )
        agencies = tx.run("SELECT COUNT(*) FROM opd WHERE valid_to IS NULL")
    kinds = {kind: (digest, yaml) for kind, digest, yaml in rows}
    assert kinds["rules"][0] == service.city().book.digest
    assert len(json.loads(kinds["rules"][1])) == len(service.city().book.rules)
    assert kinds["sla"][0] == service.city().sla.digest
    assert kinds["calendar"][0] == service.city().calendar.digest
    assert agencies == [(32,)]


def test_with_a_scanner_named_files_wait_for_it(tmp_path: Path) -> None:
    plain = settings_at(tmp_path)
    storage = plain.storage.model_copy(update={"clamd": "unix:/run/clamav/clamd.ctl"})
    scanned = plain.model_copy(update={"storage": storage})
    for settings, scans in ((plain, False), (scanned, True)):
        assert city_of(settings, NOW.date(), {}).scans is scans
        assert (scanner_of(settings) is not None) is scans
