"""The floor: headers, who may post from where, hosts, limits, errors without secrets."""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import structlog
from starlette.responses import Response
from starlette.testclient import TestClient
from starlette.types import Message
from starlette.websockets import WebSocketDisconnect
from web_world import PASSWORD, Bell, Clock, Desk, make_city, make_office, photo

from channels.fake import FakeDoor
from sapa.web.app import create_app
from sapa.web.buckets import KEPT, Buckets
from store.db import Ledger

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "same-origin",
}


@pytest.mark.parametrize("path", ["/", "/lacak", "/petugas/masuk", "/nowhere", "/healthz", "/api/v1/tickets"])
def test_every_answer_carries_the_headers(desk: Desk, path: str) -> None:
    headers = desk.client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "geolocation=(self)" in headers["permissions-policy"]
    for name in HEADERS.keys() - {"referrer-policy"}:
        assert headers[name] == HEADERS[name]
    assert "strict-transport-security" not in headers


@pytest.mark.parametrize("path", ["/", "/lacak", "/petugas/masuk"])
def test_no_page_holds_script_or_style_of_its_own(desk: Desk, path: str) -> None:
    html = desk.client.get(path).text
    assert "<style" not in html
    assert " style=" not in html
    assert " onclick=" not in html
    assert html.count("<script") == html.count("<script src=")
    assert "http://" not in html.replace("http://testserver", "")
    assert "https://" not in html


def test_behind_https_cookies_and_transport_are_strict(ledger: Ledger, tmp_path: Path, now: Any) -> None:
    city = make_city("https://sapa.example.id")
    clock = Clock(now)
    office = make_office(ledger, tmp_path, clock, built_city=city)
    client = TestClient(create_app(office), base_url="https://sapa.example.id", follow_redirects=False)
    assert "max-age=" in client.get("/").headers["strict-transport-security"]
    Desk(office=office, clock=clock, door=FakeDoor(), bell=Bell(), client=client).hire("budi", "coordinator")
    answer = client.post("/petugas/masuk", data={"login": "budi", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-sapa=")
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie
    assert client.get("/petugas/sandi").status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"sec-fetch-site": "same-origin", "origin": "http://testserver"}, 303),
        ({"sec-fetch-site": "none"}, 303),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "http://testserver"}, 303),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
    ],
)
def test_a_form_of_another_site_is_refused(desk: Desk, headers: dict[str, str], status: int) -> None:
    answer = desk.client.post("/", data={"text": "Lampu jalan mati"}, headers=headers)
    assert answer.status_code == status


def test_a_page_without_referrer_may_post_to_its_own_secret_address(desk: Desk) -> None:
    ref, token = desk.send()
    answer = desk.client.post(
        f"/lacak/{ref}",
        params={"k": token},
        data={"text": "Tambahan", "token": token},
        headers={"origin": "null"},
    )
    assert answer.status_code == 303


def test_only_known_hosts_are_answered_when_configured(desk: Desk) -> None:
    client = TestClient(create_app(replace(desk.office, hosts=frozenset({"sapa.example.id"}))))
    assert client.get("/").status_code == 400
    assert client.get("/", headers={"host": "SAPA.example.id:8000"}).status_code == 200


def test_small_forms_have_a_small_limit(desk: Desk) -> None:
    answer = desk.client.post("/petugas/masuk", data={"login": "x" * 300_000})
    assert answer.status_code == 413
    chunks = (b"login=" + b"x" * 100_000 for _ in range(3))
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert desk.client.post("/petugas/masuk", content=chunks, headers=kind).status_code == 413
    answer = desk.client.post("/petugas/masuk", content=b"x", headers={**kind, "content-length": "-1"})
    assert answer.status_code == 413


def test_small_forms_are_read_leniently_but_not_without_end(desk: Desk) -> None:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    odd = b"login=%00%ff&login=budi&password=%ed%a0%80&&&=&x"
    assert desk.client.post("/petugas/masuk", content=odd, headers=kind).status_code == 401
    many = b"&".join(b"f=1" for _ in range(500))
    assert desk.client.post("/petugas/masuk", content=many, headers=kind).status_code == 400
    assert desk.client.post("/petugas/masuk", json={"login": "budi"}).status_code == 415


@pytest.mark.parametrize("path", ["/lacak/a%00b", "/?x=%00", "/berkas/%00"])
def test_nul_in_an_address_is_no_fault_of_ours(desk: Desk, path: str) -> None:
    assert desk.client.get(path).status_code == 400


def test_errors_are_pages_for_people_and_json_for_programs(desk: Desk) -> None:
    page = desk.client.get("/tidak/ada")
    assert page.status_code == 404
    assert "Halaman tidak ditemukan" in page.text
    assert desk.client.delete("/").status_code == 405
    assert "Cara ini tidak tersedia" in desk.client.delete("/").text
    told = desk.client.get("/api/v1/nothing")
    assert told.status_code == 404
    assert told.json() == {
        "errors": [{"field": "", "message": "Periksa kembali alamatnya, atau mulai dari halaman depan."}]
    }
    assert desk.client.get("/berkas/bukan-uuid").status_code == 400
    for path in ("/docs", "/openapi.json", "/redoc"):
        assert desk.client.get(path).status_code == 404


def test_head_is_get_without_the_body(desk: Desk) -> None:
    answer = desk.client.head("/")
    assert answer.status_code == 200
    assert answer.content == b""
    assert int(answer.headers["content-length"]) > 1000


@pytest.fixture
def broken(desk: Desk) -> TestClient:
    """The application with two routes that fail by themselves."""
    app = create_app(desk.office)

    async def fail() -> Response:
        raise RuntimeError("nomor 0812 3456 7890 milik seseorang")

    async def fail_late(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("terlambat")

    app.add_api_route("/rusak", fail)
    app.add_api_route("/api/rusak", fail)
    app.mount("/rusak-nanti", fail_late)
    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture
def logged() -> Iterator[list[dict[str, Any]]]:
    with structlog.testing.capture_logs() as lines:
        yield lines


def test_our_own_faults_are_told_without_their_words(
    broken: TestClient, logged: list[dict[str, Any]]
) -> None:
    page = broken.get("/rusak")
    assert page.status_code == 500
    assert "Terjadi gangguan" in page.text
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "0812" not in page.text + str(logged)
    assert "RuntimeError" not in page.text
    failed = next(line for line in logged if line["event"] == "request failed")
    assert failed["error"] == "RuntimeError"
    assert "test_security.py:" in failed["where"]
    assert broken.get("/api/rusak").json()["errors"]


@pytest.mark.parametrize("path", ["/", "/api/v1/tickets"])
def test_a_line_that_breaks_while_sending_is_no_fault_of_ours(
    desk: Desk, logged: list[dict[str, Any]], path: str
) -> None:
    kind = "application/json" if path.startswith("/api") else "application/x-www-form-urlencoded"
    headers = [(b"host", b"testserver"), (b"content-type", kind.encode()), (b"content-length", b"99")]
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers, "query_string": b""}
    told: list[Message] = []

    async def gone() -> Message:
        return {"type": "http.disconnect"}

    async def say(message: Message) -> None:
        told.append(message)

    asyncio.run(create_app(desk.office)({**scope, "client": ("127.0.0.1", 1)}, gone, say))
    assert told == []
    assert [(line["event"], line["status"]) for line in logged] == [("request", 499)]


def test_a_fault_after_the_first_byte_is_left_to_the_server(broken: TestClient) -> None:
    with pytest.raises(RuntimeError, match="terlambat"):
        TestClient(broken.app).get("/rusak-nanti/")


def test_the_log_names_routes_and_never_tokens_or_words(
    desk: Desk, logged: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ref, token = desk.send("Lampu jalan mati", email="warga@example.id")
    desk.client.get(f"/lacak/{ref}", params={"k": token})
    desk.client.get("/healthz")
    desk.client.get("/static/sapa.css")
    desk.client.request("BREW", "/")
    seen = str([line for line in logged if line["event"] == "request"])
    assert {"/lacak/{ref}", "/api/v1/tickets"} <= {line["route"] for line in logged if "route" in line}
    for secret in (token, ref, "warga@", "Lampu", "testclient", "healthz", "static", "BREW"):
        assert secret not in seen


def test_static_files_are_kept_by_browsers_for_a_year(desk: Desk) -> None:
    assert "immutable" in desk.client.get("/static/sapa.css?v=1").headers["cache-control"]
    assert "immutable" not in desk.client.get("/static/sapa.css").headers["cache-control"]
    assert desk.client.get("/static/../app.py").status_code == 404
    assert desk.client.get("/static/%2e%2e/app.py").status_code == 404


def test_the_files_of_a_ticket_are_served_as_pictures_in_a_sandbox(desk: Desk) -> None:
    answer = desk.client.post(
        "/",
        data={"text": "Lampu jalan mati"},
        files=[
            ("photos", ("a.jpg", photo(), "image/jpeg")),
            ("photos", ("b.png", photo(kind="PNG", mode="RGBA"), "image/png")),
            ("photos", ("c.svg", b"<svg onload='alert(1)'/>", "image/svg+xml")),
        ],
    )
    ref, _, token = answer.headers["location"].rsplit("/")[-1].partition("?k=")
    token = token.partition("&")[0]
    kinds = []
    for file in desk.pictures(ref):
        shown = desk.client.get(f"/berkas/{file.uuid}", params={"k": token})
        if shown.status_code == 404:
            kinds.append("none")
            continue
        assert "sandbox" in shown.headers["content-security-policy"]
        assert shown.headers["content-disposition"].startswith("inline")
        kinds.append(shown.headers["content-type"])
    assert kinds == ["image/jpeg", "image/png", "none"]


def test_a_file_opens_for_its_own_ticket_only(desk: Desk) -> None:
    answer = desk.client.post(
        "/", data={"text": "Lampu jalan mati"}, files={"photos": ("a.jpg", photo(), "image/jpeg")}
    )
    ref = answer.headers["location"].partition("?")[0].rsplit("/")[-1]
    other, token = desk.send("PJU padam")
    (file,) = desk.pictures(ref)
    url = f"/berkas/{file.uuid}"
    assert desk.client.get(url, params={"aksi": desk.link(ref)}).status_code == 200
    assert desk.client.get(url, params={"aksi": desk.link(other)}).status_code == 404
    assert desk.client.get(url, params={"aksi": "x"}).status_code == 404
    assert desk.client.get(url, params={"k": token}).status_code == 404
    assert desk.client.get(f"/berkas/{file.uuid.hex[::-1]}").status_code in (400, 404)
    first = desk.officer("baru", "coordinator", first=True)
    assert first.get(url).status_code == 404


def test_the_last_proxy_is_believed_only_when_trusted(desk: Desk) -> None:
    limits = replace(desk.office.limits, guesses=1)
    for trusted, second in ((True, 404), (False, 429)):
        office = replace(desk.office, limits=limits, trusted_proxy=trusted)
        client = TestClient(create_app(office))
        answers = [
            client.get("/lacak/SMP-2611-0099", headers={"x-forwarded-for": f"9.9.9.9, 10.0.0.{n}"})
            for n in range(2)
        ]
        assert [answer.status_code for answer in answers] == [404, second]
    client = TestClient(create_app(replace(desk.office, trusted_proxy=True)))
    assert client.get("/lacak/SMP-2611-0099").status_code == 404


def test_no_more_addresses_are_remembered_than_fit(desk: Desk) -> None:
    buckets = Buckets(1)
    for number in range(KEPT + 5):
        assert buckets.take(str(number), desk.clock.now)
    assert not buckets.take("5", desk.clock.now)
    assert buckets.take("4", desk.clock.now)


def test_other_protocols_pass_the_floor_untouched(desk: Desk) -> None:
    with (
        TestClient(desk.client.app) as client,  # its lifespan
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect("/"),
    ):
        pass
