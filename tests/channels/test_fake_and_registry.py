"""The fake door, and the list of doors."""

import asyncio
import json
from datetime import UTC, datetime
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from channels import registry
from channels.base import Payload, Rejected, Request, Unavailable, Undeliverable, Unreadable
from channels.fake import SIGNATURE, FakeDoor
from channels.message import Address, DeliveryReport, OutboundMessage
from channels.registry import DoubledDoor, UnknownDoor

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def parse(items: Any) -> Any:
    body = items if isinstance(items, bytes) else json.dumps(items).encode()
    return FakeDoor().parse(
        Payload(channel="fake", account="fake", body=body, media_type="application/json", received_at=NOW)
    )


def to(value: str, key: str = "k") -> OutboundMessage:
    return OutboundMessage(to=Address(channel="fake", value=value), text="x", key=key)


def test_a_burst_of_four_is_four_messages() -> None:
    burst = [
        {"from": "62812", "name": "Sri", "id": 1, "text": "pak", "sent_at": "2026-11-24T09:00:00+07:00"},
        {"from": "62812", "id": "2", "text": "lampu mati", "sent_at": "2026-11-24T02:00:10"},
        {"from": "62812", "id": "3", "group": "g", "photos": [{"name": "a/b.jpg", "base64": "eHl6"}]},
        {"from": "62812", "id": "4", "place": {"lat": -7.47, "lon": 112.43, "label": "depan pasar"}},
    ]
    got = parse(burst)
    assert [one.external_id for one in got] == ["1", "2", "3", "4"]
    assert got[0].sent_at == datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    assert got[1].sent_at == datetime(2026, 11, 24, 2, 0, 10, tzinfo=UTC)
    assert got[2].attachments[0].content == b"xyz"
    assert got[3].place.lat == -7.47
    assert got[3].sent_at == NOW


def test_edits_and_answers_are_told() -> None:
    (got,) = parse({"from": "a", "id": "1", "text": "x", "edited": True, "reply_to": "fake-k"})
    assert got.edited
    assert got.in_reply_to == "fake-k"
    assert parse({"id": "fake-k", "status": "read"})[0] == DeliveryReport(
        channel="fake", external_id="fake-k", status="read", at=NOW
    )


@pytest.mark.parametrize(
    "items",
    [
        b"",
        b"\xff",
        b"[[[",
        5,
        [5],
        {"id": "1"},
        {"from": "a", "id": ""},
        {"from": "a", "id": "1", "text": 5},
        {"id": "1", "status": "lost"},
        {"from": "a", "id": "1", "photos": [{"base64": "%"}]},
        {"from": "a", "id": "1", "sent_at": "kemarin"},
        {"from": "a", "id": "1", "place": 5},
    ],
)
def test_what_cannot_be_read_is_unreadable(items: Any) -> None:
    with pytest.raises(Unreadable):
        parse(items)


def test_a_hook_must_be_signed_when_there_is_a_secret() -> None:
    door = FakeDoor(secret="s")
    headers = {SIGNATURE: door.sign(b"{}"), "x-fake-delivery": "d-1"}
    payload = door.verify(Request(url="/hooks/fake", headers=headers, body=b"{}"), NOW)
    assert (payload.delivery_id, payload.body, payload.received_at) == ("d-1", b"{}", NOW)
    for wrong in ({}, {SIGNATURE: "x"}, {SIGNATURE: "é\udcff"}):
        with pytest.raises(Rejected) as caught:
            door.verify(Request(url="/hooks/fake", headers=wrong, body=b"{}"), NOW)
        assert caught.value.status == 403
    assert FakeDoor().verify(Request(url="", headers={}), NOW).delivery_id == ""


def test_it_keeps_what_it_sends_and_fails_when_told() -> None:
    door = FakeDoor(unavailable=1, unknown={"hilang"})
    with pytest.raises(Unavailable):
        asyncio.run(door.send(to("a")))
    with pytest.raises(Undeliverable):
        asyncio.run(door.send(to("hilang")))
    door.undeliverable = 1
    with pytest.raises(Undeliverable):
        asyncio.run(door.send(to("a")))
    assert asyncio.run(door.send(to("a"))).external_id == "fake-k"
    assert [one.key for one in door.sent] == ["k"]


def test_doors_are_made_by_name() -> None:
    door = registry.build("fake", {"account": "lain"}, lambda: NOW)
    assert isinstance(door, FakeDoor)
    assert door.account == "lain"
    with pytest.raises(UnknownDoor, match=r"telepati.*web"):
        registry.door_class("telepati")
    with pytest.raises(TypeError):
        registry.build("fake", {"apa": 1}, lambda: NOW)


def test_a_package_may_add_a_door_but_not_double_a_name() -> None:
    added = EntryPoint("merpati", "channels.fake:FakeDoor", registry.GROUP)
    assert registry.names([added])["merpati"] == "channels.fake:FakeDoor"
    assert registry.door_class("merpati", [added]) is FakeDoor
    with pytest.raises(DoubledDoor, match="'web'"):
        registry.names([EntryPoint("web", "lain:Door", registry.GROUP)])
    with pytest.raises(DoubledDoor, match="'merpati'"):
        registry.names([added, added])
