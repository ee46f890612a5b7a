"""What arrives becomes tickets: once, in order, with nothing lost."""

import asyncio
import base64
import io
import itertools
import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake_world import World, chat
from PIL import Image

from channels.message import DeliveryReport
from router.place import Area, Gazetteer
from sapa.desk import acts
from sapa.desk.actor import Actor
from sapa.desk.deadline import SlaRow, SlaTable
from sapa.desk.errors import Invalid, NotFound
from sapa.desk.which import refs_in
from store import tickets
from store.db import Ledger


@pytest.fixture
def world(ledger: Ledger, tmp_path: Path, now: datetime) -> World:
    return World(ledger, tmp_path, now)


def picture(**options: object) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "orange").save(file, "JPEG", **options)
    return file.getvalue()


def photo(content: bytes, name: str = "foto.jpg") -> dict[str, str]:
    return {"name": name, "base64": base64.b64encode(content).decode()}


def test_a_message_becomes_a_ticket_at_its_opd_with_a_reason(world: World) -> None:
    (accepted,) = world.say(chat("1", "Lampu jalan di Meri mati"))
    assert world.tickets() == [(accepted.ref, "assigned", "DISHUB")]
    assert accepted.ref == "SMP-2611-0001"
    assert world.told() == [("assigned", "opd:DISHUB"), ("ack", "contact:1")]
    ((because, kelurahan),) = world.rows(
        "SELECT because, kelurahan FROM disposition JOIN ticket ON ticket.id = ticket_id"
    )
    assert "Dinas Perhubungan" in because
    assert kelurahan == "Meri"
    assert [row[0] for row in world.rows("SELECT kind FROM event ORDER BY id")] == ["received", "assigned"]
    assert [row[0] for row in world.rows("SELECT step FROM deadline ORDER BY id")] == [
        "first_response",
        "resolve",
    ]


def test_a_mail_is_summed_up_by_its_subject_and_its_text(world: World) -> None:
    head = b"From: Warga <w@contoh.example>\nTo: lapor@kota.example\nSubject: Lampu mati\nMessage-ID: "
    world.post(head + b"<1@contoh.example>\n\nDi Meri sejak Senin")
    assert world.rows("SELECT summary FROM ticket") == [("Lampu mati. Di Meri sejak Senin",)]
    ref = world.tickets()[0][0].encode()
    world.post(head + b"<2@contoh.example>\n\nLampu mati juga di gang sebelah, " + ref)
    assert world.rows("SELECT summary FROM ticket") == [
        ("Lampu mati. Di Meri sejak Senin\nLampu mati juga di gang sebelah, " + ref.decode(),)
    ]


def test_what_no_rule_knows_goes_to_triage(world: World) -> None:
    world.say(chat("1", "Saya bingung harus ke mana"))
    assert [row[1:] for row in world.tickets()] == [("triage", "")]
    assert world.told() == [("triage", "diskominfo"), ("ack", "contact:1")]
    assert [row[0] for row in world.rows("SELECT step FROM deadline ORDER BY id")] == ["verify", "resolve"]


def test_a_burst_of_four_is_one_ticket_one_thanks_and_one_notice(world: World) -> None:
    world.say(chat("1", "pak"))
    world.later(seconds=5)
    world.say(chat("2", "lampu jalan mati sudah tiga hari"))
    world.later(seconds=20)
    world.say(chat("3", photos=[photo(picture())]))
    world.later(seconds=8)
    world.say(chat("4", place={"lat": -7.4551, "lon": 112.4498}))
    assert [row[1:] for row in world.tickets()] == [("assigned", "DISHUB")]
    assert sorted(world.told()) == [("ack", "contact:1"), ("assigned", "opd:DISHUB")]
    assert world.rows("SELECT kelurahan, place_sure FROM ticket")[0][0] == "Wates"
    assert world.rows("SELECT COUNT(*) FROM message")[0][0] == 4


def test_after_the_burst_a_new_message_is_a_new_complaint(world: World) -> None:
    world.say(chat("1", "lampu jalan mati"))
    world.later(minutes=11)
    world.say(chat("2", "ada sampah menumpuk"))
    assert [row[2] for row in world.tickets()] == ["DISHUB", "DLH"]


def test_other_people_are_other_tickets(world: World) -> None:
    world.say(chat("1", "lampu jalan mati", who="A"), chat("2", "lampu jalan mati", who="B"))
    assert len(world.tickets()) == 2


BURST = [
    [chat("1", "pak", sent_at="2026-11-24T01:00:00+00:00")],
    [chat("2", "lampu jalan mati", sent_at="2026-11-24T01:02:00+00:00")],
    [chat("3", place={"lat": -7.481, "lon": 112.4475}, sent_at="2026-11-24T01:09:00+00:00")],
    [chat("4", "tolong pak", sent_at="2026-11-24T01:17:00+00:00")],
    [chat("5", "ada sampah", sent_at="2026-11-24T01:40:00+00:00")],
]


def picture_of(world: World) -> list[tuple[object, ...]]:
    """What the tickets say, whatever the order of arrival: owner, place, status, messages."""
    rows = world.rows(
        "SELECT ticket.id, opd, status, ticket.kelurahan, external_id FROM ticket"
        " JOIN message ON message.ticket_id = ticket.id WHERE status <> 'merged' ORDER BY external_id"
    )
    found: dict[int, list[object]] = {}
    for id_, *facts, external_id in rows:
        found.setdefault(id_, [tuple(facts)]).append(external_id)
    return sorted(tuple(facts) for facts in found.values())


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("order", list(itertools.permutations(range(5)))[::7])
def test_any_order_and_any_doubling_gives_the_same_tickets(world: World, order: tuple[int, ...]) -> None:
    for number in (*order, *reversed(order)):
        world.say(*BURST[number])
    assert picture_of(world) == [
        (("DISHUB", "assigned", "Meri"), "1", "2", "3", "4"),
        (("DLH", "assigned", ""), "5"),
    ]
    told = sorted(world.told())
    assert told.count(("assigned", "opd:DISHUB")) == 1
    assert [notice for notice, _ in told].count("ack") == 2


def test_the_same_delivery_answers_with_the_same_ref(world: World) -> None:
    (first,) = world.say(chat("1", "lampu jalan mati"))
    (second,) = world.say(chat("1", "lampu jalan mati"))
    assert (second.ref, second.duplicate) == (first.ref, True)
    (third,) = world.say(chat("1", "lampu jalan mati"), delivery="another")
    assert (third.ref, third.duplicate) == (first.ref, True)
    assert len(world.tickets()) == 1


def test_an_edit_is_a_revision_and_is_judged_again(world: World) -> None:
    world.say(chat("1", "ada sampah"))
    world.say(chat("1", "maaf, maksud saya lampu jalan", edited=True))
    assert [row[2] for row in world.tickets()] == ["DISHUB"]
    assert world.rows("SELECT text FROM message") == [("ada sampah",)]
    assert world.rows("SELECT text FROM message_revision") == [("maaf, maksud saya lampu jalan",)]
    assert ("assigned", "opd:DLH") not in world.told()


def test_an_agency_that_was_told_is_told_when_a_late_part_takes_it_away(world: World) -> None:
    world.say(chat("1", "ada sampah"))
    world.ledger.write(lambda tx: tx.run("UPDATE outbox SET state = 'sent' WHERE notice = 'assigned'"))
    world.say(chat("1", "maksud saya lampu jalan", edited=True))
    assert ("taken_away", "opd:DLH") in world.told()
    assert ("assigned", "opd:DISHUB") in world.told()
    assert world.rows("SELECT opd FROM ticket_opd WHERE until IS NULL") == [("DISHUB",)]


def test_the_pictures_of_an_album_are_one_ticket_hours_apart(world: World) -> None:
    world.say(chat("1", "lampu jalan", group="g1"))
    world.later(hours=3)
    world.say(chat("2", photos=[photo(picture())], group="g1"))
    assert len(world.tickets()) == 1


def test_a_quoted_ref_joins_and_adds_a_supporter(world: World) -> None:
    (first,) = world.say(chat("1", "lampu jalan mati", who="A"))
    world.later(hours=2)
    (second,) = world.say(chat("2", f"sama, {first.ref.lower()} belum menyala", who="B"))
    assert second.ref == first.ref
    assert world.rows("SELECT role FROM ticket_reporter ORDER BY id") == [("reporter",), ("supporter",)]
    assert ("ack", "contact:2") in world.told()


def test_a_secret_ticket_is_not_joined_by_its_public_ref(world: World) -> None:
    (first,) = world.say(chat("1", "ada pungli", who="A"))
    (second,) = world.say(chat("2", f"tentang {first.ref}", who="B"))
    assert second.ref != first.ref


def test_a_reply_to_our_message_joins_its_ticket(world: World, now: datetime) -> None:
    (first,) = world.say(chat("1", "lampu jalan mati"))
    world.ledger.write(
        lambda tx: tx.run(
            "INSERT INTO message (uuid, direction, channel, account, external_id, ticket_id, subject, text,"
            " in_reply_to, group_id, machine, place, kelurahan, sent_at, received_at)"
            " VALUES (:uuid, 'out', 'fake', 'fake', 'ours-1', 1, '', '', '', '', '', '', '', :now, :now)",
            uuid=uuid4(),
            now=now,
        )
    )
    world.later(days=2)
    (second,) = world.say(chat("2", "masih mati", reply_to="ours-1"))
    assert second.ref == first.ref


def test_a_message_about_a_closed_ticket_is_a_new_one_that_names_it(world: World) -> None:
    (first,) = world.say(chat("1", "lampu jalan mati"))
    world.ledger.write(lambda tx: tx.run("UPDATE ticket SET status = 'closed'"))
    (second,) = world.say(chat("2", f"{first.ref} mati lagi, lampu jalan"))
    assert second.ref != first.ref
    assert first.ref in str(
        world.rows("SELECT data FROM event WHERE kind = 'received' ORDER BY id DESC LIMIT 1")
    )


def test_the_only_waiting_ticket_takes_what_its_reporter_writes_later(world: World, now: datetime) -> None:
    (first,) = world.say(chat("1", "lampu jalan mati"))
    actor = Actor(kind="opd", opd="DISHUB")
    world.ledger.write(
        lambda tx: acts.ask(
            tx, 1, actor, version=1, key="ask-0001", now=now, city=world.city, text="Di tiang mana?"
        )
    )
    world.later(hours=5)
    (second,) = world.say(chat("2", "tiang nomor tujuh"))
    assert second.ref == first.ref
    assert [row[1] for row in world.tickets()] == ["assigned"]
    assert [row for row in world.told() if row[1] == "opd:DISHUB"] == [
        ("assigned", "opd:DISHUB"),  # written before the question: it does not show the answer
        ("citizen_wrote", "opd:DISHUB"),
    ]


def test_oversight_is_secret_and_never_goes_to_whom_it_is_about(world: World) -> None:
    world.say(chat("1", "ada pungli di pasar", who="A"), chat("2", "pungli oleh inspektorat", who="B"))
    assert [row[2] for row in world.tickets()] == ["INSPEKTORAT", "SETDA"]
    assert world.rows("SELECT privacy, accused FROM ticket ORDER BY id") == [
        ("secret", ""),
        ("secret", "INSPEKTORAT"),
    ]


def test_urgent_words_do_not_wait_for_the_burst(world: World, now: datetime) -> None:
    world.say(chat("1", "ada orang kesetrum lampu jalan"))
    assert world.rows("SELECT urgent FROM ticket")[0][0]
    ((due,),) = world.rows("SELECT next_at FROM outbox WHERE notice = 'assigned'")
    assert str(due)[:19] == str(now)[:19]


def test_the_web_form_opens_a_ticket_a_sending_and_answers_to_the_mail_given(world: World) -> None:
    (first,) = world.form("kunci-0001", text="lampu jalan mati", email="siti@contoh.id", kelurahan="Wates")
    (second,) = world.form("kunci-0002", text="ada sampah", email="siti@contoh.id")
    assert first.ref != second.ref
    assert world.rows("SELECT kelurahan FROM ticket ORDER BY id")[0] == ("Wates",)
    assert [row for row in world.told() if row[0] == "ack"] == [("ack", "contact:1"), ("ack", "contact:1")]
    assert world.rows("SELECT channel, value FROM identity") == [("email", "siti@contoh.id")]


def test_another_address_given_with_the_form_is_kept_with_the_reporter(world: World) -> None:
    world.form("kunci-0001", text="lampu jalan", email="siti@contoh.id", phone="0812 3456 7890")
    assert [one.value for one in world.ledger.write(lambda tx: tickets.senders(tx, 1))] == [
        "siti@contoh.id",
        "+6281234567890",
    ]


def second_contacts(world: World, ticket: int) -> list[str]:
    with world.ledger.reading() as tx:
        return [one.value for one in tickets.senders(tx, ticket)]


def test_who_types_anothers_mail_address_changes_nothing_on_their_reports(world: World) -> None:
    victim = {"email": "siti@contoh.id"}
    world.form("kunci-0001", text="lampu jalan", **victim, phone="0812 3456 7890")
    world.form("kunci-0002", text="ada sampah", **victim, phone="0899 9999 9999")
    assert second_contacts(world, 1) == ["siti@contoh.id", "+6281234567890"]
    assert "+6289999999999" in second_contacts(world, 2)  # and what an honest sender gives is not lost
    world.form("kunci-0003", text="pohon tumbang", email="budi@contoh.id")
    world.form("kunci-0004", text="ada sampah", email="budi@contoh.id", phone="0899 9999 9999")
    assert second_contacts(world, 3) == ["budi@contoh.id"]


def test_who_gives_the_same_two_addresses_again_is_one_reporter(world: World) -> None:
    for key in ("kunci-0001", "kunci-0002"):
        world.form(key, text="lampu jalan", email="siti@contoh.id", phone="0812 3456 7890")
    assert world.rows("SELECT ticket_id, contact_id FROM ticket_reporter") == [(1, 1), (2, 1)]
    assert second_contacts(world, 2) == ["siti@contoh.id", "+6281234567890"]


def test_the_same_person_by_mail_is_no_supporter_of_their_own_form(world: World) -> None:
    (first,) = world.form("kunci-0001", text="lampu jalan mati", email="siti@contoh.id")
    (again,) = world.post(
        b"From: Siti <siti@contoh.id>\r\nTo: lapor@kota.example\r\nMessage-ID: <b@contoh.id>\r\n"
        b"Subject: Re: " + first.ref.encode() + b"\r\n\r\nmasih mati\r\n"
    )
    assert again.ref == first.ref
    assert world.rows("SELECT role FROM ticket_reporter") == [("reporter",), ("reporter",)]
    assert [row[0] for row in world.told()].count("ack") == 1


def test_an_anonymous_form_leaves_no_way_back_and_no_notice_to_the_citizen(world: World) -> None:
    world.form("kunci-0001", text="lampu jalan mati", privacy="anonymous")
    assert [row[0] for row in world.told()] == ["assigned"]
    assert world.rows("SELECT privacy FROM ticket") == [("anonymous",)]


def test_an_answer_from_the_tracking_page_is_the_reporters(world: World) -> None:
    (first,) = world.form("kunci-0001", text="lampu jalan mati", email="siti@contoh.id")
    (again,) = world.form("kunci-0002", text="tiang nomor tujuh", token=first.token)
    assert again.ref == first.ref
    assert world.rows("SELECT COUNT(*) FROM ticket_reporter")[0][0] == 1
    assert len({row[0] for row in world.rows("SELECT conversation_id FROM message")}) == 1


def thread(world: World) -> list[tuple[object, ...]]:
    """(ticket, text, place) of every message."""
    return world.rows("SELECT ticket_id, text, place FROM message ORDER BY id")


def test_a_form_sent_again_with_other_words_adds_them_and_replaces_none(world: World) -> None:
    (first,) = world.form("kunci-0001", text="ada sampah")
    for _ in range(2):
        (again,) = world.form("kunci-0001", text="lampu jalan PJU mati")
        assert (again.ref, again.token) == (first.ref, first.token)
    (same,) = world.form("kunci-0001", text="ada sampah")
    assert (same.ref, same.token, same.duplicate) == (first.ref, first.token, True)
    assert thread(world) == [(1, "ada sampah", ""), (1, "lampu jalan PJU mati", "")]
    assert world.rows("SELECT summary FROM ticket") == [("ada sampah\nlampu jalan PJU mati",)]
    assert world.rows("SELECT COUNT(*) FROM message_revision") == [(0,)]


def test_a_form_sent_again_the_next_day_with_other_words_is_another_complaint(world: World) -> None:
    (first,) = world.form("kunci-0001", text="ada sampah")
    world.later(days=1)
    for _ in range(2):
        (other,) = world.form("kunci-0001", text="lampu jalan PJU mati")
        assert other.token not in ("", first.token)
    (same,) = world.form("kunci-0001", text="ada sampah")
    assert (same.ref, same.token) == (first.ref, first.token)
    assert world.rows("SELECT opd, summary FROM ticket ORDER BY id") == [
        ("DLH", "ada sampah"),
        ("DISHUB", "lampu jalan PJU mati"),
    ]


def test_what_else_was_changed_before_a_form_was_sent_again_is_not_lost(world: World) -> None:
    (first,) = world.form("kunci-0001", text="ada sampah")
    world.form("kunci-0001", text="ada sampah", address="depan pasar", kelurahan="Wates")
    assert thread(world) == [(1, "ada sampah", ""), (1, "ada sampah", "depan pasar")]
    assert world.rows("SELECT kelurahan FROM ticket") == [("Wates",)]
    for _ in range(2):
        (again,) = world.form("kunci-0001", text="ada sampah", email="siti@contoh.id")
        assert (again.ref, again.token) == (first.ref, first.token)
    assert [lane for notice, lane in world.told() if notice == "ack"] == ["contact:2"]
    assert world.rows("SELECT contact_id, role FROM ticket_reporter ORDER BY id") == [
        (1, "reporter"),
        (2, "reporter"),
    ]
    assert len(thread(world)) == 3


def test_who_goes_back_to_make_a_report_secret_has_it_secret(world: World) -> None:
    world.form("kunci-0001", text="ada sampah")
    for privacy, kept in (("secret", "secret"), ("anonymous", "secret"), ("normal", "secret")):
        world.form("kunci-0001", text="ada sampah", privacy=privacy)
        assert world.rows("SELECT privacy FROM ticket") == [(kept,)]
    world.form("kunci-0002", text="lampu jalan mati")
    world.form("kunci-0002", text="lampu jalan mati, dua titik", privacy="anonymous")
    assert world.rows("SELECT privacy FROM ticket ORDER BY id") == [("secret",), ("anonymous",)]


def test_a_form_sent_again_about_a_report_that_is_over_is_another_complaint(world: World) -> None:
    (first,) = world.form("kunci-0001", text="ada sampah")
    world.ledger.write(lambda tx: tx.run("UPDATE ticket SET status = 'archived'"))
    (other,) = world.form("kunci-0001", text="ada sampah lagi")
    assert other.token not in ("", first.token)


def test_photos_sent_again_with_other_words_are_kept_once(world: World) -> None:
    photos = [base64.b64encode(picture()).decode()]
    for text in ("ada sampah", "ada sampah banyak"):
        world.form("kunci-0001", text=text, photos=photos)
    assert world.rows("SELECT message_id, state FROM attachment") == [(1, "kept")]
    world.later(days=1)
    world.form("kunci-0001", text="sampah lain", photos=photos)
    assert world.rows("SELECT message_id FROM attachment ORDER BY id") == [(1,), (3,)]


def test_a_photo_added_when_the_same_form_is_sent_again_is_not_lost(world: World) -> None:
    photos = [base64.b64encode(picture()).decode()]
    for more in ({}, {"photos": photos}, {"photos": photos, "name": "Siti"}):
        body = json.dumps({"key": "kunci-0001", "text": "ada sampah", **more}).encode()
        world.deliver(world.payload("web", body))
    assert world.rows("SELECT message_id, state FROM attachment") == [(1, "kept")]


def test_another_mail_of_the_same_message_id_is_a_complaint_of_its_own(world: World) -> None:
    def mail(who: bytes, words: bytes) -> str:
        head = b"From: " + who + b"@contoh.id\r\nMessage-ID: <1@localhost>\r\n\r\n"
        return world.post(head + words + b"\r\n")[0].ref

    first, second = mail(b"siti", b"lampu jalan mati"), mail(b"budi", b"ada sampah")
    assert first != second
    assert [mail(b"budi", b"ada sampah"), mail(b"siti", b"lampu jalan mati")] == [second, first]
    assert [row[2] for row in world.tickets()] == ["DISHUB", "DLH"]
    assert world.rows("SELECT COUNT(*) FROM message_revision") == [(0,)]


def test_the_same_words_under_the_same_message_id_by_somebody_else_are_not_swallowed(world: World) -> None:
    def mail(who: bytes) -> str:
        head = b"From: " + who + b"@contoh.id\r\nMessage-ID: <1@localhost>\r\n\r\n"
        return world.post(head + b"lampu jalan mati\r\n")[0].ref

    first, second = mail(b"siti"), mail(b"budi")
    assert first != second
    assert [mail(b"budi"), mail(b"siti")] == [second, first]
    assert [lane for notice, lane in world.told() if notice == "ack"] == ["contact:1", "contact:2"]


def test_what_cannot_be_read_is_parked_raw_and_can_be_taken_up(world: World) -> None:
    body = b"{not json"
    (accepted,) = world.deliver(world.payload("fake", body))
    assert accepted.ref == ""
    assert world.rows("SELECT state, channel FROM arrival") == [("parked", "fake")]
    assert bytes(world.rows("SELECT raw FROM arrival")[0][0]) == body
    with pytest.raises(Invalid):
        asyncio.run(world.intake.reprocess(1, world.now))
    assert world.rows("SELECT tries FROM arrival") == [(1,)]


def test_a_door_that_raises_parks_what_came_and_taking_it_up_makes_a_ticket(world: World) -> None:
    def broken() -> None:
        raise ZeroDivisionError("08123456789 secret words")

    world.deliver(world.payload("fake", json.dumps(chat("1", "lampu jalan")).encode()), broken)
    ((state, reason),) = world.rows("SELECT state, reason FROM arrival")
    assert state == "parked"
    assert "08123456789" not in reason
    (accepted,) = asyncio.run(world.intake.reprocess(1, world.now))
    assert world.tickets() == [(accepted.ref, "assigned", "DISHUB")]
    assert world.rows("SELECT state FROM arrival") == [("kept",)]
    with pytest.raises(NotFound):
        asyncio.run(world.intake.reprocess(1, world.now))


MACHINE = (
    b"From: anna@contoh.id\r\nTo: lapor@kota.example\r\nMessage-ID: <m1@contoh.id>\r\n"
    b"Auto-Submitted: auto-replied\r\nSubject: Tidak di kantor\r\n\r\nSaya cuti. Lampu jalan mati.\r\n"
)


def test_a_machines_mail_is_parked_without_ticket_and_a_person_can_take_it_up(world: World) -> None:
    (accepted,) = world.post(MACHINE)
    assert accepted.ref == ""
    assert world.tickets() == []
    assert world.told() == []
    ((state, reason),) = world.rows("SELECT state, reason FROM arrival")
    assert state == "parked"
    assert reason.startswith("Pesan mesin")
    (taken,) = asyncio.run(world.intake.reprocess(1, world.now))
    assert world.tickets() == [(taken.ref, "assigned", "DISHUB")]
    assert world.rows("SELECT COUNT(*) FROM message")[0][0] == 1


def test_an_agencys_answer_to_its_notice_is_no_complaint_but_waits_for_a_person(world: World) -> None:
    world.say(chat("1", "lampu jalan mati"))
    world.ledger.write(
        lambda tx: tx.run(
            "UPDATE outbox SET state = 'sent', external_id = 'n1@kota.example' WHERE notice = 'assigned'"
        )
    )
    (accepted,) = world.post(
        b"From: dishub@kota.example\r\nTo: lapor@kota.example\r\nMessage-ID: <a@dishub>\r\n"
        b"In-Reply-To: <n1@kota.example>\r\n\r\nSiap, kami kerjakan besok.\r\n"
    )
    assert accepted.ref == ""
    assert len(world.tickets()) == 1
    ((reason,),) = world.rows("SELECT reason FROM arrival WHERE state = 'parked'")
    assert "OPD" in reason


def test_who_writes_again_can_be_reached_again(world: World) -> None:
    world.say(chat("1", "lampu jalan mati"))
    world.ledger.write(lambda tx: tx.run("UPDATE contact SET undeliverable = :yes", yes=True))
    world.say(chat("2", "tolong pak"))
    assert not world.rows("SELECT undeliverable FROM contact")[0][0]


def test_a_large_payload_is_kept_as_a_file(world: World) -> None:
    text = "lampu jalan mati " * 5000
    world.say(chat("1", text))
    ((raw, blob),) = world.rows("SELECT raw, blob FROM arrival")
    assert raw is None
    assert json.loads(world.files.read(blob))[0]["text"] == text
    assert len(world.rows("SELECT summary FROM ticket")[0][0]) <= 4000


def test_a_photo_is_served_without_its_metadata_and_its_gps_is_used(world: World) -> None:
    exif = Image.Exif()
    exif[0x010E] = "rahasia: rumah Bu Siti"
    gps = exif.get_ifd(0x8825)
    gps.update({1: "S", 2: (7.0, 27.0, 18.0), 3: "E", 4: (112.0, 26.0, 59.6)})
    world.say(chat("1", "lampu jalan", photos=[photo(picture(exif=exif))]))
    ((blob, served, state),) = world.rows("SELECT blob, served, state FROM attachment")
    assert state == "kept"
    assert b"rahasia" in world.files.read(blob)
    assert b"rahasia" not in world.files.read(served)
    assert dict(world.rows("SELECT digest, size FROM blob")) == {
        digest: len(world.files.read(digest)) for digest in (blob, served)
    }
    assert dict(Image.open(io.BytesIO(world.files.read(served))).getexif()) == {}
    assert world.rows("SELECT kelurahan FROM ticket") == [("Wates",)]


def test_a_part_that_shows_another_type_counts_the_promises_of_that_type_from_the_opening(
    world: World,
) -> None:
    soon = SlaRow(step="resolve", type="oversight", number=1, unit="jam", valid_from=date(2026, 1, 1))
    world.city = replace(world.city, sla=SlaTable("sla-1", (*world.city.sla.rows, soon)))
    world.say(chat("1", "pak"))
    opened = world.now
    world.later(minutes=5)
    world.say(chat("2", "ada pungli di kelurahan"))
    with world.ledger.reading() as tx:
        ticket = tickets.get(tx, 1)
        assert ticket is not None
        running = tickets.running(tx, 1)
    assert (ticket.type, ticket.due_at) == ("oversight", opened + timedelta(hours=1))
    assert running["resolve"].due_at == ticket.due_at
    assert set(running) == {"first_response", "resolve"}


def test_later_words_do_not_move_a_ticket_from_where_its_photo_was_taken(world: World) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "S", 2: (7.0, 27.0, 18.0), 3: "E", 4: (112.0, 26.0, 59.6)})
    world.say(chat("1", photos=[photo(picture(exif=exif))]))
    world.later(seconds=20)
    world.say(chat("2", "lampu jalan mati sudah tiga hari"))
    assert world.rows("SELECT opd, kelurahan FROM ticket") == [("DISHUB", "Wates")]


def test_a_note_from_the_tracking_page_keeps_the_kelurahan_chosen_with_the_form(world: World) -> None:
    (first,) = world.form("kunci-001", text="lampu jalan mati", kelurahan="Wates")
    world.form("kunci-002", text="Sampai sekarang masih gelap", token=first.token)
    assert world.rows("SELECT kelurahan, place_sure FROM ticket") == [("Wates", 1)]


WATES = {"lat": -7.4551, "lon": 112.4498}


def spot(world: World) -> tuple[object, ...]:
    return world.rows("SELECT kelurahan, place_sure, lat IS NOT NULL FROM ticket ORDER BY id DESC")[0]


def test_a_position_from_a_telephone_mast_is_no_certain_place_and_stays_none(world: World) -> None:
    world.form("kunci-0001", text="lampu jalan mati", **WATES, accuracy=20)
    assert spot(world) == ("Wates", 1, 1)
    (first,) = world.form("kunci-0002", text="lampu jalan mati", **WATES, accuracy="3000")
    assert spot(world) == ("Wates", 0, 0)
    world.form("kunci-0003", text="masih gelap", token=first.token)
    assert spot(world) == ("Wates", 0, 0)
    world.form("kunci-0004", text="tepatnya di Kelurahan Meri", token=first.token)
    assert spot(world) == ("Meri", 1, 0)


def test_a_coarse_position_counts_as_between_the_kelurahan_it_may_lie_in(world: World) -> None:
    halfway = {"lat": -7.4579, "lon": 112.4498}  # 320 m from Wates' point, 2.6 km from Meri's
    world.form("kunci-0001", text="lampu jalan mati", **halfway, accuracy=1_900)
    assert spot(world) == ("Wates", 1, 1)
    world.city = replace(
        world.city,
        gazetteer=Gazetteer(
            (
                *world.city.gazetteer.areas,
                Area(kelurahan="Kedundung", kecamatan="M", points=((-7.463, 112.45),)),
            )
        ),
    )
    (first,) = world.form("kunci-0002", text="lampu jalan mati", **halfway, accuracy=1_900)
    assert spot(world) == ("Wates", 0, 1)
    world.form("kunci-0003", text="masih gelap", token=first.token)
    assert spot(world) == ("Wates", 0, 1)


def test_a_photo_that_is_none_is_kept_sealed_and_said_so(world: World) -> None:
    world.say(chat("1", "lampu jalan", photos=[photo(b"<html>not a picture"), photo(picture()[:200])]))
    rows = world.rows("SELECT state, served, reason FROM attachment ORDER BY id")
    assert [row[0] for row in rows] == ["refused", "refused"]
    assert all(row[1] is None and row[2] for row in rows)
    assert world.rows("SELECT COUNT(*) FROM attachment WHERE blob IS NOT NULL")[0][0] == 2


def test_a_decompression_bomb_is_refused_before_it_is_opened(world: World) -> None:
    bomb = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    world.say(chat("1", "lampu jalan", photos=[photo(bomb.getvalue(), "b.png")]))
    ((state, reason),) = world.rows("SELECT state, reason FROM attachment")
    assert state == "refused"
    assert "terlalu besar" in reason


def test_a_see_through_picture_stays_see_through(world: World) -> None:
    file = io.BytesIO()
    Image.new("RGBA", (10, 10), (1, 2, 3, 0)).save(file, "PNG")
    world.say(chat("1", "lampu jalan", photos=[photo(file.getvalue(), "a.png")]))
    ((served,),) = world.rows("SELECT served FROM attachment")
    assert Image.open(io.BytesIO(world.files.read(served))).mode == "RGBA"


def test_places_that_are_none_are_not_believed(world: World) -> None:
    world.say(chat("1", "lampu jalan di kelurahan Meri", who="A", place={"lat": 0, "lon": 0}))
    world.say(chat("2", "lampu jalan", who="B", place={"lat": -6.2, "lon": 106.8}))
    assert world.rows("SELECT kelurahan, lat FROM ticket ORDER BY id") == [("Meri", None), ("", None)]
    assert world.rows("SELECT lat FROM message ORDER BY id")[1] == (-6.2,)


def test_a_senders_wild_clock_is_not_believed(world: World, now: datetime) -> None:
    world.say(chat("1", "lampu jalan", sent_at="2050-01-01T00:00:00+00:00"))
    ((at,),) = world.rows("SELECT sent_at FROM message")
    assert str(at)[:16] == str(now)[:16]


def test_refs_are_numbered_by_month_and_grow_past_9999(world: World) -> None:
    world.ledger.write(lambda tx: tx.run("INSERT INTO ref_block (month, next) VALUES ('2611', 9999)"))
    refs = [world.say(chat(str(n), "x", who=str(n)))[0].ref for n in range(3)]
    assert refs == ["SMP-2611-9999", "SMP-2611-10000", "SMP-2611-10001"]
    world.now = datetime.fromisoformat("2026-11-30T17:30:00+00:00")  # December in Mojokerto
    assert world.say(chat("z", "x", who="z"))[0].ref == "SMP-2612-0001"


def test_refs_in_a_text_are_found_whole_and_in_any_case() -> None:
    text = "lihat smp-2611-0042, XSMP-2611-0001, SMP-2611-00423 dan SMP-26-1"
    assert refs_in(text, "SMP") == ["SMP-2611-0042", "SMP-2611-00423"]
    assert refs_in("tidak ada", "SMP") == []


def test_a_delivery_report_finds_its_notice(world: World, now: datetime) -> None:
    world.say(chat("1", "lampu jalan"))
    world.ledger.write(
        lambda tx: tx.run(
            "UPDATE outbox SET state = 'sent', external_id = 'out-1', sent_at = :now WHERE notice = 'ack'",
            now=now,
        )
    )
    world.deliver(
        world.payload("fake", b"report"),
        lambda: [DeliveryReport(channel="fake", external_id="out-1", status="delivered", at=now)],
    )
    assert world.rows("SELECT delivery FROM outbox WHERE notice = 'ack'") == [("delivered",)]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=300), name=st.text(max_size=30))
def test_no_text_is_lost_and_none_breaks_intake(world: World, text: str, name: str) -> None:
    """Each example uses a sender of its own, in the same ledger."""
    before = world.rows("SELECT COUNT(*) FROM message")[0][0]
    id_ = f"h{before}"
    (accepted,) = world.say(chat(id_, text, who=id_, name=name))
    assert accepted.ref
    assert world.rows("SELECT COUNT(*) FROM message")[0][0] == before + 1
