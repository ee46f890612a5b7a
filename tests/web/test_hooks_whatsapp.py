"""/hooks/whatsapp through the real app and ledger: kept once, answered while we may, told why when not."""

import asyncio
import io
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from counterparts.twilio import delivery
from counterparts.twilio_whatsapp import HX, SCOPED, SOMEBODY, WhatsApp, pictured, said, section, status
from full_disk import FullDisk
from hook_world import BASE, HookTown
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from channels.base import Request, Unreadable
from channels.message import DeliveryReport
from channels.whatsapp import WhatsAppDoor
from notifier import notices
from store.db import Ledger

ANY = {"any": {"sid": HX, "variables": ["ref", "link"]}}


class Town(HookTown):
    """An office with a WhatsApp door."""

    def post(self, fields: Any, **headers: str) -> Any:
        body, signed = delivery(f"{BASE}/hooks/whatsapp", fields)
        return self.client.post("/hooks/whatsapp", content=body, headers={**signed, **headers})

    def say(self, sid: str, text: str = "", sender: str = SOMEBODY, **more: str) -> None:
        self.hear(said(sid, text, sender, **more))

    def hear(self, fields: dict[str, str]) -> None:
        answer = self.post(fields)
        assert (answer.status_code, answer.text[-11:]) == (200, "<Response/>")

    def tell(self, key: str, notice: str = "resolved") -> None:
        """A notice to the first ticket's reporter."""
        to = notices.reporter(self.rows("select id from contact order by id")[0][0], "whatsapp")
        ticket = self.rows("select id from ticket order by id")[0][0]
        now = self.clock()
        self.ledger.write(lambda tx: notices.tell(tx, notice, to, key=key, now=now, ticket_id=ticket))


def make(ledger: Ledger, folder: Path, now: datetime, url: str = "http://127.0.0.1:9", **more: Any) -> Town:
    told = section(url, **{"public_url": BASE, **more})
    return Town.of(ledger, folder, now, lambda clock: WhatsAppDoor.build(told, clock))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """What a message does in the ledger is driver SQL: it is tried on both."""
    return str(request.param)


@pytest.fixture
def town(ledger: Ledger, tmp_path: Path, now: datetime) -> Town:
    return make(ledger, tmp_path, now)


def test_text_photo_place_and_a_plea_are_one_complaint_with_one_thanks(
    ledger: Ledger, tmp_path: Path, now: datetime
) -> None:
    with WhatsApp(files={"MM2/ME1": picture()}, late={"MM2/ME1": 2}) as api:
        town = make(ledger, tmp_path, now, api.url)
        place = {"MessageType": "location", "Latitude": "-7.4811", "Longitude": "112.4475"}
        for one in (
            said("SM1", "Lampu jalan mati sudah tiga hari"),
            pictured("MM2", "MM2/ME1"),
            said("SM3", **place),
            said("SM4", "tolong pak"),
        ):
            town.hear(one)
            town.hear(one)
            town.clock.pass_(seconds=20)
        assert (town.count("ticket"), town.count("message"), town.count("arrival")) == (1, 4, 4)
        assert town.rows("select opd, lat, lon from ticket") == [("DISHUB", -7.4811, 112.4475)]
        for _ in range(3):  # it is not there for some seconds
            town.fetch()
            town.clock.pass_(minutes=1)
        assert town.rows("select state, media_type from attachment") == [("kept", "image/jpeg")]
        town.relay()
        (thanks,) = api.sent
        assert thanks["To"] == f"whatsapp:{SOMEBODY}"
        assert "sudah kami terima" in thanks["Body"]
        town.hear(status(f"SM{1:032x}", "read"))
        assert town.rows("select delivery from outbox where notice = 'ack'") == [("read",)]


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), (9, 9, 9)).save(file, "JPEG")
    return file.getvalue()


def test_an_unsigned_delivery_leaves_nothing(town: Town) -> None:
    assert town.post(said("SM1", "x"), **{"x-twilio-signature": "palsu"}).status_code == 403
    assert town.count("arrival") == 0


def test_after_a_day_without_a_template_the_officer_reads_why_and_the_citizen_is_still_reached(
    ledger: Ledger, tmp_path: Path, now: datetime
) -> None:
    with WhatsApp() as api:
        town = make(ledger, tmp_path, now, api.url)
        town.say("SM1", "Lampu jalan mati di Meri")
        town.clock.pass_(hours=23)
        town.tell("a")
        town.relay()
        town.clock.pass_(hours=2)
        town.tell("b")
        town.relay()
        assert [one["Body"].splitlines()[0][:8] for one in api.sent] == ["Terima k", "Petugas "]
        ((state, error),) = town.rows("select state, error from outbox where key = 'b'")
        assert (state, "24 jam" in error, "templat" in error) == ("dead", True, True)
        assert town.rows("select undeliverable from contact") == [(0,)]
        town.say("SM2", "Sudah menyala lagi")  # and we may answer again
        town.tell("c")
        town.clock.pass_(minutes=5)
        town.relay()
        assert town.rows("select state from outbox where key = 'c'") == [("sent",)]


def test_after_a_day_the_template_goes_and_the_conversation_says_so(
    ledger: Ledger, tmp_path: Path, now: datetime
) -> None:
    with WhatsApp() as api:
        town = make(ledger, tmp_path, now, api.url, templates=ANY)
        town.say("SM1", "Lampu jalan mati di Meri", SCOPED)
        town.relay()
        town.clock.pass_(hours=30)
        town.tell("a")
        town.relay()
        sent = api.sent[-1]
        ref, token = town.rows("select ref, token from ticket")[0]
        link = f"{BASE}/lacak/{ref}?k={token}"
        assert (sent["To"], sent["ContentSid"]) == (f"whatsapp:{SCOPED}", HX)
        assert json.loads(sent["ContentVariables"]) == {"1": ref, "2": link}
        ((text,),) = town.rows("select text from message where direction = 'out' order by id desc limit 1")
        assert text.startswith("[Templat WhatsApp")
        assert token not in text


@pytest.mark.parametrize(
    ("code", "why", "lost"),
    [
        ("63016", "24 jam", 0),
        ("63018", "terlalu banyak", 0),
        ("63024", "tidak terdaftar", 1),
        ("21610", "memblokir", 1),
    ],
)
def test_a_failure_told_later_stands_on_the_ticket_in_plain_words(
    ledger: Ledger, tmp_path: Path, now: datetime, code: str, why: str, lost: int
) -> None:
    with WhatsApp(silent={f"whatsapp:{SOMEBODY}"}) as api:
        town = make(ledger, tmp_path, now, api.url)
        town.say("SM1", "Lampu jalan mati di Meri")
        town.clock.pass_(minutes=5)
        town.relay()
        (callback,) = api.callbacks
        for _ in range(2):
            town.hear({**callback, "ErrorCode": code})
    ((text, public),) = town.rows("select text, public from event where kind = 'undelivered'")
    assert why in text
    assert not public
    assert town.rows("select delivery from outbox where notice = 'ack'") == [("failed",)]
    assert town.rows("select undeliverable from contact") == [(lost,)]


def test_a_reply_that_quotes_us_finds_its_ticket_however_old(
    ledger: Ledger, tmp_path: Path, now: datetime
) -> None:
    with WhatsApp() as api:
        town = make(ledger, tmp_path, now, api.url)
        town.say("SM1", "Lampu jalan mati di Meri")
        town.clock.pass_(hours=2)
        town.relay()
        town.say("SM2", "Sampah menumpuk di Wates")
        town.clock.pass_(hours=2)
        town.say("SM3", "Sudah menyala, terima kasih", OriginalRepliedMessageSid=f"SM{1:032x}")
    assert town.count("ticket") == 2
    found = dict(town.rows("select external_id, ticket_id from message where direction = 'in'"))
    assert found["SM3"] == found["SM1"] != found["SM2"]


def test_stop_is_heard_and_a_forwarded_word_is_marked(town: Town) -> None:
    town.say("SM1", "Banjir di Meri", Forwarded="true")
    town.say("SM2", "STOP")
    assert town.rows("select text from message where ticket_id is not null") == [
        ("[pesan terusan]\nBanjir di Meri",)
    ]
    assert town.rows("select state from outbox where notice = 'ack'") == [("canceled",)]


def test_while_the_ledger_cannot_be_written_a_message_waits_on_disk_and_is_taken(town: Town) -> None:
    if town.ledger.dialect != "sqlite":
        return  # a ledger that is down is the same to a door, whichever it is
    disk = FullDisk(town.ledger)
    disk.fill()
    town.say("SM1", "Lampu jalan mati di Meri " * 900)
    disk.make_room()
    assert town.count("message") == 0
    assert asyncio.run(town.intake.drain()) == 1
    town.say("SM1", "Lampu jalan mati di Meri " * 900)
    assert (town.count("ticket"), town.count("message")) == (1, 1)


NAMES = st.sampled_from(
    """MessageSid SmsSid SmsMessageSid From To Body NumMedia MediaUrl0 MediaUrl1 MediaUrl9 MediaContentType0
    WaId ExternalUserId ProfileName Latitude Longitude Label Address ButtonText ButtonPayload ListTitle ListId
    ListDescription InteractiveData MessageType OriginalRepliedMessageSid Forwarded FrequentlyForwarded
    ReferralBody ReferralSourceUrl MessageStatus ErrorCode Lain""".split()  # noqa: SIM905
)
VALUES = st.one_of(
    st.text(max_size=60),
    st.floats().map(str),
    st.sampled_from(
        [
            f"whatsapp:{SOMEBODY}", f"whatsapp:{SCOPED}", "whatsapp:", "whatsapp:+", SOMEBODY, "true",
            "location", "text", "99", "63016", "failed", "delivered", "STOP", "\ud800", "\0", "²",
            "https://api.twilio.com/2010-04-01/Accounts/AC0/Messages/MM0/Media/ME0", "http://[",
            "image/jpeg; x=y",
        ]
    ),
)  # fmt: skip
FORMS = st.one_of(
    st.lists(st.tuples(NAMES, VALUES), max_size=14),
    st.lists(st.tuples(NAMES, VALUES), max_size=8).map(
        lambda more: [*said("SM7", "Lampu jalan mati").items(), *more]
    ),
)
QUIET = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUIET
@given(pairs=FORMS)
def test_any_form_is_kept_once_as_a_message_or_parked_and_never_a_fault(
    town: Town, pairs: list[tuple[str, str]]
) -> None:
    pairs = [(name, value.encode("utf-8", "replace").decode()) for name, value in pairs]
    before = town.count("arrival")
    first = town.post(pairs)
    kept = [town.count(table) for table in ("arrival", "message", "ticket")]
    again = town.post(pairs)
    assert (first.status_code, again.status_code) == (200, 200)
    assert kept == [town.count(table) for table in ("arrival", "message", "ticket")]
    assert kept[0] - before in (0, 1)
    assert town.count("arrival", "state not in ('kept', 'parked')") == 0
    assert town.count("arrival", "state = 'parked' and reason like 'Galat%'") == 0
    body, signed = delivery(f"{BASE}/hooks/whatsapp", pairs)
    payload = town.door.verify(Request(url=f"{BASE}/hooks/whatsapp", headers=signed, body=body), town.clock())
    try:
        (one,) = town.door.parse(payload)
    except Unreadable:
        ((state,),) = town.rows("select state from arrival order by id desc limit 1")
        assert state == "parked" or kept[0] == before
    else:
        told = {row[0] for row in town.rows("select external_id from message where direction = 'in'")}
        assert isinstance(one, DeliveryReport) or one.external_id in told


#: Samples recorded elsewhere, beside the checkout; SAPA_TEST_PAYLOADS names another folder.
PAYLOADS = Path(os.environ.get("SAPA_TEST_PAYLOADS", Path(__file__).parents[3] / "shared" / "payloads"))
SAMPLES = PAYLOADS / "twilio_forms.json"


@pytest.mark.skipif(not SAMPLES.exists(), reason="the recorded samples are not here")
def test_the_recorded_forms_are_taken(town: Town) -> None:
    cases = json.loads(SAMPLES.read_text())["cases"]
    for name, fields in cases.items():
        assert town.post(fields).status_code == 200, name
    found = town.rows("select external_id from message where direction = 'in' order by external_id")
    wanted = sorted(fields["MessageSid"] for name, fields in cases.items() if name.startswith("wa_"))
    assert [row[0] for row in found] == wanted
    assert town.count("attachment") == 2


def test_nothing_personal_is_in_a_refusal(town: Town) -> None:
    town.hear({**said("SM1", "rahasia saya"), "From": SOMEBODY})
    ((reason,),) = town.rows("select reason from arrival where state = 'parked'")
    assert "rahasia" not in reason
    assert SOMEBODY[1:] not in reason


def test_a_file_of_nothing_is_given_up_visibly(ledger: Ledger, tmp_path: Path, now: datetime) -> None:
    with WhatsApp(files={"MM2/ME1": b""}) as api:
        town = make(ledger, tmp_path, now, api.url)
        town.hear(pictured("MM2", "MM2/ME1", Body="Lampu jalan mati"))
        town.fetch()
    assert town.rows("select state from attachment") == [("refused",)]
    assert town.count("event", "kind = 'file_lost'") == 1
