"""Files that are slow, endless, huge, elsewhere or none: words stay, officers see what is missing."""

import asyncio
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest
from counterparts.files import Act, Server, file, moved, says, server
from intake_world import World, chat
from picture_world import saved, scene

from channels._download import Download
from channels.fake import FakeDoor
from sapa.desk.fetching import Fetching
from store.db import Ledger

OK = b"HTTP/1.1 200 OK\r\n"
#: What a provider does with a file, and what the officer then reads of it.
BAD: dict[str, tuple[Act, str, str]] = {
    "slow": (says(OK + b"\r\n", b"a", every=0.05, forever=True), "remote", "belum memberikan"),
    "huge": (says(OK + b"Content-Length: 9999999999\r\n\r\n"), "refused", "terlalu besar"),
    "endless": (says(OK + b"\r\n", b"a" * 65536, forever=True), "refused", "terlalu besar"),
    "round": (moved("/lagi"), "remote", "belum memberikan"),
    "private": (moved("https://169.254.169.254/latest"), "remote", "belum memberikan"),
    "loopback": (moved("http://127.0.0.1:22/"), "remote", "belum memberikan"),
    "a page": (file(b"<html><script>alert(1)</script></html>"), "refused", "bukan gambar yang dikenali"),
    "broken": (file(saved(scene())[:2000]), "refused", "rusak"),
    "empty": (file(b""), "refused", "kosong"),
}


class Led(FakeDoor):
    """A door whose files lie at a provider over a real socket, by their number."""

    def __init__(self, servers: list[Server]) -> None:
        super().__init__()
        self.servers = servers

    async def fetch(self, remote: str, limit: int) -> bytes:
        home = self.servers[int(remote)].home
        return await Download("Uji", home, timeout=2.0, patience=0.5).get(home, 200_000)


@pytest.fixture
def office(ledger: Ledger, tmp_path: Path, now: datetime) -> World:
    return World(ledger, tmp_path, now)


def fetch(office: World, door: FakeDoor) -> int:
    fetching = Fetching(
        ledger=office.ledger,
        files=office.files,
        doors={"fake": door},
        city=lambda: office.city,
        clock=lambda: office.now,
    )
    return asyncio.run(fetching.once())


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_harms_neither_its_words_nor_the_good_one_beside_it(office: World, name: str) -> None:
    act, state, why = BAD[name]
    with ExitStack() as stack:
        servers = [stack.enter_context(server(one)) for one in (act, file(saved(scene())))]
        both = [{"remote": "0", "name": "satu.jpg"}, {"remote": "1", "name": "dua.jpg"}]
        office.say(chat("1", "lampu jalan mati", photos=both))
        assert fetch(office, Led(servers)) == 2
    assert office.rows("SELECT text FROM message") == [("lampu jalan mati",)]
    assert office.tickets()[0][1:] == ("assigned", "DISHUB")
    (bad, reason, served), good = office.rows("SELECT state, reason, served FROM attachment ORDER BY id")
    assert (bad, served) == (state, None)
    assert why in reason
    assert "://" not in reason
    assert good[:2] == ("kept", "")
    assert good[2]


def test_what_was_only_slow_is_there_later(office: World) -> None:
    with server(says(OK + b"\r\n", b"a", every=0.05, forever=True), file(saved(scene()))) as one:
        office.say(chat("1", "lampu jalan mati", photos=[{"remote": "0"}]))
        door = Led([one])
        assert fetch(office, door) == 1
        assert office.rows("SELECT state FROM attachment") == [("remote",)]
        office.later(minutes=1)
        assert fetch(office, door) == 1
    assert office.rows("SELECT state FROM attachment") == [("kept",)]
