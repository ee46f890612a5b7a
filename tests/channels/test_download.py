"""Files are fetched from their provider only, within bytes and seconds, wherever it leads."""

import asyncio
import time
from collections.abc import Sequence

import pytest
from counterparts.files import Act, file, moved, says, server

from channels._download import CUT, FOREIGN, LARGE, PRIVATE, ROUND, SLOW, UNSAFE, Download
from channels.base import Unavailable, Undeliverable

LOGIN = {"Authorization": "Basic cmFoYXNpYQ=="}


def fetched(url: str, home: str, *, limit: int = 1000, patience: float = 5.0, **more: object) -> bytes:
    one = Download("Uji", home, ("files.example",), timeout=2.0, patience=patience, **more)  # type: ignore[arg-type]
    return asyncio.run(one.get(url, limit, LOGIN))


def test_a_file_is_had_from_the_configured_address_whatever_it_is() -> None:
    with server(file(b"isi")) as one:
        assert fetched(f"{one.home}/berkas/1?x=2", one.home) == b"isi"
        assert one.asked[0].startswith(b"GET /berkas/1?x=2 HTTP/1.1\r\n")
        assert b"Basic cmFoYXNpYQ==" in one.asked[0]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_without_the_login(status: int) -> None:
    with server(moved("/lain", status), file(b"isi")) as one:
        assert fetched(one.home, one.home) == b"isi"
        assert b"GET /lain " in one.asked[1]
        assert b"Authorization" not in one.asked[1]


def test_a_redirect_to_another_port_of_this_machine_is_not_followed() -> None:
    with server(file(b"rahasia")) as other, server(moved(f"{other.home}/admin")) as one:
        with pytest.raises(Unavailable) as told:
            fetched(one.home, one.home)
        assert str(told.value) == UNSAFE
        assert other.asked == []


def test_a_redirect_without_end_ends() -> None:
    with server(moved("/lagi")) as one:
        with pytest.raises(Unavailable) as told:
            fetched(one.home, one.home)
        assert str(told.value) == ROUND
        assert len(one.asked) == 4


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("http://files.example/x", UNSAFE),
        ("ftp://files.example/x", UNSAFE),
        ("file:///etc/passwd", UNSAFE),
        ("gopher://127.0.0.1/", UNSAFE),
        ("https://jahat.example/x", FOREIGN),
        ("https://files.example.jahat.example/x", FOREIGN),
        ("https://jahatfiles.example/x", FOREIGN),
        ("https://files.example:8443/x", FOREIGN),
        ("https://files.example@jahat.example/x", FOREIGN),
        ("https://127.0.0.1/x", PRIVATE),
        ("https://169.254.169.254/latest/meta-data", FOREIGN),
        ("https://[::1]/x", FOREIGN),
        ("https://2130706433/", FOREIGN),
        ("https://files.example/x", PRIVATE),
        ("https://cdn.files.example./x", PRIVATE),
    ],
)
def test_a_redirect_leads_only_to_the_providers_hosts_and_never_to_a_private_address(
    where: str, why: str
) -> None:
    looked: list[str] = []

    def lookup(host: str, port: int) -> Sequence[str]:
        looked.append(host)
        return ["127.0.0.1"]

    with server(moved(where)) as one:
        with pytest.raises(Unavailable) as told:
            fetched(one.home, one.home, lookup=lookup)
        assert str(told.value) == why
        assert len(one.asked) == 1


@pytest.mark.parametrize(
    "address",
    [
        *("10.1.2.3", "172.16.0.9", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "127.8.8.8"),
        *("224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1"),
        *("64:ff9b::a00:1", "2002:a00:1::", "ff02::1"),
    ],
)
def test_a_name_is_not_followed_when_anything_it_stands_for_is_private(address: str) -> None:
    for found in ([address], ["93.184.216.34", address], [address, "93.184.216.34"]):
        with pytest.raises(Unavailable) as told:
            fetched("https://files.example/x", "https://api.example", lookup=lambda *_, found=found: found)
        assert str(told.value) == PRIVATE


def test_an_api_by_https_and_name_is_not_asked_at_a_private_address_either() -> None:
    with pytest.raises(Unavailable) as told:
        fetched("https://api.example/x", "https://api.example", lookup=lambda *_: ["127.0.0.1"])
    assert str(told.value) == PRIVATE


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (says(b"HTTP/1.1 200 OK\r\nX: ", b"a", every=0.05, forever=True), SLOW),
        (says(b"", b"HTTP/1.1 100 Continue\r\n\r\n", every=0.05, forever=True), SLOW),
        (says(HEAD + b"\r\n", b"a", every=0.05, forever=True), SLOW),
        (says(HEAD + b"Content-Length: 900\r\n\r\n", b"a", every=0.05, forever=True), SLOW),
        (says(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n", every=0.05, forever=True), SLOW),
        (says(b"", every=0.05, forever=True), SLOW),
    ],
    ids=["head", "continue", "body", "told", "chunks", "silence"],
)
def test_whatever_drips_is_hung_up_in_time(act: Act, why: str) -> None:
    begun = time.monotonic()
    with server(act) as one:
        with pytest.raises(Unavailable) as told:
            fetched(one.home, one.home, patience=0.6)
        assert str(told.value) == why
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    "act",
    [
        says(HEAD + b"Content-Length: 99999999999\r\n\r\n"),
        says(HEAD + b"\r\n", b"a" * 65536, forever=True),
        says(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"400\r\n" + b"a" * 1024 + b"\r\n", forever=True),
    ],
    ids=["told", "endless", "endless chunks"],
)
def test_whatever_is_too_large_is_never_had(act: Act) -> None:
    with server(act) as one:
        with pytest.raises(Undeliverable) as told:
            fetched(one.home, one.home)
        assert str(told.value) == LARGE


def test_a_file_of_just_the_limit_is_had_and_one_that_broke_off_comes_later() -> None:
    with server(file(b"a" * 1000)) as one:
        assert len(fetched(one.home, one.home)) == 1000
    for act in (
        says(HEAD + b"Content-Length: 10\r\n\r\n", b"a"),
        says(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"5\r\na"),
    ):
        with server(act) as one, pytest.raises(Unavailable) as told:
            fetched(one.home, one.home)
        assert str(told.value) == CUT or "IncompleteRead" in str(told.value)


@pytest.mark.parametrize(
    "answer",
    [b"", b"bukan HTTP\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", b"\0" * 70_000],
)
def test_what_is_no_answer_is_tried_later(answer: bytes) -> None:
    with server(says(answer)) as one, pytest.raises(Unavailable):
        fetched(one.home, one.home)


def test_what_is_gone_is_never_and_what_fails_is_later_and_no_words_name_an_address() -> None:
    for status, error in ((410, Undeliverable), (404, Unavailable), (500, Unavailable), (204, Unavailable)):
        answer = f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n".encode()
        with server(says(answer)) as one, pytest.raises(error) as told:
            fetched(f"{one.home}/rahasia", one.home)
        assert "127.0.0.1" not in str(told.value)
        assert "rahasia" not in str(told.value)
    with pytest.raises(Unavailable):
        fetched("http://127.0.0.1:1/", "http://127.0.0.1:1")
