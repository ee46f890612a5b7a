"""Twilio is asked for the SMS its webhook could not bring: all of them, oldest first, from its own host."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from counterparts.twilio import SID, TOKEN, Twilio, delivery, incoming, resource

from channels.base import Accepted, Parsed, Payload, Request, Sweeper, Unavailable
from channels.message import InboundMessage
from channels.sms import SmsDoor
from channels.whatsapp import WhatsAppDoor

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
URL = "https://sapa.example/hooks/sms"
SERVICE = "MG" + "1" * 32


def door(api_url: str, **more: Any) -> SmsDoor:
    account = {"account_sid": SID, "auth_token": TOKEN, "api_url": api_url}
    section = {"provider": "twilio", "number": "+15005550006", "timeout": 2.0, "twilio": account, **more}
    return SmsDoor.build(section, lambda: NOW)


def swept(one: SmsDoor | WhatsAppDoor, since: datetime) -> list[tuple[Payload, InboundMessage]]:
    """What a sweep delivers: each payload and its message."""
    got: list[tuple[Payload, InboundMessage]] = []

    async def deliver(payload: Payload, parse: Callable[[], Parsed]) -> Sequence[Accepted]:
        (message,) = parse()
        assert isinstance(message, InboundMessage)
        got.append((payload, message))
        return ()

    assert isinstance(one, Sweeper)
    assert asyncio.run(one.sweep(since, deliver)) == len(got)
    return got


def test_an_sms_that_is_asked_for_reads_as_the_one_the_webhook_brings() -> None:
    at = NOW - timedelta(minutes=40)
    with Twilio(inbox=[resource("SM1", "Lampu mati\ndi Meri 💡", at)]) as api:
        one = door(api.url)
        ((payload, message),) = swept(one, NOW - timedelta(hours=1))
    body, headers = delivery(URL, incoming("SM1", "Lampu mati\ndi Meri 💡"))
    told = one.verify(Request(url=URL, headers=headers, body=body), NOW)
    (other,) = one.parse(told)
    assert isinstance(other, InboundMessage)
    assert (payload.delivery_id, payload.account, payload.channel) == (
        told.delivery_id, told.account, told.channel
    )  # fmt: skip
    assert (message.external_id, message.text, message.sender) == (
        other.external_id,
        other.text,
        other.sender,
    )
    assert message.sent_at == at
    assert payload.received_at == NOW


def test_all_pages_come_oldest_first_and_only_what_was_written_to_us_since_then() -> None:
    minutes = [resource(f"SM{n}", f"ke-{n}", NOW - timedelta(minutes=n)) for n in (1, 2, 3, 4, 90)]
    ours = resource("SM7", "kami", NOW - timedelta(minutes=2), direction="outbound-api")
    other = resource("SM8", "lain", NOW - timedelta(minutes=2), to="+15005550009")
    with Twilio(inbox=[*minutes, ours, other], page=2) as api:
        got = swept(door(api.url), NOW - timedelta(hours=1))
    assert [message.text for _, message in got] == ["ke-4", "ke-3", "ke-2", "ke-1"]
    assert {one["To"] for one in api.asked} == {"+15005550006"}


def test_a_long_silence_is_asked_for_in_stretches_and_a_crowded_one_in_halves() -> None:
    inbox = [resource(f"SM{n}", f"ke-{n}", NOW - timedelta(minutes=n)) for n in range(30)]
    old = resource("SM99", "lama", NOW - timedelta(days=20))
    with Twilio(inbox=[*inbox, old], page=1) as api:
        got = swept(door(api.url), NOW - timedelta(days=21))
    texts = list(dict.fromkeys(message.text for _, message in got))
    assert texts == ["lama", *(f"ke-{n}" for n in range(29, -1, -1))]


def test_pictures_are_counted_as_the_webhook_counts_them_and_named_by_their_address() -> None:
    pictured = resource("MM1", "", NOW - timedelta(minutes=1), num_media="2")
    with Twilio(inbox=[pictured], media={"MM1": ["image/jpeg", "image/png"]}) as api:
        ((payload, message),) = swept(door(api.url), NOW - timedelta(hours=1))
    assert [one.remote for one in message.attachments] == ["twilio:MM1/ME0", "twilio:MM1/ME1"]
    assert b"MediaContentType1=image%2Fpng" in payload.body
    assert b"Messages%2FMM1%2FMedia%2FME0&" in payload.body


def test_a_messaging_service_gets_its_own_sms_only() -> None:
    at = NOW - timedelta(minutes=1)
    inbox = [
        resource("SM1", "milik kami", at, messaging_service_sid=SERVICE),
        resource("SM2", "nomor lain", at),
        resource("SM3", "WhatsApp", at, "whatsapp:+6281234567890", messaging_service_sid=SERVICE),
    ]
    with Twilio(inbox=inbox) as api:
        got = swept(door(api.url, number="", messaging_service=SERVICE), NOW - timedelta(hours=1))
    assert [message.text for _, message in got] == ["milik kami"]


@pytest.mark.parametrize(
    ("answer", "wait"),
    [((429, 20429, {"Retry-After": "9"}), 9.0), ((503, 20503, {}), 0.0), ((401, 20003, {}), 0.0),
     ((400, 21610, {}), 0.0)],
)  # fmt: skip
def test_later_is_said_when_twilio_does_not_answer(answer: Any, wait: float) -> None:
    with Twilio(answers=[answer]) as api, pytest.raises(Unavailable) as later:
        swept(door(api.url), NOW - timedelta(hours=1))
    assert later.value.retry_after == wait


def test_our_login_follows_no_page_to_another_host() -> None:
    inbox = [resource(f"SM{n}", "x", NOW - timedelta(minutes=n)) for n in (1, 2)]
    for elsewhere in ("http://127.0.0.1:9", "//127.0.0.1:9", "@127.0.0.1:9"):
        with (
            Twilio(inbox=inbox, page=1, elsewhere=elsewhere) as api,
            pytest.raises(Unavailable, match="lain"),
        ):
            swept(door(api.url), NOW - timedelta(hours=1))


def test_whatsapp_is_asked_for_its_own_messages_and_tells_when_they_were_sent() -> None:
    at = NOW - timedelta(minutes=25)
    mine = resource("SM1", "Lampu mati", at, "whatsapp:+6281234567890", to="whatsapp:+6281100000000")
    sms = resource("SM2", "bukan", at)
    account = {"account_sid": SID, "auth_token": TOKEN}
    with Twilio(inbox=[mine, sms]) as api:
        section = {"number": "+6281100000000", "timeout": 2.0, "twilio": account | {"api_url": api.url}}
        ((_, message),) = swept(WhatsAppDoor.build(section, lambda: NOW), NOW - timedelta(hours=1))
    assert (message.text, message.sent_at, message.external_id) == ("Lampu mati", at, "SM1")
    assert message.sender.value == "+6281234567890"
