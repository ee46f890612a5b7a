"""Assignments in chats: who is told, who may answer by buttons and replies, and what never appears."""

import json
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office_chat_world import BUDI, CICI, DESK, EKO, GROUP, PHOTO, STRANGER, OfficeChats

from sapa.desk import acts, chat_acts, chat_replies, chats, citizen, reminders, triage, undo
from sapa.desk.actor import Actor, Done
from sapa.desk.incoming import Sitting
from store import tickets
from store.db import Ledger

CONSOLE = Actor(kind="officer", officer_id=None, role="administrator")


@pytest.fixture
def world(ledger: Ledger, tmp_path: Path, now: datetime) -> OfficeChats:
    world = OfficeChats(ledger, tmp_path, now)
    world.link(BUDI, EKO, DESK, group=GROUP)
    world.send()
    return world


def do(world: OfficeChats, act: Any, ref: str, by: Actor = CONSOLE, **what: Any) -> Done:
    def write(tx: Any) -> Done:
        (found,) = tx.run("SELECT id, version FROM ticket WHERE ref = :ref", ref=ref)
        common = {"version": found[1], "key": f"{act.__name__}-{found[1]}", "now": world.now}
        done: Done = act(tx, found[0], by, city=world.city, **common, **what)
        return done

    return world.ledger.write(write)


def test_a_group_and_people_of_the_agency_are_told_in_short_with_buttons(world: OfficeChats) -> None:
    world.write("Lampu jalan di Meri mati, hubungi 081234567890", who=1001)
    world.wait()
    told = [message for message in world.send() if message.template == "chat_assigned"]
    assert sorted(message.to.value for message in told) == [str(GROUP), str(BUDI)]
    for message in told:
        assert "081234567890" not in message.text
        assert "Laporan baru untuk Dinas Perhubungan: SMP-" in message.text
        assert "Kelurahan Meri" in message.text
        assert "Tenggat selesai: " in message.text
        assert [one.label for one in message.buttons] == ["Terima", "Bukan kewenangan", "Selesai"]
        assert all(len(one.data.encode()) <= 64 for one in message.buttons)
        assert [label for label, _ in message.actions] == ["Buka laporan"]
        assert "1001" not in message.text


def test_terima_by_a_linked_officer_is_their_act(world: OfficeChats) -> None:
    ref, under = world.assigned()
    world.press(world.data("accept", under), under, who=BUDI)
    assert world.status(ref) == "accepted"
    assert world.history("accepted") == [(world.ids[BUDI], "DISHUB", "")]
    (shown,) = [message for message in world.send() if message.template == "chat_tapped"]
    assert (shown.tap, shown.under) == (f"q{BUDI}-{world.data('accept', under)}", under)
    assert shown.text.startswith(f"Laporan {ref} sedang ditangani")
    assert [one.label for one in shown.buttons] == ["Bukan kewenangan", "Selesai"]


def test_a_button_pressed_twice_acts_once_and_says_what_happened(world: OfficeChats) -> None:
    ref, under = world.assigned()
    data = world.data("accept", under)
    world.press(data, under, number=77)
    world.press(data, under, number=77)
    world.press(data, under, who=DESK)
    assert len(world.history("accepted")) == 1
    shown = [message.text.strip() for message in world.send() if message.template == "chat_tapped"]
    assert shown == [
        f"Laporan {ref} sedang ditangani.",
        f"Tidak dapat dilakukan: laporan {ref} sedang ditangani.",
    ]


@pytest.mark.parametrize(("who", "said"), [(STRANGER, "belum tertaut"), (EKO, "tidak berwenang")])
def test_others_in_the_group_cannot_act_and_are_told_so(world: OfficeChats, who: int, said: str) -> None:
    ref, under = world.assigned()
    for act in ("accept", "decline", "resolve"):
        world.press(world.data(act, under), under, who=who)
    assert world.status(ref) == "assigned"
    shown = world.send()
    assert len(shown) == 3
    assert all(said in message.text and not message.under for message in shown)


@pytest.mark.parametrize(
    "change",
    ["active = false", "opd = 'DLH'", "role = 'clerk', opd = ''", "role = 'auditor', opd = ''"],
)
def test_who_left_or_changed_can_act_no_more(world: OfficeChats, change: str) -> None:
    ref, under = world.assigned()
    world.ledger.write(lambda tx: tx.run(f"UPDATE officer SET {change} WHERE login = 'budi'"))
    world.press(world.data("accept", under), under)
    assert world.status(ref) == "assigned"
    world.write("Lampu jalan di Wates mati", who=1002)
    world.wait()
    assert str(BUDI) not in {message.to.value for message in world.send()}


def test_who_stands_in_for_the_agency_acts_in_that_position(world: OfficeChats) -> None:
    _ref, under = world.assigned()
    later, officer = world.now + timedelta(days=3), world.ids[EKO]
    for opd, role in (("SETDA", "head"), ("DISHUB", "head")):
        world.ledger.write(
            lambda tx, opd=opd, role=role: tx.run(
                "INSERT INTO acting (officer_id, role, opd, since, until)"
                " VALUES (:officer, :role, :opd, :now, :later)",
                officer=officer,
                role=role,
                opd=opd,
                now=world.now,
                later=later,
            )
        )
    world.press(world.data("accept", under), under, who=EKO)
    assert world.history("accepted") == [(officer, "DISHUB", "")]
    world.write("Lampu jalan di Wates mati", who=1002)
    world.wait()
    told = {message.to.value for message in world.send() if message.template == "chat_assigned"}
    assert told == {str(GROUP), str(BUDI), str(EKO)}


def test_not_ours_asks_for_the_reason_and_hands_on(world: OfficeChats) -> None:
    ref, under = world.assigned()
    world.press(world.data("decline", under), under)
    texts = {message.template: message for message in world.send()}
    assert texts["chat_asks"].asks
    assert texts["chat_asks"].in_reply_to == under
    assert texts["chat_asks"].text.startswith(f"Budi, mengapa laporan {ref} bukan kewenangan")
    assert texts["chat_tapped"].under == ""
    world.reply(world.external("chat_asks"), photo=PHOTO)
    assert world.said() == ["Mohon balas pesan bot dengan tulisan."]
    world.reply(world.external("chat_asks"), "x" * 10_001)
    assert world.said()[0].startswith("Tulisan Anda terlalu panjang")
    assert world.arrival() == ("parked", chat_replies.STALE)
    world.reply(world.external("chat_asks"), "Ini jalan provinsi.")
    assert world.status(ref) == "triage"
    assert world.history("declined") == [(world.ids[BUDI], "DISHUB", "Ini jalan provinsi.")]
    sent = world.send()
    assert [(one.template, one.under, one.buttons) for one in sent if one.under] == [
        ("chat_tapped", under, ())
    ]
    assert f"Laporan {ref} sedang diperiksa Diskominfo." in [one.text.strip() for one in sent]
    assert len(world.tickets()) == 1


def test_a_picture_with_the_reason_is_kept_with_it(world: OfficeChats) -> None:
    _, under = world.assigned()
    world.press(world.data("decline", under), under)
    world.send()
    world.reply(world.external("chat_asks"), caption="Papannya jalan provinsi.", photo=PHOTO)
    (event,) = world.rows("SELECT data FROM event WHERE kind = 'declined'")
    data = json.loads(event[0]) if isinstance(event[0], str) else event[0]
    kept = "SELECT message_id, remote FROM attachment"
    assert world.rows(kept) == [(data["proof"], "telegram:BUKTI")]


def test_done_asks_for_the_result_and_keeps_the_pictures_as_proof(world: OfficeChats) -> None:
    ref, under = world.assigned()
    world.press(world.data("resolve", under), under)
    world.send()
    asks = world.external("chat_asks")
    world.reply(asks, caption="Lampu sudah diganti.", photo=PHOTO, media_group_id="9", number=8001)
    more = {"photo": [{"file_id": "BUKTI2", "width": 1, "height": 1}], "media_group_id": "9"}
    world.reply(asks, number=8002, **more)
    assert world.status(ref) == "resolved"
    assert world.history("resolved") == [(world.ids[BUDI], "DISHUB", "Lampu sudah diganti.")]
    assert world.rows("SELECT outcome FROM ticket") == [("fixed",)]
    proofs = world.rows(
        "SELECT direction, message.machine, remote FROM attachment JOIN message ON message.id = message_id"
        " ORDER BY attachment.id"
    )
    assert proofs == [("out", "proof", "telegram:BUKTI"), ("out", "proof", "telegram:BUKTI2")]
    (event,) = world.rows("SELECT data FROM event WHERE kind = 'resolved'")
    data = json.loads(event[0]) if isinstance(event[0], str) else event[0]
    assert (
        data["proof"]
        == world.rows("SELECT min(id) FROM message WHERE direction = 'out' AND machine = 'proof'")[0][0]
    )
    world.reply(asks, number=8002, edit_date=1764000000, **more)
    world.reply(asks, "Sudah saya bilang.", number=8003)
    world.reply(asks, number=8004, who=CICI, **more)
    assert len(world.rows("SELECT 1 FROM attachment")) == 2
    assert [text for text in world.said() if text.startswith("Pertanyaan ini")] == [
        f"Pertanyaan ini sudah dijawab: laporan {ref} dinyatakan selesai."
    ] * 2


def test_a_picture_alone_is_a_result_and_words_alone_are_one(world: OfficeChats) -> None:
    for number, more in enumerate(({"photo": PHOTO}, {"text": "Sudah menyala."})):
        ref, under = world.assigned(BUDI, f"Lampu jalan ke-{number} di Meri mati")
        world.press(world.data("resolve", under), under)
        world.send()
        world.reply(world.external("chat_asks", BUDI), **more)
        assert world.status(ref) == "resolved"
        world.wait()
    assert [text for _, _, text in world.history("resolved")] == [chat_replies.PICTURE_ONLY, "Sudah menyala."]


WORDLESS: tuple[dict[str, Any], ...] = (
    {"sticker": {"file_id": "S", "emoji": "👍"}},
    {"voice": {"file_id": "V"}},
    {"contact": {"first_name": "Sri", "phone_number": "0812345678"}},
    {"poll": {"question": "Sudah?"}},
)


@pytest.mark.parametrize("what", WORDLESS, ids=lambda what: next(iter(what)))
@pytest.mark.parametrize("act", ["resolve", "decline"])
def test_what_says_nothing_to_a_reporter_is_no_result(
    world: OfficeChats, act: str, what: dict[str, Any]
) -> None:
    ref, under = world.assigned()
    world.press(world.data(act, under), under)
    world.send()
    world.reply(world.external("chat_asks"), **what)
    assert world.said() == ["Mohon balas pesan bot dengan tulisan."]
    assert world.status(ref) == "assigned"


def test_what_was_taken_back_in_the_console_can_be_done_again(world: OfficeChats) -> None:
    world.link(CICI)
    ref, under = world.assigned()
    world.press(world.data("resolve", under), under)
    world.send()
    first = world.external("chat_asks")
    world.press(world.data("resolve", under), under, who=CICI)
    world.send()
    world.reply(first, "Sudah menyala.")
    (event,) = world.rows("SELECT id FROM event WHERE kind = 'resolved'")
    do(world, undo.undo, ref, event_id=event[0])
    world.reply(world.external("chat_asks"), "Sekarang benar sudah menyala.", who=CICI)
    assert world.status(ref) == "resolved"
    assert world.history("resolved")[-1] == (world.ids[CICI], "DISHUB", "Sekarang benar sudah menyala.")


def test_a_reply_of_somebody_else_does_nothing_and_waits_for_a_person(world: OfficeChats) -> None:
    ref, under = world.assigned()
    world.press(world.data("resolve", under), under)
    world.send()
    for who, said in ((STRANGER, "belum tertaut"), (EKO, "tidak berwenang")):
        world.reply(world.external("chat_asks"), "Beres.", who=who)
        assert said in world.said()[0]
        assert world.arrival() == ("parked", chat_replies.STRANGER)
    assert world.status(ref) == "assigned"


def test_a_report_that_moved_on_has_no_buttons_and_takes_no_reply(world: OfficeChats) -> None:
    ref, under = world.assigned()
    world.press(world.data("resolve", under), under)
    world.send()
    do(world, triage.reassign, ref, opd="DLH", supporting=[], reason="Ini sampah.")
    world.send()
    world.reply(world.external("chat_asks"), "Beres.")
    assert world.arrival() == ("parked", chat_replies.STALE)
    world.press(world.data("accept", under), under)
    said = world.send()
    assert {one.text.strip() for one in said} == {
        f"Tidak dapat dilakukan: laporan {ref} sudah diteruskan kepada Dinas Lingkungan Hidup."
    }
    assert [(one.under, one.buttons) for one in said if one.tap] == [(under, ())]
    assert world.status(ref) == "assigned"


def test_the_other_notices_of_the_agency_come_too(world: OfficeChats) -> None:
    ref, _under = world.assigned()
    do(world, acts.accept, ref)
    world.write(f"{ref} masih mati, dekat gardu", who=1001)
    world.wait()
    assert "chat_citizen_wrote" in {one.template for one in world.send()}
    world.now += timedelta(days=30)
    world.ledger.write(lambda tx: reminders.remind(tx, world.now, world.city))
    reminded = [one for one in world.send() if one.template == "chat_reminder"]
    assert len(reminded) >= 2
    assert all("(sudah lewat)" in one.text and not one.buttons for one in reminded)
    do(world, acts.resolve, ref, outcome="fixed", text="Beres.")
    do(world, citizen.reopen, ref, text="Belum.")
    (again, *_) = [one for one in world.send() if one.template == "chat_reopened_opd"]
    assert [one.label for one in again.buttons] == ["Terima", "Bukan kewenangan", "Selesai"]
    do(world, triage.reassign, ref, opd="DLH", supporting=["DISHUB"], reason="Bersama.")
    told = {one.to.value: one for one in world.send() if one.template == "chat_assigned"}
    assert told[str(GROUP)].text.startswith("Mohon dukungan Dinas Perhubungan")
    assert told[str(GROUP)].buttons == ()
    assert [one.label for one in told[str(EKO)].buttons] == ["Terima", "Bukan kewenangan", "Selesai"]
    do(world, triage.reassign, ref, opd="SETDA", supporting=[], reason="Lain.")
    gone = [one.text for one in world.send() if one.template == "chat_taken_away"]
    assert any("sekarang ditangani Sekretariat Daerah" in text for text in gone)


SECRETS = ("sensitive = 'kekerasan'", "privacy = 'secret'", "privacy = 'anonymous'", "accused = 'DISHUB'")


@pytest.mark.parametrize("seal", SECRETS[:3])
def test_nothing_of_a_sealed_report_ever_appears_in_a_chat(world: OfficeChats, seal: str) -> None:
    (accepted,) = world.write("Lampu jalan di Meri mati", who=1001)
    world.ledger.write(lambda tx: tx.run(f"UPDATE ticket SET {seal}"))
    world.wait()
    world.send()
    do(world, acts.resolve, accepted.ref, outcome="fixed", text="Beres.")
    do(world, citizen.reopen, accepted.ref, text="Belum.")
    do(world, triage.reassign, accepted.ref, opd="DLH", supporting=["DISHUB"], reason="Lain.")
    world.now += timedelta(days=30)
    world.ledger.write(lambda tx: reminders.remind(tx, world.now, world.city))
    world.send()
    office = [one for one in world.room.sent if one.to.value != "1001"]
    assert not [one for one in office if accepted.ref in f"{one.text}{one.actions}" or "Meri" in one.text]
    mails = world.rows("SELECT COUNT(*) FROM outbox WHERE channel = 'email' AND state = 'sent'")
    assert mails[0][0] >= 4
    assert world.rows("SELECT COUNT(*) FROM outbox WHERE state = 'dead' AND channel = 'telegram'") == [(0,)]


def test_what_was_sealed_after_it_was_told_is_not_spoken_of_again(world: OfficeChats) -> None:
    ref, under = world.assigned()
    world.press(world.data("resolve", under), under)
    world.send()
    asks = world.external("chat_asks")
    world.ledger.write(lambda tx: tx.run("UPDATE ticket SET privacy = 'secret'"))
    world.press(world.data("accept", under), under)
    world.reply(asks, "Beres.")
    assert world.said() == ["Laporan ini hanya dapat ditangani di konsol Sapa."] * 2
    assert world.arrival()[0] == "parked"
    assert world.status(ref) == "assigned"


def test_a_report_against_the_agency_is_not_told_in_its_chats(world: OfficeChats) -> None:
    world.write("Lampu jalan di Meri mati", who=1001)
    world.ledger.write(lambda tx: tx.run("UPDATE ticket SET accused = 'DISHUB'"))
    before = len(world.rows("SELECT 1 FROM outbox WHERE notice = 'chat_reminder'"))
    world.now += timedelta(days=30)
    world.ledger.write(lambda tx: reminders.remind(tx, world.now, world.city))
    assert len(world.rows("SELECT 1 FROM outbox WHERE notice = 'chat_reminder'")) == before


def test_buttons_of_elsewhere_and_of_nothing_say_so(world: OfficeChats) -> None:
    _, under = world.assigned()
    data = world.data("accept", under)
    world.press(data, f"{EKO}:5", who=EKO)
    for strange in ("accept:999999", "hapus:1", "accept", "accept:1"):
        world.press(strange, under)
    world.press(data, "-404:5", who=EKO)
    shown = world.send()
    assert [one.text.strip() for one in shown] == ["Tombol ini tidak berlaku lagi."] * 5
    assert all(one.under and not one.buttons for one in shown)


def test_an_unlinked_chat_has_no_buttons_and_takes_no_reply(world: OfficeChats) -> None:
    _, under = world.assigned()
    world.press(world.data("resolve", under), under)
    world.send()
    asks = world.external("chat_asks")
    world.ledger.write(
        lambda tx: tx.run("UPDATE office_chat SET until = :now WHERE kind = 'group'", now=world.now)
    )
    world.press(world.data("accept", under), under)
    world.reply(asks, "Beres.")
    assert sorted(world.said()) == ["Percakapan ini tidak tertaut.", "Tombol ini tidak berlaku lagi."]
    assert world.arrival() == ("parked", chat_replies.STALE)


def test_a_notice_under_way_to_a_chat_that_was_let_go_is_not_sent(world: OfficeChats) -> None:
    world.write("Lampu jalan di Meri mati", who=1001)
    world.ledger.write(lambda tx: tx.run("UPDATE office_chat SET until = :now", now=world.now))
    world.wait()
    assert "chat_assigned" not in {one.template for one in world.send()}
    assert world.rows("SELECT DISTINCT state FROM outbox WHERE notice = 'chat_assigned'") == [("canceled",)]


def test_a_reply_without_a_question_waits_for_a_person(world: OfficeChats) -> None:
    _, under = world.assigned(BUDI)
    world.reply(under, "Sudah dikerjakan.")
    assert world.arrival() == ("parked", chat_replies.REPLY)
    assert world.said()[0].startswith("Balasan ini tidak menjadi tindakan")
    world.reply(world.external("chat_assigned", GROUP), "Siap.")
    assert world.arrival() == ("kept", chats.CHATTER)
    assert len(world.tickets()) == 1


def test_a_reply_to_a_question_that_left_twice_answers_the_last(world: OfficeChats) -> None:
    ref, under = world.assigned()
    world.reply(f"{GROUP}:123", "Siap.")
    world.press(world.data("resolve", under), under)
    world.send()
    world.reply(f"{GROUP}:123", "Siapa?", who=STRANGER)
    world.reply("-5:123", "Apa?")
    assert world.status(ref) == "assigned"
    world.reply(f"{GROUP}:123", "Lampu sudah diganti.")
    assert world.status(ref) == "resolved"


def test_an_answer_to_a_colleague_in_the_group_is_talk(world: OfficeChats) -> None:
    ref, under = world.assigned()
    world.press(world.data("resolve", under), under)
    world.send()
    world.write_in(GROUP, "Siapa piket besok?", who=EKO, number=7001)
    world.reply(f"{GROUP}:7001", "Saya. Sore ini baru saya cek lampunya.", of=EKO)
    assert world.status(ref) == "assigned"
    assert world.arrival() == ("kept", chats.CHATTER)
    assert world.said() == []
    world.reply(world.external("chat_asks"), "Sudah menyala.")
    assert world.status(ref) == "resolved"


def test_an_officer_answers_as_a_citizen_what_they_were_asked_as_one(world: OfficeChats) -> None:
    (mine,) = world.write("Lampu jalan di Meri mati", who=BUDI, number=41)
    world.wait()
    (again,) = world.reply(f"{BUDI}:41", "Masih mati")
    assert again.ref == mine.ref


def test_who_was_quicker_at_the_same_moment_wins(world: OfficeChats) -> None:
    ref, under = world.assigned()
    row, budi = int(world.data("accept", under).partition(":")[2]), world.actor(BUDI)

    def act(tx: Any) -> str:
        contact = tx.run("SELECT contact_id FROM office_chat WHERE kind = 'group'")[0][0]
        told = chat_acts.notice(tx, row, contact)
        assert told is not None
        tx.run("UPDATE ticket SET version = version + 1")
        sitting = Sitting(arrival_id=1, now=world.now, city=world.city, take_ref=lambda *_: "")
        return chat_acts.do(tx, "accept", acts.accept, told, budi, sitting)

    assert world.ledger.write(act) == "stale"
    assert world.status(ref) == "assigned"


def test_a_notice_whose_message_is_not_known_keeps_its_buttons(world: OfficeChats) -> None:
    ref, under = world.assigned()
    world.press(world.data("resolve", under), under)
    world.send()
    world.ledger.write(lambda tx: tx.run("UPDATE outbox SET external_id = '' WHERE notice = 'chat_assigned'"))
    world.reply(world.external("chat_asks"), "Beres.")
    assert world.status(ref) == "resolved"
    assert [one for one in world.send() if one.under] == []


def test_what_a_person_takes_up_by_hand_is_a_citizens(world: OfficeChats) -> None:
    _, under = world.assigned(BUDI)
    world.reply(under, "Sampah menumpuk di Wates")
    import asyncio

    (parked,) = world.rows("SELECT id FROM arrival WHERE state = 'parked'")
    intake = world.intake_with_bot()
    (accepted,) = asyncio.run(intake.reprocess(int(parked[0]), world.now))
    assert accepted.ref
    assert len(world.tickets()) == 2


#: What an update may hold where something else is meant.
SCRAP = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(["callback_query", "my_chat_member"]),
    hurt=st.dictionaries(
        st.sampled_from(
            [
                "id",
                "from",
                "message",
                "data",
                "chat",
                "date",
                "new_chat_member",
                "old_chat_member",
                "inline_message_id",
            ]
        ),
        SCRAP,
        max_size=3,
    ),
)
def test_any_press_or_change_is_kept_and_twice_is_once(
    kind: str, hurt: dict[str, Any], sqlite_template: Path, now: datetime
) -> None:
    chat = {"id": GROUP, "type": "supergroup"}
    whole: dict[str, dict[str, Any]] = {
        "callback_query": {
            "id": "1",
            "from": {"id": BUDI, "is_bot": False, "first_name": "B"},
            "message": {"message_id": 5, "date": 0, "chat": chat},
            "chat_instance": "1",
            "data": "accept:1",
        },
        "my_chat_member": {
            "chat": chat,
            "from": {"id": 1, "is_bot": False, "first_name": "A"},
            "date": 1764000000,
            "old_chat_member": {"status": "member"},
            "new_chat_member": {"status": "left"},
        },
    }
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        path.write_bytes(sqlite_template.read_bytes())
        with closing(Ledger(f"sqlite:///{path}")) as ledger:
            world = OfficeChats(ledger, Path(folder), now)
            world.link(group=GROUP)
            for _ in range(2):
                world.update({kind: whole[kind] | hurt}, 4242)
            assert len(world.rows("SELECT 1 FROM arrival WHERE delivery_id = '4242'")) == 1
            assert len(world.rows("SELECT 1 FROM outbox WHERE notice = 'chat_tapped'")) <= 1
            assert world.tickets() == []


def test_what_was_told_keeps_the_names_of_citizens_to_itself(world: OfficeChats) -> None:
    _, under = world.assigned()
    world.press(world.data("resolve", under), under)
    world.send()
    world.reply(world.external("chat_asks"), "Beres.")
    world.send()
    office = [one for one in world.room.sent if one.to.value in (str(GROUP), str(BUDI))]
    assert office
    assert not [one for one in office if "Sri" in one.text or "1001" in one.text]
    with world.ledger.reading() as tx:
        assert tickets.get(tx, 1) is not None
