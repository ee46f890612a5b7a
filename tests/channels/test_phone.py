"""The telephone door: what callers hear, what is kept of a call, what is asked of Twilio later."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from counterparts.twilio import TOKEN, delivery
from counterparts.twilio_voice import MP3, NUMBER, Caller, Voice, call, listed_call, recorded, section

from channels._phone_say import spoken
from channels.base import Accepted, Payload, Rejected, Request, Unavailable, Unreadable
from channels.message import Address, InboundMessage
from channels.phone import PhoneDoor

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
URL = "https://sapa.example/hooks/phone"
CALL, RECORDING = "CA" + "1" * 32, "RE" + "1" * 32


def door(**more: Any) -> PhoneDoor:
    return PhoneDoor.build(section(**more), lambda: NOW)


def request(fields: dict[str, str]) -> Request:
    body, headers = delivery(URL, fields)
    return Request(url=URL, headers=headers, body=body)


class Office:
    """Keeps what a door brings, as the intake does."""

    def __init__(self, one: PhoneDoor) -> None:
        self.door = one
        self.kept: dict[str, InboundMessage] = {}
        self.deliveries: list[str] = []

    def hear(self, fields: dict[str, str]) -> tuple[int, str]:
        asked = request(fields)
        payload = self.door.verify(asked, NOW)
        accepted = self.take(self.door.parse(payload))
        return 200, self.door.reply(asked, accepted).body.decode()

    def take(self, parsed: Sequence[Any]) -> list[Accepted]:
        for one in parsed:
            self.kept.setdefault(one.external_id, one)
        return [Accepted(external_id=one.external_id, ref="SMP-2611-0042") for one in parsed]

    async def deliver(self, payload: Payload, parse: Any) -> Sequence[Accepted]:
        self.deliveries.append(payload.delivery_id)
        return self.take(parse())

    @property
    def said(self) -> list[tuple[str, str, str]]:
        return [(one.text, one.sender.value, one.group_id) for one in self.kept.values()]


def test_who_speaks_after_the_tone_hears_the_number_of_the_report() -> None:
    office = Office(door())
    caller = Caller(deliver=office.hear, sid=CALL, recording=RECORDING)
    caller.calls()
    assert office.said == [("[rekaman suara 35 detik, perlu ditulis]", "+6281234567890", CALL)]
    (kept,) = office.kept.values()
    assert kept.sender == Address(channel="sms", value="+6281234567890")
    (file,) = kept.attachments
    assert (file.media_type, file.remote) == ("audio/mpeg", f"twilio:{RECORDING}")
    assert "direkam" in caller.heard[0]
    assert caller.heard[-1].count("S, M, P; dua, enam, satu, satu; nol, nol, empat, dua") == 2
    assert "S M S" in caller.heard[-1]


@pytest.mark.parametrize(
    ("speaks", "patience", "tones"), [(0, 99, "kembali"), (1, 0, ""), (1, 1, "setelah nada")]
)
def test_who_hangs_up_or_is_silent_is_to_be_called_back(speaks: int, patience: int, tones: str) -> None:
    office = Office(door())
    caller = Caller(deliver=office.hear, sid=CALL, recording=RECORDING, speaks=speaks, patience=patience)
    caller.calls()
    assert office.said == [
        ("[panggilan 40 detik tanpa rekaman: mohon ditelepon kembali]", "+6281234567890", CALL)
    ]
    assert tones in "".join(caller.heard[-1:])


def test_who_speaks_at_the_second_tone_only_is_heard() -> None:
    office = Office(door())
    Caller(deliver=office.hear, sid=CALL, recording=RECORDING, speaks=2).calls()
    assert [text for text, _, _ in office.said] == ["[rekaman suara 35 detik, perlu ditulis]"]


def test_a_withheld_number_reaches_nobody_and_two_such_calls_are_two_people() -> None:
    office = Office(door())
    for number, caller in enumerate(("anonymous", "+266696687")):
        fields = recorded(f"CA{number}", f"RE{number}", caller=caller)
        office.hear(fields)
    senders = {one.sender for one in office.kept.values()}
    assert {one.channel for one in senders} == {"phone"}
    assert len({one.value for one in senders}) == 2


def test_the_end_told_before_the_recording_names_the_same_call() -> None:
    """Twilio promises no order; both are parts of one group, so that they become one report."""
    office = Office(door())
    office.hear(call(CALL, "completed", CallDuration="40"))
    office.hear(recorded(CALL, RECORDING))
    assert [group for _, _, group in office.said] == [CALL, CALL]
    assert [one.external_id for one in office.kept.values()] == [CALL, RECORDING]


def test_what_is_not_signed_or_no_call_is_refused() -> None:
    one = door()
    body, headers = delivery(URL, call(CALL))
    for wrong in (
        Request(url=URL, headers={}, body=body),
        Request(url=URL, headers=headers, body=body + b"&RecordingSid=RE1"),
        Request(url=URL + "?x=1", headers=headers, body=body),
    ):
        with pytest.raises(Rejected) as refused:
            one.verify(wrong, NOW)
        assert refused.value.status == 403
    with pytest.raises(Rejected):
        one.verify(request({"MessageSid": "SM1", "Body": "halo"}), NOW)


def test_a_status_nobody_knows_is_kept_for_a_person() -> None:
    one = door()
    with pytest.raises(Unreadable):
        one.parse(one.verify(request(call(CALL, "teleported")), NOW))


def test_words_of_the_city_are_escaped_and_a_recorded_greeting_is_played() -> None:
    said = door(script={"greeting": 'Halo <b> & "warga"', "voice": "Google.id-ID-Standard-A"})
    root = ElementTree.fromstring(said.reply(request(call(CALL)), ()).body)
    assert (root[0].tag, root[0].text) == ("Say", 'Halo <b> & "warga"')
    assert root[0].attrib == {"language": "id-ID", "voice": "Google.id-ID-Standard-A"}
    played = door(script={"greeting_audio": "https://kota.example/salam.mp3?a=1&b=2", "seconds": 60})
    root = ElementTree.fromstring(played.reply(request(call(CALL)), ()).body)
    assert (root[0].tag, root[0].text) == ("Play", "https://kota.example/salam.mp3?a=1&b=2")
    assert root[1].attrib["maxLength"] == "60"
    assert root[1].attrib["action"] == URL


def test_thanks_without_a_number_while_the_ledger_is_away() -> None:
    body = door().reply(request(recorded(CALL, RECORDING)), ()).body.decode()
    assert "menyusul" in body
    assert "Nomor laporan Anda" not in body


def test_numbers_are_read_out_sign_by_sign() -> None:
    assert spoken("AB-10") == "A, B; satu, nol"


def test_a_sweep_brings_the_calls_that_were_not_told_and_nothing_of_what_goes_on() -> None:
    begun = [NOW - timedelta(hours=n) for n in (3, 2, 1, 0)]
    with Voice(page=2) as api:
        api.calls = [
            listed_call("CA1", begun[0]),
            listed_call("CA2", begun[1], "no-answer", duration="0"),
            listed_call("CA3", begun[2]),
            listed_call("CA4", begun[3], "in-progress"),
            listed_call("CA5", begun[2], direction="outbound-api"),
            listed_call("CA6", begun[2], to="+62321390001"),
        ]
        api.recordings = [
            {"sid": "RE1", "call_sid": "CA1", "duration": "12"},
            {"sid": "RE3", "call_sid": "CA3", "duration": "31"},
            {"sid": "RE4", "call_sid": "CA3", "duration": "5"},
        ]
        office = Office(door(api_url=api.url))
        count = asyncio.run(office.door.sweep(NOW - timedelta(hours=4), office.deliver))
        (listed,) = {query["To"] for query in api.asked if "To" in query}
    assert (count, listed) == (4, NUMBER)
    assert office.deliveries == ["CA1:RE1", "CA2:no-answer", "CA3:RE3", "CA3:RE4"]
    assert [text for text, _, _ in office.said] == [
        "[rekaman suara 12 detik, perlu ditulis]",
        "[panggilan tanpa rekaman: mohon ditelepon kembali]",
        "[rekaman suara 31 detik, perlu ditulis]",
        "[rekaman suara 5 detik, perlu ditulis]",
    ]
    assert office.kept["RE1"].sent_at == begun[0]
    webhook = office.door.verify(request(recorded("CA1", "RE1")), NOW)
    assert webhook.delivery_id == "CA1:RE1"


def test_a_sweep_says_later_when_twilio_does_not_answer_or_answers_something_else() -> None:
    with Voice(answers=[(503, 20503, {})]) as api:
        office = Office(door(api_url=api.url))
        with pytest.raises(Unavailable):
            asyncio.run(office.door.sweep(NOW, office.deliver))
    with pytest.raises(Unavailable):
        asyncio.run(door().sweep(NOW, office.deliver))


def test_a_recording_is_fetched_with_our_login_once_it_is_there() -> None:
    with Voice(files={RECORDING: MP3}, late={RECORDING: 1}) as api:
        one = door(api_url=api.url)
        with pytest.raises(Unavailable):
            asyncio.run(one.fetch(f"twilio:{RECORDING}", 10_000))
        assert asyncio.run(one.fetch(f"twilio:{RECORDING}", 10_000)) == MP3


@pytest.mark.parametrize(("url", "ok"), [(URL, True), ("https://sapa.example/hooks/sms", False), ("", False)])
def test_a_check_says_where_calls_are_led(url: str, ok: bool) -> None:
    with Voice(numbers=[{"phone_number": NUMBER, "voice_url": url, "voice_method": "POST"}]) as api:
        *_, last = asyncio.run(door(api_url=api.url).check())
    assert last.ok is ok
    assert NUMBER in last.what
    assert TOKEN not in last.what + last.advice


def test_a_replayed_call_is_signed_as_twilio_signs() -> None:
    one = door()
    assert (
        one.verify(one.replay(recorded(CALL, RECORDING), URL, NOW), NOW).delivery_id == f"{CALL}:{RECORDING}"
    )
