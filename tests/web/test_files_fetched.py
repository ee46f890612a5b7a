"""Files that come after their message, on the pages of the reporter and of the office."""

import asyncio
import json
from dataclasses import replace

import pytest
from staff_world import Seat, seat, text_of
from starlette.testclient import TestClient
from web_world import Desk, photo

from channels.base import Unavailable
from sapa.desk.fetching import Fetching
from sapa.web.app import create_app


def sent(desk: Desk, text: str = "PJU padam", handle: str = "pegangan-rahasia") -> tuple[str, str]:
    """A chat message whose photo is still with the provider; the ticket's ref and private token."""
    item = {"id": handle, "from": "08123", "text": text, "photos": [{"remote": handle, "name": "tiang.jpg"}]}
    body = json.dumps(item).encode()
    headers = {"X-Fake-Signature": desk.door.sign(body)}
    assert desk.client.post("/hooks/fake", content=body, headers=headers).status_code == 200
    with desk.office.ledger.reading() as tx:
        ref, token = tx.run("SELECT ref, token FROM ticket ORDER BY id DESC")[0]
    return str(ref), str(token)


def fetch(desk: Desk) -> None:
    office = desk.office
    fetching = Fetching(
        ledger=office.ledger, files=office.files, doors=office.doors, city=office.city, clock=office.clock
    )
    asyncio.run(fetching.once())


@pytest.fixture
def dishub(desk: Desk) -> Seat:
    return seat(desk, "opd", "DISHUB")


def test_reporter_and_officer_see_a_file_coming_and_then_the_picture(desk: Desk, dishub: Seat) -> None:
    ref, token = sent(desk)
    mine, theirs = f"/lacak/{ref}?k={token}", f"/petugas/laporan/{ref}"
    for html in (desk.client.get(mine).text, dishub.see(theirs)):
        assert "Berkas sedang diambil …" in text_of(html)
        assert "<img" not in html
        assert "Ambil lagi" not in html
        assert "pegangan" not in html
    desk.door.remote["pegangan-rahasia"] = Unavailable("later")
    fetch(desk)
    page = text_of(dishub.see(theirs))
    assert "Sudah dicoba 1 kali. Penyedia belum memberikan berkas ini." in page
    assert "Ambil lagi" in page
    assert "dicoba" not in desk.client.get(mine).text
    desk.door.remote["pegangan-rahasia"] = photo()
    desk.clock.pass_(minutes=2)
    fetch(desk)
    for browser, html in (
        (desk.client, desk.client.get(mine).text),
        (dishub.browser, dishub.see(theirs)),
    ):
        assert "sedang diambil" not in html
        source = html.partition('<img src="')[2].partition('"')[0].replace("&amp;", "&")
        assert browser.get(source).headers["content-type"] == "image/jpeg"
    assert "Berkas pelapor menyusul" in text_of(dishub.see(theirs))


def test_what_was_given_up_says_why_and_is_fetched_again_on_request(desk: Desk) -> None:
    rung: list[str] = []
    office = replace(desk.office, fetch=lambda: rung.append("fetch"))
    with TestClient(create_app(office), follow_redirects=False) as client:
        desk = replace(desk, office=office, client=client)
        dishub = seat(desk, "opd", "DISHUB")
        ref, token = sent(desk)
        fetch(desk)
        mine, theirs = f"/lacak/{ref}?k={token}", f"/petugas/laporan/{ref}"
        for html in (client.get(mine).text, dishub.see(theirs)):
            assert "Berkas sudah tidak ada pada penyedia." in text_of(html)
        assert 'Anda dapat <a href="#balas">mengirimnya lagi</a>.' in client.get(mine).text
        assert 'id="balas"' in client.get(mine).text
        assert "Berkas pelapor tidak dapat diambil" in text_of(dishub.see(theirs))
        file = str(desk.pictures(ref)[0].uuid)
        assert f'value="{file}"' in dishub.see(theirs)
        assert dishub.act(ref, "ambil", berkas=file) == f"{theirs}?ok=ambil"
        assert rung == ["fetch"]
        assert "Berkas diambil lagi" in text_of(dishub.see(f"{theirs}?ok=ambil"))
        assert "Berkas pelapor diminta diambil lagi" in text_of(dishub.see(theirs))
        desk.door.remote["pegangan-rahasia"] = photo()
        fetch(desk)
        assert desk.pictures(ref)[0].served
        page = dishub.act(ref, "ambil", 422, berkas=file)
        assert "tidak perlu diambil lagi" in text_of(page)
        assert "#form-ambil" not in page
        assert "Berkas tidak ditemukan" in text_of(dishub.act(ref, "ambil", 422, berkas="bukan-uuid"))
        assert rung == ["fetch"]


def test_somebody_elses_change_comes_first_and_asking_twice_is_asking_once(desk: Desk, dishub: Seat) -> None:
    ref, _ = sent(desk)
    fetch(desk)
    file = str(desk.pictures(ref)[0].uuid)
    asked = {"version": 1, "key": "k-1", "berkas": file}
    dishub.act(ref, "ambil", **asked)
    dishub.act(ref, "ambil", **asked)
    assert desk.ticket(ref).version == 2
    assert "baru saja berubah" in dishub.act(ref, "ambil", 409, **(asked | {"key": "k-2"}))


def test_files_of_a_secret_ticket_are_for_those_who_may_see_it(desk: Desk, dishub: Seat) -> None:
    ref, token = sent(desk, "istri saya dipukuli di bawah PJU")
    fetch(desk)
    file = str(desk.pictures(ref)[0].uuid)
    foreign = seat(desk, "opd", "DLH")
    foreign.see(f"/petugas/laporan/{ref}", 404)
    foreign.post(f"/petugas/laporan/{ref}/ambil", 404, version=1, key="k", berkas=file)
    public = desk.browser().get(f"/lacak/{ref}").text
    assert "Berkas" not in text_of(public)
    assert "tiang" not in public
    assert "tidak ada pada penyedia" in desk.client.get(f"/lacak/{ref}?k={token}").text
    assert "tiang" not in dishub.see(f"/petugas/laporan/{ref}")  # a file's name may name its sender
    desk.door.remote["pegangan-rahasia"] = photo()
    coordinator = seat(desk, "coordinator")
    coordinator.act(ref, "ambil", berkas=file)
    fetch(desk)
    assert desk.browser().get(f"/berkas/{file}").status_code == 404
    assert foreign.browser.get(f"/berkas/{file}").status_code == 404
    assert coordinator.browser.get(f"/berkas/{file}").status_code == 200
