"""Mail fetched from a mailbox elsewhere, over a real connection: each once, marked only when it is kept."""

import asyncio
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from counterparts import imap

from channels._email_imap import ABOVE
from channels._email_read import Envelope, envelope
from channels.base import Accepted, Collector, Payload, Unavailable
from channels.email import EmailDoor, PolledEmailDoor
from channels.message import InboundMessage

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
SEEN = b"\\Seen"


@pytest.fixture(scope="module")
def server() -> Iterator[imap.Server]:
    with imap.serving() as one:
        yield one


@pytest.fixture
def box(server: imap.Server) -> "Box":
    return Box(server)


def mail(number: int, more: bytes = b"") -> bytes:
    return (
        b"From: Warga <warga@contoh.example>\r\nTo: lapor@kota.example\r\nSubject: Lampu %d\r\n"
        b"Message-ID: <%d@contoh.example>\r\n\r\nLampu jalan mati.\r\n%s" % (number, number, more)
    )


class Box:
    """A folder of its own, a door that reads it, and an office that keeps what it brings."""

    def __init__(self, server: imap.Server, folder: str = "Lapor") -> None:
        self.server = server
        self.folder = folder
        self.kept: dict[str, bytes] = {}
        self.given: list[str] = []
        self.refuses: set[int] = set()
        server.new_folder(folder)

    def door(self, **more: Any) -> PolledEmailDoor:
        section = self.server.section(**{"folder": self.folder, **more})
        one = EmailDoor.build({"address": "lapor@kota.example", "imap": section}, lambda: NOW)
        assert isinstance(one, PolledEmailDoor)
        assert isinstance(one, Collector)
        return one

    def collect(self, door: PolledEmailDoor | None = None, **more: Any) -> int:
        one = door or self.door(**more)

        async def known(prefix: str) -> Collection[str]:
            return {name for name in self.kept if name.startswith(prefix)}

        async def deliver(payload: Payload, parse: Any) -> Sequence[Accepted]:
            self.given.append(payload.delivery_id)
            if len(self.given) in self.refuses:
                raise Unavailable("the ledger is away")
            (message,) = parse()
            assert isinstance(message, InboundMessage)
            self.kept[payload.delivery_id] = payload.body.removeprefix(ABOVE)
            return [Accepted(external_id=message.external_id)]

        return asyncio.run(one.collect(known, deliver))

    def put(self, *mails: bytes) -> None:
        self.server.put(self.folder, *mails)

    @property
    def flags(self) -> list[tuple[bytes, ...]]:
        return self.server.flags(self.folder)


def test_every_mail_is_fetched_once_and_marked(box: Box) -> None:
    box.put(mail(1), mail(2))
    assert box.collect() == 2
    assert sorted(box.kept.values()) == [mail(1), mail(2)]
    assert box.flags == [(SEEN,), (SEEN,)]
    assert box.collect() == 0
    box.put(mail(3))
    assert box.collect() == 1


def test_a_mail_that_somebody_read_before_is_fetched_all_the_same(box: Box) -> None:
    box.put(mail(1))
    with box.server.client() as client:
        client.select_folder(box.folder)
        client.add_flags(client.search(), [SEEN])
    assert box.collect() == 1


def test_nothing_is_marked_before_it_is_kept(box: Box) -> None:
    box.put(mail(1), mail(2), mail(3))
    box.refuses = {2}
    with pytest.raises(Unavailable):
        box.collect()
    assert box.flags == [(SEEN,), (), ()]
    assert box.collect() == 2
    assert box.flags == [(SEEN,)] * 3
    assert sorted(box.kept.values()) == [mail(1), mail(2), mail(3)]


def test_what_was_kept_before_a_crash_is_marked_later_and_not_fetched_again(box: Box) -> None:
    box.put(mail(1))
    box.collect(after="keep")
    assert box.flags == [()]
    assert box.collect() == 0
    assert box.flags == [(SEEN,)]


def test_mail_can_be_moved_away_once_it_is_kept(box: Box) -> None:
    box.server.new_folder("Diterima")
    box.put(mail(1), mail(2))
    assert box.collect(after="move", folder_after="Diterima") == 2
    assert (len(box.flags), len(box.server.flags("Diterima"))) == (0, 2)


def test_a_mailbox_that_numbers_anew_is_read_anew(box: Box) -> None:
    box.put(mail(1))
    box.collect()
    box.server.new_folder(box.folder)
    box.put(mail(1), mail(2))
    assert box.collect() == 2
    assert len({name.rpartition(":")[0] for name in box.kept}) == 2


def test_older_mail_is_left_alone_where_a_day_is_told(box: Box) -> None:
    box.put(mail(1))
    assert box.collect(since=date(2099, 1, 1)) == 0
    assert box.collect(since=date(2020, 1, 1)) == 1


def test_a_mail_too_large_is_known_by_its_head(box: Box) -> None:
    multipart = (
        b"From: Warga <warga@contoh.example>\r\nSubject: Banyak\r\n foto\r\n"
        b"Message-ID: <9@contoh.example>\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n boundary=b\r\n\r\n--b\r\n\r\n"
        + b"x"
        * 3_000_000
    )
    box.put(multipart)
    door = box.door(size_limit=1_000_000)
    assert box.collect(door) == 1
    (body,) = box.kept.values()
    (message,) = door.parse(
        Payload(channel="email", account="lapor@kota.example", body=body, media_type="", received_at=NOW)
    )
    assert isinstance(message, InboundMessage)
    assert (message.subject, message.external_id) == ("Banyak foto", "9@contoh.example")
    assert "3 MB" in message.text
    assert message.sender.value == "warga@contoh.example"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"password": "lain"}, "menolak nama masuk"),
        ({"folder": "Tidak ada"}, "Folder"),
        ({"port": 9}, "tidak dapat dihubungi"),
    ],
)
def test_what_stands_in_the_way_is_told_without_a_secret(box: Box, wrong: dict[str, Any], said: str) -> None:
    door = box.door(**wrong)
    with pytest.raises(Unavailable, match=said):
        box.collect(door)
    assert said in door.trouble
    assert imap.PASSWORD not in door.trouble
    *_, last = asyncio.run(door.check())
    assert (last.ok, said in last.what) == (False, True)


def test_a_check_says_that_the_mailbox_can_be_read(box: Box) -> None:
    *_, last = asyncio.run(box.door().check())
    assert last.ok
    assert box.folder in last.what


def test_what_a_stranger_puts_on_top_is_not_taken_for_our_own_findings(box: Box) -> None:
    top = b"Delivered-To: x@kota.example\r\nReturn-Path: <a@contoh.example>\r\n"
    box.put(top + mail(1))
    assert box.collect() == 1
    (body,) = box.kept.values()
    assert envelope(ABOVE + body) == (Envelope(), 0)
    assert envelope(body)[1] > 0  # alone it would have been
