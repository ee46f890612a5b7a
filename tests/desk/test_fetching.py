"""Files that come after their message: fetched, tried again, given up visibly, by one process at a time."""

import asyncio
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from intake_world import World, chat
from PIL import Image

from channels.base import Unavailable, Undeliverable
from channels.fake import FakeDoor
from router.book import BookSource, Owner
from router.rules import compile_book
from sapa.desk import acts, late, split
from sapa.desk.actor import Actor
from sapa.desk.errors import Forbidden, Invalid, NotFound
from sapa.desk.fetching import RETRY, Fetching
from store import books, remote
from store.db import Ledger, LedgerUnavailable, Tx
from store.tables import AttachmentRow

ADMIN = Actor(kind="officer", role="administrator")
WATES = {1: "S", 2: (7.0, 27.0, 18.0), 3: "E", 4: (112.0, 26.0, 59.6)}


class Office(World):
    """Intake with a fetching beside it, on a clock the test moves."""

    def __init__(self, ledger: Ledger, folder: Path, now: datetime) -> None:
        super().__init__(ledger, folder, now)
        self.fetching = self.a_fetching()

    def a_fetching(self, door: FakeDoor | None = None, **more: Any) -> Fetching:
        doors = {"fake": door or self.door, "web": self.web}
        return Fetching(
            **{"ledger": self.ledger, "files": self.files, "doors": doors, **more},
            city=lambda: self.city,
            clock=lambda: self.now,
        )

    def fetch(self) -> int:
        """Everything that is due; how many were tried."""
        return asyncio.run(self.fetching.once())

    def file(self, number: int = 1) -> AttachmentRow:
        with self.ledger.reading() as tx:
            found = tx.session.get(AttachmentRow, number)
        assert found is not None
        return found

    def events(self) -> list[str]:
        return [row[0] for row in self.rows("SELECT kind FROM event ORDER BY id")]

    def again(self, by: Actor = ADMIN, ticket: int = 1, version: int = 1, **what: Any) -> Any:
        given = {"key": "lagi", "now": self.now, "city": self.city, "file": self.file().uuid} | what
        return self.ledger.write(lambda tx: late.fetch_again(tx, ticket, by, version=version, **given))


@pytest.fixture
def office(ledger: Ledger, tmp_path: Path, now: datetime) -> Office:
    return Office(ledger, tmp_path, now)


def picture(gps: dict[int, Any] | None = None, words: str = "") -> bytes:
    file, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = words
    if gps:
        exif.get_ifd(0x8825).update(gps)
    Image.new("RGB", (64, 48), "orange").save(file, "JPEG", exif=exif)
    return file.getvalue()


async def until(true: Callable[[], object]) -> None:
    """Wait until it is so, five seconds at the most."""
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("not within five seconds")


def photo(handle: str = "berkas-1") -> list[dict[str, str]]:
    return [{"remote": handle}]


def test_the_ticket_is_there_at_once_and_its_file_is_fetched_and_cleaned(office: Office) -> None:
    office.door.remote["berkas-1"] = picture(words="rahasia: rumah Bu Siti")
    (accepted,) = office.say(chat("1", "lampu jalan mati", photos=photo()))
    assert accepted.ref
    assert (office.file().state, office.file().blob, office.door.fetched) == ("remote", None, [])
    assert office.fetch() == 1
    file = office.file()
    assert (file.state, file.reason, file.media_type, file.next_at) == ("kept", "", "image/jpeg", None)
    assert file.blob is not None
    assert file.served is not None
    assert b"rahasia" in office.files.read(file.blob)
    assert b"rahasia" not in office.files.read(file.served)
    assert file.size == len(office.files.read(file.blob))
    assert dict(office.rows("SELECT digest, size FROM blob"))[file.served] == len(
        office.files.read(file.served)
    )
    assert office.fetch() == 0
    assert office.door.fetched == ["berkas-1"]
    assert office.events() == ["received", "assigned"]  # it came in time: nothing to tell


def test_a_message_that_comes_again_asks_for_its_file_once(office: Office) -> None:
    office.door.remote["berkas-1"] = picture()
    for _ in range(2):
        office.say(chat("1", "lampu jalan mati", photos=photo()))
        office.fetch()
    assert office.door.fetched == ["berkas-1"]
    assert office.rows("SELECT count(*) FROM attachment") == [(1,)]
    office.say(chat("1", "lampu jalan mati", photos=[*photo(), *photo("berkas-2")]))
    assert office.rows("SELECT remote, state FROM attachment ORDER BY id") == [
        ("berkas-1", "kept"),
        ("berkas-2", "remote"),
    ]


def test_what_is_not_there_yet_is_tried_again_with_longer_and_longer_pauses(office: Office) -> None:
    office.door.remote["berkas-1"] = Unavailable("404 https://api.example/rahasia")
    office.say(chat("1", "lampu jalan mati", photos=photo()))
    pauses = []
    for _ in range(5):
        assert office.fetch() == 1
        file = office.file()
        assert (file.state, file.lease_until) == ("remote", None)
        assert file.next_at is not None
        assert office.fetch() == 0
        pauses.append((file.next_at - office.now).total_seconds())
        office.now = file.next_at
    assert 3 < pauses[0] < 7
    assert 60 < pauses[4] < 100
    assert pauses == sorted(pauses)
    assert office.file().reason == "Penyedia belum memberikan berkas ini."
    office.door.remote["berkas-1"] = picture()
    assert office.fetch() == 1
    assert (office.file().state, office.file().reason) == ("kept", "")
    assert office.events()[-1] == "file_came"


def test_the_provider_says_when_to_come_again(office: Office) -> None:
    office.door.remote["berkas-1"] = Unavailable("429", retry_after=600)
    office.say(chat("1", "lampu jalan mati", photos=photo()))
    office.fetch()
    assert office.file().next_at == office.now + timedelta(seconds=600)


def test_a_file_is_given_up_after_a_day_and_not_before(office: Office) -> None:
    office.door.remote["berkas-1"] = Unavailable("later")
    office.say(chat("1", "lampu jalan mati", photos=photo()))
    began = office.now
    while office.file().state == "remote":
        assert office.fetch() == 1
        last, office.now = office.now, office.file().next_at or office.now
    assert timedelta(hours=24) <= last - began <= timedelta(hours=26)
    assert 25 < office.file().tries < 45
    reason = "Menyerah setelah 24 jam. Penyedia belum memberikan berkas ini."
    assert (office.file().state, office.file().reason) == ("refused", reason)
    assert office.rows("SELECT kind, text, public FROM event ORDER BY id DESC LIMIT 1") == [
        ("file_lost", reason, 0)
    ]


def test_a_process_that_was_down_for_days_still_tries_some_times(office: Office) -> None:
    office.door.remote["berkas-1"] = Unavailable("later")
    office.say(chat("1", "lampu jalan mati", photos=photo()))
    office.later(days=3)
    for _ in range(5):
        assert office.fetch() == 1
        assert office.file().state == "remote"
        office.now = office.file().next_at or office.now
    office.fetch()
    assert office.file().state == "refused"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (None, "Berkas sudah tidak ada pada penyedia."),
        (Undeliverable(""), "Berkas sudah tidak ada pada penyedia."),
        (Undeliverable("gone: https://api.example/bot123:SECRET/a"), "Berkas sudah tidak ada pada penyedia."),
        (Undeliverable("tidak ada: berkas-1"), "Berkas sudah tidak ada pada penyedia."),
        (Undeliverable("Berkas lebih besar dari 16 MB."), "Berkas lebih besar dari 16 MB."),
        (b"", "Berkas dari penyedia kosong."),
    ],
)
def test_what_never_comes_is_refused_with_a_reason(office: Office, answer: Any, reason: str) -> None:
    if answer is not None:
        office.door.remote["berkas-1"] = answer
    office.say(chat("1", "lampu jalan mati", photos=photo()))
    office.fetch()
    assert (office.file().state, office.file().reason) == ("refused", reason)
    assert office.file().next_at is None
    assert office.events()[-1] == "file_lost"
    office.later(days=2)
    assert office.fetch() == 0


class Generous(FakeDoor):
    """A door that forgets the limit it was given."""

    async def fetch(self, remote: str, limit: int) -> bytes:
        return await super().fetch(remote, limit * 99)


def test_a_file_too_large_is_refused_whether_its_door_counts_or_not(office: Office) -> None:
    office.door.remote["berkas-1"] = b"x" * (1024 * 1024 + 1)
    office.say(chat("1", "lampu jalan mati", photos=photo()))
    office.say(chat("2", "lampu jalan mati", photos=photo(), who="B"))
    office.fetching = office.a_fetching(most=1024 * 1024)
    office.fetch()
    assert (office.file().state, office.file().blob) == ("refused", None)
    assert "lebih besar" in office.file().reason
    office.again()
    office.fetching = office.a_fetching(Generous(remote=office.door.remote), most=1024 * 1024)
    office.fetch()
    assert office.file().reason == "Berkas lebih besar dari 1 MB."
    assert office.rows("SELECT count(*) FROM blob") == [(0,)]


def test_a_file_of_another_kind_is_kept_sealed_and_said_so(office: Office) -> None:
    office.door.remote["berkas-1"] = b"<html>not a picture"
    office.say(chat("1", "lampu jalan mati", photos=photo()))
    office.fetch()
    file = office.file()
    assert (file.state, file.reason) == ("refused", "Berkas ini bukan gambar yang dikenali.")
    assert file.blob is not None
    assert file.served is None
    with pytest.raises(Invalid):
        office.again()


def test_a_door_that_fell_or_is_closed_loses_nothing(office: Office) -> None:
    office.door.remote["berkas-1"] = KeyError("a fault of the door")
    office.say(chat("1", "lampu jalan mati", photos=photo()))
    office.fetch()
    assert (office.file().state, office.file().reason) == ("remote", "Kesalahan program: KeyError.")
    office.now = office.file().next_at or office.now
    office.fetching = office.a_fetching(doors={})
    office.fetch()
    assert (office.file().state, office.file().reason) == ("remote", "Kanal sedang ditutup.")
    office.now = office.file().next_at or office.now
    office.fetching = office.a_fetching(doors={"fake": office.web})
    office.fetch()
    assert (office.file().state, office.file().reason) == (
        "refused",
        "Kanal ini tidak dapat mengambil berkas.",
    )


def test_a_fault_of_our_own_leaves_the_file_wanted_and_the_others_come(office: Office) -> None:
    office.door.remote |= {"berkas-1": picture(WATES), "b2": picture(), "b3": picture()}
    for number, handle in enumerate(("berkas-1", "b2", "b3")):
        office.say(chat(str(number), "lampu jalan mati", who=handle, photos=photo(handle)))
    whole = office.city
    office.city = replace(whole, gazetteer=None)  # type: ignore[arg-type]
    assert office.fetch() == 3
    assert [office.file(n).state for n in (1, 2, 3)] == ["remote", "kept", "kept"]
    assert (office.file().reason, office.file().blob) == ("Kesalahan program: AttributeError.", None)
    assert office.rows(
        "SELECT count(*) FROM blob WHERE digest NOT IN (SELECT blob FROM attachment"
        " WHERE blob IS NOT NULL UNION SELECT served FROM attachment"
        " WHERE served IS NOT NULL)"
    ) == [(0,)]
    office.city, office.now = whole, office.file().next_at or office.now
    assert office.fetch() == 1
    assert office.rows("SELECT kelurahan FROM ticket WHERE id = 1") == [("Wates",)]


def test_a_look_does_not_wait_for_a_provider_that_hangs(office: Office) -> None:
    slow, mail = Slow(), FakeDoor(remote={"cepat": picture()})
    office.fetching = office.a_fetching(doors={"fake": slow, "email": mail})

    async def walk() -> None:
        await office.intake.deliver(*coming(office, "1", "b1"))
        await office.fetching.look()
        await until(lambda: slow.under_way)
        await office.intake.deliver(*coming(office, "x", "cepat"))
        move = "UPDATE message SET channel = 'email' WHERE external_id = 'x'"
        await office.ledger.awrite(lambda tx: tx.run(move))
        await office.fetching.look()
        await until(lambda: office.file(2).state == "kept")
        assert slow.under_way == 1
        await office.fetching.stop(0)

    asyncio.run(walk())


def coming(office: Office, id_: str, handle: str) -> tuple[Any, Callable[[], Any]]:
    """What a door delivers: a message with a photo that is still with its provider."""
    message = chat(id_, "lampu jalan mati", who=id_, photos=photo(handle))
    payload = office.payload("fake", json.dumps(message).encode())
    return payload, lambda: office.door.parse(payload)


def test_a_full_disk_gives_up_nothing(office: Office) -> None:
    class Full:
        def put(self, content: bytes) -> None:
            raise OSError(28, "no space")

    office.door.remote["berkas-1"] = picture()
    office.say(chat("1", "lampu jalan mati", photos=photo()))
    office.fetching = office.a_fetching(files=Full())
    for _ in range(8):
        office.later(days=2)
        assert office.fetch() == 1
    assert (office.file().state, office.file().reason) == (
        "remote",
        "Penyimpanan sedang tidak dapat ditulis.",
    )
    office.later(days=2)
    office.fetching = office.a_fetching()
    office.fetch()
    assert office.file().state == "kept"


class Slow(FakeDoor):
    """A door whose provider answers when told, if at all."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = asyncio.Event()
        self.under_way = self.most = 0

    async def fetch(self, remote: str, limit: int) -> bytes:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await self.go_on.wait()
        finally:
            self.under_way -= 1
        return await super().fetch(remote, limit)


def test_a_slow_provider_has_a_minute_and_holds_up_no_other_channel(office: Office) -> None:
    slow = Slow()
    mail = FakeDoor(remote={"cepat": picture()})
    office.say(*[chat(str(n), "lampu jalan mati", who=str(n), photos=photo(f"b{n}")) for n in range(5)])
    office.say(chat("x", "lampu jalan mati", who="x", photos=photo("cepat")))
    office.ledger.write(lambda tx: tx.run("UPDATE message SET channel = 'email' WHERE external_id = 'x'"))
    short = {"retry": replace(RETRY, timeout=timedelta(seconds=0.5))}
    office.fetching = office.a_fetching(doors={"fake": slow, "email": mail}, **short)

    async def walk() -> None:
        work = asyncio.create_task(office.fetching.once())
        await until(lambda: office.file(6).state == "kept")
        assert office.file(6).state == "kept"
        assert not work.done()
        assert await work == 6

    asyncio.run(walk())
    assert slow.most == 2
    assert [office.file(n).state for n in range(1, 6)] == ["remote"] * 5
    assert office.file().reason == "Penyedia terlalu lama menjawab."


def test_what_a_killed_process_had_under_way_comes_back_when_its_lease_ends(office: Office) -> None:
    office.door.remote["berkas-1"] = picture()
    office.say(chat("1", "lampu jalan mati", photos=photo()))
    lease = office.now + RETRY.lease
    killed = office.ledger.write(lambda tx: remote.claim(tx, 1, office.now, lease))
    assert killed is not None
    assert office.fetch() == 0
    office.later(seconds=181)
    assert office.fetch() == 1
    assert office.file().state == "kept"
    office.ledger.write(lambda tx: late.lost(tx, killed, "too late", office.now))
    office.ledger.write(lambda tx: late.not_yet(tx, killed, office.now, "too late"))
    assert (office.file().state, office.file().reason) == ("kept", "")


def test_who_lost_the_lease_writes_nothing(office: Office) -> None:
    office.say(chat("1", "lampu jalan mati", photos=photo()))
    first = office.ledger.write(lambda tx: remote.claim(tx, 1, office.now, office.now + RETRY.lease))
    office.later(seconds=181)
    second = office.ledger.write(lambda tx: remote.claim(tx, 1, office.now, office.now + RETRY.lease))
    assert first is not None
    assert second is not None
    office.ledger.write(lambda tx: late.lost(tx, first, "lost", office.now))
    assert (office.file().state, office.file().lease_until) == ("remote", second.lease)
    office.ledger.write(lambda tx: late.lost(tx, second, "gone", office.now))
    assert (office.file().state, office.file().reason) == ("refused", "gone")


def test_leases_are_freed_at_a_start(office: Office) -> None:
    office.say(chat("1", "lampu jalan mati", photos=photo()))
    assert office.ledger.write(remote.free) == 0
    office.ledger.write(lambda tx: remote.claim(tx, 1, office.now, office.now + RETRY.lease))
    assert office.ledger.write(remote.free) == 1
    assert office.fetch() == 1


def test_two_processes_fetch_each_file_once(office: Office, ledger_url: str) -> None:
    handles = [f"b{n}" for n in range(30)]
    office.door.remote |= {handle: picture() for handle in handles}
    office.say(*[chat(h, "lampu jalan mati", who=h, photos=photo(h)) for h in handles])
    other = Ledger(ledger_url)
    second = office.a_fetching(ledger=other)

    async def both() -> int:
        return sum(await asyncio.gather(office.fetching.once(), second.once(), office.fetching.once()))

    assert asyncio.run(both()) >= 30
    other.close()
    assert sorted(office.door.fetched) == sorted(handles)
    assert office.rows("SELECT state, count(*) FROM attachment GROUP BY state") == [("kept", 30)]


WORKER = """
import asyncio, sys
from datetime import datetime
from pathlib import Path
from test_fetching import Office, picture
from channels.fake import FakeDoor
from store.db import Ledger

class Everything(FakeDoor):
    async def fetch(self, remote, limit):
        print("fetched", remote, flush=True)
        await asyncio.sleep(0.02)
        return picture()

ledger = Ledger(sys.argv[1])
office = Office(ledger, Path(sys.argv[2]), datetime.fromisoformat(sys.argv[3]))
print("ready", flush=True)
sys.stdin.readline()
asyncio.run(office.a_fetching(Everything()).once())
ledger.close()
"""


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_two_real_processes_on_one_ledger_fetch_each_file_once(
    office: Office, ledger_url: str, tmp_path: Path
) -> None:
    handles = [f"b{n}" for n in range(60)]
    office.say(*[chat(h, "lampu jalan mati", who=h, photos=photo(h)) for h in handles])
    here = Path(__file__).parent
    path = os.pathsep.join(map(str, (here.parents[1], here.parent, here)))
    workers = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", WORKER, ledger_url, str(tmp_path), office.now.isoformat()],
            env=os.environ | {"PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    said = [worker.communicate(timeout=60)[0].splitlines() for worker in workers]
    fetched = [[line.split()[1] for line in lines if line.startswith("fetched")] for lines in said]
    assert all(fetched)  # both had a part in it
    assert sorted(fetched[0] + fetched[1]) == sorted(handles)
    assert office.rows("SELECT state, count(*) FROM attachment GROUP BY state") == [("kept", 60)]


def test_a_stop_waits_a_little_and_gives_back_what_is_under_way(office: Office) -> None:
    slow = Slow()
    office.say(chat("1", "lampu jalan mati", photos=photo()))
    office.fetching = office.a_fetching(slow)

    async def walk() -> None:
        running = asyncio.create_task(office.fetching.run())
        await asyncio.sleep(0)
        office.fetching.wake()
        await until(lambda: slow.under_way)
        assert office.file().lease_until is not None
        await office.fetching.stop(0.05)
        await running
        office.fetching.wake()

    asyncio.run(walk())
    assert slow.under_way == 0
    assert (office.file().state, office.file().lease_until) == ("remote", None)


def test_a_woken_fetching_comes_back_by_itself_for_what_is_due_soon(office: Office) -> None:
    office.door.remote["berkas-1"] = Unavailable("not yet")
    office.say(chat("1", "lampu jalan mati", photos=photo()))
    quick = replace(RETRY, first=timedelta(milliseconds=10))
    office.fetching = office.a_fetching(retry=quick)

    async def walk() -> None:
        running = asyncio.create_task(office.fetching.run())
        await asyncio.sleep(0)
        office.fetching.wake()
        await until(lambda: office.file().tries and office.file().lease_until is None)
        office.door.remote["berkas-1"] = picture()
        office.later(seconds=30)
        await until(lambda: office.file().state == "kept")
        await office.fetching.stop(1)
        await running

    asyncio.run(walk())
    assert office.file().state == "kept"


def test_a_ledger_that_cannot_be_written_is_no_endless_loop(office: Office) -> None:
    class Half:
        """It can be read and not written."""

        reading = staticmethod(office.ledger.reading)

        async def awrite(self, act: Callable[[Tx], Any], *, brief: bool = False) -> Any:
            raise LedgerUnavailable("OperationalError")

    office.say(chat("1", "lampu jalan mati", photos=photo()))
    office.fetching = office.a_fetching(ledger=Half())
    with pytest.raises(LedgerUnavailable):
        office.fetch()


def test_where_a_late_picture_was_taken_judges_an_untouched_ticket_again(office: Office) -> None:
    office.door.remote["berkas-1"] = picture(WATES)
    office.say(chat("1", "lampu jalan mati", photos=photo()))
    assert office.rows("SELECT kelurahan FROM ticket") == [("",)]
    office.fetch()
    assert office.rows("SELECT kelurahan, place_sure, lat IS NOT NULL FROM ticket") == [("Wates", 1, 1)]


def test_where_a_late_picture_was_taken_moves_the_ticket_to_the_agency_of_that_place(office: Office) -> None:
    here = {"words": ["lampu jalan"], "kelurahan": ["Wates"]}
    rules = [
        {**RULE, "id": "umum", "when": {"words": ["lampu jalan"]}, "assign": "DISHUB"},
        {**RULE, "id": "wates", "when": here, "assign": "DLH", "examples": IN_WATES},
    ]
    owners = {code: Owner(code=code, name=code) for code in ("DISHUB", "DLH")}
    book = compile_book(
        BookSource(rules=rules, owners=owners, kelurahan=["Meri", "Wates"], channels=["fake"])
    )
    office.city = replace(office.city, book=book)
    office.ledger.write(lambda tx: _in_force(tx, book.digest, office.now))
    office.door.remote["berkas-1"] = picture(WATES)
    office.say(chat("1", "lampu jalan mati", photos=photo()))
    assert office.rows("SELECT opd FROM ticket") == [("DISHUB",)]
    office.fetch()
    assert office.rows("SELECT opd FROM ticket") == [("DLH",)]


RULE = {
    "because": "Uji.",
    "examples": ["lampu jalan mati", "ada lampu jalan padam"],
}
IN_WATES = ["lampu jalan mati di Kelurahan Wates", "lampu jalan padam di Kelurahan Wates"]


def _in_force(tx: Tx, digest: str, now: datetime) -> None:
    books.activate(tx, "rules", digest, "-", now)


def test_a_ticket_somebody_works_on_stays_where_it_is(office: Office) -> None:
    office.door.remote["berkas-1"] = picture(WATES)
    office.say(chat("1", "lampu jalan mati", photos=photo()))
    office.ledger.write(
        lambda tx: acts.accept(tx, 1, ADMIN, version=1, key="k", now=office.now, city=office.city)
    )
    office.fetch()
    assert office.file().lat is not None
    assert office.rows("SELECT kelurahan, status FROM ticket") == [("", "accepted")]


def test_an_officer_has_a_file_fetched_again(office: Office) -> None:
    office.say(chat("1", "lampu jalan mati", photos=photo()))
    office.fetch()
    assert office.file().state == "refused"
    office.door.remote["berkas-1"] = picture(WATES)
    done = office.again()
    assert done == late.Done(ticket_id=1, version=2, event_id=done.event_id)
    assert office.again().repeated
    assert office.fetch() == 1
    assert (office.file().state, office.file().reason, office.file().tries) == ("kept", "", 1)
    assert office.events()[2:] == ["file_lost", "file_wanted"]
    assert office.rows("SELECT kelurahan FROM ticket") == [("Wates",)]  # asking decided nothing


def test_only_who_may_see_the_ticket_asks_for_its_files_and_only_for_its_own(office: Office) -> None:
    office.say(chat("1", "lampu jalan mati", photos=photo()))
    office.say(chat("2", "sampah menumpuk", who="B"))
    office.fetch()
    for stranger in (Actor(kind="officer", role="opd", opd="DLH"), Actor(kind="citizen", token="x")):
        with pytest.raises(Forbidden):
            office.again(stranger)
    with pytest.raises(NotFound):
        office.again(ticket=2)
    assert office.again(Actor(kind="officer", role="opd", opd="DISHUB")).version == 2


def test_a_message_split_off_takes_its_file_along(office: Office) -> None:
    office.door.remote["berkas-1"] = picture(WATES)
    office.say(chat("1", "lampu jalan mati"))
    office.say(chat("2", "sampah menumpuk", photos=photo()))
    office.ledger.write(
        lambda tx: split.split(
            tx, 1, ADMIN, version=1, key="k", now=office.now, city=office.city, message_ids=[2]
        )
    )
    office.later(minutes=5)
    office.fetch()
    assert office.rows("SELECT ticket_id FROM event WHERE kind = 'file_came'") == [(2,)]
    assert office.rows("SELECT kelurahan FROM ticket ORDER BY id") == [("",), ("Wates",)]


def test_a_file_of_a_secret_ticket_leaves_no_trace_outside_it(office: Office) -> None:
    office.door.remote["pegangan-rahasia"] = Unavailable("https://api.example/pegangan-rahasia")
    office.say(chat("1", "istri saya dipukuli", photos=photo("pegangan-rahasia")))
    assert office.rows("SELECT privacy FROM ticket") == [("secret",)]
    office.say(chat("2", "lampu jalan mati", who="B"))
    with structlog.testing.capture_logs() as logs:
        office.fetch()
        office.door.remote = {}
        office.later(minutes=5)
        office.fetch()
    assert "rahasia" not in str(logs)
    assert logs
    office.door.remote["pegangan-rahasia"] = picture(WATES)
    office.again()
    office.fetch()
    assert office.rows("SELECT privacy, kelurahan FROM ticket ORDER BY id")[0] == ("secret", "Wates")
    told = str(office.rows("SELECT data, notice FROM outbox"))
    kept = str(office.rows("SELECT text, data FROM event"))
    assert "pegangan" not in told + kept
    assert office.rows("SELECT count(*) FROM event WHERE public AND kind LIKE 'file%'") == [(0,)]


def test_how_many_wait_and_since_when(office: Office) -> None:
    def waiting() -> tuple[int, datetime | None]:
        with office.ledger.reading() as tx:
            return remote.waiting(tx)

    assert waiting() == (0, None)
    began = office.now
    office.say(chat("1", "lampu jalan mati", photos=photo()))
    office.later(minutes=1)
    office.say(chat("2", "lampu jalan mati", photos=photo("b"), who="B"))
    assert waiting() == (2, began)
