"""Where providers deliver: signature first, commit second, yes last."""

import json
from dataclasses import replace
from typing import Any

from starlette.testclient import TestClient
from web_world import Desk, Down

from sapa.web.app import create_app


def deliver(desk: Desk, client: TestClient, body: Any, **headers: str) -> Any:
    raw = json.dumps(body).encode()
    signed = {"x-fake-signature": desk.door.sign(raw), "content-type": "application/json", **headers}
    return client.post("/hooks/fake", content=raw, headers=signed)


def test_a_signed_delivery_is_a_ticket_before_it_is_answered(desk: Desk) -> None:
    body = [
        {"from": "a", "id": "1", "text": "Lampu jalan mati"},
        {"from": "b", "id": "2", "text": "PJU padam"},
    ]
    answer = deliver(desk, desk.client, body)
    assert (answer.status_code, answer.json()) == (200, {"accepted": 2})
    assert desk.count("ticket") == 2
    assert deliver(desk, desk.client, body).status_code == 200
    assert desk.count("ticket") == 2


def test_a_wrong_signature_is_refused_and_nothing_is_kept(desk: Desk) -> None:
    answer = deliver(desk, desk.client, {"text": "x"}, **{"x-fake-signature": "falsch"})
    assert answer.status_code == 403
    assert answer.json()["errors"]
    assert desk.count("arrival") == 0


def test_what_cannot_be_read_is_parked_not_refused(desk: Desk) -> None:
    answer = deliver(desk, desk.client, {"weird": 1})
    assert answer.status_code == 200
    assert desk.count("arrival") == 1
    assert desk.count("ticket") == 0


def test_doors_that_are_no_webhook_or_not_open_are_not_there(desk: Desk) -> None:
    for channel in ("web", "telegram", "..%2fweb"):
        assert desk.client.post(f"/hooks/{channel}", json={}).status_code == 404


def test_while_nothing_can_be_kept_the_provider_is_asked_to_come_again(desk: Desk) -> None:
    client = TestClient(create_app(replace(desk.office, intake=Down())))
    answer = deliver(desk, client, {"from": "a", "id": "1", "text": "x"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"]


def test_the_door_sees_the_public_address_with_its_query(desk: Desk) -> None:
    seen = []

    class Listening(type(desk.door)):  # type: ignore[misc]
        def verify(self, request: Any, now: Any) -> Any:
            seen.append((request.url, dict(request.query), request.method))
            return super().verify(request, now)

    doors = {**desk.office.doors, "fake": Listening(secret="hook-secret")}
    client = TestClient(create_app(replace(desk.office, doors=doors)))
    client.post("/hooks/fake?a=1", content=b"{}")
    client.post("/hooks/fake", content=b"{}")
    assert seen == [
        ("http://testserver/hooks/fake?a=1", {"a": "1"}, "POST"),
        ("http://testserver/hooks/fake", {}, "POST"),
    ]
