"""SMS by a gateway: what it may call things, how it proves who it is, what it answers."""

import asyncio
import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest
from counterparts.gateway import KEY, SECRET, GatewayServer, section, signature

from channels.base import Rejected, Request, Unavailable, Undeliverable, Unreadable
from channels.message import Address, InboundMessage, OutboundMessage
from channels.sms import SmsDoor

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
URL = "https://sapa.example/hooks/sms"
SIGNED = {"signature_key": KEY, "signature_header": "X-Signature"}


def door(url: str = "http://127.0.0.1:9/kirim", **more: Any) -> SmsDoor:
    return SmsDoor.build(section(url, **more), lambda: NOW)


def outbound(url: str, **more: Any) -> dict[str, Any]:
    return {**section(url)["gateway"]["outbound"], **more}


def inbound(**more: Any) -> dict[str, Any]:
    return {**section()["gateway"]["inbound"], **more}


def told(one: SmsDoor, what: Any, **query: str) -> list[Any]:
    body = what if isinstance(what, bytes) else json.dumps(what).encode()
    request = Request(url=URL, headers={"x-gateway-secret": SECRET}, body=body, query=query)
    return list(one.parse(one.verify(request, NOW)))


def outgoing(to: str = "+6281234567890", key: str = "k1") -> OutboundMessage:
    return OutboundMessage(to=Address(channel="sms", value=to), text="Halo", key=key)


def refused(one: SmsDoor, headers: dict[str, str], body: bytes = b"{}", **query: str) -> bool:
    try:
        one.verify(Request(url=URL, headers=headers, body=body, query=query), NOW)
    except Rejected as error:
        return error.status == 403
    return False


def test_a_shared_secret_stands_in_a_header_or_in_the_address() -> None:
    one = door(secret_query="kunci")
    assert not refused(one, {"x-gateway-secret": SECRET})
    assert not refused(one, {"x-gateway-secret": f"Bearer {SECRET}"})
    assert not refused(one, {}, kunci=SECRET)
    assert refused(one, {})
    assert refused(one, {"x-gateway-secret": "é"}, kunci="lain")


def test_a_signature_is_hex_or_base64_over_the_raw_body() -> None:
    one, body = door(secret="", **SIGNED), b'{"a": 1}'
    digest = hmac.new(KEY.encode(), body, hashlib.sha256).digest()
    for written in (signature(body), f"sha256={signature(body)}", base64.b64encode(digest).decode()):
        assert not refused(one, {"x-signature": written}, body)
    for wrong in ("", "zz", signature(b"{}"), "é"):
        assert refused(one, {"x-signature": wrong}, body)
    both = door(**SIGNED)
    assert refused(both, {"x-signature": signature(body)}, body)
    assert not refused(both, {"x-signature": signature(body), "x-gateway-secret": SECRET}, body)


def test_a_gateway_nobody_has_to_prove_themselves_to_does_not_open() -> None:
    wrong: list[dict[str, Any]] = [
        {"secret": ""}, {"secret_header": ""}, {"secret": "", "signature_key": KEY},
        {"signature_algorithm": "md5"},
        {"inbound": inbound(id="", time="")}, {"outbound": outbound("http://x.example", method="DELETE")},
    ]  # fmt: skip
    for parts in wrong:
        with pytest.raises(ValueError, match=r"channels\.sms"):
            door(**parts)


def test_nested_names_numbers_and_lists_are_read() -> None:
    one = door(inbound=inbound(sender="data.from", text="data.body", id="data.no", list_of="events"))
    (message,) = told(one, {"events": [{"data": {"from": 6281234567890, "body": "Jalan rusak", "no": 7}}]})
    assert (message.sender.value, message.text, message.external_id) == ("+6281234567890", "Jalan rusak", "7")


@pytest.mark.parametrize(
    ("written", "at"),
    [
        (1795492770, "2026-11-24T03:59:30+00:00"),
        (1795492770123, "2026-11-24T03:59:30.123000+00:00"),
        ("2026-11-24 10:59:30", "2026-11-24T03:59:30+00:00"),
        ("2026-11-24T03:59:30Z", "2026-11-24T03:59:30+00:00"),
        ("kemarin", "2026-11-24T04:00:00+00:00"),
        (0, "2026-11-24T04:00:00+00:00"),
        ("2036-01-01", "2026-11-24T04:00:00+00:00"),
        ("9" * 17, "2026-11-24T04:00:00+00:00"),
    ],
)
def test_a_gateways_clock_is_believed_within_reason(written: Any, at: str) -> None:
    from zoneinfo import ZoneInfo

    one = door(inbound=inbound(tz=ZoneInfo("Asia/Jakarta")))
    (message,) = told(one, {"id": "1", "from": "081234567890", "message": "x", "sent_at": written})
    assert message.sent_at.isoformat() == at


def part(number: int, of: int = 3, text: str = "", **more: Any) -> dict[str, Any]:
    fields = {
        "id": "sama",
        "from": "081234567890",
        "message": text or f"bagian{number} ",
        "part": number,
        "parts": of,
    }
    return {**fields, "ref": "r1", "sent_at": 1795492770, **more}


def test_parts_that_are_all_here_are_one_message_whatever_their_order() -> None:
    (message,) = told(door(), [part(2), part(3), part(1), part(2)])
    assert message.text == "bagian1 bagian2 bagian3 "


def test_parts_that_are_not_stay_messages_of_their_own_in_order_and_in_one_group() -> None:
    later, first = told(door(), [part(3), part(1)])
    assert [one.text for one in sorted((later, first), key=lambda one: one.sent_at)] == [
        "bagian1 ",
        "bagian3 ",
    ]
    assert later.group_id == first.group_id != ""
    assert later.external_id != first.external_id
    (odd,) = told(door(), part(9, of=3))
    assert (odd.text, odd.group_id) == ("bagian9 ", "")


def test_an_sms_without_id_is_known_by_its_words_and_its_time() -> None:
    one = door(inbound=inbound(id=""))
    same = {"from": "081234567890", "message": "ya", "sent_at": 1795492770}
    first, again, other = told(one, [same, same, {**same, "sent_at": 1795492771}])
    assert first.external_id == again.external_id != other.external_id


def test_one_of_many_that_has_no_sender_waits_for_a_person_and_the_rest_go_on() -> None:
    lost, good = told(
        door(), [{"id": "1", "message": "siapa"}, {"id": "2", "from": "081234567890", "message": "x"}]
    )
    assert isinstance(lost, InboundMessage)
    assert (bool(lost.machine), good.machine) == (True, "")
    assert (
        told(door(), [{"id": "9", "status": "aneh"}, {"id": "2", "from": "081234567890", "message": "x"}])[0]
        == good
    )


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"[1]", b"{", b"\xff\xfe", b"[" * 100_000, b'{"id": "1", "from": "0812"}',
     b'{"id": "1", "message": "x"}',
     b'{"status": "aneh", "message_id": "1"}', b'{"status": "failed"}', json.dumps([{}] * 201).encode(),
     b"a=1&" * 400],
)  # fmt: skip
def test_what_cannot_be_read_is_said_to_be_so(body: bytes) -> None:
    with pytest.raises(Unreadable):
        told(door(), body)


def test_the_answer_is_what_the_gateway_wants_to_hear() -> None:
    plain, structured = door(answer="OK").answer, door(answer='{"success": true}').answer
    assert plain is not None
    assert structured is not None
    assert (plain.body, plain.media_type[:10]) == (b"OK", "text/plain")
    assert structured.media_type == "application/json"
    assert door().answer is None


@pytest.mark.parametrize("method", ["POST", "PUT", "GET"])
@pytest.mark.parametrize("kind", ["form", "json"])
def test_an_sms_is_sent_in_the_gateways_own_words(method: str, kind: str) -> None:
    with GatewayServer() as server:
        chosen = outbound(
            server.url, method=method, body=kind, to="hp", text="isi", number_format="local", id=""
        )
        receipt = asyncio.run(door(outbound=chosen).send(outgoing()))
    assert server.sent == [(method, {"sender": "SAPA", "hp": "081234567890", "isi": "Halo"})]
    assert receipt.external_id == "k1"


@pytest.mark.parametrize(
    ("answer", "wait"),
    [
        ((429, {}, {"Retry-After": "12"}), 12.0),
        ((500, {"status": "invalid_number"}, {}), 0.0),
        ((200, {"status": "saldo habis"}, {}), 0.0),
        ((200, b"<html>", {}), 0.0),
        ((200, b"[" * 70_000, {}), 0.0),
        ((404, {}, {"Retry-After": "besok"}), 0.0),
    ],
)
def test_later_is_said_for_what_may_pass(answer: Any, wait: float) -> None:
    with GatewayServer(answers=[answer]) as server:
        one = door(server.url)
        with pytest.raises(Unavailable) as later:
            asyncio.run(one.send(outgoing()))
        assert later.value.retry_after == wait
        assert asyncio.run(one.send(outgoing())).external_id == "gw-1"


def test_never_is_said_for_a_number_that_takes_none() -> None:
    with GatewayServer() as server, pytest.raises(Undeliverable):
        asyncio.run(door(server.url).send(outgoing("+6281200000000")))


def test_nothing_secret_is_shown() -> None:
    shown = repr(vars(door(**SIGNED))) + repr(door(**SIGNED).settings)
    assert SECRET not in shown
    assert KEY not in shown


def by_get(query: str, **headers: str) -> Request:
    pairs = dict(parse_qsl(query))
    return Request(url=f"{URL}?{query}", headers=headers, query=pairs, method="GET")


def test_a_gateway_that_delivers_by_get_is_read_and_its_secret_is_not_kept() -> None:
    one = door(secret_header="", secret_query="kunci", method="GET")
    assert one.by_get
    said = f"id=7&from=081234567890&message=Jalan+rusak%0Adi+Meri&kunci={SECRET}"
    payload = one.verify(by_get(said), NOW)
    (message,) = one.parse(payload)
    assert isinstance(message, InboundMessage)
    assert (message.external_id, message.text) == ("7", "Jalan rusak\ndi Meri")
    assert SECRET.encode() not in payload.body
    assert payload.delivery_id == one.verify(by_get(said), NOW).delivery_id == "7::"
    for wrong in (said.replace(SECRET, "lain"), said.replace("kunci", "kunci2")):
        with pytest.raises(Rejected):
            one.verify(by_get(wrong), NOW)
    with pytest.raises(Rejected):
        one.verify(by_get(said + "&a=1" * 400), NOW)


def test_what_is_delivered_by_get_is_signed_as_it_stands_in_the_address() -> None:
    one = door(secret="", method="GET", **SIGNED)
    said = "id=7&from=081234567890&message=ya"
    one.verify(by_get(said, **{"x-signature": signature(said.encode())}), NOW)
    for wrong in (signature(b""), signature(said.encode() + b"&")):
        with pytest.raises(Rejected):
            one.verify(by_get(said, **{"x-signature": wrong}), NOW)


@pytest.mark.parametrize(
    "proof",
    [{}, {"secret_header": "", "secret_query": "kunci"}, {"secret": "", **SIGNED}, {**SIGNED},
     {"method": "GET"}, {"method": "GET", "secret_header": "", "secret_query": "kunci", **SIGNED}],
)  # fmt: skip
@pytest.mark.parametrize("number", [7, "7"])
def test_a_recorded_delivery_is_signed_as_the_gateway_signs(proof: dict[str, str], number: Any) -> None:
    one = door(**proof)
    made = one.replay({"id": number, "from": "081234567890", "message": "Jalan rusak & gelap"}, URL, NOW)
    (message,) = one.parse(one.verify(made, NOW))
    assert isinstance(message, InboundMessage)
    assert (message.external_id, message.text) == ("7", "Jalan rusak & gelap")
