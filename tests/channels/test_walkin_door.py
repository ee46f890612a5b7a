"""The counter's door: what the console's page hands on, read or refused with a sentence for the officer."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from channels.base import Invalid, Payload
from channels.message import InboundMessage
from channels.walkin import MAX_BODY, MAX_PHOTO, SOURCES, WalkinDoor

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 600


def payload(body: bytes) -> Payload:
    return Payload(
        channel="walkin",
        account="walkin",
        body=body,
        media_type="application/json",
        received_at=NOW,
        delivery_id="kunci-0001",
    )


def typed(**more: Any) -> bytes:
    form = {"officer": 3, "key": "kunci-0001", "source": "counter", "text": "Lampu mati", "photos": []}
    return json.dumps(form | more).encode()


def message(door: WalkinDoor | None = None, **more: Any) -> InboundMessage:
    (got,) = (door or WalkinDoor()).parse(payload(typed(**more)))
    assert isinstance(got, InboundMessage)
    return got


def errors(**more: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        WalkinDoor().parse(payload(typed(**more)))
    return dict(caught.value.errors)


def file(content: bytes = JPEG, name: str = "a.jpg") -> dict[str, str]:
    return {"name": name, "type": "image/jpeg", "base64": base64.b64encode(content).decode()}


@pytest.mark.parametrize("source", SOURCES)
def test_each_source_is_told(source: str) -> None:
    noted = message(source=source, account="@warga").noted
    assert noted is not None
    assert (noted.by, noted.source) == (3, source)


def test_who_may_be_contacted_is_answered_by_mail_first_then_by_the_channel_that_reaches_numbers() -> None:
    both = {"phone": "0812 3456 7890", "email": "warga@contoh.id", "agreed": "1"}
    one = message(WalkinDoor(phones="sms"), **both)
    assert (one.sender.channel, one.sender.value) == ("email", "warga@contoh.id")
    assert [(way.channel, way.value) for way in one.contacts] == [("sms", "+6281234567890")]
    only = message(WalkinDoor(phones="sms"), phone="0812 3456 7890", agreed="1")
    assert (only.sender.channel, only.contacts) == ("sms", ())
    assert message(phone="0812 3456 7890", agreed="1").sender.channel == "phone"


def test_who_may_not_be_contacted_is_answered_nowhere_and_the_number_is_kept_as_a_number() -> None:
    one = message(WalkinDoor(phones="sms"), phone="0812 3456 7890", email="warga@contoh.id")
    assert one.sender.channel == "walkin"
    assert one.sender.value.startswith("anon:")
    assert {way.channel for way in one.contacts} == {"phone", "email"}


def test_of_a_post_the_link_and_the_account_are_who_it_is_from() -> None:
    one = message(source="social", link="https://media.id/p/1", account="@warga", name="Sri")
    assert one.sender.name == "Sri (@warga)"
    assert [(way.channel, way.value) for way in one.contacts] == [("walkin", "https://media.id/p/1")]
    assert "media.id" not in one.text + one.subject


@pytest.mark.parametrize(
    "link",
    ["ftp://media.id/a", "javascript:alert(1)", "media.id/p", "https://", "http://[", "https://a b"],
)
def test_a_link_that_is_none_is_refused(link: str) -> None:
    assert "https://" in errors(source="social", link=link)["link"]


def test_a_link_longer_than_the_ledger_can_find_again_is_refused() -> None:
    assert "terlalu panjang" in errors(source="social", link="https://media.id/" + "漢" * 700)["link"]


def test_a_post_needs_its_link_or_its_account() -> None:
    assert "nama akunnya" in errors(source="social")["link"]


def test_a_letter_keeps_its_number_and_its_day() -> None:
    noted = message(source="letter", letter=" 12/RW03 ", letter_date="2026-11-20").noted
    assert noted is not None
    assert (noted.letter, noted.dated) == ("12/RW03", "2026-11-20")


@pytest.mark.parametrize("day", ["kemarin", "20-11-2026", "2026-13-01", "2027-01-01"])
def test_a_day_that_cannot_be_is_refused(day: str) -> None:
    assert "letter_date" in errors(source="letter", letter_date=day)


def test_no_source_and_no_officer_are_told_together_and_nothing_said_too() -> None:
    assert set(errors(source="surat kabar", officer=True)) == {"source", ""}
    assert "hasil pindai" in errors(text="")["text"]


def test_files_are_pictures_or_scans() -> None:
    pdf = file(b"%PDF-1.4 ...", "surat.pdf")
    assert len(message(photos=[file(), pdf]).attachments) == 2
    assert "ke-2" in errors(photos=[file(), file(b"MZ\x90\0 a program", "a.jpg")])["photos"]
    assert "10 MB" in errors(photos=[file(JPEG + b"\0" * MAX_PHOTO)])["photos"]
    assert "Paling banyak 5" in errors(photos=[file()] * 6)["photos"]


def test_a_body_over_the_limit_is_refused_unread() -> None:
    with pytest.raises(Invalid) as caught:
        WalkinDoor().parse(payload(b" " * (MAX_BODY + 1)))
    assert caught.value.status == 413


def test_the_same_form_has_the_same_id_and_a_changed_one_another() -> None:
    first = message(phone="0812 3456 7890").external_id
    assert message(phone="0812 3456 7890", photos=[file()]).external_id == first
    assert message(phone="0812 3456 7899").external_id != first
    assert message(phone="0812 3456 7890", officer=4).external_id != first
