"""What stands between the demo city and the real one, and the words it refuses with."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from demo_town import ROOT
from typer.testing import CliRunner

from sapa.cli import app
from sapa.demo import city
from sapa.settings import Settings
from sapa.settings import load as read
from sapa.settings.mail import Imap
from sapa.settings.starter import write_starter

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
Sapa = Callable[..., Result]


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return read(ROOT / "config.yaml", {"SAPA_VAR": str(tmp_path)})


@pytest.fixture
def sapa(tmp_path: Path) -> Sapa:
    def run(*words: str, **environ: str) -> Result:
        asked = [*words, "--config", str(ROOT / "config.yaml")]
        return CliRunner().invoke(app, asked, input="n\n", env={"SAPA_VAR": str(tmp_path), **environ})

    return run


@pytest.fixture
def empty(here: Settings) -> Settings:
    """A demo city in which nothing happened."""
    city.part(here).mkdir(parents=True)
    city.open_demo(here, city.part(here), lambda: NOW).ledger.close()
    city.finish(here, NOW)
    return here


def test_its_settings_lead_nowhere(here: Settings) -> None:
    told = {"host": "imap.kota.example", "user": "lapor", "password": "env:UJI", "since": "2026-11-24"}
    mailbox = Imap.model_validate(told)
    email = here.channels.email.model_copy(
        update={"imap": mailbox, "proof": here.channels.email.proof.model_copy(update={"verify": True})}
    )
    away = here.model_copy(update={"channels": here.channels.model_copy(update={"email": email})})
    inside = city.settings_in(away, city.folder(here))
    assert inside.channels.email.relay.host is None
    assert inside.channels.email.imap is None
    assert not inside.channels.email.proof.verify
    assert inside.intake.transcriber is None
    assert inside.storage.database_url == f"sqlite:///{city.folder(here) / 'sapa.db'}"
    assert inside.city.notice == city.NOTICE
    assert inside.public_url == "http://127.0.0.1:8000"
    assert inside.staff.second_factor.required == ()
    assert inside.channels.lapor is not None
    assert (inside.channels.lapor.enabled, inside.channels.lapor.folder) == (True, None)


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.4", "kota.example"])
def test_other_machines_do_not_reach_it(empty: Settings, sapa: Sapa, host: str) -> None:
    for environ in ({"SAPA_HTTP_HOST": host}, {"SAPA_SMTP_HOST": host}):
        refused = sapa("serve", "--demo", **environ)
        assert refused.exit_code == 1
        assert "hanya untuk mesin ini" in refused.output
        assert "127.0.0.1" in refused.output


@pytest.mark.parametrize("host", ["localhost", "127.0.0.9", "::1"])
def test_this_machine_does(here: Settings, host: str) -> None:
    web = here.web.model_copy(update={"host": host})
    assert city.settings_in(here.model_copy(update={"web": web}), city.folder(here))


def test_roles_are_honoured(empty: Settings, sapa: Sapa) -> None:
    refused = sapa("serve", "--demo", "--roles", "web")
    assert refused.exit_code == 1
    assert "Peran hanya dapat dipisah pada PostgreSQL" in refused.output


def test_who_fills_or_serves_it_keeps_others_out(empty: Settings, sapa: Sapa) -> None:
    with city.hold(city.folder(empty)):
        refused = sapa("demo", "remove", "--yes")
    assert refused.exit_code == 1
    assert "Hentikan dahulu" in refused.output
    assert city.loaded(empty)
    assert sapa("demo", "remove", "--yes").exit_code == 0
    assert not city.folder(empty).parent.exists()


def test_a_load_under_way_is_not_disturbed_by_another(here: Settings, sapa: Sapa) -> None:
    city.part(here).mkdir(parents=True)
    with city.hold(city.part(here)):
        refused = sapa("demo", "load")
    assert refused.exit_code == 1
    assert "sedang dipakai" in refused.output
    assert city.part(here).exists()


def test_a_folder_that_is_no_demo_city_stays(here: Settings, sapa: Sapa) -> None:
    city.folder(here).mkdir(parents=True)
    (city.folder(here) / "surat.txt").write_text("not ours")
    refused = sapa("demo", "remove", "--yes")
    assert refused.exit_code == 1
    assert "bukan kota contoh" in refused.output
    assert (city.folder(here) / "surat.txt").exists()


def test_whoever_is_asked_may_say_no(empty: Settings, sapa: Sapa) -> None:
    assert "Tidak jadi" in sapa("demo", "remove").output
    assert city.loaded(empty)


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path, sapa: Sapa) -> None:
    (tmp_path / "demo").write_text("a file in the way")
    refused = sapa("demo", "load")
    assert refused.exit_code == 1
    assert "tidak dapat dipakai" in refused.output
    assert refused.exception is None or isinstance(refused.exception, SystemExit)


def test_a_configuration_that_cannot_be_used_is_told(sapa: Sapa) -> None:
    refused = sapa("demo", "load", SAPA_HTTP_HOST="0.0.0.0")
    assert refused.exit_code == 1
    assert "hanya untuk mesin ini" in refused.output


def test_a_recording_for_a_demo_that_is_not_there_or_not_for_hooks(here: Settings, sapa: Sapa) -> None:
    sample = str(ROOT / "docs" / "samples" / "sms.json")
    assert "Belum ada kota contoh" in sapa("channels", "simulate", "sms", sample, "--demo").output


def test_a_channel_without_hooks_cannot_be_simulated(empty: Settings, sapa: Sapa) -> None:
    sample = str(ROOT / "docs" / "samples" / "sms.json")
    said = sapa("channels", "simulate", "social", sample, "--demo")
    assert "tidak dapat disimulasikan" in said.output
    said = sapa("channels", "simulate", "sms", sample, "--demo", SAPA_HTTP_HOST="0.0.0.0")
    assert "hanya untuk mesin ini" in said.output


#: `sapa demo remove`, killed just after it took the mark of a loaded city away.
KILLED = """
import os, sys
gone = []
def watch(event, args):
    if gone and event == "os.rmdir":
        os._exit(9)
    if event == "os.remove" and str(args[0]).endswith("selesai-diisi.txt"):
        gone.append(True)
sys.addaudithook(watch)
from sapa.cli import app
app(["demo", "remove", "--yes"])
"""


def test_a_removal_that_was_killed_is_finished_by_the_next(empty: Settings, sapa: Sapa) -> None:
    environ = {**os.environ, "SAPA_VAR": str(empty.storage.var)}
    assert subprocess.run([sys.executable, "-c", KILLED], cwd=ROOT, env=environ).returncode == 9
    assert "Belum ada kota contoh" in sapa("serve", "--demo").output
    removed = sapa("demo", "remove", "--yes")
    assert (removed.exit_code, removed.output) == (0, "Kota contoh sudah dihapus.\n")
    assert not city.part(empty).parent.exists()


def test_another_city_is_told_that_the_play_is_not_its_own(tmp_path: Path) -> None:
    write_starter(tmp_path / "kota")
    config = str(tmp_path / "kota" / "config.yaml")
    refused = CliRunner().invoke(
        app, ["demo", "load", "--config", config], env={"SAPA_VAR": str(tmp_path / "var")}
    )
    assert refused.exit_code == 1
    assert "pengaturan Kota Mojokerto" in refused.output
    assert not (tmp_path / "var").exists()
