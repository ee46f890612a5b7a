"""/hooks/phone through the real app and ledger: a call becomes one report, and its recording a file of it."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from counterparts.twilio import delivery
from counterparts.twilio_voice import CALLER, MP3, Caller, Voice, call, recorded, section
from full_disk import FullDisk
from hook_world import BASE, HookTown
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.phone import PhoneDoor
from store.db import Ledger

CALL, RECORDING = "CA" + "1" * 32, "RE" + "1" * 32


class Town(HookTown):
    """An office with a telephone."""

    def post(self, fields: Any) -> Any:
        body, headers = delivery(f"{BASE}/hooks/phone", fields)
        return self.client.post("/hooks/phone", content=body, headers=headers)

    def hear(self, fields: dict[str, str]) -> tuple[int, str]:
        answer = self.post(fields)
        assert answer.headers["content-type"].startswith("text/xml")
        return answer.status_code, answer.text


def make(ledger: Ledger, folder: Path, now: datetime, api: Voice) -> Town:
    told = section(api.url, public_url=BASE)
    return Town.of(ledger, folder, now, lambda clock: PhoneDoor.build(told, clock))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def town(ledger: Ledger, tmp_path: Path, now: datetime) -> Town:
    return make(ledger, tmp_path, now, Voice())  # whom nobody asks anything


def test_a_call_is_one_report_whose_number_is_spoken_and_texted(
    ledger: Ledger, tmp_path: Path, now: datetime
) -> None:
    with Voice(files={RECORDING: MP3}) as api:
        town = make(ledger, tmp_path, now, api)
        caller = Caller(deliver=town.hear, sid=CALL, recording=RECORDING)
        caller.calls()
        town.hear(recorded(CALL, RECORDING, digits="#"))  # Twilio tells it once more
        town.fetch()
    ((ref, status),) = town.rows("select ref, status from ticket")
    assert status == "triage"  # nobody has heard yet what it is about
    assert ", ".join(ref[:3]) in caller.heard[-1]
    assert town.rows("select text from message") == [("[rekaman suara 35 detik, perlu ditulis]",)]
    assert town.rows("select state, media_type, size from attachment") == [("kept", "audio/mpeg", len(MP3))]
    assert town.rows("select notice, channel from outbox where notice = 'ack'") == [("ack", "sms")]
    assert town.rows("select channel, value from identity") == [("sms", CALLER)]


def test_the_end_of_a_call_told_first_and_its_recording_are_one_report(town: Town) -> None:
    town.hear(call(CALL, "completed", CallDuration="40"))
    town.hear(recorded(CALL, RECORDING))
    town.hear(call("CA2", "completed", CallDuration="3"))  # the same person calls again
    assert town.count("ticket") == 2
    assert town.rows("select count(*) from message group by ticket_id order by ticket_id") == [(2,), (1,)]


def test_who_withholds_their_number_is_kept_and_told_nothing(town: Town) -> None:
    town.hear(recorded(CALL, RECORDING, caller="anonymous"))
    assert town.count("ticket") == 1
    assert town.count("outbox", "contact_id is not null") == 0


def test_a_call_waits_on_disk_while_the_ledger_is_away(ledger: Ledger, tmp_path: Path, now: datetime) -> None:
    if ledger.dialect != "sqlite":
        return  # a ledger that is down is the same to a door, whichever it is
    long = recorded(CALL, RECORDING) | {"CallerName": "Pak RT " * 1_500}
    with Voice() as api:
        town, disk = make(ledger, tmp_path, now, api), FullDisk(ledger)
        disk.fill()
        status, said = town.hear(long)
        disk.make_room()
        assert (status, "menyusul" in said, town.count("ticket")) == (200, True, 0)
        assert asyncio.run(town.intake.drain()) == 1
        town.hear(long)
    assert town.count("ticket") == 1


NAMES = st.sampled_from(
    ["CallSid", "From", "CallStatus", "RecordingSid", "RecordingUrl", "RecordingDuration", "CallDuration",
     "DateSent", "CallerName", "Digits", "To", "Baru"]
)  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(["CA1", "RE1", "CA" + "9" * 32, "completed", "in-progress", "no-answer", "+6281234567890",
                     "anonymous", "", "-1", "9" * 30, "Tue, 24 Nov 2026 02:10:00 +0000"]),
    st.text(max_size=40),
)  # fmt: skip


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fields=st.dictionaries(NAMES, VALUES, max_size=12), sid=st.integers(0, 10_000))
def test_any_signed_form_is_kept_or_parked_and_twice_is_once(
    town: Town, fields: dict[str, str], sid: int
) -> None:
    fields = {"CallSid": f"CA{sid}"} | fields
    first = town.post(fields)
    assert first.status_code in (200, 400), first.text
    kept = [town.count(table) for table in ("arrival", "message", "ticket")]
    again = town.post(fields)
    assert again.status_code == first.status_code
    assert kept == [town.count(table) for table in ("arrival", "message", "ticket")]
    if first.status_code == 200:
        assert first.text.startswith("<?xml")
