"""The JSON twin: what programs may send, and what they are told."""

import base64
import json
from dataclasses import replace

import pytest
from starlette.testclient import TestClient
from web_world import Desk, Down, photo

from sapa.web.app import create_app

URL = "/api/v1/tickets"
ZALGO = "L̸̢̛a̷̧͠m̴̨͝p̶̢̛u̷ mati " + "a" + "\u0301" * 500
RTL = "\u202eitam nalaj upmal\u202c مرحبا"
EVIL = "'; DROP TABLE ticket; -- <script>alert(1)</script> {{ 7*7 }} ${7*7} \x00"


def test_a_ticket_is_answered_with_its_ref_and_private_address(desk: Desk) -> None:
    answer = desk.client.post(URL, json={"text": "Lampu jalan mati", "kelurahan": "Meri"})
    assert answer.status_code == 201
    told = answer.json()
    assert told["ref"].startswith("SMP-2611-")
    assert told["url"].startswith(f"http://testserver/lacak/{told['ref']}?k=")
    assert told["duplicate"] is False
    assert desk.client.get(told["url"]).status_code == 200


@pytest.mark.parametrize("way", ["header", "field"])
def test_the_same_key_is_the_same_ticket(desk: Desk, way: str) -> None:
    body = {"text": "Lampu jalan mati"} | ({"key": "kunci-0001"} if way == "field" else {})
    headers = {"idempotency-key": "kunci-0001"} if way == "header" else {}
    first, second = (desk.client.post(URL, json=body, headers=headers).json() for _ in range(2))
    assert first["ref"] == second["ref"]
    assert (first["duplicate"], second["duplicate"]) == (False, True)
    assert desk.count("ticket") == 1


def test_the_same_key_from_another_address_is_another_persons_complaint(desk: Desk) -> None:
    """Programs number their sendings alike: nobody is given somebody else's link for it."""
    first, second = (
        desk.client.post(URL, json={"key": "kunci-0001", "text": text, "email": email}).json()
        for text, email in (("Lampu jalan mati", "satu@contoh.id"), ("Sampah menumpuk", "dua@contoh.id"))
    )
    assert first["ref"] != second["ref"]
    assert first["url"].partition("?")[2] != second["url"].partition("?")[2]
    assert desk.count("ticket") == 2


def test_the_same_words_without_a_key_are_the_same_report_for_the_citys_day_only(desk: Desk) -> None:
    """The lamp that breaks again in March is another report; it is 09:00 in the city."""

    def ref() -> str:
        answer = desk.client.post(URL, json={"text": "Lampu jalan mati"})
        assert answer.status_code == 201
        return str(answer.json()["ref"])

    first = ref()
    desk.clock.pass_(hours=14)
    assert ref() == first
    desk.clock.pass_(hours=2)
    second = ref()
    assert second != first
    assert ref() == second
    assert desk.count("ticket") == 2


@pytest.mark.parametrize(
    "text",
    [ZALGO, RTL, EVIL, "x" * 100_000, "\ud800 lampu \udfff", "lampu\x00mati", "🕯️" * 2000, "\n\n.\n\n"],
    ids=["zalgo", "rtl", "evil", "100 KB", "surrogates", "nul", "emoji", "dots"],
)
def test_strange_words_are_kept_and_can_be_read_again(desk: Desk, text: str) -> None:
    body = json.dumps({"text": text}).encode()
    answer = desk.client.post(URL, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 201
    page = desk.client.get(answer.json()["url"])
    assert page.status_code == 200
    assert "<script>alert" not in page.text


def test_strange_words_in_every_field_are_answered_with_what_is_wrong(desk: Desk) -> None:
    names = ("text", "kelurahan", "address", "lat", "lon", "accuracy", "name", "email", "phone", "privacy")
    answer = desk.client.post(URL, json=dict.fromkeys(names, EVIL))
    assert answer.status_code == 422
    fields = {error["field"] for error in answer.json()["errors"]}
    assert fields == {"email", "phone", "privacy"}
    assert all(error["message"] for error in answer.json()["errors"])


@pytest.mark.parametrize("value", [[], {}, 7, 7.5, True, None, "x" * 5000], ids=str)
@pytest.mark.parametrize(
    "name", ["text", "name", "email", "address", "lat", "privacy", "photos", "key", "token"]
)
def test_values_of_any_kind_are_never_our_fault(desk: Desk, name: str, value: object) -> None:
    answer = desk.client.post(URL, json={"text": "Lampu jalan mati", name: value})
    assert answer.status_code in (201, 400, 422)
    assert desk.count("ticket") == (answer.status_code == 201)


@pytest.mark.parametrize(
    ("lat", "lon"), [(0, 0), (-6.2, 106.8), (91, 112), ("abc", "def"), (1e400, 2), (None, 112.4)]
)
def test_a_place_that_cannot_be_is_not_believed(desk: Desk, lat: object, lon: object) -> None:
    body = json.dumps({"text": "Lampu jalan mati", "lat": lat, "lon": lon}).encode()
    answer = desk.client.post(URL, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 201
    assert desk.ticket(answer.json()["ref"]).kelurahan == ""


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"not json", 400),
        (b"[]", 400),
        (b'"text"', 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b'{"text":' * 50_000, 400),
        (b'{"text": ""}', 422),
        (b'{"photos": [{"base64": "%%%"}], "text": "x"}', 400),
        (b'{"text": 1e999999}', 201),
    ],
    ids=range(10),
)
def test_bodies_that_are_no_complaint_are_told_so(desk: Desk, body: bytes, status: int) -> None:
    answer = desk.client.post(URL, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status
    if status != 201:
        assert answer.json()["errors"][0]["message"]


def test_a_photo_comes_as_base64(desk: Desk) -> None:
    picture = "data:image/jpeg;base64," + base64.b64encode(photo()).decode()
    ref, token = desk.send("", photos=[picture])
    (file,) = desk.pictures(ref)
    assert desk.client.get(f"/berkas/{file.uuid}?k={token}").headers["content-type"] == "image/jpeg"


def test_another_media_type_is_refused(desk: Desk) -> None:
    assert desk.client.post(URL, data={"text": "Lampu jalan"}).status_code == 415
    assert desk.client.post(URL, content=b"{}", headers={"content-type": ""}).status_code == 415


def test_a_key_that_is_none_is_refused(desk: Desk) -> None:
    for key in ("k" * 81, "a\x7fb"):
        answer = desk.client.post(URL, json={"text": "Lampu"}, headers={"idempotency-key": key})
        assert answer.status_code == 400


def test_a_body_over_the_limit_is_refused_whether_declared_or_not(desk: Desk) -> None:
    headers = {"content-type": "application/json"}
    assert desk.client.post(URL, content=b"x" * 30_000_000, headers=headers).status_code == 413
    chunks = (b"x" * 1_000_000 for _ in range(30))
    answer = desk.client.post(URL, content=chunks, headers=headers)
    assert answer.status_code == 413
    assert answer.json()["errors"][0]["message"]


def test_while_nothing_can_be_kept_programs_are_told_when_to_come_back(desk: Desk) -> None:
    client = TestClient(create_app(replace(desk.office, intake=Down())))
    answer = client.post(URL, json={"text": "Lampu jalan mati"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "30"
    assert answer.json()["errors"]


def test_only_post_is_answered(desk: Desk) -> None:
    answer = desk.client.get(URL)
    assert answer.status_code == 405
    assert answer.json()["errors"]
    assert answer.headers["allow"] == "POST"


def test_another_site_may_send_to_the_twin(desk: Desk) -> None:
    headers = {"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"}
    assert desk.client.post(URL, json={"text": "Lampu jalan mati"}, headers=headers).status_code == 201
