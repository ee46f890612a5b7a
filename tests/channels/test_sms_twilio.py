"""SMS by Twilio, against a counterpart that answers as its API documents."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from counterparts.twilio import SID, TOKEN, Twilio, delivery, incoming, signature
from counterparts.twilio_whatsapp import JPEG, WhatsApp

from channels.base import Rejected, Request, Unavailable, Undeliverable, Unreadable
from channels.message import Address, DeliveryReport, InboundMessage, OutboundMessage
from channels.sms import SmsDoor

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
URL = "https://sapa.example/hooks/sms"


def door(api_url: str = "http://127.0.0.1:9", **more: Any) -> SmsDoor:
    account = {"account_sid": SID, "auth_token": TOKEN, "api_url": api_url, **more.pop("twilio", {})}
    section = {
        "provider": "twilio",
        "number": "+15005550006",
        "public_url": "https://sapa.example",
        "timeout": 2.0,
    }
    return SmsDoor.build({**section, **more, "twilio": account}, lambda: NOW)


def request(fields: Any, url: str = URL, **headers: str) -> Request:
    body, signed = delivery(url, fields)
    return Request(url=url, headers={**signed, **headers}, body=body)


def outgoing(text: str = "Halo", to: str = "+6281234567890", key: str = "k1", **more: Any) -> OutboundMessage:
    return OutboundMessage(to=Address(channel="sms", value=to), text=text, key=key, **more)


def test_a_message_is_who_what_and_when() -> None:
    one = door()
    payload = one.verify(request(incoming("SM1", "Lampu mati\r\ndi Meri", "+6281234567890")), NOW)
    (message,) = one.parse(payload)
    assert isinstance(message, InboundMessage)
    assert (message.sender.value, message.text, message.external_id, message.sent_at) == (
        "+6281234567890", "Lampu mati\ndi Meri", "SM1", NOW,
    )  # fmt: skip
    assert (payload.delivery_id, payload.account) == ("SM1:", "+15005550006")


def test_a_picture_is_named_and_a_short_code_is_a_machine() -> None:
    one = door()
    pictured = one.parse(one.verify(request(incoming("SM1", "", NumMedia="2")), NOW))[0]
    assert isinstance(pictured, InboundMessage)
    assert "[2 gambar MMS" in pictured.text
    code = one.parse(one.verify(request(incoming("SM2", "Promo", "35555")), NOW))[0]
    assert isinstance(code, InboundMessage)
    assert code.machine


def test_pictures_of_an_mms_are_had_with_the_login_that_goes_to_twilio_alone() -> None:
    url = f"https://api.twilio.com/2010-04-01/Accounts/{SID}/Messages/MM1/Media/ME1"
    with WhatsApp(files={"MM1/ME1": JPEG}) as api:
        one = door(api.url)
        fields = incoming("MM1", "Lihat", NumMedia="1", MediaUrl0=url, MediaContentType0="image/jpeg")
        (message,) = one.parse(one.verify(request(fields), NOW))
        assert isinstance(message, InboundMessage)
        (file,) = message.attachments
        assert asyncio.run(one.fetch(file.remote, 100)) == JPEG
    assert (message.text, file.name, file.media_type) == ("Lihat", "foto-1.jpg", "image/jpeg")


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("queued", "sent"),
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("undelivered", "failed"),
        ("failed", "failed"),
    ],
)
def test_a_status_callback_is_a_report(word: str, status: str) -> None:
    one = door()
    fields = {
        "MessageSid": "SM9",
        "MessageStatus": word,
        "ErrorCode": "30003",
        "To": "+62812",
        "AccountSid": SID,
    }
    payload = one.verify(request(fields), NOW)
    (report,) = one.parse(payload)
    assert isinstance(report, DeliveryReport)
    assert (report.external_id, report.status, report.code) == ("SM9", status, "30003")
    assert payload.delivery_id == f"SM9:{word}"


@pytest.mark.parametrize(
    "fields",
    [{"From": "+6281234567890", "Body": "x"}, {"MessageSid": "SM1", "MessageStatus": "baru"},
     {"MessageSid": "SM1", "Body": "x"}, incoming("SM1", "x", "whatsapp:+6281234567890")],
)  # fmt: skip
def test_what_cannot_be_read_is_said_to_be_so(fields: dict[str, str]) -> None:
    one = door()
    with pytest.raises(Unreadable):
        one.parse(one.verify(request(fields), NOW))


def test_the_signature_covers_every_parameter_the_url_and_its_query() -> None:
    one, good = door(), request(incoming("SM1", "x", New="parameter", Empty=""))
    one.verify(good, NOW)
    for bad in (
        replace(good, body=good.body.replace(b"New=", b"Neu=")),
        replace(good, body=good.body + b"&More=1"),
        replace(good, url=URL + "?a=1"),
        replace(good, headers={}),
        replace(good, headers={**good.headers, "x-twilio-signature": "é"}),
    ):
        with pytest.raises(Rejected) as refused:
            one.verify(bad, NOW)
        assert refused.value.status == 403


def test_the_port_may_be_signed_or_not_and_doubled_parameters_count_once() -> None:
    one = door()
    one.verify(replace(request(incoming("SM1", "x"), "https://sapa.example:443/hooks/sms"), url=URL), NOW)
    one.verify(replace(request(incoming("SM1", "x")), url="https://sapa.example:443/hooks/sms"), NOW)
    one.verify(
        request([("MessageSid", "SM1"), ("MessageSid", "SM1"), ("From", "+62812"), ("A", "2"), ("A", "1")]),
        NOW,
    )


def test_a_shared_key_signs_with_sha256() -> None:
    keyed = door(twilio={"webhook_key": "kunci-bersama"})
    pairs = [("Body", "x"), ("MessageSid", "SM1")]
    body = b"Body=x&MessageSid=SM1"
    settings = {"x-twilio-webhooks-signature-settings": "key=abc,algorithm=HMAC_SHA256"}
    signed = {"x-twilio-signature": signature(URL, pairs, "kunci-bersama", "sha256"), **settings}
    assert keyed.verify(Request(url=URL, headers=signed, body=body), NOW).delivery_id == "SM1:"
    weak = {**signed, "x-twilio-webhooks-signature-settings": "algorithm=HMAC_MD5"}
    for headers in (weak, {"x-twilio-signature": signed["x-twilio-signature"]}):
        with pytest.raises(Rejected):
            keyed.verify(Request(url=URL, headers=headers, body=body), NOW)


def test_bytes_that_are_no_utf8_are_signed_as_they_came() -> None:
    one = door()
    (message,) = one.parse(one.verify(request(incoming("SM1", "jalan \udcff rusak")), NOW))
    assert isinstance(message, InboundMessage)
    assert message.text == "jalan \ufffd rusak"


def test_an_sms_goes_out_once_with_callback_folded_and_in_two_segments() -> None:
    with Twilio() as api:
        one = door(api.url)
        link = "https://sapa.example/l/abc"
        long = outgoing(f"“Jawaban”: {'sudah kami perbaiki ' * 30} {link}", actions=(("Lihat", link),))
        first, again = asyncio.run(one.send(long)), asyncio.run(one.send(long))
    (sent,) = api.sent
    assert first == again
    assert first.external_id.startswith("SM")
    assert (sent["From"], sent["StatusCallback"]) == ("+15005550006", "https://sapa.example/hooks/sms")
    assert len(sent["Body"]) <= 306
    assert sent["Body"].startswith('"Jawaban"')
    assert sent["Body"].endswith(link)


def test_a_messaging_service_sends_and_without_https_nothing_is_called_back() -> None:
    with Twilio() as api:
        one = door(api.url, number="", messaging_service="MG" + "1" * 32, public_url="http://127.0.0.1:8000")
        asyncio.run(one.send(outgoing()))
    assert api.sent == [{"To": "+6281234567890", "Body": "Halo", "MessagingServiceSid": "MG" + "1" * 32}]


@pytest.mark.parametrize("code", [21211, 21610, 21614, 30003, 30005, 30006])
def test_some_numbers_never_take_any(code: int) -> None:
    with Twilio(answers=[(400, code, {})]) as api, pytest.raises(Undeliverable) as told:
        asyncio.run(door(api.url).send(outgoing()))
    assert str(code) in str(told.value)
    assert "0812" not in str(told.value)


@pytest.mark.parametrize(
    ("answer", "wait"),
    [
        ((429, 20429, {"Retry-After": "7"}), 7.0),
        ((503, 20503, {}), 0.0),
        ((500, 21610, {}), 0.0),
        ((400, 21606, {}), 0.0),
        ((401, 20003, {}), 0.0),
        ((302, 0, {"Location": "http://127.0.0.1:9/"}), 0.0),
    ],
)
def test_later_is_said_for_what_may_pass_or_is_our_own_fault(answer: Any, wait: float) -> None:
    with Twilio(answers=[answer]) as api:
        one = door(api.url)
        with pytest.raises(Unavailable) as later:
            asyncio.run(one.send(outgoing()))
        assert later.value.retry_after == wait
        asyncio.run(one.send(outgoing()))
    assert len(api.sent) == 1


def test_a_wrong_token_is_our_fault_and_a_name_is_no_number() -> None:
    with Twilio() as api:
        with pytest.raises(Unavailable, match="auth_token"):
            asyncio.run(door(api.url, twilio={"auth_token": "lain"}).send(outgoing()))
        with pytest.raises(Undeliverable):
            asyncio.run(door(api.url).send(outgoing(to="TELKOMSEL")))
    with pytest.raises(Unavailable):
        asyncio.run(door().send(outgoing()))


def test_a_door_without_number_or_provider_does_not_open() -> None:
    for wrong in ({"number": ""}, {"messaging_service": "MG1"}, {"provider": ""}):
        with pytest.raises(ValueError, match=r"channels\.sms"):
            door(**wrong)
    assert TOKEN not in repr(door().settings)
