"""Our number changes: what people wrote to the old one goes on with the new one."""

from datetime import datetime
from pathlib import Path

import pytest
from counterparts import twilio
from test_hooks_sms import SAMI, Sms, make

from channels.sms import SmsDoor
from sapa.desk import acts
from sapa.desk.actor import Actor
from sapa.desk.city import Line
from store.db import Ledger

BASE = "http://testserver"
OLD, NEW = "+15005550006", "+15005550009"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """The move is driver SQL: it is tried on both."""
    return str(request.param)


def door(number: str, url: str = "http://127.0.0.1:9") -> SmsDoor:
    account = {"account_sid": twilio.SID, "auth_token": twilio.TOKEN, "api_url": url}
    section = {"provider": "twilio", "number": number, "public_url": BASE, "twilio": account}
    return SmsDoor.build(section, lambda: datetime.min)


def moved(sms: Sms, folder: Path, *former: str) -> Sms:
    """The same ledger, served with another number."""
    after = make(sms.ledger, folder, sms.clock.now, door(NEW), lines={"sms": Line(name="SMS", former=former)})
    after.clock.now = sms.clock.now
    return after


def test_a_message_to_the_new_number_joins_the_report_of_the_old_one(
    ledger: Ledger, tmp_path: Path, now: datetime
) -> None:
    sms = make(ledger, tmp_path, now, door(OLD))
    sms.say("SM" + "1" * 32, "Lampu jalan mati di depan pasar")
    after = moved(sms, tmp_path, OLD)
    after.clock.pass_(minutes=2)
    after.say("SM" + "2" * 32, "dekat tiang nomor 4")
    assert after.count("ticket") == 1
    assert after.rows("select count(distinct ticket_id), count(*) from message") == [(1, 2)]
    assert after.rows("select account from conversation") == [(NEW,)]


def test_a_question_leaves_by_the_new_number_and_its_answer_lands_on_the_report(
    ledger: Ledger, tmp_path: Path, now: datetime
) -> None:
    sms = make(ledger, tmp_path, now, door(OLD))
    sms.say("SM" + "1" * 32, "Lampu jalan mati di depan pasar")
    admin = Actor(kind="officer", role="administrator")
    common = {"version": 1, "key": "k", "now": now, "city": sms.city}
    ledger.write(lambda tx: acts.ask(tx, 1, admin, text="Tiang nomor berapa?", **common))
    after = moved(sms, tmp_path, "+62811", OLD)
    after.clock.pass_(days=2)
    with twilio.Twilio() as server:
        after.relay(door(NEW, server.url))
    assert {sent["From"] for sent in server.sent} == {NEW}
    after.clock.pass_(days=1)
    after.say("SM" + "2" * 32, "nomor 4")
    assert after.rows("select id, status from ticket") == [(1, "assigned")]
    assert set(after.rows("select direction, account from message")) == {
        ("in", OLD), ("in", NEW), ("out", NEW),
    }  # fmt: skip
    assert after.rows("select distinct conversation_id from message") == [(1,)]


def test_what_is_still_delivered_for_the_old_number_is_taken_where_it_is_signed(
    ledger: Ledger, tmp_path: Path, now: datetime
) -> None:
    sms = make(ledger, tmp_path, now, door(OLD))
    after = moved(sms, tmp_path, OLD)
    fields = dict(twilio.incoming("SM" + "3" * 32, "Sampah menumpuk", SAMI)) | {"To": OLD}
    assert after.twilio(list(fields.items())).status_code == 200
    assert after.count("ticket") == 1


def test_without_the_former_number_it_is_a_new_conversation(
    ledger: Ledger, tmp_path: Path, now: datetime
) -> None:
    sms = make(ledger, tmp_path, now, door(OLD))
    sms.say("SM" + "1" * 32, "Lampu jalan mati di depan pasar")
    after = moved(sms, tmp_path)
    after.say("SM" + "2" * 32, "dekat tiang nomor 4")
    assert after.count("conversation") == 2
