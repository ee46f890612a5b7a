"""The demo city served: marked, tried out with the recordings of the manual, and taken away."""

import json
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from demo_town import ROOT, SAPA, Town

from sapa.demo import city
from sapa.demo.city import NOTICE
from sapa.demo.people import PASSWORD
from store import tickets
from store.db import Ledger
from store.tables import Ticket


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Served:
    """A copy of the town, served on ports of its own."""

    def __init__(self, town: Town, var: Path) -> None:
        shutil.copytree(town.var, var)
        self.town = Town(var=var, refused="", told="", ways_out=[])
        self.ports = {"SAPA_HTTP_PORT": str(free_port()), "SAPA_SMTP_PORT": str(free_port())}
        self.base = f"http://127.0.0.1:{self.ports['SAPA_HTTP_PORT']}"
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.process = subprocess.Popen(
            [*SAPA, "serve", "--demo"],
            cwd=ROOT,
            env=self.town.environ | self.ports,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def told(self) -> str:
        """What it prints until it serves."""
        assert self.process.stdout is not None
        said = ""
        for line in self.process.stdout:
            said += line
            if "kepala OPD" in line:
                break
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                self.page("/healthz")
                return said
            except OSError:
                time.sleep(0.1)
        raise AssertionError(said)

    def page(self, path: str, **form: str) -> str:
        data = urllib.parse.urlencode(form).encode() if form else None
        with self.browser.open(self.base + path, data) as answer:
            return str(answer.read().decode())

    def simulate(self, door: str, file: str) -> Ticket:
        """A recording of the manual; the ticket it ends in."""
        sample = str(ROOT / "docs" / "samples" / file)
        done = self.town.sapa("channels", "simulate", door, sample, "--demo", **self.ports)
        assert done.returncode == 0, done.stderr
        refs = set(re.findall(r"SMP-\d{4}-\d{4}", done.stdout))
        assert len(refs) == 1, done.stdout
        ledger = Ledger(f"sqlite:///{city.folder(self.town.settings) / 'sapa.db'}")
        with ledger.reading() as tx:
            found = tickets.by_ref(tx, refs.pop())
        ledger.close()
        assert found is not None
        return found


@pytest.fixture
def served(town: Town, tmp_path: Path) -> Iterator[Served]:
    one = Served(town, tmp_path / "var")
    yield one
    one.process.send_signal(signal.SIGTERM)
    assert one.process.wait(30) == 0
    assert one.process.stdout is not None
    one.process.stdout.close()


def test_it_can_be_tried_and_is_not_taken_away_meanwhile(served: Served) -> None:
    assert f"kata sandi semua akun: {PASSWORD}" in served.told()
    assert NOTICE in served.page("/")
    assert NOTICE in served.page("/petugas/masuk")
    for login in ("koordinator.satu", "kepala.dishub", "dlh", "auditor"):
        inside = served.page("/petugas/masuk", login=login, password=PASSWORD)
        assert NOTICE in inside
        assert "Keluar" in inside
        csrf = re.search(r'name="csrf" value="([^"]+)"', inside)
        assert csrf
        served.page("/petugas/keluar", csrf=csrf[1])
    lamp = served.simulate("telegram", "telegram-album.json")
    assert (lamp.opd, lamp.kelurahan) == ("DISHUB", "Meri")
    hole = served.simulate("whatsapp", "whatsapp-location.json")
    assert (hole.opd, hole.kelurahan) == ("DPUPRPRKP", "Meri")
    assert hole.lat == pytest.approx(-7.481)
    assert served.simulate("sms", "sms.json").opd == "DLH"
    refused = served.town.sapa("demo", "remove", "--yes")
    assert refused.returncode == 1
    assert "sedang dipakai" in refused.stderr
    assert city.loaded(served.town.settings)


def test_what_is_told_by_hand_there_is_answered_at_once(served: Served) -> None:
    served.told()
    body = json.dumps({"text": "Lampu jalan mati di Wates"}).encode()
    asked = urllib.request.Request(
        f"{served.base}/api/v1/tickets", body, {"content-type": "application/json"}
    )
    with urllib.request.urlopen(asked) as answer:
        assert json.loads(answer.read())["ref"].startswith("SMP-")


def test_it_is_taken_away_and_nothing_else_is(town: Town, tmp_path: Path) -> None:
    var = tmp_path / "var"
    shutil.copytree(town.var, var)
    (var / "sapa.db").write_text("the real city")
    (var / "demo" / "catatan.txt").write_text("somebody's own")
    here = Town(var=var, refused="", told="", ways_out=[])
    done = here.sapa("demo", "remove", "--yes")
    assert done.returncode == 0, done.stderr
    assert sorted(path.relative_to(var).as_posix() for path in var.rglob("*")) == [
        "demo",
        "demo/catatan.txt",
        "sapa.db",
    ]
    assert "Tidak ada kota contoh" in here.sapa("demo", "remove", "--yes").stderr
