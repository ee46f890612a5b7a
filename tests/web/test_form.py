"""The front page: a citizen complains."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from web_world import Clock, Desk, Down, make_office, photo

from sapa.web.app import create_app
from store.db import Ledger

LOCATION = r"/lacak/SMP-2611-\d{4}\?k=[0-9a-f]{40}&baru=1"


def key_of(html: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', html)
    assert found
    return found[1]


def test_the_form_asks_what_where_who_and_who_may_know(desk: Desk) -> None:
    html = desk.client.get("/").text
    for name in ("text", "kelurahan", "address", "photos", "name", "email", "phone", "privacy", "key"):
        assert f'name="{name}"' in html
    assert '<optgroup label="Kecamatan Kranggan">' in html
    assert "Meri" in html


def test_each_form_has_a_key_of_its_own(desk: Desk) -> None:
    assert key_of(desk.client.get("/").text) != key_of(desk.client.get("/").text)


def test_a_complaint_becomes_a_ticket_and_its_private_page_says_thank_you(desk: Desk) -> None:
    key = key_of(desk.client.get("/").text)
    answer = desk.client.post(
        "/",
        data={"text": "Lampu jalan mati tiga hari", "kelurahan": "Meri", "privacy": "normal", "key": key},
        files={"photos": ("lampu.jpg", photo(), "image/jpeg")},
    )
    assert answer.status_code == 303
    assert re.fullmatch(LOCATION, answer.headers["location"])
    page = desk.client.get(answer.headers["location"])
    assert page.status_code == 200
    assert "Terima kasih" in page.text
    assert "Dinas Perhubungan" in page.text
    assert "penerangan jalan umum adalah urusan Dinas Perhubungan." in page.text
    assert "Senin, 14 Desember 2026" in page.text
    assert "http://testserver/lacak/SMP-2611-" in page.text


def test_it_is_kept_with_place_photo_privacy_and_the_way_to_answer(desk: Desk) -> None:
    answer = desk.client.post(
        "/",
        data={
            "text": "Lampu jalan mati",
            "address": "Depan pasar",
            "lat": "-7.481",
            "lon": "112.4475",
            "accuracy": "35",
            "name": "Seorang Warga",
            "email": "warga@example.id",
            "privacy": "anonymous",
            "key": "percobaan-0001",
        },
        files={"photos": ("lampu.jpg", photo(), "image/jpeg")},
    )
    ref = answer.headers["location"].split("?")[0].rsplit("/")[-1]
    ticket = desk.ticket(ref)
    assert (ticket.kelurahan, ticket.place, ticket.privacy) == ("Meri", "Depan pasar", "anonymous")
    assert [file.state for file in desk.pictures(ref)] == ["kept"]
    with desk.office.ledger.reading() as tx:
        assert tx.run("SELECT accuracy_m FROM message") == [(35.0,)]
    with desk.office.ledger.reading() as tx:
        assert tx.run("SELECT channel FROM outbox WHERE notice = 'ack'") == [("email",)]


def test_sending_the_same_form_twice_is_one_complaint(desk: Desk) -> None:
    form = {"text": "Lampu jalan mati", "key": "percobaan-0002"}
    first, second = (desk.client.post("/", data=form).headers["location"] for _ in range(2))
    assert first == second
    assert desk.count("ticket") == 1


def test_going_back_and_writing_more_adds_to_the_same_complaint(desk: Desk) -> None:
    first = desk.client.post("/", data={"text": "Lampu jalan mati", "key": "percobaan-0003"})
    second = desk.client.post("/", data={"text": "Lampu jalan mati, dua titik", "key": "percobaan-0003"})
    assert first.headers["location"] == second.headers["location"]
    assert "dua titik" in desk.client.get(first.headers["location"]).text
    assert desk.ticket("SMP-2611-0001").summary == "Lampu jalan mati\nLampu jalan mati, dua titik"


def test_an_urgent_complaint_is_answered_with_telephone_numbers_first(desk: Desk) -> None:
    answer = desk.client.post("/", data={"text": "Anak saya kesetrum di tiang lampu jalan"})
    html = desk.client.get(answer.headers["location"]).text
    assert html.index("tel:112") < html.index("Terima kasih")


def test_what_no_rule_knows_goes_to_diskominfo(desk: Desk) -> None:
    answer = desk.client.post("/", data={"text": "Kucing tetangga berisik"})
    assert "Petugas Diskominfo akan membaca laporan Anda" in desk.client.get(answer.headers["location"]).text


def test_an_empty_form_comes_back_with_a_linked_summary_and_what_was_typed(desk: Desk) -> None:
    answer = desk.client.post(
        "/",
        data={
            "text": " ",
            "address": 'Gang "Kenanga" <3',
            "kelurahan": "Wates",
            "email": "bukan-email",
            "privacy": "secret",
            "key": "percobaan-0004",
        },
    )
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert '<a href="#text">' in answer.text or '<a href="#email">' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "Gang &#34;Kenanga&#34; &lt;3" in answer.text
    assert "<option selected>Wates</option>" in answer.text
    assert 'value="bukan-email"' in answer.text
    assert 'value="secret" checked' in answer.text
    assert key_of(answer.text) == "percobaan-0004"
    assert desk.count("ticket") == 0


def test_a_photo_without_words_is_a_complaint(desk: Desk) -> None:
    answer = desk.client.post("/", data={"text": ""}, files={"photos": ("a.jpg", photo(), "image/jpeg")})
    assert answer.status_code == 303
    assert desk.client.get(answer.headers["location"]).status_code == 200


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bukan.jpg", b"this is no picture"),
        ("skrip.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("rusak.jpg", b"\xff\xd8\xff\xe0" + b"\x00" * 200),
    ],
)
def test_a_photo_that_is_none_is_kept_but_not_shown(desk: Desk, name: str, content: bytes) -> None:
    answer = desk.client.post(
        "/", data={"text": "Lampu jalan mati"}, files={"photos": (name, content, "image/jpeg")}
    )
    assert answer.status_code == 303
    ref = answer.headers["location"].split("?")[0].rsplit("/")[-1]
    (file,) = desk.pictures(ref)
    assert file.blob
    assert file.served is None
    assert f"/berkas/{file.uuid}" not in desk.client.get(answer.headers["location"]).text


def test_a_decompression_bomb_is_not_opened(desk: Desk) -> None:
    bomb = photo((9_000, 9_000), "PNG", "1")
    answer = desk.client.post(
        "/", data={"text": "Lampu jalan mati"}, files={"photos": ("b.png", bomb, "image/png")}
    )
    assert answer.status_code == 303
    ref = answer.headers["location"].split("?")[0].rsplit("/")[-1]
    assert [file.state for file in desk.pictures(ref)] == ["refused"]


def test_too_many_photos_come_back_with_the_words(desk: Desk) -> None:
    files = [("photos", (f"{n}.jpg", photo(), "image/jpeg")) for n in range(6)]
    answer = desk.client.post("/", data={"text": "Lampu jalan mati"}, files=files)
    assert answer.status_code == 422
    assert '<a href="#photos">' in answer.text
    assert "Lampu jalan mati" in answer.text


def test_a_body_over_the_limit_is_told_so(desk: Desk) -> None:
    answer = desk.client.post("/", data={"text": "x"}, files={"photos": ("a.jpg", b"x" * 30_000_000)})
    assert answer.status_code == 413
    assert "terlalu besar" in answer.text


def test_a_body_that_is_no_form_is_told_so(desk: Desk) -> None:
    answer = desk.client.post("/", content=b"{}", headers={"content-type": "text/plain"})
    assert answer.status_code == 415


def test_a_torn_multipart_body_comes_back_as_a_form(desk: Desk) -> None:
    answer = desk.client.post(
        "/", content=b"--x\r\ngarbage", headers={"content-type": "multipart/form-data; boundary=x"}
    )
    assert answer.status_code == 400
    assert 'name="text"' in answer.text


def test_thousands_of_fields_are_refused(desk: Desk) -> None:
    body = "&".join(f"f{n}=1" for n in range(5000)).encode()
    kind = "application/x-www-form-urlencoded"
    answer = desk.client.post("/", content=body, headers={"content-type": kind})
    assert answer.status_code == 400
    parts = b"".join(
        b'--x\r\ncontent-disposition: form-data; name="f%d"\r\n\r\n1\r\n' % n for n in range(3000)
    )
    answer = desk.client.post(
        "/",
        content=parts + b"--x--\r\n",
        headers={"content-type": "multipart/form-data; boundary=x"},
    )
    assert answer.status_code == 400


@pytest.fixture
def down(ledger: Ledger, tmp_path: Path, now: object) -> TestClient:
    """An office that can be read but keeps nothing."""
    office = make_office(ledger, tmp_path, Clock(now))  # type: ignore[arg-type]
    return TestClient(create_app(replace(office, intake=Down())))


def test_while_nothing_can_be_kept_the_words_stay_in_the_form(down: TestClient) -> None:
    answer = down.post("/", data={"text": "Lampu jalan mati tiga hari", "key": "percobaan-0005"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "Lampu jalan mati tiga hari</textarea>" in answer.text
    assert "belum tersimpan" in answer.text
    assert key_of(answer.text) == "percobaan-0005"


LONG = "Lampu jalan mati.\r\n" + "Gelap sekali & <menakutkan>. " * 1000


def hidden(html: str) -> dict[str, str]:
    """What the page's hidden fields would send again."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', html)
    return {name: unescape(value).replace("\r\n", "\n").replace("\n", "\r\n") for name, value in found}


def test_what_comes_while_nothing_can_be_stored_is_received_and_becomes_one_report(desk: Desk) -> None:
    form = {"text": LONG, "key": "percobaan-0006", "email": "warga@example.id", "address": "Depan pasar"}
    photos = {"photos": ("lampu.jpg", photo(), "image/jpeg")}
    desk.disk.fill()
    answer = desk.client.post("/", data=form, files=photos)
    assert answer.status_code == 202
    assert "sudah kami terima" in answer.text
    assert "SMP-" not in answer.text
    again = hidden(answer.text)
    desk.disk.fill()
    assert desk.client.post("/", data=again).status_code == 202
    assert desk.count("ticket") == 0
    desk.make_room()
    assert desk.count("ticket") == 1
    for data, files in ((again, None), (form, photos)):
        found = desk.client.post("/", data=data, files=files)
        assert found.status_code == 303
        assert re.fullmatch(LOCATION, found.headers["location"])
    assert (desk.count("ticket"), desk.count("message"), desk.count("attachment")) == (1, 1, 1)
    with desk.office.ledger.reading() as tx:
        assert tx.run("SELECT channel FROM outbox WHERE notice = 'ack'") == [("email",)]


def test_what_is_kept_without_a_ticket_is_not_asked_for_again(
    ledger: Ledger, tmp_path: Path, now: object
) -> None:
    office = make_office(ledger, tmp_path, Clock(now))  # type: ignore[arg-type]
    client = TestClient(create_app(replace(office, intake=Down(parks=True))))
    answer = client.post("/", data={"text": "Lampu jalan mati"})
    assert answer.status_code == 202
    assert "tidak perlu mengirim lagi" in answer.text
    twin = client.post("/api/v1/tickets", json={"text": "Lampu jalan mati"})
    assert (twin.status_code, twin.json()) == (202, {"ref": "", "url": "", "duplicate": False})


def test_an_address_may_be_held_to_so_many_a_minute(ledger: Ledger, tmp_path: Path, now: object) -> None:
    clock = Clock(now)  # type: ignore[arg-type]
    office = make_office(ledger, tmp_path, clock)
    office = replace(office, limits=replace(office.limits, intake_per_minute=2))
    client = TestClient(create_app(office), follow_redirects=False)
    answers = [client.post("/", data={"text": f"Lampu jalan mati {n}"}).status_code for n in range(3)]
    assert answers == [303, 303, 429]
    clock.pass_(minutes=1)
    assert client.post("/api/v1/tickets", json={"text": "Lampu jalan"}).status_code == 201


def test_the_page_weighs_less_than_100_kb_in_all(desk: Desk) -> None:
    html = desk.client.get("/").text
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', html)
    assert len(files) == 3
    weight = len(html.encode()) + sum(len(desk.client.get(file).content) for file in files)
    assert weight < 60_000


def test_who_names_anothers_report_is_thanked_on_its_public_page_without_its_private_link(desk: Desk) -> None:
    first = desk.client.post("/api/v1/tickets", json={"text": "Lampu jalan mati"}).json()
    answer = desk.client.post("/", data={"text": f"Sama seperti {first['ref']}", "key": "kunci-kedua"})
    assert answer.headers["location"] == f"/lacak/{first['ref']}?baru=1"
    assert "ditambahkan" in desk.client.get(answer.headers["location"]).text
    again = desk.client.post("/api/v1/tickets", json={"text": f"Sama seperti {first['ref']}"}).json()
    assert again["url"] == first["url"].partition("?")[0]
