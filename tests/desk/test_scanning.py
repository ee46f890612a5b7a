"""Files are scanned for viruses before anybody sees them, by a clamd over a real socket."""

import asyncio
import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from counterparts.clamd import EVIL, NAME, scanning
from intake_world import World, chat
from picture_world import saved, scene

from sapa.desk.clamd import Clamd, NotScanned, ScannerAway
from sapa.desk.scanning import INFECTED, Scanning
from store.db import Ledger

GOOD, BAD = b"surat biasa", b"surat " + EVIL


class Office(World):
    """Intake with a scanning beside it."""

    def __init__(self, ledger: Ledger, folder: Path, now: datetime) -> None:
        super().__init__(ledger, folder, now)
        self.city = replace(self.city, scans=True)

    def scan(self, address: str | None, timeout: float = 5.0) -> int:
        one = Scanning(
            ledger=self.ledger,
            files=self.files,
            scanner=lambda: Clamd(address, timeout) if address else None,
            clock=lambda: self.now,
        )
        return asyncio.run(one.look())

    def files_told(self) -> list[tuple[Any, ...]]:
        return self.rows("SELECT state, reason FROM attachment ORDER BY id")


@pytest.fixture
def office(ledger: Ledger, tmp_path: Path, now: datetime) -> Office:
    return Office(ledger, tmp_path, now)


def sent(content: bytes, name: str = "surat.txt") -> dict[str, str]:
    return {"name": name, "type": "text/plain", "base64": base64.b64encode(content).decode()}


def at(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("local", [False, True], ids=["tcp", "unix"])
def test_a_scanner_is_asked_as_its_manual_says(tmp_path: Path, local: bool) -> None:
    with scanning(tmp_path if local else None) as clamd:
        one = Clamd(clamd.address, 5.0)
        assert one.scan(at(tmp_path / "a", GOOD)) == ""
        assert one.scan(at(tmp_path / "b", BAD)) == NAME
        assert one.scan(at(tmp_path / "c", b"")) == ""
        assert one.scan(at(tmp_path / "d", b"x" * 300_000)) == ""
        assert clamd.sizes == [len(GOOD), len(BAD), 0, 300_000]


def test_whatever_is_no_verdict_is_none(tmp_path: Path) -> None:
    path = at(tmp_path / "a", GOOD)
    for mood in ("rude", "silent", "odd"):
        with scanning(mood=mood) as clamd, pytest.raises(ScannerAway):
            Clamd(clamd.address, 0.3).scan(path)
    with scanning(most=1000) as clamd, pytest.raises(NotScanned):
        Clamd(clamd.address, 5.0).scan(at(tmp_path / "b", b"x" * 70_000))
    for address in ("127.0.0.1:1", f"unix:{tmp_path / 'tiada'}"):
        with pytest.raises(ScannerAway):
            Clamd(address, 1.0).scan(path)


def test_nothing_is_shown_before_it_was_scanned_and_what_is_found_never(office: Office) -> None:
    office.say(chat("1", "lampu jalan mati", photos=[sent(GOOD), sent(BAD), sent(b"<svg>", "a.svg")]))
    assert [state for state, _ in office.files_told()] == ["unscanned"] * 3
    with scanning() as clamd:
        assert office.scan(clamd.address) == 3
        assert office.scan(clamd.address) == 0
    good, bad, svg = office.files_told()
    assert good == ("kept", "")
    assert bad == ("quarantined", INFECTED.format(NAME))
    assert svg[0] == "refused"
    assert "tidak dikenali" in svg[1]
    told = office.rows("SELECT kind, text, public FROM event WHERE kind LIKE 'file%'")
    assert [(kind, text, bool(public)) for kind, text, public in told] == [
        ("file_infected", INFECTED.format(NAME), False)
    ]
    blobs = office.rows("SELECT blob FROM attachment ORDER BY id")
    assert [office.files.read(blob) for (blob,) in blobs] == [GOOD, BAD, b"<svg>"]  # sealed, not gone


def test_while_the_scanner_is_away_files_wait_and_are_scanned_when_it_is_back(office: Office) -> None:
    office.say(chat("1", "lampu jalan mati", photos=[sent(saved(scene()), "foto.jpg")]))
    for away in ("127.0.0.1:1", "unix:/tiada/clamd.ctl"):
        assert office.scan(away) == 0
    assert office.files_told() == [("unscanned", "")]
    with scanning(mood="silent") as clamd:
        assert office.scan(clamd.address, 0.3) == 0
    with scanning() as clamd:
        assert office.scan(clamd.address) == 1
    assert office.files_told() == [("kept", "")]
    assert office.rows("SELECT served IS NOT NULL, phash <> '' FROM attachment") == [(1, 1)]


def test_what_the_scanner_will_not_take_holds_up_nothing_and_is_asked_about_again(office: Office) -> None:
    many = [sent(b"x" * 70_000 + str(number).encode()) for number in range(3)]
    office.say(chat("1", "lampu jalan mati", photos=[*many, sent(GOOD)]))
    with scanning(most=1000) as clamd:
        assert office.scan(clamd.address) == 1
        assert office.scan(clamd.address) == 0
    assert [state for state, _ in office.files_told()] == ["unscanned"] * 3 + ["kept"]
    office.later(hours=2)
    with scanning() as clamd:
        assert office.scan(clamd.address) == 3


def test_without_a_scanner_nothing_waits_for_one(office: Office) -> None:
    office.say(chat("1", "lampu jalan mati", photos=[sent(GOOD), sent(b"<svg>", "a.svg")]))
    assert office.scan(None) == 0
    assert [state for state, _ in office.files_told()] == ["kept", "refused"]
    office.city = replace(office.city, scans=False)
    office.say(chat("2", "lampu jalan mati", photos=[sent(GOOD)]))
    assert office.files_told()[2] == ("kept", "")


def test_a_file_that_comes_later_is_scanned_like_one_that_came_at_once(
    office: Office, fetched: Callable[[Office, bytes], None]
) -> None:
    fetched(office, BAD)
    assert office.files_told() == [("unscanned", "")]
    with scanning() as clamd:
        assert office.scan(clamd.address) == 1
    assert office.files_told()[0][0] == "quarantined"


@pytest.fixture
def fetched() -> Callable[[Office, bytes], None]:
    from sapa.desk.fetching import Fetching

    def act(office: Office, content: bytes) -> None:
        office.door.remote["berkas-1"] = content
        office.say(chat("1", "lampu jalan mati", photos=[{"remote": "berkas-1", "name": "surat.txt"}]))
        fetching = Fetching(
            ledger=office.ledger,
            files=office.files,
            doors={"fake": office.door},
            city=lambda: office.city,
            clock=lambda: office.now,
        )
        assert asyncio.run(fetching.once()) == 1

    return act
