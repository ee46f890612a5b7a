"""WhatsApp by Twilio, against a counterpart that answers as its API documents."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from counterparts.twilio import TOKEN, delivery, signature
from counterparts.twilio_whatsapp import (
    HX,
    JPEG,
    NUMBER,
    SCOPED,
    SOMEBODY,
    WhatsApp,
    pictured,
    said,
    section,
)

from channels.base import Rejected, Request, Unavailable, Undeliverable, Unreadable
from channels.message import Address, InboundMessage, OutboundMessage, Receipt
from channels.whatsapp import WhatsAppDoor

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
URL = "https://sapa.example/hooks/whatsapp"
LINK = "https://sapa.example/lacak/SMP-2611-0042?k=abc"
ANY = {"any": {"sid": HX, "variables": ["ref", "link"]}}


def door(api_url: str = "http://127.0.0.1:9", **more: Any) -> WhatsAppDoor:
    return WhatsAppDoor.build(section(api_url, **more), lambda: NOW)


def request(fields: Any, url: str = URL, **headers: str) -> Request:
    body, signed = delivery(url, fields)
    return Request(url=url, headers={**signed, **headers}, body=body)


def read(fields: Any) -> InboundMessage:
    one = door()
    (message,) = one.parse(one.verify(request(fields), NOW))
    assert isinstance(message, InboundMessage)
    return message


def outgoing(text: str = f"Kabar.\n\nPantau: {LINK}", hours: float = 1, **more: Any) -> OutboundMessage:
    plain: dict[str, Any] = {
        "to": Address(channel="whatsapp", value=SOMEBODY),
        "key": "k1",
        "template": "resolved",
        "ref": "SMP-2611-0042",
        "sender_name": "Sapa",
        "actions": (("Lihat laporan", LINK),),
    }
    return OutboundMessage(text=text, heard_at=NOW - timedelta(hours=hours), **{**plain, **more})


def send(one: WhatsAppDoor, message: OutboundMessage) -> Receipt:
    return asyncio.run(one.send(message))


def test_the_signature_covers_all_parameters_by_either_algorithm() -> None:
    one, good = door(), request(said("SM1", "x", Baru="parameter"))
    assert one.verify(good, NOW).delivery_id == "SM1:"
    for bad in (
        replace(good, body=good.body.replace(b"Baru=", b"Lama=")),
        replace(good, body=good.body + b"&Lagi=1"),
        replace(good, url="https://sapa.example/hooks/sms"),
        replace(good, headers={}),
    ):
        with pytest.raises(Rejected):
            one.verify(bad, NOW)
    pairs = [("Body", "x"), ("MessageSid", "SM1")]
    headers = {
        "x-twilio-signature": signature(URL, pairs, TOKEN, "sha256"),
        "x-twilio-webhooks-signature-settings": "key=abc,algorithm=HMAC_SHA256",
    }
    signed = Request(url=URL, headers=headers, body=b"Body=x&MessageSid=SM1")
    assert one.verify(signed, NOW).account == NUMBER


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        ({"From": "whatsapp:+62 812-3456-7890"}, SOMEBODY),
        ({"From": "", "WaId": "6281234567890"}, SOMEBODY),
        ({"From": f"whatsapp:{SCOPED}", "WaId": "", "ExternalUserId": f"whatsapp:{SCOPED}"}, SCOPED),
        ({"From": "", "WaId": "", "ExternalUserId": f"whatsapp:{SCOPED}"}, SCOPED),
        ({"ExternalUserId": f"whatsapp:{SCOPED}"}, SOMEBODY),
    ],
)
def test_who_wrote_is_known_by_number_or_by_the_id_towards_us(fields: dict[str, str], value: str) -> None:
    assert read(said("SM1", "x", **fields)).sender.value == value


@pytest.mark.parametrize("fields", [{"From": SOMEBODY}, {"From": "whatsapp:siapa", "WaId": ""}])
def test_a_sender_nobody_knows_is_left_to_a_person(fields: dict[str, str]) -> None:
    with pytest.raises(Unreadable):
        read(said("SM1", "x", **fields))


def test_ten_files_are_taken_and_the_rest_is_counted() -> None:
    files = [f"MM1/ME{number}" for number in range(12)]
    message = read(pictured("MM1", *files))
    assert [file.remote for file in message.attachments] == [f"twilio:{name}" for name in files[:10]]
    assert message.text == "[2 berkas tidak dapat diambil dari WhatsApp]"


def test_within_a_day_the_words_are_sent_once_with_callback() -> None:
    with WhatsApp() as api:
        one = door(api.url, templates=ANY)
        first = send(one, outgoing(hours=23.9))
        assert send(one, outgoing(hours=23.9)) == first
    assert api.sent == [
        {
            "To": f"whatsapp:{SOMEBODY}",
            "From": f"whatsapp:{NUMBER}",
            "StatusCallback": "https://sapa.example/hooks/whatsapp",
            "Body": f"Kabar.\n\nPantau: {LINK}",
        }
    ]
    assert first.told == ""


def test_after_a_day_the_template_of_the_notice_goes_and_it_is_told_what_went() -> None:
    own = {"sid": "HX" + "b" * 32, "variables": ["path", "brand", "ref"]}
    with WhatsApp(templates={HX: 2, "HX" + "b" * 32: 3}) as api:
        one = door(api.url, templates={**ANY, "closed": own})
        first = send(one, outgoing(hours=24))
        assert send(one, outgoing(hours=24)) == first
        send(one, outgoing(hours=24, template="closed", key="k2"))
    assert [one["ContentSid"] for one in api.sent] == [HX, "HX" + "b" * 32]
    assert json.loads(api.sent[0]["ContentVariables"]) == {"1": "SMP-2611-0042", "2": LINK}
    assert json.loads(api.sent[1]["ContentVariables"]) == {
        "1": "lacak/SMP-2611-0042?k=abc", "2": "Sapa", "3": "SMP-2611-0042",
    }  # fmt: skip
    assert all("Body" not in one for one in api.sent)
    assert first.told.startswith("[Templat WhatsApp")
    assert "SMP-2611-0042" in first.told


@pytest.mark.parametrize(
    ("templates", "more"), [({}, {}), ({"closed": ANY["any"]}, {}), (ANY, {"actions": ()})]
)
def test_after_a_day_without_a_fitting_template_nothing_is_sent_and_it_is_said_why(
    templates: dict[str, Any], more: dict[str, Any]
) -> None:
    with WhatsApp() as api, pytest.raises(Undeliverable, match="24 jam") as told:
        send(door(api.url, templates=templates), outgoing(hours=25, **more))
    assert told.value.reachable
    assert len(str(told.value)) <= 200  # as much as the outbox keeps
    assert api.sent == []


def test_who_has_no_number_is_answered_by_their_id_and_a_service_may_send() -> None:
    with WhatsApp() as api:
        one = door(api.url, number="", messaging_service="MG" + "1" * 32, public_url="http://127.0.0.1:8000")
        send(one, outgoing("Halo", to=Address(channel="whatsapp", value=SCOPED), actions=()))
    service = {"MessagingServiceSid": "MG" + "1" * 32}
    assert api.sent == [{"To": f"whatsapp:{SCOPED}", "Body": "Halo", **service}]


def test_long_words_go_in_parts_that_miss_nothing_and_a_part_that_fails_is_sent_again_alone() -> None:
    text = "\n".join(f"Baris {number} tentang lampu jalan" for number in range(120)) + f"\n{LINK}"
    with WhatsApp() as api:
        one = door(api.url)
        send(one, outgoing("Halo", key="dulu"))
        parts = len(text) // 1600 + 1
        asyncio.run(_broken(one, api, outgoing(text)))
        send(one, outgoing(text))
    bodies = [one["Body"] for one in api.sent[1:]]
    assert len(bodies) == parts
    assert "\n".join(bodies).split() == text.split()
    assert all(len(body) <= 1600 for body in bodies)


async def _broken(one: WhatsAppDoor, api: WhatsApp, message: OutboundMessage) -> None:
    """The first part goes; at the second Twilio is busy."""
    sending = asyncio.create_task(one.send(message))
    while len(api.sent) < 2:  # noqa: ASYNC110 (another thread)
        await asyncio.sleep(0)
    api.answers = [(429, 20429, {"Retry-After": "3"})]
    with pytest.raises(Unavailable):
        await sending


def test_of_endless_words_the_link_at_the_end_is_kept() -> None:
    with WhatsApp() as api:
        send(door(api.url), outgoing("kata " * 4_000 + LINK))
        send(door(api.url), outgoing("x" * 1_601, key="k2"))
    assert (len(api.sent), api.sent[4]["Body"].endswith(LINK)) == (7, True)
    assert len(api.sent[5]["Body"]) == 1_600
    assert LINK in api.sent[6]["Body"]


@pytest.mark.parametrize(
    ("answer", "kind", "reachable"),
    [
        ((400, 63003, {}), Undeliverable, False),
        ((400, 63024, {}), Undeliverable, False),
        ((400, 21610, {}), Undeliverable, False),
        ((400, 63016, {}), Undeliverable, True),
        ((429, 63018, {"Retry-After": "9"}), Unavailable, None),
        ((400, 63007, {}), Unavailable, None),
        ((401, 20003, {}), Unavailable, None),
        ((503, 20503, {}), Unavailable, None),
    ],
)
def test_what_twilio_refuses_is_never_or_later(answer: Any, kind: type[Exception], reachable: Any) -> None:
    with WhatsApp(answers=[answer]) as api, pytest.raises(kind) as told:
        send(door(api.url), outgoing())
    assert getattr(told.value, "reachable", None) is reachable
    assert "0812" not in str(told.value)
    if answer[2]:
        assert getattr(told.value, "retry_after", 0) == 9.0


def fetched(one: WhatsAppDoor, remote: str = "twilio:MM1/ME1", limit: int = 100) -> bytes:
    return asyncio.run(one.fetch(remote, limit))


def test_a_file_that_is_not_there_for_some_seconds_is_had_later_and_the_login_goes_to_twilio_alone() -> None:
    with WhatsApp(files={"MM1/ME1": JPEG}, late={"MM1/ME1": 2}) as api:
        one = door(api.url)
        for _ in range(2):
            with pytest.raises(Unavailable):
                fetched(one)
        assert fetched(one) == JPEG
        with pytest.raises(Undeliverable):
            fetched(one, limit=3)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/cdn/x",
        "https://127.0.0.1:9/cdn/x",
        "https://localhost/cdn/x",
        "https://[::1]/x",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/",
        "ftp://contoh.example/",
        "file:///etc/passwd",
        "https://",
        "http://[",
        "",
    ],
)
def test_no_file_is_had_from_an_address_that_is_not_public(address: str) -> None:
    with WhatsApp(redirected={"MM1/ME1": address}) as api, pytest.raises(Unavailable) as later:
        fetched(door(api.url))
    assert "://" not in str(later.value)


def test_a_wrong_login_is_our_fault_and_a_strange_handle_is_never() -> None:
    with WhatsApp(files={"MM1/ME1": JPEG}) as api:
        account = {**section(api.url)["twilio"], "auth_token": "lain"}
        with pytest.raises(Unavailable):
            fetched(door(api.url, twilio=account))
        for strange in ("twilio:../x", "https://api.twilio.com/x", "twilio:MM1/ME1/x", "twilio:MM1/ME1\n"):
            with pytest.raises(Undeliverable):
                fetched(door(api.url), strange)
    with pytest.raises(Unavailable):
        fetched(door())


def test_a_door_without_a_number_does_not_open_and_shows_no_token() -> None:
    for wrong in ({"number": ""}, {"messaging_service": "MG1"}):
        with pytest.raises(ValueError, match=r"channels\.whatsapp"):
            door(**wrong)
    assert TOKEN not in repr(door().settings)
