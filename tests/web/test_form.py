"""The front page: a citizen complains."""

import re

from web_world import Desk, photo


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


def test_a_complaint_becomes_a_ticket_and_its_private_page_says_thank_you(desk: Desk) -> None:
    key = key_of(desk.client.get("/").text)
    answer = desk.client.post(
        "/",
        data={"text": "Lampu jalan mati tiga hari", "kelurahan": "Meri", "privacy": "normal", "key": key},
        files={"photos": ("lampu.jpg", photo(), "image/jpeg")},
    )
    assert answer.status_code == 303
    assert re.fullmatch(r"/lacak/SMP-2611-\d{4}\?k=[0-9a-f]{32}&baru=1", answer.headers["location"])
    page = desk.client.get(answer.headers["location"])
    assert page.status_code == 200
    assert "Terima kasih" in page.text
    assert "Dinas Perhubungan" in page.text
    assert "Penerangan jalan umum adalah urusan Dinas Perhubungan." in page.text
    assert "Senin, 14 Desember 2026" in page.text
