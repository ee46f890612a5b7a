"""The dialogue of a chat: it asks only for what is missing, joins what comes late, and loses nothing."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from telegram_world import Chats

from channels.whatsapp import WhatsAppDoor
from sapa.desk import dialogue, turns
from store.db import Ledger

MERI = {"latitude": -7.481, "longitude": 112.4475}
WATES = {"latitude": -7.455, "longitude": 112.4499}
PHOTO = [{"file_id": "AgAC", "width": 10, "height": 10}]
BARE = "Lampu jalan mati"


class Talk(Chats):
    """A chat whose notices leave when `leave` is called."""

    def leave(self) -> list[str]:
        """What has waited long enough is sent; its kinds in order."""
        due = self.rows(
            "SELECT notice FROM outbox WHERE state = 'pending' AND next_at <= :now ORDER BY id", now=self.now
        )
        self.ledger.write(
            lambda tx: tx.run(
                "UPDATE outbox SET state = 'sent' WHERE state = 'pending' AND next_at <= :now", now=self.now
            )
        )
        return [notice for (notice,) in due if notice not in ("assigned", "triage", "citizen_wrote")]

    def quiet(self, **span: float) -> list[str]:
        """Some time passes (an hour, unless told)."""
        self.later(**(span or {"hours": 1}))
        return self.leave()

    def state(self, who: int = 1) -> dict[str, Any]:
        ((state,),) = self.rows("SELECT dialogue_state FROM conversation WHERE id = :who", who=who)
        found: dict[str, Any] = json.loads(state) if isinstance(state, str) else state
        return found

    def asks(self, ticket: int = 1) -> tuple[bool, bool]:
        """(place, photo) that a ticket is asked for."""
        asked = self.state().get("asked", {}).get(str(ticket), {})
        return asked.get("place", False), asked.get("photo", False)

    def on(self) -> list[int | None]:
        """The ticket of each message, oldest first."""
        return [
            one for (one,) in self.rows("SELECT ticket_id FROM message WHERE direction = 'in' ORDER BY id")
        ]

    def spots(self) -> list[str]:
        return [
            str(one)
            for (one,) in self.rows("SELECT kelurahan FROM ticket WHERE status <> 'merged' ORDER BY id")
        ]

    def close(self, ticket: int) -> None:
        self.ledger.write(lambda tx: tx.run("UPDATE ticket SET status = 'closed' WHERE id = :id", id=ticket))

    def give_up(self) -> int:
        return self.ledger.write(lambda tx: turns.give_up(tx, self.now, self.city))


@pytest.fixture
def world(ledger: Ledger, tmp_path: Path, now: datetime) -> Talk:
    return Talk(ledger, tmp_path, now)


def two_open(world: Talk) -> list[str]:
    """Two open reports that lack nothing."""
    refs = []
    for text in ("Lampu jalan di Meri mati", "Sampah menumpuk di Wates"):
        refs += [one.ref for one in world.write(caption=text, photo=PHOTO)]
        world.quiet()
    return refs


def test_the_bare_command_asks_and_opens_nothing(world: Talk) -> None:
    (accepted,) = world.write("/lapor")
    assert (accepted.ref, world.tickets(), world.leave()) == ("", [], ["report_asked"])
    assert world.rows("SELECT text, ticket_id, machine FROM message") == [("/lapor", None, "")]
    assert world.rows("SELECT state FROM arrival") == [("kept",)]


def test_who_never_answers_is_not_asked_again(world: Talk) -> None:
    world.write("/lapor")
    assert [world.leave(), world.quiet(days=2), world.give_up(), world.tickets()] == [
        ["report_asked"],
        [],
        0,
        [],
    ]


@pytest.mark.parametrize(
    "message",
    [
        {"text": BARE},
        {"text": "Lampu jalan di Meri mati"},
        {"text": "Lampu mati di Jl. Brawijaya"},
        {"text": "Ada pungli di kantor"},
        {"text": "Terima kasih"},
        {"text": "", "caption": BARE, "photo": PHOTO},
        {"text": "", "location": MERI},
    ],
)
def test_the_first_message_is_asked_for_what_its_ticket_lacks(world: Talk, message: dict[str, Any]) -> None:
    world.write(message["text"] or None, **{key: one for key, one in message.items() if key != "text"})
    if world.tickets():
        lacks = world.ledger.write(lambda tx: dialogue.missing(tx, 1))
        assert world.asks() == (lacks.place, lacks.photo)


def test_what_follows_the_command_is_the_complaint(world: Talk) -> None:
    world.write("/lapor")
    world.quiet(hours=3)
    world.write("Lampu jalan di Meri mati")
    assert [(status, opd) for _, status, opd in world.tickets()] == [("assigned", "DISHUB")]
    assert "fresh" not in world.state()


@pytest.mark.parametrize(
    "begin", [["/lapor", "Sampah menumpuk di Wates"], ["/lapor Sampah menumpuk di Wates"]]
)
def test_a_complaint_begun_by_command_is_another_one_even_in_a_burst(world: Talk, begin: list[str]) -> None:
    world.write("Lampu jalan di Meri mati")
    for text in begin:
        world.later(seconds=20)
        world.write(text)
    world.later(seconds=20)
    world.write("baunya sampai ke jalan")
    assert [opd for _, _, opd in world.tickets()] == ["DISHUB", "DLH"]
    assert world.on()[-1] == 2


def test_what_was_written_before_the_command_and_comes_after_it_stays_with_the_first(world: Talk) -> None:
    world.write("Lampu jalan di Meri mati")
    world.later(seconds=30)
    world.write("/lapor Sampah menumpuk di Wates")
    world.write("sudah tiga hari", date=int((world.now - timedelta(seconds=10)).timestamp()))
    assert world.on() == [1, 2, 1]


def test_a_picture_just_before_the_command_belongs_to_its_complaint(world: Talk) -> None:
    world.write(photo=PHOTO)
    world.later(seconds=20)
    world.write("/lapor Lampu jalan di Meri mati")
    assert (len(world.tickets()), world.on()) == (1, [1, 1])


def test_the_command_begins_a_complaint_while_an_officer_waits_for_an_answer(world: Talk) -> None:
    world.write("Lampu jalan di Meri mati")
    world.ledger.write(lambda tx: tx.run("UPDATE ticket SET status = 'waiting'"))
    world.quiet()
    world.write("/lapor")
    world.quiet()
    world.write("Sampah menumpuk di Wates")
    world.quiet()
    world.write("nomor tujuh")
    assert world.on() == [1, None, 2, 1]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (BARE, (True, True)),
        ("Lampu jalan di Meri mati", (False, True)),
        ("Lampu jalan mati di Jl. Brawijaya 12", (False, True)),
        ("Lampu jalan mati, RT 3 RW 2", (False, True)),
        ("Lampu jalan mati, ada yang kesetrum", (True, False)),
        ("Tetangga dipukuli suaminya", (False, False)),
        ("Ada pungli di kantor", (False, False)),
    ],
)
def test_only_what_is_missing_is_asked_for(world: Talk, text: str, asked: tuple[bool, bool]) -> None:
    world.write(text)
    assert world.asks() == asked


def test_what_comes_before_the_acknowledgement_left_is_not_asked_for(world: Talk) -> None:
    world.write(BARE)
    world.write(photo=PHOTO)
    world.write(location=MERI)
    assert world.asks() == (False, False)
    assert world.quiet(minutes=2) == ["ack"]


def test_a_place_within_the_burst_answers_the_acknowledgement_and_is_confirmed_once(world: Talk) -> None:
    world.write(BARE)
    assert world.quiet(minutes=2) == ["ack"]
    world.write(location=MERI)
    world.write("dekat pos ronda")
    assert (world.leave(), world.spots(), world.asks()) == (["part_kept"], ["Meri"], (False, True))


def test_a_place_in_words_within_the_burst_answers_too(world: Talk) -> None:
    world.write(BARE)
    world.quiet(minutes=2)
    world.write("di Meri")
    assert (world.leave(), world.spots()) == (["part_kept"], ["Meri"])


def test_what_says_nothing_of_the_place_leaves_the_question_open(world: Talk) -> None:
    world.write(BARE)
    world.quiet(minutes=2)
    world.write("tolong segera")
    assert (world.leave(), world.asks()) == ([], (True, True))


@pytest.mark.parametrize("answer", [{"location": MERI}, {"text": "di Meri"}, {"text": "Meri RT 2"}])
def test_a_late_place_alone_goes_to_the_report_that_was_asked(world: Talk, answer: dict[str, Any]) -> None:
    world.write(BARE)
    world.quiet()
    world.write(**answer)
    assert (world.on(), world.spots(), world.leave()) == ([1, 1], ["Meri"], ["part_kept"])
    world.quiet()
    world.write(location=WATES)
    assert world.on() == [1, 1, None]


def test_an_address_nobody_can_place_is_an_answer(world: Talk) -> None:
    world.write(BARE)
    world.quiet()
    world.write("Jl. Brawijaya 12")
    assert (world.on(), world.asks(), world.leave()) == ([1, 1], (False, True), ["part_kept"])


def test_a_late_picture_alone_goes_to_the_report_that_was_asked(world: Talk) -> None:
    world.write(BARE)
    world.quiet()
    world.write(photo=PHOTO)
    assert (world.on(), world.asks(), world.leave()) == ([1, 1], (True, False), ["part_kept"])
    ((data,),) = world.rows("SELECT data FROM outbox WHERE notice = 'part_kept'")
    assert '"asks":true' in str(data).replace(" ", "").replace("'", '"').lower()


@pytest.mark.parametrize(
    "text",
    ["Sampah menumpuk di Meri", "Air macet", "Tetangga dipukuli suaminya di Meri", "di Meri " + "a" * 120],
)
def test_a_late_text_that_says_more_is_a_complaint(world: Talk, text: str) -> None:
    world.write(BARE)
    world.quiet()
    world.write(text)
    assert world.on() == [1, 2]


def test_a_late_place_routes_until_a_person_acted(world: Talk) -> None:
    world.write(BARE)
    world.quiet()
    world.ledger.write(lambda tx: tx.run("UPDATE ticket SET touched_at = :now", now=world.now))
    world.write(location=MERI)
    assert (world.on(), world.spots(), world.leave()) == ([1, 1], [""], ["part_kept"])
    assert world.asks() == (False, True)


def test_nothing_is_asked_for_long(world: Talk) -> None:
    world.write(BARE)
    world.quiet(hours=25)
    world.write(location=MERI)
    assert (world.on(), world.quiet(minutes=2)) == ([1, None], ["which_asked"])


@pytest.mark.parametrize("gone", ["closed", "merged", "stranger"])
def test_a_report_that_is_over_or_not_theirs_gets_no_late_part(world: Talk, gone: str) -> None:
    world.write(BARE)
    world.quiet()
    if gone == "stranger":
        world.ledger.write(lambda tx: tx.run("UPDATE ticket_reporter SET role = 'supporter'"))
    else:
        world.ledger.write(lambda tx: tx.run("UPDATE ticket SET status = :gone", gone=gone))
    world.write(location=MERI)
    assert (world.on(), world.quiet(minutes=2)) == ([1, None], ["report_asked"])


def test_two_reports_that_were_asked_leave_it_open_which_one_is_meant(world: Talk) -> None:
    world.write(BARE)
    world.quiet()
    world.write("Sampah menumpuk")
    world.quiet()
    world.write(location=MERI)
    assert (world.on(), world.quiet(minutes=2)) == ([1, 2, None], ["which_asked"])


@pytest.mark.parametrize(
    ("part", "left"), [({"location": MERI}, (False, True)), ({"photo": PHOTO}, (True, False))]
)
def test_the_report_that_is_named_is_not_asked_for_that_again(
    world: Talk, part: dict[str, Any], left: tuple[bool, bool]
) -> None:
    for text in (BARE, "Sampah menumpuk"):
        world.write(text)
        world.quiet()
    world.write(**part)
    world.quiet(minutes=2)
    world.write("2")
    assert (world.on(), world.asks(1), world.asks(2)) == ([1, 2, 1, None], left, (True, True))


@pytest.mark.parametrize(
    ("part", "answer"),
    [
        ({"location": MERI}, "2"),
        ({"location": MERI}, "2."),
        ({"location": MERI}, "{ref}"),
        ({"location": MERI}, "2. {ref}: Lampu jalan di Meri mati"),
        ({"photo": PHOTO}, "2"),
    ],
)
def test_the_report_that_is_named_gets_what_waited(world: Talk, part: dict[str, Any], answer: str) -> None:
    refs = two_open(world)
    (accepted,) = world.write(**part)
    assert (accepted.ref, world.quiet(minutes=2)) == ("", ["which_asked"])
    world.write(answer.format(ref=refs[0]))
    assert (world.on(), world.leave()) == ([1, 2, 1, None], ["part_kept"])
    assert len(world.tickets()) == 2


def test_a_lone_place_is_asked_about_once_however_many_come(world: Talk) -> None:
    two_open(world)
    for _ in range(3):
        world.write(photo=PHOTO, media_group_id="9")
    assert world.quiet(minutes=2) == ["which_asked"]
    world.write(location=MERI)
    assert world.quiet(minutes=2) == []
    world.write("1")
    assert world.on() == [1, 2, 2, 2, 2, 2, None]
    assert world.spots() == ["Meri", "Meri"]


def test_words_that_follow_at_once_make_the_question_needless(world: Talk) -> None:
    two_open(world)
    world.write(location=MERI)
    world.later(seconds=20)
    (accepted,) = world.write(BARE)
    assert world.quiet(minutes=2) == ["ack"]
    assert (world.on(), len(world.tickets())) == ([1, 2, 3, 3], 3)
    assert world.rows("SELECT kelurahan FROM ticket WHERE ref = :ref", ref=accepted.ref) == [("Meri",)]


def test_a_place_before_the_first_word_waits_for_it(world: Talk) -> None:
    world.write(location=MERI)
    assert (world.tickets(), world.quiet(minutes=2)) == ([], ["report_asked"])
    world.write(location=MERI)
    assert world.quiet() == []
    world.write("Lampu jalan mati di Wates")
    assert (world.on(), world.spots()) == ([1, 1, 1], ["Meri"])


def test_a_new_report_may_be_what_is_meant(world: Talk) -> None:
    two_open(world)
    world.write(location=MERI)
    world.quiet(minutes=2)
    world.write("Laporan baru")
    assert world.leave() == ["report_asked"]
    world.write("Jembatan rusak")
    assert (world.on(), world.spots()) == ([1, 2, 3, None, 3], ["Meri", "Wates", "Meri"])


def test_a_picture_after_the_command_begins_the_complaint(world: Talk) -> None:
    two_open(world)
    world.write("/lapor")
    world.write(location=MERI)
    world.write(photo=PHOTO)
    assert world.on() == [1, 2, None, 3, 3]
    assert "which_asked" not in world.quiet(minutes=2)


def test_a_complaint_with_a_place_of_its_own_leaves_what_waits_to_be_named(world: Talk) -> None:
    two_open(world)
    world.write(location=MERI)
    world.quiet()
    world.write("Sampah menumpuk di Wates")
    assert world.on() == [1, 2, None, 3]
    world.quiet()
    world.write("1")
    assert world.on() == [1, 2, 2, 3, None]


def test_a_complaint_without_a_place_takes_what_waits(world: Talk) -> None:
    two_open(world)
    world.write(location=MERI)
    world.quiet()
    world.write("Jembatan rusak")
    assert world.on() == [1, 2, 3, 3]


def test_a_report_that_ended_meanwhile_is_asked_about_again(world: Talk) -> None:
    two_open(world)
    world.write(location=MERI)
    world.quiet(minutes=2)
    world.close(2)
    world.write("1")
    assert world.quiet(minutes=2) == ["which_asked"]
    world.write("1")
    assert world.on() == [1, 2, 1, None, None]


@pytest.mark.parametrize("text", ["/batal", "Batal", "/batal@sapa_bot"])
def test_a_question_is_ended_by_its_writer_and_what_came_is_kept(world: Talk, text: str) -> None:
    two_open(world)
    world.write(location=MERI)
    world.quiet(minutes=2)
    world.write(text)
    assert world.leave() == ["canceled"]
    assert world.rows("SELECT machine FROM message WHERE ticket_id IS NULL ORDER BY id") == [
        ("canceled",),
        ("",),
    ]
    world.quiet(days=2)
    assert (world.give_up(), len(world.tickets())) == (0, 2)


def test_ending_a_question_that_has_not_left_withdraws_it(world: Talk) -> None:
    world.write(location=MERI)
    world.write("/batal")
    assert world.quiet() == ["canceled"]
    world.write("/batal")
    assert (world.leave(), world.state()) == (["canceled"], {})


def test_an_answer_too_late_or_twice_is_told_so_and_opens_nothing(world: Talk) -> None:
    refs = two_open(world)
    world.write(location=MERI)
    world.quiet(minutes=2)
    world.write("1")
    world.leave()
    for answer in ("2", "laporan baru", refs[0]):
        world.later(minutes=1)
        world.write(answer)
        assert world.leave() == ["question_over"]
    assert (world.on(), len(world.tickets())) == ([1, 2, 2, None, None, None, None], 2)


def test_a_number_long_after_the_question_is_a_message_like_any_other(world: Talk) -> None:
    two_open(world)
    world.write(location=MERI)
    world.quiet(minutes=2)
    world.write("1")
    world.quiet(days=3)
    world.write("2")
    assert (world.on()[-1], len(world.tickets())) == (3, 3)


def test_an_answer_whose_part_another_message_took_is_told_so(world: Talk) -> None:
    two_open(world)
    world.write(location=MERI)
    world.quiet(minutes=2)
    world.ledger.write(lambda tx: tx.run("UPDATE message SET machine = 'canceled' WHERE machine = 'loose'"))
    world.write("1")
    assert world.leave() == ["question_over"]


def test_a_number_for_an_officer_who_waits_is_no_answer_of_the_bots(world: Talk) -> None:
    two_open(world)
    world.write(location=MERI)
    world.quiet(minutes=2)
    world.write("1")
    world.ledger.write(lambda tx: tx.run("UPDATE ticket SET status = 'waiting' WHERE id = 1"))
    world.quiet()
    world.write("2")
    assert world.on()[-1] == 1


def test_a_reply_to_a_notice_about_a_report_is_no_answer_of_the_bots(world: Talk) -> None:
    two_open(world)
    world.write(location=MERI)
    world.quiet(minutes=2)
    world.write("1", reply_to_message={"message_id": 1})
    assert world.on()[-1] == 1


def test_what_is_no_answer_is_a_complaint(world: Talk) -> None:
    two_open(world)
    world.write(location=MERI)
    world.quiet()
    world.write("1 lampu mati")
    assert len(world.tickets()) == 3


def test_what_nobody_named_becomes_a_report_for_triage(world: Talk) -> None:
    two_open(world)
    world.write(location=MERI)
    world.write(photo=PHOTO)
    assert world.quiet(hours=23) == ["which_asked"]
    assert (world.give_up(), len(world.tickets())) == (0, 2)
    world.quiet(hours=2)
    assert (world.give_up(), world.give_up()) == (1, 0)
    assert world.tickets()[2][1:] == ("triage", "")
    assert (world.on(), world.spots()) == ([1, 2, 3, 3], ["Meri", "Wates", "Meri"])
    assert world.quiet() == ["ack"]
    world.write("1")
    assert world.leave() == ["question_over"]


def test_a_place_moved_or_told_twice_is_one_part(world: Talk) -> None:
    for step in range(3):
        more = {"edit_date": 1764000000 + step} if step else {}
        world.write(number=50, location=MERI, **more)
    assert world.rows("SELECT machine FROM message") == [("loose",)]


def test_a_waiting_picture_that_gets_words_is_a_complaint(world: Talk) -> None:
    two_open(world)
    world.write(number=70, photo=PHOTO)
    world.write(number=70, photo=PHOTO, caption="Jembatan rusak", edit_date=1764000000)
    assert (world.on(), len(world.tickets())) == ([1, 2, 3], 3)


def test_an_answer_rewritten_into_a_complaint_is_one(world: Talk) -> None:
    two_open(world)
    world.write(location=MERI)
    world.quiet(minutes=2)
    world.write("1", number=80)
    world.later(hours=1)
    world.write("Jembatan rusak", number=80, edit_date=1764000000)
    assert len(world.tickets()) == 3


def test_a_voice_message_or_a_document_is_a_complaint_by_itself(world: Talk) -> None:
    two_open(world)
    world.write(voice={"file_id": "v", "mime_type": "audio/ogg"})
    assert world.on() == [1, 2, 3]


def test_a_place_that_answers_an_ended_report_is_a_new_one_that_names_it(world: Talk) -> None:
    world.write("Lampu jalan di Meri mati", number=5)
    world.close(1)
    world.quiet()
    world.write(location=MERI, reply_to_message={"message_id": 5})
    assert world.on() == [1, 2]


def test_doors_that_answer_no_commands_ask_nothing(world: Talk) -> None:
    world.say({"id": "1", "from": "08123", "place": {"lat": -7.481, "lon": 112.4475}})
    assert (len(world.tickets()), world.state()) == (1, {})


def test_by_hand_a_waiting_place_becomes_a_complaint(world: Talk) -> None:
    world.city = replace(world.city, channels={**world.city.channels, "fake": WhatsAppDoor.traits})
    world.say({"id": "1", "from": "08123", "place": {"lat": -7.481, "lon": 112.4475}})
    assert (world.tickets(), world.quiet(minutes=2)) == ([], ["report_asked"])
    world.say({"id": "2", "from": "08123", "text": "LAPOR"})
    assert world.leave() == ["report_asked"]
    world.say({"id": "3", "from": "08123", "text": "Lampu jalan mati"})
    assert (world.on(), world.spots()) == ([1, None, 1], ["Meri"])


def test_a_message_without_content_is_asked_for_its_place(world: Talk) -> None:
    world.write("[pesan kosong]")
    assert world.asks() == (True, True)


@pytest.mark.parametrize(
    "answer",
    ["2 pak", "no 2", "Nomor 2 ya min", "No. 2", "yang 2", "laporan 2", "dua", "2\ufe0f\u20e3", "{ref} pak"],
)
def test_an_answer_may_be_polite(world: Talk, answer: str) -> None:
    refs = two_open(world)
    world.write(location=MERI)
    world.quiet(minutes=2)
    world.write(answer.format(ref=refs[0]))
    assert (world.on(), world.leave()) == ([1, 2, 1, None], ["part_kept"])


@pytest.mark.parametrize("answer", ["2 lampu mati", "nomor tujuh", "sudah 2 kali", "{ref}: tetap mati"])
def test_what_says_more_than_a_number_is_no_answer(world: Talk, answer: str) -> None:
    refs = two_open(world)
    world.write(location=MERI)
    world.quiet(minutes=2)
    world.write(answer.format(ref=refs[0]))
    assert None not in world.on()[3:]


def test_a_button_of_an_earlier_question_names_the_same_report(world: Talk) -> None:
    refs = two_open(world)
    world.write(location=MERI)
    world.quiet(minutes=2)
    world.write("Sampah menumpuk di Gunung Gedangan")
    world.quiet(minutes=20)
    world.write(location=WATES)
    world.quiet(minutes=2)
    world.write(f"2. {refs[0]}: Lampu jalan di Meri mati")  # it is the third by now
    assert world.on() == [1, 2, 3, 3, 1, None]


@pytest.mark.parametrize("text", ["batal", "Batal.", "batal pak"])
def test_who_began_may_say_no_in_words(world: Talk, text: str) -> None:
    world.write("/lapor")
    world.write(text)
    assert (world.on(), world.tickets(), world.leave()) == ([None, None], [], ["report_asked", "canceled"])
    assert world.state() == {}


def test_a_new_report_may_be_taken_back_too(world: Talk) -> None:
    two_open(world)
    world.write(location=MERI)
    world.quiet(minutes=2)
    world.write("Laporan baru")
    world.write("Batal")
    assert world.leave() == ["report_asked", "canceled"]
    assert world.rows("SELECT COUNT(*) FROM message WHERE machine = 'canceled'") == [(1,)]


def test_no_in_words_answers_an_officer_who_waits(world: Talk) -> None:
    world.write("Lampu jalan di Meri mati")
    world.quiet()
    world.ledger.write(lambda tx: tx.run("UPDATE ticket SET status = 'waiting'"))
    world.write("/lapor")
    world.later(minutes=-1)
    world.write("batal")
    assert world.on() == [1, None, 1]


@pytest.mark.parametrize("left", [False, True])
def test_words_given_to_a_waiting_picture_end_the_question_about_it(world: Talk, left: bool) -> None:
    two_open(world)
    world.write(photo=PHOTO, number=900)
    world.later(seconds=20)
    told = world.quiet(minutes=2) if left else []
    at = int(world.now.timestamp())
    world.write(caption="Jembatan rusak di Meri", photo=PHOTO, number=900, edit_date=at)
    assert told + world.quiet(minutes=2) == (["which_asked"] if left else []) + ["ack"]
    world.write("1")
    assert (world.on(), world.leave()) == ([1, 2, 3, None], ["question_over"])


def test_a_command_that_is_edited_into_a_complaint_begins_one(world: Talk) -> None:
    world.write("Lampu jalan di Meri mati")
    world.later(seconds=20)
    at = int(world.now.timestamp())
    world.write("/lapor", number=900)
    world.later(seconds=20)
    world.write("/lapor Sampah menumpuk di Wates", number=900, date=at, edit_date=at + 20)
    world.write("baunya sampai ke jalan")
    assert (world.on(), [opd for _, _, opd in world.tickets()]) == ([1, 2, 2], ["DISHUB", "DLH"])


@pytest.mark.parametrize("text", ["Jembatan rusak di Wates", "Ada ular di Wates", "Terima kasih Pak Meri"])
def test_what_names_a_place_beside_something_else_does_not_answer_where(world: Talk, text: str) -> None:
    world.write(BARE)
    world.quiet(hours=3)
    world.write(text)
    assert (world.on(), world.spots()[0], world.asks()) == ([1, 2], "", (True, True))
