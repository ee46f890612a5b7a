"""/hooks/sms through the real app and ledger: signed first, kept once, answered in the provider's words."""

import asyncio
import json
import os
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from counterparts import gateway, twilio
from full_disk import FullDisk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient
from web_world import Clock, make_city, make_office

from channels.sms import SmsDoor
from notifier.letterhead import Letterhead
from notifier.relay import Relay
from notifier.render import Renderer
from sapa.desk.city import City
from sapa.desk.intake import Intake
from sapa.desk.spool import Spool
from sapa.web.app import create_app
from store.db import Ledger
from store.files import Files

BASE = "http://testserver"
SAMI, RINI = "+6281234567890", "+6281234567891"


@dataclass(kw_only=True)
class Sms:
    """An office with an SMS door."""

    ledger: Ledger
    clock: Clock
    door: SmsDoor
    client: TestClient
    intake: Intake
    city: City
    files: Files

    def twilio(self, fields: Any, **headers: str) -> Any:
        body, signed = twilio.delivery(f"{BASE}/hooks/sms", fields)
        return self.client.post("/hooks/sms", content=body, headers={**signed, **headers})

    def say(self, sid: str, text: str, sender: str = SAMI) -> None:
        answer = self.twilio(twilio.incoming(sid, text, sender))
        assert (answer.status_code, answer.text[-11:]) == (200, "<Response/>")
        assert answer.headers["content-type"].startswith("text/xml")

    def gateway(self, what: Any, **headers: str) -> Any:
        body = what if isinstance(what, bytes) else json.dumps(what).encode()
        told = {"x-gateway-secret": gateway.SECRET, "content-type": "application/json", **headers}
        return self.client.post("/hooks/sms", content=body, headers=told)

    def rows(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.ledger.reading() as tx:
            return tx.run(sql, **values)

    def count(self, table: str, where: str = "1 = 1") -> int:
        return int(self.rows(f"select count(*) from {table} where {where}")[0][0])

    def relay(self, sender: Any) -> None:
        """Send everything that is due."""
        head = Letterhead(
            brand="Sapa", city="Kota Contoh", public_url=BASE, tz=self.city.tz, secret=b"s" * 32
        )
        renderer = Renderer(lambda: head, self.files, mask=lambda text: text)
        asyncio.run(Relay(self.ledger, {"sms": sender}, renderer, self.clock).once())


def make(ledger: Ledger, folder: Path, now: datetime, door: SmsDoor, **more: Any) -> Sms:
    clock, plain = Clock(now), make_city()
    city = replace(plain, channels={**plain.channels, "sms": SmsDoor.traits}, public_url=BASE, **more)
    files, doors = Files(folder / "files"), {"sms": door}
    intake = Intake(ledger=ledger, files=files, spool=Spool(folder / "spool"), doors=doors, city=lambda: city)
    office = make_office(ledger, folder, clock, built_city=city, doors=doors, intake=intake)
    client = TestClient(create_app(office), follow_redirects=False)
    return Sms(
        ledger=ledger, clock=clock, door=door, client=client, intake=intake, city=city, files=files,
    )  # fmt: skip


def by_twilio(url: str = "http://127.0.0.1:9", now: datetime | None = None) -> SmsDoor:
    account = {"account_sid": twilio.SID, "auth_token": twilio.TOKEN, "api_url": url}
    section = {"provider": "twilio", "number": "+15005550006", "public_url": BASE, "twilio": account}
    return SmsDoor.build(section, lambda: now or datetime.min)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """What an SMS does in the ledger is driver SQL: it is tried on both."""
    return str(request.param)


@pytest.fixture
def sms(ledger: Ledger, tmp_path: Path, now: datetime) -> Sms:
    return make(ledger, tmp_path, now, by_twilio())


@pytest.fixture
def gated(ledger: Ledger, tmp_path: Path, now: datetime) -> Sms:
    door = SmsDoor.build(gateway.section(answer="OK"), lambda: now)
    return make(ledger, tmp_path, now, door)


def test_four_sms_in_a_row_are_one_complaint_with_one_thanks(sms: Sms) -> None:
    for number, text in enumerate(("pak", "lampu jalan mati", "di Meri depan pos", "tolong pak")):
        sms.say(f"SM{number}", text)
        sms.say(f"SM{number}", text)
        sms.clock.pass_(minutes=1)
    assert (sms.count("ticket"), sms.count("message"), sms.count("outbox", "notice = 'ack'")) == (1, 4, 1)
    assert sms.rows("select opd from ticket") == [("DISHUB",)]


def test_an_unsigned_delivery_leaves_nothing(sms: Sms) -> None:
    answer = sms.twilio(twilio.incoming("SM1", "x"), **{"x-twilio-signature": "palsu"})
    assert (answer.status_code, sms.count("arrival")) == (403, 0)
    assert sms.client.post("/hooks/sms", content=b"a=1&" * 400).status_code == 400


def test_the_thanks_is_an_sms_with_the_short_link_and_its_delivery_is_known(
    ledger: Ledger, tmp_path: Path, now: datetime
) -> None:
    with twilio.Twilio() as api:
        sms = make(ledger, tmp_path, now, by_twilio(api.url))
        sms.say("SM1", "Lampu jalan mati di Meri")
        sms.clock.pass_(minutes=2)
        sms.relay(sms.door)
        (sent,) = api.sent
        token = sms.rows("select token from ticket")[0][0]
        assert sent["Body"].endswith(f"Pantau: {BASE}/l/{token}")
        assert len(sent["Body"]) <= 306
        assert token not in sms.rows("select text from message where direction = 'out'")[0][0]
        told = {"MessageSid": f"SM{1:032x}", "MessageStatus": "undelivered", "ErrorCode": "30003"}
        assert sms.twilio(told).status_code == 200
        assert sms.rows("select delivery from outbox where notice = 'ack'") == [("failed",)]
        assert sms.rows("select undeliverable from contact") == [(1,)]
        assert sms.count("ticket") == 1


def test_who_says_stop_is_not_written_to_until_they_write_again(sms: Sms) -> None:
    sms.say("SM1", "Lampu jalan mati di Meri")
    sms.say("SM2", " Berhenti. ")
    assert sms.rows("select state from outbox where notice = 'ack'") == [("canceled",)]
    assert sms.rows("select undeliverable from contact") == [(1,)]
    assert sms.rows("select ticket_id, text from message where machine = 'stop'") == [(None, " Berhenti. ")]
    sms.say("SM3", "mulai")
    assert sms.rows("select undeliverable from contact") == [(0,)]
    sms.say("SM4", "STOP")
    sms.clock.pass_(hours=1)
    sms.say("SM5", "Sampah menumpuk di Wates")
    assert sms.rows("select undeliverable from contact") == [(0,)]
    assert (sms.count("ticket"), sms.count("outbox", "notice = 'ack' and state = 'pending'")) == (2, 1)


def test_a_late_report_of_delivery_does_not_undo_a_stop(sms: Sms) -> None:
    sms.say("SM1", "Lampu jalan mati di Meri")
    sms.ledger.write(
        lambda tx: tx.run("update outbox set state = 'sent', external_id = 'SM77' where notice = 'ack'")
    )
    sms.say("SM2", "STOP")
    sms.twilio({"MessageSid": "SM77", "MessageStatus": "delivered"})
    assert sms.rows("select delivery from outbox where notice = 'ack'") == [("delivered",)]
    assert sms.rows("select undeliverable from contact") == [(1,)]


def test_a_word_within_a_sentence_is_no_keyword(sms: Sms) -> None:
    for number, text in enumerate(
        ("Tolong stop truk sampah", "status jalan rusak", "mulai kapan?", "STATUS")
    ):
        sms.say(f"SM{number}", text)
        sms.clock.pass_(hours=1)
    # the last asks for all of their own
    assert (sms.count("ticket"), sms.count("outbox", "notice = 'status_list'")) == (3, 1)


def test_who_tries_out_many_refs_is_asked_to_wait_and_may_ask_of_their_own(sms: Sms) -> None:
    sms.say("SM0", "Lampu jalan mati di Meri", RINI)
    ref = sms.rows("select ref from ticket")[0][0]
    for number in range(10):
        sms.say(f"SM1{number}", f"STATUS SMP-2611-{number + 500:04}")
        sms.say(f"SM2{number}", f"status 2611 {number + 500:04}")  # the same ref is one ref
        sms.clock.pass_(minutes=1)
    kinds = "select notice, count(*) from outbox where notice like 'status%' group by notice order by notice"
    assert [row[0] for row in sms.rows(kinds)] == ["status_none"]
    sms.say("SM31", f"STATUS {ref}")
    told = sms.rows("select notice, ticket_id from outbox order by id desc limit 1")
    assert told == [("status_limit", None)]
    sms.say("SM32", f"STATUS {ref}", RINI)
    assert sms.count("outbox", "notice = 'status'") == 1
    for number in range(11):
        sms.say(f"SM4{number}", f"STATUS SMP-2611-{number + 500:04}", RINI)
    sms.clock.pass_(minutes=2)
    sms.say("SM50", f"STATUS {ref}", RINI)  # their own, however much they asked
    assert sms.count("outbox", "notice = 'status'") == 2
    sms.clock.pass_(minutes=61)
    sms.say("SM33", f"STATUS {ref}")
    assert sms.rows("select notice from outbox order by id desc limit 1") == [("status_none",)]


def test_who_never_reported_and_asks_for_no_ref_is_told_that_there_is_none(sms: Sms) -> None:
    sms.say("SM1", "STATUS")
    assert (sms.count("ticket"), sms.rows("select notice from outbox")) == (0, [("status_none",)])


def test_who_sends_the_bare_word_is_asked_for_the_complaint(sms: Sms) -> None:
    sms.say("SM1", "lapor")
    assert (sms.count("ticket"), sms.rows("select notice from outbox")) == (0, [("report_asked",)])
    sms.say("SM2", "LAPOR lampu jalan mati")
    assert (sms.count("ticket"), sms.count("message")) == (1, 2)
    sms.say("SM3", "batal")  # no command of this door: words of the complaint
    assert sms.rows("select count(*) from message where ticket_id = 1") == [(2,)]


def test_the_place_is_asked_for_in_words_and_an_answer_much_later_finds_its_report(
    ledger: Ledger, tmp_path: Path, now: datetime
) -> None:
    with twilio.Twilio() as api:
        sms = make(ledger, tmp_path, now, by_twilio(api.url))
        sms.say("SM1", "Lampu jalan mati")
        sms.clock.pass_(minutes=5)
        sms.relay(sms.door)
        sms.clock.pass_(hours=3)
        sms.say("SM2", "di Meri")
        sms.clock.pass_(minutes=5)
        sms.relay(sms.door)
    ref = sms.rows("select ref from ticket")[0][0]
    thanks, kept = [one["Body"] for one in api.sent]
    assert "Di mana tempatnya? Mohon balas alamatnya." in thanks
    assert kept == f"Sapa: terima kasih, lokasi Anda kami tambahkan pada laporan {ref}."
    assert sms.rows("select kelurahan from ticket") == [("Meri",)]


def test_who_asks_for_help_is_told_how_to_report(sms: Sms) -> None:
    sms.say("SM1", "Bantuan!")
    sms.say("SM2", "bantuan, lampu jalan mati di Meri")
    assert (sms.count("ticket"), sms.count("outbox", "notice = 'help'")) == (1, 1)
    assert sms.rows("select text from message where ticket_id is not null") == [
        ("bantuan, lampu jalan mati di Meri",)
    ]


@pytest.mark.parametrize("form", ["STATUS {ref}", "status {bare}", "Status  {spaced}.", "STATUS {digits}"])
def test_a_status_is_asked_in_many_ways_and_opens_no_ticket(sms: Sms, form: str) -> None:
    sms.say("SM1", "Lampu jalan mati di Meri")
    ref = sms.rows("select ref from ticket")[0][0]
    bare = ref.partition("-")[2]
    words = {"ref": ref, "bare": bare, "spaced": ref.replace("-", " "), "digits": bare.replace("-", "")}
    sms.say("SM2", form.format(**words))
    sms.say("SM3", form.format(**words))
    assert (sms.count("ticket"), sms.count("outbox", "notice = 'status'")) == (1, 1)
    assert sms.rows("select ticket_id from outbox where notice = 'status'") == [(1,)]


def test_a_status_is_told_to_its_reporter_and_to_others_as_if_there_were_none(
    ledger: Ledger, tmp_path: Path, now: datetime
) -> None:
    with twilio.Twilio() as api:
        sms = make(ledger, tmp_path, now, by_twilio(api.url))
        sms.say("SM1", "Lampu jalan mati di Meri")
        sms.say("SM2", "Anak saya dipukuli dan dimintai uang pungli", RINI)
        refs = [row[0] for row in sms.rows("select ref from ticket order by id")]
        sealed = sms.rows("select ref from ticket where privacy = 'secret' or sensitive <> ''")
        sms.clock.pass_(minutes=5)
        for number, ref in enumerate(refs):
            sms.say(f"A{number}", f"STATUS {ref}")
            sms.say(f"B{number}", f"STATUS {ref}", RINI)
        sms.say("C", "STATUS SMP-2611-9999", RINI)
        sms.relay(sms.door)
    told = {(one["To"], ref): one["Body"] for one in api.sent for ref in [*refs, "SMP-2611-9999"]
            if ref in one["Body"] and "kami terima" not in one["Body"]}  # fmt: skip
    assert "DISHUB" in told[SAMI, refs[0]]
    unknown = told[RINI, "SMP-2611-9999"].replace("SMP-2611-9999", "…")
    assert told[RINI, refs[0]].replace(refs[0], "…") == unknown
    assert "tidak dapat kami sampaikan" in unknown
    assert sealed
    for (ref,) in sealed:
        for whom in (SAMI, RINI):
            assert told[whom, ref].replace(ref, "") == told[RINI, "SMP-2611-9999"].replace(
                "SMP-2611-9999", ""
            )
    assert all("http" not in text for text in told.values())
    assert all("Lampu" not in text for text in told.values())


def test_parts_that_come_one_by_one_are_one_ticket_in_their_order(gated: Sms) -> None:
    def part(number: int) -> dict[str, Any]:
        at = gated.clock.now.timestamp()
        return {
            "id": "p",
            "from": SAMI,
            "message": f"bagian {number}",
            "part": number,
            "parts": 3,
            "ref": "7",
            "sent_at": at,
        }

    first = [part(3), part(1), part(2)]
    for one in (*first, first[0]):
        answer = gated.gateway(one)
        assert (answer.status_code, answer.text) == (200, "OK")
    assert gated.count("ticket") == 1
    texts = gated.rows("select text from message order by sent_at, id")
    assert texts == [("bagian 1",), ("bagian 2",), ("bagian 3",)]


def test_parts_that_come_one_by_one_are_read_as_one_text(gated: Sms) -> None:
    said = {1: "Selamat pagi, lampu ja", 2: "lan mati, telepon 0812345", 3: "67890, tolong"}
    sent = gated.clock.now.timestamp()  # all parts name the time of the one SMS
    for number in (2, 1, 3):
        told = {"id": "p", "from": SAMI, "message": said[number], "part": number, "parts": 3, "ref": "7"}
        gated.gateway({**told, "sent_at": sent})
        gated.clock.pass_(seconds=5)
    ((summary, opd),) = gated.rows("select summary, opd from ticket")
    assert summary == "Selamat pagi, lampu jalan mati, telepon ••••••••••••, tolong"
    assert opd == "DISHUB"  # a word in two parts is one word


def test_a_batch_keeps_people_and_parks_machines(gated: Sms) -> None:
    fine = [
        {"id": str(n), "from": f"+628123456789{n}", "message": "Sampah menumpuk", "sent_at": 1}
        for n in range(3)
    ]
    answer = gated.gateway({"messages": [*fine, {"id": "9", "from": "PROMO", "message": "Murah!"}]})
    assert (answer.status_code, gated.count("ticket")) == (200, 3)
    assert gated.count("arrival", "state = 'parked'") == 1
    assert gated.count("message") == 4


def test_while_the_ledger_cannot_be_written_an_sms_waits_on_disk_and_is_taken(sms: Sms) -> None:
    if sms.ledger.dialect != "sqlite":
        return  # a ledger that is down is the same to a door, whichever it is
    disk = FullDisk(sms.ledger)
    disk.fill()
    sms.say("SM1", "Lampu jalan mati di Meri " * 900)
    disk.make_room()
    assert sms.count("message") == 0
    assert asyncio.run(sms.intake.drain()) == 1
    sms.say("SM1", "Lampu jalan mati di Meri " * 900)
    assert (sms.count("ticket"), sms.count("message")) == (1, 1)


NAMES = st.sampled_from(
    [
        "MessageSid",
        "SmsSid",
        "SmsMessageSid",
        "From",
        "To",
        "Body",
        "NumMedia",
        "MessageStatus",
        "ErrorCode",
        "Lain",
    ]
)
VALUES = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            SAMI,
            "0812-3456-7890",
            "whatsapp:+6281",
            "STOP",
            "STATUS SMP-2611-0001",
            "delivered",
            "\ud800",
            "\0",
        ]
    ),
)
QUIET = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUIET
@given(pairs=st.lists(st.tuples(NAMES, VALUES), max_size=12))
def test_any_form_of_twilio_is_kept_once_and_never_a_fault(sms: Sms, pairs: list[tuple[str, str]]) -> None:
    pairs = [(name, value.encode("utf-8", "replace").decode()) for name, value in pairs]
    before = sms.count("arrival")
    first = sms.twilio(pairs)
    kept = [sms.count(table) for table in ("arrival", "message", "ticket")]
    again = sms.twilio(pairs)
    assert (first.status_code, again.status_code) == (200, 200)
    assert kept == [sms.count(table) for table in ("arrival", "message", "ticket")]
    assert kept[0] - before in (0, 1)
    assert sms.count("arrival", "state = 'parked' and reason like 'Galat%'") == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just(SAMI),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["from", "message", "id", "sent_at", "part", "parts", "ref", "status", "messages"]
            ),
            inner,
            max_size=8,
        )
    ),
    max_leaves=24,
)


@QUIET
@given(what=JSON)
def test_anything_a_gateway_says_is_kept_once_and_never_a_fault(gated: Sms, what: Any) -> None:
    assert gated.gateway(what).status_code == 200
    kept = [gated.count(table) for table in ("arrival", "message", "ticket")]
    assert gated.gateway(what).status_code == 200
    assert kept == [gated.count(table) for table in ("arrival", "message", "ticket")]
    assert kept[0] >= 1
    assert gated.count("arrival", "state = 'parked' and reason like 'Galat%'") == 0


#: Samples recorded elsewhere, beside the checkout; SAPA_TEST_PAYLOADS names another folder.
PAYLOADS = Path(os.environ.get("SAPA_TEST_PAYLOADS", Path(__file__).parents[3] / "shared" / "payloads"))
SAMPLES = PAYLOADS / "twilio_forms.json"


@pytest.mark.skipif(not SAMPLES.exists(), reason="the recorded samples are not here")
def test_the_recorded_forms_are_taken(sms: Sms) -> None:
    for name, fields in json.loads(SAMPLES.read_text())["cases"].items():
        assert sms.twilio(fields).status_code == 200, name
    assert sms.rows("select text from message") == [
        (json.loads(SAMPLES.read_text())["cases"]["sms_text"]["Body"],)
    ]


def test_nothing_personal_is_in_a_refusal(gated: Sms) -> None:
    parked = gated.gateway({"from": SAMI, "id": "1"})
    assert parked.status_code == 200
    reasons = gated.rows("select reason from arrival where state = 'parked'")
    assert SAMI not in str(reasons)


def test_a_gateway_that_delivers_by_get_is_taken_in_and_nobody_else_is(
    sms: Sms, ledger: Ledger, tmp_path: Path
) -> None:
    assert sms.client.get("/hooks/sms").status_code == 405  # Twilio tells us by POST
    section = gateway.section(secret_header="", secret_query="kunci", method="GET", answer="OK")
    door = SmsDoor.build(section, lambda: sms.clock.now)
    client = make(ledger, tmp_path / "lain", sms.clock.now, door).client
    said = {"id": "7", "from": "081234567890", "message": "Jalan rusak & gelap", "kunci": gateway.SECRET}
    answers = [client.get("/hooks/sms", params=said) for _ in range(2)]
    assert [(one.status_code, one.text) for one in answers] == [(200, "OK")] * 2
    assert client.get("/hooks/sms", params={**said, "kunci": "lain"}).status_code == 403
    assert sms.rows("select text from message") == [("Jalan rusak & gelap",)]
    assert gateway.SECRET.encode() not in bytes(sms.rows("select raw from arrival")[0][0])
