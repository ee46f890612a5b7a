"""The same pages on SQLite and on PostgreSQL: a complaint's whole way by web."""

import json
import re

import pytest
from web_world import PASSWORD, Desk, photo


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_complaint_goes_its_whole_way(desk: Desk) -> None:
    sent = desk.client.post(
        "/",
        data={"text": "Lampu jalan mati", "kelurahan": "Meri", "email": "warga@example.id"},
        files={"photos": ("a.jpg", photo(), "image/jpeg")},
    )
    private = sent.headers["location"].replace("&baru=1", "")
    ref, _, token = private.rpartition("/")[2].partition("?k=")
    assert "Terima kasih" in desk.client.get(sent.headers["location"]).text

    link = desk.link(ref)
    page = desk.client.get(f"/aksi/{link}").text
    picture = re.search(r'<img src="(/berkas/[^"]+)"', page)
    assert picture
    assert desk.client.get(picture[1]).status_code == 200
    form = {
        "act": "tanya",
        "question": "Tiang berapa?",
        "page": desk.page_token(link),
        "version": "1",
        "key": "jalan-1",
    }
    assert desk.client.post(f"/aksi/{link}", data=form).status_code == 200

    answer = desk.client.post(f"/lacak/{ref}?k={token}", data={"text": "Tiang 12", "token": token})
    assert answer.status_code == 303
    assert desk.ticket(ref).status == "assigned"
    story = desk.client.get(private).text
    assert "Dinas Perhubungan bertanya kepada Anda" in story
    assert "Tiang 12" in story
    assert desk.client.get("/readyz").status_code == 200
    assert 'sapa_tickets{status="assigned"} 1.0' in desk.client.get("/metrics").text


def test_words_no_database_likes_are_kept_and_shown(desk: Desk) -> None:
    for text in ("\ud800\x00 lampu jalan", "'; DROP TABLE ticket; --", "% _ \\ %s :name"):
        body = json.dumps({"text": text, "address": text, "name": text}).encode()
        answer = desk.client.post(
            "/api/v1/tickets", content=body, headers={"content-type": "application/json"}
        )
        assert answer.status_code == 201
        assert desk.client.get(answer.json()["url"]).status_code == 200
    for path in ("/lacak/SMP-\ufffd", "/lacak/%ff%fe", "/aksi/%ff", "/lacak/x?k=%ed%a0%80"):
        assert desk.client.get(path).status_code == 404


def test_an_officer_signs_in_and_out(desk: Desk) -> None:
    browser = desk.officer("budi", "coordinator")
    assert browser.get("/petugas/sandi").status_code == 200
    desk.clock.pass_(minutes=5)
    assert browser.get("/petugas/sandi").status_code == 200
    assert browser.post("/petugas/keluar", data={"csrf": desk.csrf(browser)}).status_code == 303
    again = browser.post("/petugas/masuk", data={"login": "budi", "password": PASSWORD})
    assert again.status_code == 303
