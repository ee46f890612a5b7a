"""The stream of changes on a real socket: what an officer may see, and nothing holds up a stop."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import httpx2
import pytest
from staff_world import seat
from web_world import PASSWORD, Desk

from sapa.cli._server import server
from sapa.web.app import Site, create_app


@pytest.fixture
def served(desk: Desk) -> Iterator[tuple[str, Site]]:
    """The address of a server, and its application."""
    app = create_app(desk.office)
    listening = socket.create_server(("127.0.0.1", 0))
    http = server(app)
    thread = threading.Thread(target=lambda: asyncio.run(http.serve(sockets=[listening])))
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}", app
    http.should_exit = True
    thread.join(20)
    assert not thread.is_alive()
    listening.close()


def signed_in(desk: Desk, address: str, role: str, opd: str = "") -> httpx2.Client:
    login = f"{role}{opd}".lower()
    desk.hire(login, role, opd)
    client = httpx2.Client(base_url=address, timeout=30)
    assert client.post("/petugas/masuk", data={"login": login, "password": PASSWORD}).status_code == 303
    return client


def first(lines: Iterator[str]) -> list[str]:
    """The refs of the next change."""
    said = next(line for line in lines if line.startswith("data: "))
    refs: list[str] = json.loads(said.removeprefix("data: "))
    return refs


def test_an_officer_hears_of_their_tickets_alone(desk: Desk, served: tuple[str, Site]) -> None:
    address, _ = served
    mine, _ = desk.send("Lampu jalan mati")
    waste, _ = desk.send("Sampah menumpuk")
    with (
        closing(signed_in(desk, address, "opd", "DISHUB")) as officer,
        officer.stream("GET", "/petugas/langsung?sejak=0") as stream,
    ):
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert stream.headers["cache-control"] == "no-store"
        lines = stream.iter_lines()
        assert first(lines) == [mine]
        later, _ = desk.send("Lampu jalan mati lagi")
        desk.send("Sampah lagi")
        assert first(lines) == [later]
    with (
        closing(signed_in(desk, address, "coordinator")) as all_seeing,
        all_seeing.stream("GET", "/petugas/langsung", headers={"last-event-id": "0"}) as stream,
    ):
        assert {mine, waste, later} <= set(first(stream.iter_lines()))


def test_a_stop_waits_for_no_stream(desk: Desk, served: tuple[str, Site]) -> None:
    address, app = served
    with (
        closing(signed_in(desk, address, "coordinator")) as officer,
        officer.stream("GET", "/petugas/langsung") as stream,
    ):
        lines = stream.iter_lines()
        assert next(lines).startswith("retry:")
        app.state.live.close()
        assert "".join(lines) == ""
        assert officer.get("/petugas/langsung").status_code == 204


def test_who_is_no_longer_signed_in_hears_nothing_more(desk: Desk, served: tuple[str, Site]) -> None:
    address, _ = served
    with (
        closing(signed_in(desk, address, "coordinator")) as officer,
        officer.stream("GET", "/petugas/langsung") as stream,
    ):
        lines = stream.iter_lines()
        next(lines)
        desk.clock.pass_(hours=13)
        desk.send("Lampu jalan mati")
        assert not [line for line in lines if line.startswith("data:")]


def test_pages_say_where_they_stand(desk: Desk) -> None:
    ref, _ = desk.send("Mohon dibantu")
    who = seat(desk, "coordinator")
    for path in ("/petugas", "/petugas/triase", f"/petugas/laporan/{ref}"):
        assert 'data-live="' in who.see(path)
    assert f'data-about="{ref}"' in who.see(f"/petugas/laporan/{ref}")
