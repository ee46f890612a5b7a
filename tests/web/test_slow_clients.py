"""The real server on a real socket: who is too slow is told so and let go, who is merely slow is not."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

import pytest
from web_world import Desk

from sapa.cli._server import Connection, server
from sapa.web.app import create_app

HEAD = "POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\n{more}\r\n"
FORM = "application/x-www-form-urlencoded"
Open = Callable[..., socket.socket]


class Hasty(Connection):
    """Waits one second for a request instead of twenty."""

    patience = 1.0


@pytest.fixture
def serve(desk: Desk) -> Iterator[Open]:
    """`serve(limit=…)` opens a connection to a server with such limits on bodies."""
    running = []

    def start(**limits: float) -> socket.socket:
        office = replace(desk.office, limits=replace(desk.office.limits, **limits))
        listening = socket.create_server(("127.0.0.1", 0))
        http = server(create_app(office), Hasty)
        thread = threading.Thread(target=lambda: asyncio.run(http.serve(sockets=[listening])))
        thread.start()
        client = socket.create_connection(listening.getsockname(), timeout=30)
        running.append((http, thread, client, listening))
        return client

    yield start
    for http, thread, client, listening in running:
        client.close()
        http.should_exit = True
        thread.join()
        listening.close()


def head(path: str = "/", kind: str = FORM, size: int = 1000, more: str = "") -> bytes:
    return HEAD.format(path=path, kind=kind, size=size, more=more).encode()


def trickle(client: socket.socket, byte: bytes = b"x") -> bytes:
    """A byte now and then for as long as anybody listens; returns all that was answered."""
    client.settimeout(0.05)
    said = b""
    for _ in range(300):
        try:
            heard = client.recv(65536)
            if not heard:
                return said
            said += heard
        except TimeoutError:
            with suppress(ConnectionError):
                client.send(byte)
        except ConnectionError:
            return said
    raise AssertionError(f"still listened to after {said!r}")


def silence(client: socket.socket) -> bytes:
    """Say nothing more; returns all that was answered until the other side hung up."""
    said = b""
    while heard := client.recv(65536):
        said += heard
    return said


def answer(client: socket.socket) -> bytes:
    """The next answer, whole."""
    said = b""
    while b"\r\n\r\n" not in said:
        said += client.recv(1)
    left = int(said.partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while left:
        heard = client.recv(left)
        said, left = said + heard, left - len(heard)
    return said


@pytest.mark.parametrize("path", ["/", "/api/v1/tickets", "/petugas/masuk", "/hooks/fake"])
def test_a_byte_now_and_then_is_no_body(serve: Open, path: str) -> None:
    client = serve(grace=0.3, pace=100_000)
    client.send(head(path, "application/json" if path.startswith("/api") else FORM))
    said = trickle(client)
    assert said.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in said
    assert b"terhenti" in said


def test_who_stops_in_the_middle_is_told_so(serve: Open, desk: Desk) -> None:
    client = serve(pause=0.3)
    client.send(head() + b"text=Lampu jalan mati")
    assert silence(client).startswith(b"HTTP/1.1 408 ")
    assert desk.count("ticket") == 0


def test_a_slow_line_that_goes_on_is_heard_to_its_end(serve: Open, desk: Desk) -> None:
    """It takes longer than the time of grace, and pauses."""
    client = serve(grace=1, pace=10)
    body = b"text=Lampu+jalan+mati" + b"+gelap" * 1000
    said = head(size=len(body)) + body
    for at in range(0, len(said), 600):
        client.send(said[at : at + 600])
        time.sleep(0.15)
    assert answer(client).startswith(b"HTTP/1.1 303 ")
    assert desk.count("ticket") == 1


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (head(kind="text/plain"), b"415"),
        (head(more="Sec-Fetch-Site: cross-site\r\n"), b"403"),
        (head("/nowhere"), b"404"),
        (head(size=10**12), b"413"),
        (head().replace(b"POST", b"GET"), b"200"),
    ],
)
def test_who_is_answered_before_the_end_is_not_waited_for_either(
    serve: Open, request_head: bytes, status: bytes
) -> None:
    client = serve(grace=0.3, pace=100_000)
    client.send(request_head)
    assert trickle(client).startswith(b"HTTP/1.1 " + status)


def test_who_is_refused_hears_it_after_sending_all_and_may_go_on(serve: Open) -> None:
    client = serve()
    body = b"x" * 3_000_000
    client.sendall(head(kind="text/plain", size=len(body)) + body)
    assert answer(client).startswith(b"HTTP/1.1 415 ")
    client.sendall(head(kind="text/plain", size=1) + b"x")
    assert answer(client).startswith(b"HTTP/1.1 415 ")


def test_who_asks_before_sending_what_is_too_large_is_told_at_once(serve: Open) -> None:
    client = serve()
    client.send(head(size=10**9, more="Expect: 100-continue\r\n"))
    assert silence(client).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("first", [b"", b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "])
def test_who_does_not_say_what_they_want_is_hung_up_on(serve: Open, first: bytes) -> None:
    client = serve()
    client.send(first)
    assert (trickle(client) if first else silence(client)) == b""


def test_a_connection_may_rest_between_two_requests_but_not_dawdle_in_the_second(serve: Open) -> None:
    client = serve()
    for _ in range(2):
        client.send(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        assert answer(client).startswith(b"HTTP/1.1 200 ")
        time.sleep(Hasty.patience + 0.5)
    assert trickle(client, b"\r\n") == b""
